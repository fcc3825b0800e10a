"""What tests and assertions will need, looked for before anything is paid for: files, judges, a source of vectors."""

from collections.abc import Iterator
from typing import Any

from assay.core.errors import BadInput, Unavailable
from assay.core.location import Location
from assay.evaluate.promptfoo.judges import DEFAULT_JUDGE, Judges
from assay.evaluate.promptfoo.known import JUDGED_TYPES, base_type
from assay.evaluate.promptfoo.paths import Files, missing, split_function
from assay.evaluate.promptfoo.plan import Planned
from assay.evaluate.promptfoo.scripting import has_tags
from assay.evaluate.promptfoo.types import Json, PromptfooSuite
from assay.models.minilm import encoder

_REFERRING = ("value", "transform", "contextTransform")


class Beforehand:
    """Checks tests before the run.

    Args:
        suite: The configuration.
        files: The files around it.
        judges: Knows whom an assertion asks.
    """

    def __init__(self, suite: PromptfooSuite, files: Files, judges: Judges) -> None:
        self._suite = suite
        self._files = files
        self._judges = judges
        self._there: set[str] = set()

    def check(self, planned: Planned) -> None:
        """Whether what a test and its assertions name is there, and can be called at all.

        Raises:
            BadInput: It is not.
        """
        if own := planned.test.get("provider"):
            self._judges.provider(own)
        for assertion in planned.test.get("assert") or []:
            for item in [assertion, *(assertion.get("assert") or [])]:
                self._check_files(item, planned.where)
                self._check_asked(item, planned)

    def _check_files(self, assertion: Json, where: Location) -> None:
        for reference in _references(assertion):
            if reference in self._there or has_tags(reference):
                continue
            path, _ = split_function(reference.removeprefix("file://"))
            if not self._files.locate(path, where).is_file():
                raise missing(path, where)
            self._there.add(reference)

    def _check_asked(self, assertion: Json, planned: Planned) -> None:
        kind, where = base_type(str(assertion.get("type"))), planned.where
        if kind == "moderation":
            self._judges.moderator(assertion, where)
        if kind.startswith("similar") and self._judges.embedder(assertion, planned.test) is None:
            _check_encoder(assertion, where)
        if kind not in JUDGED_TYPES and kind != "select-best":
            return
        judge = self._judges.judge(assertion, planned.test)
        if judge.kind == DEFAULT_JUDGE and not self._suite.env.get("OPENAI_API_KEY"):
            raise BadInput(
                f"the assertion {assertion['type']!r} needs a judge, and none is named",
                hint="name one under options.provider of the test or of defaultTest, or with --grader; "
                "or set OPENAI_API_KEY",
                code="promptfoo.no_judge",
                where=where,
            )


def _references(assertion: Json) -> Iterator[str]:
    for key in _REFERRING:
        value: Any = assertion.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item.startswith("file://"):
                yield item


def _check_encoder(assertion: Json, where: Location) -> None:
    try:
        encoder.load()
    except Unavailable as error:
        raise BadInput(
            f"the assertion {assertion['type']!r} has nothing that makes vectors: {error.what}",
            hint="pip install 'assay[embeddings]', name a provider such as openai:embedding:text-embedding-3-small, "
            "or set OPENAI_API_KEY",
            code="promptfoo.no_vectors",
            where=where,
        ) from None
