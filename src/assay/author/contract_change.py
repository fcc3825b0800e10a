"""What changed about a prompt's contract, and what that means for those who read its replies.

A reply that is held to more can be read by whoever read the old ones: minor. A reply that may be something it
could not be before is a break: major. How the model is asked, or asked again, is a patch.
"""

import json
from dataclasses import fields

from assay.author.change import Bump, Change, ChangeKind
from assay.author.schema_change import relation
from assay.author.types import Citations, Contract, Exit, Limits, MarkdownRules, OnViolation
from assay.core.errors import BadInput
from assay.core.schema import compile_schema

_ANY_MARKDOWN = MarkdownRules(allow_html=True)
_EXITS = {"refuse": "refuse", "ask": "ask back", "escalate": "escalate"}


def contract_changes(old: Contract | None, new: Contract | None) -> list[Change]:
    """The changes, clause by clause; no contract is one that takes any text."""
    before, after = old or Contract(), new or Contract()
    found: list[Change] = []
    if before.format != after.format:
        what = f"the format of replies went from {before.format} to {after.format}"
        found.append(_change("format", "major", what, old=before.format, new=after.format))
    else:
        found += [*_schema(before, after), *_choices(before, after), *_markdown(before.markdown, after.markdown)]
    found += _citations(before.citations, after.citations)
    for clause in _EXITS:
        found += _exit(clause, getattr(before, clause), getattr(after, clause), anything=after.format == "text")
    found += _limits(before.limits, after.limits)
    if before.constrain != after.constrain:
        how = "now held to the schema" if after.constrain else "no longer held to the schema"
        found.append(_change("constrain", "patch", f"the decoding is {how} where the provider can"))
    return [*found, *_on_violation(before, after)]


def _schema(old: Contract, new: Contract) -> list[Change]:
    if json.dumps(old.schema, sort_keys=True) == json.dumps(new.schema, sort_keys=True):
        return []
    bump: Bump
    found = relation(old.schema or {}, new.schema or {})
    if found == "same":
        bump, what = "patch", "is described in another way"
    elif found == "narrower":
        bump, what = "minor", "allows fewer replies"
    else:
        bump, what = "major", "allows replies that it did not"
        if found == "other":
            what = "allows other replies, as far as can be told"
    return [_change("schema", bump, f"the schema of replies {what}", old=old.schema, new=new.schema)]


def _choices(old: Contract, new: Contract) -> list[Change]:
    gone = [choice for choice in old.choices if choice not in new.choices]
    come = [choice for choice in new.choices if choice not in old.choices]
    found = []
    if come:
        found.append(
            _change("choices", "major", f"new choices of reply: {_listed(come)}", kind="added", new=list(come))
        )
    if gone:
        found.append(_change("choices", "minor", f"choices that went: {_listed(gone)}", kind="removed", old=list(gone)))
    if not found and old.choices != new.choices:
        found.append(_change("choices", "patch", "the choices stand in another order"))
    return found


def _markdown(old: MarkdownRules | None, new: MarkdownRules | None) -> list[Change]:
    before, after = old or _ANY_MARKDOWN, new or _ANY_MARKDOWN
    gone = [name for name in before.sections if name not in after.sections]
    come = [name for name in after.sections if name not in before.sections]
    found = [_change("markdown", "major", f"the section {n!r} need not be there any more", old=n) for n in gone]
    found += [_change("markdown", "minor", f"the section {n!r} has to be there", new=n) for n in come]
    if [n for n in before.sections if n not in gone] != [n for n in after.sections if n not in come]:
        found.append(_change("markdown", "major", "the sections stand in another order"))
    found += _bound("markdown", "the deepest heading", before.max_heading_level, after.max_heading_level)
    for name, thing in (("allow_html", "HTML"), ("allow_links", "links")):
        was, allowed = getattr(before, name), getattr(after, name)
        if was != allowed:
            bump: Bump = "major" if allowed else "minor"
            found.append(_change("markdown", bump, f"{thing} {'may' if allowed else 'may not'} be in a reply now"))
    return found


