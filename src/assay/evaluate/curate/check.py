"""What makes a dataset a poor judge: leaks from the prompt, cases that come twice, labels that contradict each other.

Each finding names its case and, where there is one, the other place; the texts themselves are never repeated.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from assay.author.lint.sarif import BASE, SCHEMA, location_of
from assay.core.canonical import digest_bytes
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_digest import canonical
from assay.evaluate.curate.leak import PromptWords
from assay.evaluate.curate.near import NearTexts
from assay.evaluate.dataset import SPLIT, DatasetFile, cases_in
from assay.evaluate.dataset_format import json_text
from assay.evaluate.types import Case
from assay.storage.scratch import open_scratch, scratching

Rule = Literal[
    "leak",
    "contradiction",
    "duplicate",
    "near-duplicate",
    "duplicate-id",
    "empty-input",
    "oversized-input",
    "wrong-input",
]

RULES: dict[Rule, str] = {
    "leak": "A text of the case stands in the prompt, whole or nearly.",
    "contradiction": "Two cases ask the same, or nearly the same, and expect different things.",
    "duplicate": "Two cases have the same inputs, and no cluster says that they belong together.",
    "near-duplicate": "Two cases have nearly the same inputs, and no cluster says that they belong together.",
    "duplicate-id": "Two cases have the same id.",
    "empty-input": "A case has no inputs, or an input without any text.",
    "oversized-input": "The inputs of a case are longer than the limit.",
    "wrong-input": "A prompt of the suite does not take the inputs of the case.",
}

_SCHEMA = """
CREATE TABLE cases (
  number INTEGER PRIMARY KEY, id TEXT, expected TEXT, cluster TEXT, split TEXT, file TEXT, line INTEGER, place TEXT
)
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what is wrong with a case, what to do, where it stands, and where what it clashes with does."""

    rule: Rule
    level: Literal["error", "warning"]
    what: str
    hint: str
    where: Location
    other: Location | None = None

    def as_dict(self) -> dict[str, object]:
        """JSON-ready data."""
        return {
            "rule": self.rule,
            "level": self.level,
            "what": self.what,
            "hint": self.hint,
            "where": self.where.as_dict(),
            "other": None if self.other is None else self.other.as_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is looked for.

    Attributes:
        prompts: The prompts whose words no case may stand in.
        accepts: Raises BadInput for a case whose inputs a prompt does not take.
        near: The share of common pieces from which two inputs are nearly the same.
        max_chars: The most characters that all inputs of a case may have.
    """

    prompts: Sequence[PromptWords] = ()
    accepts: Callable[[Case], None] = lambda _: None
    near: float = 0.8
    max_chars: int = 50_000


class _Kept(NamedTuple):
    id: str
    expected: str | None
    cluster: str | None
    split: str | None
    file: str
    line: int | None
    place: str | None

    @property
    def where(self) -> Location:
        return Location(self.file, self.line, None, self.place)


