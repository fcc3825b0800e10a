"""Grader ``citation-validity``: each cited passage exists, was retrieved, and holds what it is cited for."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal, NamedTuple

import msgspec

from assay.core.document import parse_document
from assay.core.errors import BadInput, GraderFailed
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.judging.citation import Citation, citations, containment, passages_by_mark, together
from assay.evaluate.judging.fence import FENCED
from assay.evaluate.judging.judge import Judge, Question, make_judge
from assay.evaluate.judging.numbered import numbered_schema, read_numbered, wanted
from assay.evaluate.judging.passages import CONTEXT, passage_text
from assay.evaluate.judging.prompt import own
from assay.evaluate.target import pick
from assay.evaluate.types import Case, Grade, Verdict

PROMPT = own(
    f"You check citations. {FENCED}\n\n"
    "Each numbered entry is a claim and, after it, the passage that is cited for it. Say of each whether the passage "
    "alone supports the claim: all that it says must stand there or follow from what stands there. Answer with one "
    'JSON object and nothing around it: {"citations": [{"number": 1, "supported": true}]}, with an entry for each '
    "number.",
    "{{ citations }}",
)


class Checked(NamedTuple):
    """A citation, and what is right about it."""

    citation: Citation
    exists: bool
    retrieved: bool
    contained: float
    supported: bool

    @property
    def valid(self) -> bool:
        """Whether all is right."""
        return self.exists and self.retrieved and self.supported


@graders.register("citation-validity")
def citation_validity(
    *,
    bench: Bench,
    context: str = CONTEXT,
    corpus: str | None = None,
    overlap: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5,
    support: Literal["overlap", "judge", "either"] = "overlap",
    required: bool = True,
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0,
    judge: str | dict[str, object] | None = None,
) -> Grade:
    """Holds marks such as ``[2]`` against the passages that they name.

    Args:
        bench: Has the models and the project's files.
        context: Where in the case to find the retrieved passages.
        corpus: A file with all passages that exist, by name; without it those that were retrieved.
        overlap: The lowest share of a claim's words that its passages must have.
        support: What says that a passage holds a claim: the overlap, a judge, or a judge where the overlap says no.
        required: Whether a reply without a citation fails.
        threshold: The lowest share of valid citations that passes.
        judge: The model that is asked, ``PROVIDER/MODEL`` or ``{model, parameters}``; the suite's without it.
    """
    everything = read_corpus(bench, corpus) if corpus is not None else None
    asker = make_judge("citation-validity", bench, judge=judge)

    async def grade(case: Case, outcome: Outcome) -> Verdict:
        retrieved = retrieved_of(case, context)
        existing = retrieved | (everything or {})
        found = citations(outcome.text, existing)
        if not found:
            return Verdict(float(not required), not required, "cites no passage")
        checked = [_checked(one, found, existing, retrieved, overlap) for one in found]
        if support != "overlap":
            checked = await _judged(asker, checked, existing, every=support == "judge")
        score = sum(one.valid for one in checked) / len(checked)
        return Verdict(
            score, score >= threshold - 1e-12, _reason(checked), named=_named(checked), detail=_told(checked)
        )

    return grade


def _checked(
    one: Citation, found: list[Citation], existing: Mapping[str, str], retrieved: Mapping[str, str], overlap: float
) -> Checked:
    """A claim with several marks may be spread over their passages, so it is held against all of them."""
    beside = [other.name for other in found if other.claim == one.claim]
    contained = containment(one.claim, together(beside, existing)) if one.name in existing else 0.0
    return Checked(one, one.name in existing, one.name in retrieved, contained, contained >= overlap)


async def _judged(asker: Judge, checked: list[Checked], existing: Mapping[str, str], *, every: bool) -> list[Checked]:
    """The citations with a judge's word on those that need it."""
    asked = [i for i, one in enumerate(checked) if one.exists and (every or not one.supported)]
    if not asked:
        return checked
    entries = [
        f"{checked[i].citation.claim}\nPassage [{checked[i].citation.name}]: {existing[checked[i].citation.name]}"
        for i in asked
    ]
    question = Question(
        prompt=PROMPT,
        read=partial(read_numbered, key="citations", flag="supported", count=len(asked)),
        wanted=wanted("citations", "supported"),
        schema=numbered_schema("citations", "supported"),
    )
    answer = await asker.ask(question, {"citations": entries})
    verdicts = dict(zip(asked, answer.value, strict=True))
    return [one._replace(supported=verdicts.get(i, one.supported)) for i, one in enumerate(checked)]


