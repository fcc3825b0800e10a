"""The graders under promptfoo's names, against what promptfoo itself said of each reply.

Every assertion of a configuration is taken whose type is a grader that asks nobody, whose value is no template and
whose reply is known. How configurations as a whole are run is not looked at here.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.engine.types import Checked, Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.grader import graders
from assay.evaluate.types import Case
from assay.models.types import Reply

DATA = Path(__file__).parents[3] / "shared" / "data" / "promptfoo"

TYPES = {
    "equals", "contains", "icontains", "contains-all", "contains-any", "icontains-all", "icontains-any", "starts-with",
    "regex", "levenshtein", "word-count", "is-json", "contains-json", "is-html", "contains-html", "is-xml",
    "contains-xml", "is-sql", "contains-sql", "bleu", "gleu", "rouge-n", "is-refusal",
}  # fmt: skip
MOST = 60  # rows of one configuration
EXACT = {"equals": {"exact": True}, "regex": {"dialect": "javascript"}}


def assertions() -> Iterator[object]:
    for golden_file in sorted(DATA.glob("*/golden.json")):
        folder = golden_file.parent
        golden = json.loads(golden_file.read_text(encoding="utf-8"))
        told = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        for config in told["configs"]:
            if config.endswith((".yaml", ".yml", ".json")):
                yield from of_config(folder, folder / told["cwd"] / config, golden)


def of_config(folder: Path, config: Path, golden: dict) -> Iterator[object]:
    try:
        suite = parse_document(config.read_text(encoding="utf-8"), file=config.name).value
    except BadInput:
        return
    tests = suite.get("tests") if isinstance(suite, dict) else None
    plain = isinstance(tests, list) and all(isinstance(test, dict) for test in tests) and "scenarios" not in suite
    plain = plain and not any(expands(test.get("vars")) for test in tests)
    if not plain or "defaultTest" in suite or len(golden["results"] or ()) < len(tests):
        return
    for row in golden["results"][:MOST]:
        asserts = tests[row["testIdx"]].get("assert", []) if row["testIdx"] < len(tests) else []
        if not isinstance(row["output"], str) or len(asserts) != len(row["assertions"]):
            continue
        for number, (entry, said) in enumerate(zip(asserts, row["assertions"], strict=True)):
            if is_taken(entry) and entry["type"] == said["type"]:
                name = f"{folder.name}-{row['testIdx']}-{row['promptIdx']}-{number}-{entry['type']}"
                yield pytest.param(config, entry, row["output"], said, id=name)


def expands(variables: object) -> bool:
    """Whether these variables make several tests of one."""
    return not isinstance(variables, dict | None) or any(isinstance(v, list) for v in (variables or {}).values())


def is_taken(entry: dict) -> bool:
    value = json.dumps(entry.get("value"))
    plain = "{{" not in value and "{%" not in value and "transform" not in entry and entry.get("weight") != 0
    plain = plain and ("file://" not in value or value.endswith('.json"'))
    if "type" not in entry:  # a reference to a template of an assertion
        return False
    return entry["type"].removeprefix("not-") in TYPES and plain


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
@pytest.mark.parametrize(("config", "entry", "output", "said"), list(assertions()) or [pytest.param(*[None] * 4)])
async def test_a_grader_says_what_promptfoo_says(config, entry, output, said):
    kind = entry["type"].removeprefix("not-")
    factory = graders.get(kind)
    settings = {key: entry[key] for key in ("value", "threshold") if key in entry} | EXACT.get(kind, {})
    bench = Bench(WorkingTree(config.parent))
    if "bench" in factory.__code__.co_varnames[: factory.__code__.co_kwonlyargcount]:
        settings["bench"] = bench
    case = Case(id="c", inputs={}, where=Location("d", 1))
    reply = Outcome(
        digest="", messages=(), replies=(Reply(text=output, model="m"),), checked=Checked(output, output),
        first=Checked(output, output), fallback=False, cost_usd=None,
    )  # fmt: skip

    verdict = await factory(**settings)(case, reply)
    await bench.close()
    if kind != entry["type"]:
        verdict = negated(verdict)

    assert verdict.passed == said["pass"]
    assert verdict.score == pytest.approx(said["score"], abs=1e-9)


def negated(verdict):
    return type(verdict)(1 - verdict.score, not verdict.passed, verdict.reason)
