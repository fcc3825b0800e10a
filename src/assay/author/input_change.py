"""What changed about a prompt's inputs, and what that means for those who call it."""

import json
from collections.abc import Mapping
from dataclasses import replace

from assay.author.change import Bump, Change, ChangeKind
from assay.author.schema_change import relation
from assay.author.types import MISSING, Input


def input_changes(old: Mapping[str, Input], new: Mapping[str, Input]) -> list[Change]:
    """The changes, input by input: those that are kept, then those that went, then those that came."""
    renamed = _renamed(old, new)
    found = [change for name in old if name in new for change in _changes(old[name], new[name])]
    for name in old:
        if name in renamed:
            what = f"the input {name!r} is called {renamed[name]!r} now"
            found.append(_change(name, "major", what, kind="renamed", old=name, new=renamed[name]))
        elif name not in new:
            found.append(_change(name, "major", f"the input {name!r} was removed", kind="removed"))
    for name, entry in new.items():
        if name not in old and name not in renamed.values():
            found.append(_added(entry))
    return found


def _renamed(old: Mapping[str, Input], new: Mapping[str, Input]) -> dict[str, str]:
    """Old name -> new name, where an input that went and one that came are alike in all else, and no others are."""
    gone = {name: _bare(entry) for name, entry in old.items() if name not in new}
    come = {name: _bare(entry) for name, entry in new.items() if name not in old}
    pairs = [(before, after) for before in gone for after in come if gone[before] == come[after]]
    return {
        before: after
        for before, after in pairs
        if [before for before, _ in pairs].count(before) == 1 and [after for _, after in pairs].count(after) == 1
    }


def _bare(entry: Input) -> str:
    return repr(replace(entry, name="", examples=()))


def _must_be_given(entry: Input) -> bool:
    return entry.required and entry.default is MISSING


def _added(entry: Input) -> Change:
    if _must_be_given(entry):
        return _change(entry.name, "major", f"the input {entry.name!r} was added and has to be given", kind="added")
    return _change(entry.name, "minor", f"the input {entry.name!r} was added and may be left out", kind="added")


def _changes(old: Input, new: Input) -> list[Change]:
    found = [*_presence(old, new), *_schema(old, new), *_max_chars(old, new)]
    if old.trust != new.trust:
        what = f"the trust of the input {new.name!r} went from {old.trust} to {new.trust}"
        found.append(_change(new.name, "minor", what, old=old.trust, new=new.trust))
    if not _same(list(old.examples), list(new.examples)):
        found.append(_change(new.name, "none", f"the examples of the input {new.name!r} changed"))
    return found


def _presence(old: Input, new: Input) -> list[Change]:
    name = new.name
    if _must_be_given(old) != _must_be_given(new):
        if _must_be_given(new):
            return [_change(name, "major", f"the input {name!r} has to be given now")]
        return [_change(name, "minor", f"the input {name!r} may be left out now")]
    found = []
    if old.required != new.required:
        takes, bump = ("no longer takes null", "major") if new.required else ("takes null now", "minor")
        found.append(_change(name, "major" if bump == "major" else "minor", f"the input {name!r} {takes}"))
    before, after = _default(old), _default(new)
    if not _same(before, after):
        found.append(_change(name, "patch", f"the default of the input {name!r} changed", old=before, new=after))
    return found


def _default(entry: Input) -> object:
    return None if entry.default is MISSING else entry.default


def _schema(old: Input, new: Input) -> list[Change]:
    if _same(old.schema, new.schema):
        return []
    bump: Bump
    found = relation(old.schema, new.schema)
    if found == "same":
        bump, what = "patch", "is described in another way"
    elif found == "wider":
        bump, what = "minor", "takes more values"
    else:
        bump, what = "major", "takes fewer values" if found == "narrower" else "takes other values"
    return [_change(new.name, bump, f"the input {new.name!r} {what}", old=old.schema, new=new.schema)]


def _max_chars(old: Input, new: Input) -> list[Change]:
    before, after = old.max_chars, new.max_chars
    if before == after:
        return []
    wider = after is None or (before is not None and after > before)
    limits = f"from {_limit(before)} to {_limit(after)}"
    what = f"the length limit of the input {new.name!r} went {limits}"
    return [_change(new.name, "minor" if wider else "major", what, old=before, new=after)]


def _limit(chars: int | None) -> str:
    return "none" if chars is None else f"{chars:,} characters"


def _same(a: object, b: object) -> bool:
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def _change(
    name: str, bump: Bump, what: str, *, kind: ChangeKind = "changed", old: object = None, new: object = None
) -> Change:
    return Change(area="input", name=name, kind=kind, bump=bump, what=what, old=old, new=new)