def retrieved_of(case: Case, path: str) -> dict[str, str]:
    """The retrieved passages by name: a list's by number or their ``id``, a mapping's by key, a text's by its marks.

    Raises:
        GraderFailed: There are none at the path.
    """
    found = pick(case, path)
    passages = _by_name(found) if not isinstance(found, str) else passages_by_mark(found)
    if not passages:
        raise GraderFailed(
            f"{path!r} of the case {case.id!r} holds no passages",
            hint="give a list or a mapping of passages, or a text in which each passage begins with its mark",
            code="grader.context",
            where=case.where,
        )
    return passages


def read_corpus(bench: Bench, path: str) -> dict[str, str]:
    """All passages by name: of a JSON Lines file with ``id`` and ``text``, or a YAML or JSON mapping or list.

    Raises:
        BadInput: The file cannot be read or holds no passages.
    """
    text = bench.read(path)
    if path.endswith((".jsonl", ".ndjson")):
        try:
            value: object = [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
        except msgspec.DecodeError as error:
            raise _no_corpus(bench, path, f": {error}") from None
    else:
        value = parse_document(text, file=bench.name(path)).value
    passages = _by_name(value)
    if not passages:
        raise _no_corpus(bench, path, "")
    return passages


def _no_corpus(bench: Bench, path: str, why: str) -> BadInput:
    return BadInput(
        f"{bench.name(path)} holds no passages{why}",
        hint='write a passage a line, {"id": …, "text": …}, or a mapping of names to passages',
        code="grader.corpus",
    )


def _by_name(found: object) -> dict[str, str]:
    if isinstance(found, dict):
        return {str(name): text for name, item in found.items() if (text := passage_text(item))}
    items = found if isinstance(found, list) else []
    named = [(_name(item, number), passage_text(item)) for number, item in enumerate(items, 1)]
    return {name: text for name, text in named if text}


def _name(item: object, number: int) -> str:
    given = item.get("id") if isinstance(item, dict) else None
    return str(given) if isinstance(given, (str, int)) else str(number)


def _reason(checked: list[Checked]) -> str:
    valid = sum(one.valid for one in checked)
    said = f"{valid} of {len(checked)} citations are valid"
    wrong = next((one for one in checked if not one.valid), None)
    if wrong is None:
        return said
    name = wrong.citation.name
    if not wrong.exists:
        return f"{said}; there is no passage [{name}]"
    if not wrong.retrieved:
        return f"{said}; the passage [{name}] was not retrieved"
    claim = wrong.citation.claim if len(wrong.citation.claim) <= 100 else wrong.citation.claim[:99] + "…"
    return f"{said}; [{name}] does not hold {claim!r} (it has {wrong.contained:.2f} of its words)"


def _named(checked: list[Checked]) -> dict[str, float]:
    count = len(checked)
    return {
        "citation-exists": sum(one.exists for one in checked) / count,
        "citation-retrieved": sum(one.retrieved for one in checked) / count,
        "citation-supported": sum(one.supported for one in checked) / count,
    }


def _told(checked: list[Checked]) -> dict[str, object]:
    return {
        "citations": [
            {
                "name": one.citation.name,
                "claim": one.citation.claim,
                "exists": one.exists,
                "retrieved": one.retrieved,
                "contained": round(one.contained, 4),
                "supported": one.supported,
            }
            for one in checked
        ]
    }
