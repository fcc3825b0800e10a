"""What changed from one version of a prompt to another, what it costs, and the version number that it calls for.

Pure: takes two prompts and, from whoever calls, a counter of tokens and a price list. The rules for the number
are in ``change.py``, ``input_change.py`` and ``contract_change.py``; showing a diff is the command's.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from assay.author.change import BUMPS, Bump, Change, ChangeKind, largest, next_version
from assay.author.contract_change import contract_changes
from assay.author.fixed_text import CountTokens, fixed_text
from assay.author.input_change import input_changes
from assay.author.schema_change import relation
from assay.author.types import MessageTemplate, Ownership, Prompt
from assay.author.version import digest_of
from assay.author.word_diff import WordSegment, align, diff_words, word_counts
from assay.core.location import Location
from assay.models.types import Parameters, Tool

PriceTokens = Callable[[str, int], Decimal | None]
"""From a model (``provider/model``) and a number of input tokens to US dollars; None where the price is unknown."""

CALLS = 1_000
"""The number of calls that a cost is given for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two versions."""

    name: str
    version: str | None
    digest: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDiff:
    """A message or a partial, word by word.

    Attributes:
        label: A message's role, ``insert: NAME``, or a partial's name.
        old_label: The label before, where it was another; None for one that was added.
        kind: ``same``, ``added``, ``removed`` or ``changed``.
        where: Where it stands in the new version; in the old one when it was removed.
    """

    label: str
    old_label: str | None
    kind: str
    segments: tuple[WordSegment, ...]
    where: Location

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data: ``label``, ``old_label``, ``kind``, ``segments`` of ``op`` and ``text``, ``where``."""
        return {
            "label": self.label,
            "old_label": self.old_label,
            "kind": self.kind,
            "segments": [{"op": s.op, "text": s.text} for s in self.segments],
            "where": self.where.as_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChange:
    """Tokens of the fixed text before and after; ``exact`` when both are counts and not estimates."""

    old: int
    new: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange:
    """US dollars that the fixed text of ``CALLS`` calls costs as input, each version under its first model."""

    old_usd: Decimal
    new_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All that changed.

    Attributes:
        messages: Every message of both versions in order, those that are the same too.
        partials: Likewise, by name.
        changes: What changed, the heaviest first; those that weigh something are the reasons for ``bump``.
        tokens: None where nobody counts.
        cost: None where a price is not known.
    """

    old: Side
    new: Side
    messages: tuple[TextDiff, ...]
    partials: tuple[TextDiff, ...]
    changes: tuple[Change, ...]
    tokens: TokenChange | None = None
    cost: CostChange | None = None

    @property
    def bump(self) -> Bump:
        """What the version number has to do."""
        return largest(self.changes)

    @property
    def reasons(self) -> tuple[Change, ...]:
        """The changes that weigh something, the heaviest first."""
        return tuple(change for change in self.changes if change.bump != "none")

    @property
    def next_version(self) -> str | None:
        """The number that the new version should claim; None where the old one claims none."""
        return None if self.old.version is None else next_version(self.old.version, self.bump)

    @property
    def claim_is_enough(self) -> bool | None:
        """Whether the number that the new version claims is at least ``next_version``; None where one is missing."""
        if self.next_version is None or self.new.version is None:
            return None
        return _numbers(self.new.version) >= _numbers(self.next_version)

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data; the keys are described in docs/reference/diff.md."""
        return {
            "old": _side(self.old),
            "new": _side(self.new),
            "bump": self.bump,
            "next_version": self.next_version,
            "claim_is_enough": self.claim_is_enough,
            "changes": [change.as_dict() for change in self.changes],
            "messages": [text.as_dict() for text in self.messages],
            "partials": [text.as_dict() for text in self.partials],
            "tokens": None if self.tokens is None else _tokens(self.tokens),
            "cost_per_1000_calls": None if self.cost is None else _cost(self.cost),
        }


def compare(
    old: Prompt,
    new: Prompt,
    *,
    tokens: CountTokens | None = None,
    price: PriceTokens | None = None,
    default_model: str | None = None,
) -> Diff:
    """Everything that changed from one prompt to the other.

    Args:
        old: The version before.
        new: The version after.
        tokens: Counts tokens; None leaves tokens and cost out.
        price: Prices input tokens; None leaves the cost out.
        default_model: ``provider/model`` for a prompt that names no model itself.
    """
    messages = tuple(_messages(old, new))
    partials = tuple(_partials(old, new))
    changes = [
        *_text_changes(messages, partials),
        *input_changes(old.inputs, new.inputs),
        *contract_changes(old.contract, new.contract),
        *_tool_changes(old.tools, new.tools),
        *_model_changes(old, new),
        *_about_changes(old, new),
    ]
    before, after = _describe(old), _describe(new)
    if before.digest != after.digest and largest(changes) == "none":
        what = "the same is written in another way, which makes it another version"
        changes.append(Change(area="form", name="form", kind="changed", bump="patch", what=what))
    counted = None if tokens is None else _count(old, new, tokens, default_model)
    return Diff(
        old=before,
        new=after,
        messages=messages,
        partials=partials,
        changes=tuple(sorted(changes, key=lambda change: -BUMPS.index(change.bump))),
        tokens=counted,
        cost=None if counted is None or price is None else _price(old, new, counted, price, default_model),
    )


def _describe(prompt: Prompt) -> Side:
    return Side(name=prompt.name, version=prompt.version, digest=digest_of(prompt), file=prompt.file)


def _messages(old: Prompt, new: Prompt) -> Iterator[TextDiff]:
    for i, j in align(old.messages, new.messages):
        before = None if i is None else old.messages[i]
        after = None if j is None else new.messages[j]
        present = after or before
        assert present is not None
        segments = diff_words("" if before is None else before.source, "" if after is None else after.source)
        yield TextDiff(
            label=_label(present),
            old_label=None if before is None else _label(before),
            kind=_kind(before and (_label(before), before.source), after and (_label(after), after.source)),
            segments=segments,
            where=present.where,
        )


def _label(message: MessageTemplate) -> str:
    return message.role if message.insert is None else f"insert: {message.insert}"


def _kind(before: object, after: object) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "same" if before == after else "changed"


def _partials(old: Prompt, new: Prompt) -> Iterator[TextDiff]:
    for name in sorted(old.partials.keys() | new.partials.keys()):
        before, after = old.partials.get(name), new.partials.get(name)
        present = after or before
        assert present is not None
        yield TextDiff(
            label=name,
            old_label=None if before is None else name,
            kind=_kind(before and before.text, after and after.text),
            segments=diff_words("" if before is None else before.text, "" if after is None else after.text),
            where=Location(present.file, 1),
        )


def _text_changes(messages: tuple[TextDiff, ...], partials: tuple[TextDiff, ...]) -> Iterator[Change]:
    alike = Counter(text.label for text in messages)
    for i, text in enumerate(messages, 1):
        if text.kind != "same":
            place = f" on line {text.where.line}" if alike[text.label] > 1 else ""
            yield _text_change("message", str(i), f"the {text.label!r} message{place}", text)
    for text in partials:
        if text.kind != "same":
            yield _text_change("partial", text.label, f"the partial {text.label!r}", text)


def _text_change(area: str, name: str, thing: str, text: TextDiff) -> Change:
    gone, come = word_counts(text.segments)
    if text.kind == "added":
        what = f"{thing} was added"
    elif text.kind == "removed":
        what = f"{thing} was removed"
    elif text.old_label != text.label:
        what = f"{thing} was {text.old_label!r} before; words out {gone}, in {come}"
    else:
        what = f"{thing} was reworded; words out {gone}, in {come}"
    return Change(
        area="message" if area == "message" else "partial",
        name=name,
        kind="added" if text.kind == "added" else "removed" if text.kind == "removed" else "changed",
        bump="patch",
        what=what,
    )


def _tool_changes(old: tuple[Tool, ...], new: tuple[Tool, ...]) -> Iterator[Change]:
    before, after = {tool.name: tool for tool in old}, {tool.name: tool for tool in new}
    for name in sorted(before.keys() - after.keys()):
        yield Change(area="tool", name=name, kind="removed", bump="major", what=f"the tool {name!r} was removed")
    for name in sorted(after.keys() - before.keys()):
        yield Change(area="tool", name=name, kind="added", bump="minor", what=f"the tool {name!r} was added")
    for name in sorted(before.keys() & after.keys()):
        yield from _tool_change(before[name], after[name])
    if [n for n in before if n in after] != [n for n in after if n in before]:
        yield Change(
            area="tool", name="order", kind="changed", bump="patch", what="the tools are offered in another order"
        )


def _tool_change(old: Tool, new: Tool) -> Iterator[Change]:
    if old.description != new.description:
        what = f"the tool {new.name!r} is described in another way"
        yield Change(
            area="tool",
            name=new.name,
            kind="changed",
            bump="patch",
            what=what,
            old=old.description,
            new=new.description,
        )
    if _text(old.parameters) == _text(new.parameters):
        return
    found = relation(old.parameters, new.parameters)
    weights: dict[str, tuple[Bump, str]] = {
        "same": ("patch", "describes its arguments in another way"),
        "narrower": ("minor", "is asked for with fewer arguments than it was"),
        "wider": ("major", "may be asked for with arguments that it did not take before"),
        "other": ("major", "may be asked for with other arguments, as far as can be told"),
    }
    bump, what = weights[found]
    yield Change(
        area="tool",
        name=new.name,
        kind="changed",
        bump=bump,
        what=f"the tool {new.name!r} {what}",
        old=old.parameters,
        new=new.parameters,
    )


def _model_changes(old: Prompt, new: Prompt) -> Iterator[Change]:
    before, after = list(old.model.candidates), list(new.model.candidates)
    if before != after:
        what = f"the models went from {', '.join(before) or 'the default'} to {', '.join(after) or 'the default'}"
        yield Change(area="model", name="candidates", kind="changed", bump="minor", what=what, old=before, new=after)
    for name in Parameters.__struct_fields__:
        was, now = (msgspec.to_builtins(getattr(p.model.parameters, name)) for p in (old, new))
        if _text(was) != _text(now):
            yield Change(
                area="parameter",
                name=name,
                kind="added" if was is None else "removed" if now is None else "changed",
                bump="patch",
                what=f"the parameter {name} went from {_shown(was)} to {_shown(now)}",
                old=was,
                new=now,
            )


def _about_changes(old: Prompt, new: Prompt) -> Iterator[Change]:
    """What shapes no reply: these are for people, and weigh nothing."""
    for name in ("name", "description", "version", "suites", "meta"):
        yield from _about(name, getattr(old, name), getattr(new, name))
    for name in Ownership.__dataclass_fields__:
        yield from _about(name, getattr(old.ownership, name), getattr(new.ownership, name))


def _about(name: str, was: object, now: object) -> Iterator[Change]:
    was, now = _plain(was), _plain(now)
    if _text(was) == _text(now):
        return
    label = name.replace("_", " ")
    kind: ChangeKind = "added" if not was else "removed" if not now else "changed"
    what = f"{label} changed" if name == "meta" else f"{label} went from {_shown(was)} to {_shown(now)}"
    yield Change(area="about", name=name, kind=kind, bump="none", what=what, old=was, new=now)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if value in (None, "", []):
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _model(prompt: Prompt, default: str | None) -> str:
    return next(iter(prompt.model.candidates), default or "")


def _count(old: Prompt, new: Prompt, tokens: CountTokens, default: str | None) -> TokenChange:
    before, after = (tokens(fixed_text(prompt), _model(prompt, default)) for prompt in (old, new))
    return TokenChange(old=before.n, new=after.n, exact=before.exact and after.exact)


def _price(
    old: Prompt, new: Prompt, counted: TokenChange, price: PriceTokens, default: str | None
) -> CostChange | None:
    before = price(_model(old, default), counted.old)
    after = price(_model(new, default), counted.new)
    if before is None or after is None:
        return None
    return CostChange(old_usd=before * CALLS, new_usd=after * CALLS)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _side(side: Side) -> dict[str, object]:
    return {"name": side.name, "version": side.version, "digest": side.digest, "file": side.file}


def _tokens(change: TokenChange) -> dict[str, object]:
    return {"old": change.old, "new": change.new, "change": change.new - change.old, "exact": change.exact}


def _cost(change: CostChange) -> dict[str, object]:
    return {
        "old_usd": float(change.old_usd),
        "new_usd": float(change.new_usd),
        "change_usd": float(change.new_usd - change.old_usd),
    }
