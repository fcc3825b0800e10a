"""A judge that is a prompt version: its file says what it is asked, how it answers, and with which model.

The same prompt files as everywhere. Its inputs are filled by their names, and the reply is read
by its contract. Asking, and asking once more, is ``judge.py``'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.author.project import Project
from assay.author.reference import resolve
from assay.author.source import WorkingTree
from assay.author.types import Prompt
from assay.core.errors import BadInput, GraderFailed
from assay.engine.contract import Checker, response_schema
from assay.engine.prepare import merge_parameters, prepare
from assay.engine.steps import message
from assay.engine.types import Checked
from assay.evaluate.bench import Bench
from assay.evaluate.judging.judge import Judge, Question, make_judge
from assay.evaluate.judging.prompt import JudgePrompt
from assay.evaluate.judging.reading import Unreadable
from assay.models.provider import providers
from assay.models.target import Target
from assay.models.types import Message, Parameters, Reply, Usage

KNOWN = ("output", "input", "expected", "rubric", "conversation", "context")
"""What a judge's prompt may take beside the case's own inputs."""


@dataclass(frozen=True, slots=True)
class Around(Project):
    """A project as a bench sees it: through its own view of the files, which may note what is read."""

    tree: WorkingTree | None = None

    @property
    def source(self) -> WorkingTree:
        """Its files as they are now."""
        return self.tree or WorkingTree(self.root)


class VersionedPrompt(JudgePrompt):
    """A prompt version as a judge's prompt.

    Args:
        prompt: The prompt.
    """

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(())
        self.prompt = prompt
        self._prepared = prepare(prompt)
        self._checker = Checker(prompt.contract)

    @property
    def told(self) -> list[list[str]]:
        """The digest of the version stands for its messages."""
        return [["version", self._prepared.digest]]

    def fill(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        """The messages, with the prompt's inputs taken from the values by name."""
        given = {name: values[name] for name in self.prompt.inputs if name in values}
        try:
            complete = self._prepared.values.complete(given)
        except BadInput as error:
            raise GraderFailed(
                f"the judge's prompt {self.prompt.name} cannot be filled: {error.what}",
                hint=error.hint or f"its inputs may be {', '.join(KNOWN)}, or the case's own",
                code="judge.inputs",
            ) from None
        return tuple(message(rendered) for rendered in self._prepared.template.render(complete))

    def read(self, text: str) -> Checked:
        """The judge's reply, by its contract.

        Raises:
            Unreadable: It breaks the contract.
        """
        reply = Reply(text=text, model="", usage=Usage(), latency_ms=0.0)
        found = self._checker.check(reply, {}, repair=True)
        if not found.valid:
            raise Unreadable("; ".join(violation.what for violation in found.violations))
        return found

    @property
    def wanted(self) -> str:
        """How the reply shall look, in words."""
        contract = self.prompt.contract
        if contract is not None and contract.choices:
            return f"one of {', '.join(contract.choices)}"
        return "the form that its prompt asks for"


def versioned_judge(
    grader: str, bench: Bench, reference: str, judge: str | dict[str, object] | None
) -> tuple[Judge, "Question[Checked]"]:
    """The judge of a prompt version, and what is asked of it.

    Args:
        grader: The grader's name.
        bench: What models are reached through, and the project's files.
        reference: The prompt: a path, a name, a name with a version.
        judge: The model, where the suite's entry names one; else the prompt's own, or the suite's judge.

    Raises:
        BadInput: There is no such prompt, it has no contract, or a model is none.
    """
    folder = bench.source.root / bench.inside(".").removeprefix("./")
    project = Around(bench.source.root, None, bench.source)
    prompt = resolve(project, reference, folder=Path(folder))
    if prompt.contract is None or prompt.contract.format == "text":
        raise BadInput(
            f"the judge's prompt {prompt.name} has no contract that says how it answers",
            hint="give it 'contract: {choices: [pass, fail]}', or a JSON schema",
            code="grader.prompt",
        )
    version = VersionedPrompt(prompt)
    own = prompt.model.candidates[0] if judge is None and prompt.model.candidates else None
    asker = make_judge(grader, bench, judge=judge or own)
    target, given = bench.judge_of(asker.model, asker.parameters)
    asker = Judge(asker.name, bench, asker.model, merge_parameters(prompt, given or Parameters(temperature=0)))
    schema = response_schema(prompt.contract, object_root=_is_strict(target))
    return asker, Question(prompt=version, read=version.read, wanted=version.wanted, schema=schema)


def _is_strict(target: Target | None) -> bool:
    return target is not None and providers.get(target.provider).quirks.json_schema == "strict"
