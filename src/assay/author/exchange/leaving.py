"""What every exporter has to say about: parts of a prompt that other formats have no place for."""

from collections.abc import Iterator

from assay.author.exchange.dialect import Dropped
from assay.author.types import Contract, Input, Limits, OnViolation, Prompt

_OWN = "it is for the people and tools that keep the prompt; the format has no place for it"
_TRUST = "the format does not say who wrote a value"
_CLAUSE = "the format's contract has no such clause"


def line_of(prompt: Prompt, *path: str | int) -> int | None:
    """The line of that entry in the prompt's file, as far as it is known."""
    return prompt.document.at_key(*path).line if path in prompt.document.marks else None


def ownership(prompt: Prompt) -> Iterator[Dropped]:
    """Owner, risk, dates, suites."""
    keys = ("owner", "reviewers", "risk", "data_classes", "intended_use", "review_by", "suites")
    for key in keys:
        if (key,) in prompt.document.marks:
            yield Dropped(line_of(prompt, key), key, _OWN)


def input_marks(prompt: Prompt, *, examples: bool = False) -> Iterator[Dropped]:
    """Trust labels and limits, and the examples where the format does not take them."""
    for entry in prompt.inputs.values():
        line = _input_line(prompt, entry)
        if entry.trust != "user":
            yield Dropped(line, f"trust: {entry.trust} of {entry.name!r}", _TRUST)
        if entry.max_chars is not None:
            yield Dropped(line, f"max_chars of {entry.name!r}", "the format has no limit on inputs")
        if entry.examples and not examples:
            yield Dropped(line, f"examples of {entry.name!r}", "the format has no place for them")


def _input_line(prompt: Prompt, entry: Input) -> int | None:
    marks = prompt.document.marks
    key = next((path for path in marks if len(path) == 2 and path[0] == "inputs" and _is(path[1], entry.name)), None)
    return None if key is None else prompt.document.at_key(*key).line


def _is(key: str | int, name: str) -> bool:
    return str(key).split("(")[0].strip().removesuffix("?").strip() == name


def other_models(prompt: Prompt, kept: int = 1) -> Iterator[Dropped]:
    """Candidates beyond the first."""
    for i, name in enumerate(prompt.model.candidates[kept:], kept):
        line = line_of(prompt, "model", "candidates", i) or line_of(prompt, "model", i)
        yield Dropped(line, f"model {name}", "the format names one model")


def clauses(prompt: Prompt) -> Iterator[Dropped]:
    """The contract's clauses beside format, schema and choices."""
    contract = prompt.contract
    if contract is None:
        return
    given: dict[str, object] = {
        "markdown": contract.markdown,
        "citations": contract.citations,
        "refuse": contract.refuse,
        "ask": contract.ask,
        "escalate": contract.escalate,
        "limits": None if contract.limits == Limits() else contract.limits,
        "constrain": None if contract.constrain else False,
        "on_violation": None if contract.on_violation == OnViolation() else contract.on_violation,
    }
    for key, value in given.items():
        if value is not None:
            yield Dropped(line_of(prompt, "contract", key), f"contract.{key}", _CLAUSE)


def contract_format(prompt: Prompt, contract: Contract) -> Dropped:
    """A format of replies that the other format does not know."""
    return Dropped(line_of(prompt, "contract", "format"), f"contract.format: {contract.format}", _CLAUSE)


def parameters(prompt: Prompt) -> dict[str, object]:
    """The parameters that are set, by their native names, ``extra`` among them."""
    given = prompt.model.parameters
    named = ("temperature", "top_p", "max_tokens", "seed", "frequency_penalty", "presence_penalty", "reasoning_effort")
    found: dict[str, object] = {name: _plain(value) for name in named if (value := getattr(given, name)) is not None}
    if given.stop:
        found["stop"] = list(given.stop)
    return {**found, **given.extra}


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