def _citations(old: Citations | None, new: Citations | None) -> list[Change]:
    if old == new:
        return []
    if old is None:
        must = "have to" if new and new.required else "may"
        return [_change("citations", "minor", f"replies {must} cite their sources", kind="added")]
    if new is None:
        return [_change("citations", "major", "replies need not cite any more", kind="removed")]
    if old.source != new.source:
        what = f"citations point at {new.source!r} and no longer at {old.source!r}"
        return [_change("citations", "major", what, old=old.source, new=new.source)]
    if new.required:
        return [_change("citations", "minor", "replies have to cite now")]
    return [_change("citations", "major", "replies may leave citations out now")]


def _exit(clause: str, old: Exit | None, new: Exit | None, *, anything: bool) -> list[Change]:
    """``anything``: the format allows any text, so that a way out is nothing new to a reader."""
    if old == new:
        return []
    opened: Bump = "minor" if anything else "major"
    if old is None:
        return [_change(clause, opened, f"a reply may {_EXITS[clause]} now", kind="added")]
    if new is None:
        return [_change(clause, "minor", f"a reply may not {_EXITS[clause]} any more", kind="removed")]
    if old.reply != new.reply:
        what = f"a reply shows in other words that it chose to {_EXITS[clause]}"
        return [_change(clause, "major", what, old=old.reply, new=new.reply)]
    return [_change(clause, "patch", f"when to {_EXITS[clause]} is put in another way", old=old.when, new=new.when)]


def _limits(old: Limits, new: Limits) -> list[Change]:
    found = [
        *_bound("limits", "the limit on characters", old.max_chars, new.max_chars),
        *_bound("limits", "the limit on words", old.max_words, new.max_words),
    ]
    if old.max_tokens != new.max_tokens:
        what = f"the limit on tokens went from {_number(old.max_tokens)} to {_number(new.max_tokens)}"
        found.append(_change("limits", "patch", what, old=old.max_tokens, new=new.max_tokens))
    return found


def _bound(clause: str, thing: str, old: int | None, new: int | None) -> list[Change]:
    if old == new:
        return []
    tighter = old is None or (new is not None and new < old)
    what = f"{thing} went from {_number(old)} to {_number(new)}"
    return [_change(clause, "minor" if tighter else "major", what, old=old, new=new)]


def _on_violation(old: Contract, new: Contract) -> list[Change]:
    before, after = old.on_violation, new.on_violation
    if before == after:
        return []
    if _fallback(before) != _fallback(after):
        if _fallback(after) is None:
            what = "a reply that breaks the contract is no longer replaced"
            return [_change("on_violation", "major", what, kind="removed", old=before.reply)]
        known = _allows(old, after.reply or "")
        what = "a reply that breaks the contract is replaced by another text"
        return [_change("on_violation", "minor" if known else "major", what, old=before.reply, new=after.reply)]
    return [
        _change(
            "on_violation", "patch", f"a reply that breaks the contract: {_action(after)}, and before {_action(before)}"
        )
    ]


def _fallback(rule: OnViolation) -> str | None:
    """The text that may stand in for a reply."""
    return None if rule.action == "fail" else rule.reply


def _action(rule: OnViolation) -> str:
    return f"{rule.action} up to {rule.attempts} times" if rule.action == "retry" else rule.action


def _allows(contract: Contract, reply: str) -> bool:
    """Whether a reply of that text was possible under the contract; False where that is not certain."""
    if contract.format == "text":
        return not any(getattr(contract.limits, field.name) for field in fields(Limits)) and contract.citations is None
    if contract.format == "choice":
        return reply in contract.choices
    if contract.format != "json":
        return False
    try:
        return compile_schema(contract.schema or {}).is_valid(json.loads(reply))
    except (BadInput, ValueError):
        return False


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _number(limit: int | None) -> str:
    return "none" if limit is None else f"{limit:,}"


def _change(
    name: str, bump: Bump, what: str, *, kind: ChangeKind = "changed", old: object = None, new: object = None
) -> Change:
    return Change(area="contract", name=name, kind=kind, bump=bump, what=what, old=old, new=new)