def find_problems(files: Mapping[str, DatasetFile], check: Check) -> Iterator[Problem]:
    """Everything that is found, case by case first, then what only shows among all cases.

    Raises:
        BadInput: A row is no case at all.
    """
    with NearTexts(check.near) as near, scratching():
        table = open_scratch(_SCHEMA)
        try:
            number = 0
            for file in files.values():
                for case in cases_in(file):
                    yield from _of_case(case, check)
                    near.add(number, _asked(case))
                    table.execute("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *_kept(case)))
                    number += 1

            def kept(wanted: int) -> _Kept:
                row = table.execute("SELECT * FROM cases WHERE number = ?", (wanted,)).fetchone()
                return _Kept(*row[1:])

            for later, earlier in _same_ids(table):
                yield _same_id(kept(earlier), kept(later))
            for pair in near.pairs():
                problem = _of_pair(kept(pair.earlier), kept(pair.later), pair.share)
                if problem is not None:
                    yield problem
        finally:
            table.close()


def _same_ids(table: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """The numbers of each case whose id stood before, and of the first that has it."""
    twice = table.execute("SELECT id, min(number) FROM cases GROUP BY id HAVING count(*) > 1 ORDER BY 2").fetchall()
    if twice:
        table.execute("CREATE INDEX by_id ON cases (id)")
    for name, first in twice:
        for (number,) in table.execute("SELECT number FROM cases WHERE id = ? AND number > ?", (name, first)):
            yield number, first


def _same_id(earlier: _Kept, later: _Kept) -> Problem:
    what = f"the id {later.id!r} stands twice"
    return Problem("duplicate-id", "error", what, "give each case an id of its own", later.where, earlier.where)


def _kept(case: Case) -> _Kept:
    where = case.where
    expected = digest_bytes(canonical(case.expected)) if case.has_expected else None
    return _Kept(case.id, expected, case.cluster, case.tags.get(SPLIT), where.file, where.line, where.path)


def _asked(case: Case) -> str:
    """The texts of the inputs in the order of their names."""
    values = (case.inputs[name] for name in sorted(case.inputs))
    return "\n".join(value if isinstance(value, str) else json_text(value) for value in values)


def _of_case(case: Case, check: Check) -> Iterator[Problem]:
    chars = sum(len(v) if isinstance(v, str) else len(json_text(v)) for v in case.inputs.values())
    blank = [name for name, value in case.inputs.items() if isinstance(value, str) and not value.strip()]
    if not case.inputs or blank:
        what = f"the input {blank[0]!r} of case {case.id!r} is empty" if blank else f"case {case.id!r} has no inputs"
        yield Problem("empty-input", "warning", what, "fill it in, or take the case out", case.where)
    if chars > check.max_chars:
        what = f"the inputs of case {case.id!r} have {chars:,} characters, over the limit of {check.max_chars:,}"
        yield Problem("oversized-input", "warning", what, "shorten them, or raise --max-chars", case.where)
    try:
        check.accepts(case)
    except BadInput as error:
        yield Problem("wrong-input", "error", f"case {case.id!r}: {error.what}", error.hint or "", case.where)
    for prompt in check.prompts:
        for leak in prompt.leaks(case):
            whole = leak.share == 1
            how = "stands" if whole else f"stands nearly ({leak.share:.0%} of its word groups)"
            yield Problem(
                "leak",
                "error" if whole else "warning",
                f"{leak.part!r} of case {case.id!r} {how} in the prompt {leak.prompt}",
                "take it out of the prompt, or out of the dataset",
                case.where,
                leak.where,
            )


def _of_pair(earlier: _Kept, later: _Kept, share: float) -> Problem | None:
    same = "the same inputs as" if share == 1 else f"nearly the same inputs ({share:.0%}) as"
    where, other = later.where, earlier.where
    if earlier.expected != later.expected:
        return Problem(
            "contradiction",
            "error" if share == 1 else "warning",
            f"case {later.id!r} has {same} {earlier.id!r} and expects something else",
            "decide which of the two is right",
            where,
            other,
        )
    if earlier.cluster is not None and earlier.cluster == later.cluster:
        return None
    sides = f", in the split {later.split!r} and not {earlier.split!r}" if earlier.split != later.split else ""
    return Problem(
        "duplicate" if share == 1 else "near-duplicate",
        "warning",
        f"case {later.id!r} has {same} {earlier.id!r}{sides}",
        "take one out, or give both the same cluster",
        where,
        other,
    )


def problems_as_sarif(found: Sequence[Problem], version: str) -> dict[str, object]:
    """The findings as one SARIF 2.1.0 log; the other place of each is a related location."""
    names = sorted({problem.rule for problem in found})
    rules = [
        {"id": f"dataset/{name}", "shortDescription": {"text": RULES[name]}, "help": {"text": RULES[name]}}
        for name in names
    ]
    results = [_result(problem, names.index(problem.rule)) for problem in found]
    run = {
        "tool": {"driver": {"name": "Assay", "semanticVersion": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder from which the datasets were checked."}}},
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(problem: Problem, index: int) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": f"dataset/{problem.rule}",
        "ruleIndex": index,
        "level": problem.level,
        "message": {"text": f"{problem.what}."},
        "locations": [location_of(problem.where)],
        "partialFingerprints": {"assayFinding/v1": digest_bytes(canonical([problem.rule, problem.what]))},
    }
    if problem.other is not None:
        found["relatedLocations"] = [{"id": 1, **location_of(problem.other)}]
    return found
