"""A suite file becomes a suite with every default filled in, or one sentence with file and line."""

import inspect
from pathlib import Path

import pytest
import yaml

from assay.author.project import Project
from assay.core.errors import BadInput
from assay.core.schema import compile_schema
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.grader import graders, open_graders
from assay.evaluate.suite import load_suite
from assay.evaluate.suite_schema import suite_schema
from assay.evaluate.types import Judge, Suite
from assay.models.types import Parameters

ROOT = Path(__file__).parents[2]
SCHEMA = suite_schema()
FUNCTION = "def grade(case, reply): return True\n"

SMALL = "suite: a\ndatasets: [d.jsonl]\nvariants: [a]\n"
FULL = """\
suite: support.triage
description: Does the new wording name the right team more often?
datasets: [../datasets/triage.jsonl, d.jsonl]
variants:
  - name: baseline
    prompt: support.triage@1.0.0
  - name: candidate
    prompt: ../prompts/triage.prompt.md
    model: embedded/smollm2-135m-instruct
    parameters: {temperature: 0, seed: 7}
graders:
  - contract
  - grader: choice
    target: expected
  - grader: contains
    name: no-promises
    value: [guarantee]
    match: none
    weight: 0.5
repeats: 3
concurrency: 2
gate:
  compare: {candidate: candidate, baseline: baseline, margin: 0.02}
  at_least: {candidate: 0.6}
  alpha: 0.1
  max_missing: 0
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two datasets, a Python grader and a schema; the current folder."""
    files = {
        "suites/d.jsonl": '{"id": "a"}\n',
        "datasets/triage.jsonl": '{"id": "b"}\n',
        "graders/own.py": FUNCTION,
        "schemas/s.json": '{"type": "object"}',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, None)


def load(project: Project, text: str) -> Suite:
    file = project.root / "suites/s.yaml"
    file.write_text(text, encoding="utf-8")
    return load_suite(project, Path("suites/s.yaml"))


def test_every_key_of_the_format_is_read(project):
    suite = load(project, FULL)

    assert (suite.name, suite.file) == ("support.triage", "suites/s.yaml")
    assert suite.description == "Does the new wording name the right team more often?"
    assert [spec.file for spec in suite.datasets] == ["datasets/triage.jsonl", "suites/d.jsonl"]
    assert [(v.name, v.prompt, v.model) for v in suite.variants] == [
        ("baseline", "support.triage@1.0.0", None),
        ("candidate", "../prompts/triage.prompt.md", "embedded/smollm2-135m-instruct"),
    ]
    assert suite.variants[1].parameters == Parameters(temperature=0, seed=7)
    assert [(g.grader, g.name, g.settings, g.weight) for g in suite.graders] == [
        ("contract", "contract", {}, 1.0),
        ("choice", "choice", {"target": "expected"}, 1.0),
        ("contains", "no-promises", {"value": ["guarantee"], "match": "none"}, 0.5),
    ]
    assert (suite.repeats, suite.concurrency) == (3, 2)
    assert suite.gate == GateSpec(
        compare=CompareRule(candidate="candidate", baseline="baseline", margin=0.02),
        at_least={"candidate": 0.6},
        alpha=0.1,
        max_missing=0.0,
    )


def test_places_are_kept_for_what_is_resolved_later(project):
    suite = load(project, FULL)

    assert [str(v.where) for v in suite.variants] == [
        "suites/s.yaml:5:5 (variants[0])",
        "suites/s.yaml:7:5 (variants[1])",
    ]
    assert suite.graders[2].places["match"].line == 18


def test_what_is_left_out_has_its_default(project):
    suite = load(project, SMALL)

    assert suite.description == ""
    assert [(v.name, v.prompt, v.parameters) for v in suite.variants] == [("a", "a", Parameters())]
    assert [(g.grader, g.name, g.weight) for g in suite.graders] == [("contract", "contract", 1.0)]
    assert (suite.repeats, suite.concurrency, suite.gate) == (1, None, None)
    assert load(project, SMALL + "gate: {}").gate == GateSpec()


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("support.triage", "support.triage"),
        ("support.triage@1.0.0", "support.triage@1.0.0"),
        ("../prompts/triage.prompt.md", "triage"),
        ("../prompts/triage.prompt.yaml@git:feature/x", "triage@git:feature/x"),
        ("triage.prompt.md", "triage"),
        ("support.triage@git:feature/x", "support.triage@git:feature/x"),
    ],
)
def test_a_variant_without_a_name_is_named_after_its_prompt(project, prompt, name):
    for entry in (prompt, f"{{prompt: '{prompt}'}}"):
        assert load(project, SMALL.replace("[a]", f"[{entry}]")).variants[0].name == name


@pytest.mark.parametrize(
    ("entry", "parameters"),
    [("openai/j", Parameters(temperature=0)), ("{model: openai/j, parameters: {temperature: 1, seed: 3}}", None)],
)
def test_the_judge_is_a_model_with_parameters(project, entry, parameters):
    suite = load(project, SMALL + f"judge: {entry}\n")

    assert suite.judge == Judge(model="openai/j", parameters=parameters or Parameters(temperature=1, seed=3))
    assert compile_schema(SCHEMA).findings(yaml.safe_load(SMALL + f"judge: {entry}\n")) == []


ELSEWHERE = "base_url: 'http://127.0.0.1:9/v1', key: env:K"


def test_a_variant_a_judge_and_a_user_may_have_a_server_and_a_key_of_their_own(project):
    text = (
        SMALL.replace("[a]", f"[{{prompt: a, model: openai/a, {ELSEWHERE}}}]")
        + f"judge: {{model: openai/j, {ELSEWHERE}}}\n"
        + f"conversation: {{user: You ask., model: openai/u, {ELSEWHERE}}}\n"
    )
    suite = load(project, text)

    for asked in (suite.variants[0], suite.judge, suite.conversation):
        assert (asked.base_url, asked.key) == ("http://127.0.0.1:9/v1", "env:K")
    assert compile_schema(SCHEMA).findings(yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("judge", "code", "place"),
    [
        ("{model: openai/j, key: sk-abcdefgh}", "secret.bad_reference", "key"),
        ("{model: openai/j, base_url: ftp//x}", "model.bad_base_url", "base_url"),
    ],
)
def test_an_address_or_a_reference_that_is_none_is_refused_with_its_place(project, judge, code, place):
    with pytest.raises(BadInput) as caught:
        load(project, SMALL + f"judge: {judge}\n")

    assert caught.value.code == code
    assert place in str(caught.value.where)
    assert "abcdefgh" not in str(caught.value)


def test_an_address_of_a_user_without_a_model_is_refused(project):
    with pytest.raises(BadInput, match="has 'base_url' and no model"):
        load(project, SMALL + f"conversation: {{user: You ask., {ELSEWHERE}}}\n")


def test_a_project_has_a_judge_for_suites_that_name_none(project):
    given = {"repeats": None, "concurrency": None, "judge": "openai/p"}

    assert load(project, SMALL).with_options(**given).judge == Judge(model="openai/p")
    assert load(project, SMALL + "judge: openai/j\n").with_options(**given).judge == Judge(model="openai/j")


def test_a_judge_that_is_no_model_is_refused_with_its_place(project):
    with pytest.raises(BadInput) as caught:
        load(project, SMALL + "judge: opnai/j\n")

    assert caught.value.hint == "did you mean 'openai'?"
    assert "judge" in str(caught.value.where)


def test_one_dataset_needs_no_list(project):
    assert load(project, SMALL.replace("[d.jsonl]", "d.jsonl")).datasets[0].file == "suites/d.jsonl"


async def test_the_graders_of_a_suite_are_made_for_a_run(project):
    suite = load(project, FULL)

    async with open_graders(project, suite) as made:
        assert [grader.spec for grader in made] == list(suite.graders)
        assert all(callable(grader.grade) for grader in made)


def changed(**keys: str) -> str:
    """``SMALL`` with keys put in, over or out (None)."""
    document = {"suite": "a", "datasets": "[d.jsonl]", "variants": "[a]"} | keys
    return "".join(f"{key}: {value}\n" for key, value in document.items() if value is not None)


# text, the line, a part of the sentence, a part of the hint
BROKEN = [
    ("", 1, "the document is nothing", "a mapping"),
    ("- a", 1, "the document is a list", "a mapping"),
    ("suite: [", 1, "not valid YAML", ""),
    ("suite: a\nsuite: b\n", 2, "stands twice", ""),
    (changed(suite=None), 1, "the key 'suite' is missing", "suite: …"),
    (changed(suite="''"), 1, "suite is ''", "not empty"),
    (changed(suite="Support Triage"), 1, "suite is 'Support Triage'", "support.triage"),
    (changed(description="3"), 4, "description is 3", "text"),
    (changed(datasets=None), 1, "the key 'datasets' is missing", "datasets: …"),
    (changed(datasets="[]"), 2, "the suite has no datasets", "at least one"),
    (changed(datasets="{file: d.jsonl}"), 2, "datasets is a mapping", "a list"),
    (changed(datasets="[3]"), 2, "datasets[0] is 3", "text"),
    (changed(datasets="[d.jsonl, d.jsonl]"), 2, "the dataset d.jsonl is listed twice", "once"),
    (changed(datasets="\n  - d.jsonl\n  - gone.jsonl"), 4, "gone.jsonl cannot be read: no such file", "check the path"),
    (changed(datasets="[../../d.jsonl]"), 2, "leads out of the project's folder", "without '..'"),
    (changed(datasets="[d.txt]"), 2, "d.txt is not a dataset by its name", ".jsonl"),
    (changed(datasets="[d.jsonl, {file: d.jsonl}]"), 2, "the dataset suites/d.jsonl is listed twice", "once"),
    (changed(datasets="[{split: test}]"), 2, "the key 'file' is missing", "file: …"),
    (changed(datasets="[{file: d.jsonl, slit: x}]"), 2, "the key 'slit' is not known here", "'split'"),
    (changed(datasets="[{file: d.jsonl, split: ''}]"), 2, "split is ''", "such as test"),
    (changed(datasets="[{file: 3}]"), 2, "file is 3", "text"),
    (changed(datasets="['d.jsonl@sha256:xyz']"), 2, "the digest of d.jsonl is 'xyz'", "@sha256:"),
    (changed(variants=None), 1, "the key 'variants' is missing", "variants: …"),
    (changed(variants=None, varients="[a]"), 3, "the key 'varients' is not known here", "did you mean 'variants'?"),
    (changed(datasets=None, dataset="d.jsonl"), 3, "the key 'dataset' is not known here", "did you mean 'datasets'?"),
    (changed(suite=None, suit="a"), 3, "the key 'suit' is not known here", "did you mean 'suite'?"),
    (changed(variants="[]"), 3, "the suite has no variants", "at least one"),
    (changed(variants="a"), 3, "variants is 'a'", "a list"),
    (changed(variants="[3]"), 3, "variants[0] is not a variant", "name: …"),
    (changed(variants="[{name: x}]"), 3, "the key 'prompt' is missing", "prompt: …"),
    (changed(variants="[{prompt: a, modell: x}]"), 3, "the key 'modell' is not known here", "'model'"),
    (changed(variants="[{prompt: a, model: opnai/gpt}]"), 3, "no provider is named 'opnai'", "'openai'"),
    (changed(variants="[{prompt: a, parameters: {temperatur: 1}}]"), 3, "'temperatur' is not known", "'temperature'"),
    (changed(variants="[{prompt: a, parameters: {temperature: 3}}]"), 3, "temperature is 3", "from 0 to 2"),
    (changed(variants="[{prompt: a, name: ''}]"), 3, "name is ''", "on one line"),
    (changed(variants="[a, a]"), 3, "two variants are named 'a'", "a 'name' of its own"),
    (changed(graders="[]"), 4, "the suite has no graders", "[contract]"),
    (changed(graders="contract"), 4, "graders is 'contract'", "a list"),
    (changed(graders="[3]"), 4, "graders[0] is not a grader", "grader: NAME"),
    (changed(graders="[{name: x}]"), 4, "the key 'grader' is missing", "grader: …"),
    (changed(graders="[contrct]"), 4, "no grader is named 'contrct'", "did you mean 'contract'?"),
    (changed(graders="\n  - grader: equals\n    ignore-case: true"), 6, "no setting 'ignore-case'", "'ignore_case'"),
    (changed(graders="\n  - grader: equals\n    trim: 1"), 6, "'trim' of the grader 'equals' is 1", "true or false"),
    (changed(graders="[contract, contract]"), 4, "two graders are named 'contract'", "a 'name' of its own"),
    (changed(graders="[{grader: contract, weight: -1}]"), 4, "weight is -1", "at least 0"),
    (changed(graders="[{grader: contract, weight: 0}]"), 4, "every grader has the weight 0", "above 0"),
    (changed(graders="[{grader: regex, value: '('}]"), 4, "'(' is not a regular expression", "Python's syntax"),
    (changed(graders="[{grader: python, function: 'own.py:grade'}]"), 4, "own.py cannot be read", "check the path"),
    (changed(repeats="0"), 4, "repeats is 0", "at least 1"),
    (changed(repeats="true"), 4, "repeats is True", "a whole number"),
    (changed(concurrency="many"), 4, "concurrency is 'many'", "a whole number"),
    (changed(grader="[contract]"), 4, "the key 'grader' is not known here", "'graders'"),
    (changed(gate="pass"), 4, "gate is 'pass'", "a mapping"),
    (changed(grader="[contract]", gate="{never: [{grader: leak, at_most: 0.1}]}"), 4, "'grader' is not", "'graders'"),
    (changed(gate="{atleast: {a: 1}}"), 4, "'atleast' is not known here", "'at_least'"),
    (changed(gate="{at_least: {b: 0.5}}"), 4, "no variant is named 'b'", "known: a"),
    (changed(gate="{at_least: {a: 60}}"), 4, "gate.at_least.a is 60", "from 0 to 1"),
    (changed(gate="{at_least: {a: }}"), 4, "the key 'a' is missing", "a: …"),
    (changed(gate="{alpha: 0.5}"), 4, "gate.alpha is 0.5", "below 0.5"),
    (changed(budget="{cost: 2}"), 4, "cost", "cost_usd"),
    (changed(budget="{tokens: -1}"), 4, "budget.tokens is -1", "at least 0"),
    (changed(repeats="{independent: false}"), 4, "the key 'count' is missing in repeats", "count: …"),
    (changed(repeats="0"), 4, "repeats is 0", "at least 1"),
    (changed(gate="{counted: 2}"), 4, "gate.counted is 2", "from 0 to 1"),
    (changed(gate="{max_missing: 2}"), 4, "gate.max_missing is 2", "from 0 to 1"),
    (
        changed(gate="{compare: {candidate: a, baseline: a, margin: 0.1}}"),
        4,
        "compares 'a' with itself",
        "two variants",
    ),
    (changed(gate="{compare: {candidate: a, margin: 0.1}}"), 4, "the key 'baseline' is missing", "baseline: …"),
    (
        changed(variants="[a, base]", gate="{compare: {candidate: a, baseline: bas, margin: 0.1}}"),
        4,
        "no variant is named 'bas'",
        "did you mean 'base'?",
    ),
    (changed(variants="[a, b]", gate="{compare: {candidate: a, baseline: b}}"), 4, "'margin' is missing", "margin: …"),
    (
        changed(variants="[a, b]", gate="{compare: {candidate: a, baseline: b, margin: 0}}"),
        4,
        "gate.compare.margin is 0",
        "above 0",
    ),
]


@pytest.mark.parametrize(("text", "line", "what", "hint"), BROKEN)
def test_what_is_wrong_is_said_in_a_sentence_with_file_and_line(project, text, line, what, hint):
    with pytest.raises(BadInput) as caught:
        load(project, text)

    assert (caught.value.where.file, caught.value.where.line) == ("suites/s.yaml", line)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert "\n" not in caught.value.what


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("suites/gone.yaml", "suites/gone.yaml cannot be read: no such file"),
        ("suites", "suites is a folder, not a suite"),
        ("datasets/many.jsonl", "datasets/many.jsonl is a dataset, not a suite"),
        ("cases.csv", "cases.csv is a dataset, not a suite"),
        ("prompts/a.prompt.md", "prompts/a.prompt.md is a prompt, not a suite"),
        ("../outside.yaml", "lies outside the project's folder"),
    ],
)
def test_a_suite_that_cannot_be_read_is_named(project, path, what):
    with pytest.raises(BadInput) as caught:
        load_suite(project, Path(path))

    assert what in caught.value.what


def test_a_suite_that_is_not_utf_8_says_where(project):
    (project.root / "suites/s.yaml").write_bytes(b"suite: a\ndescription: \xff\n")

    with pytest.raises(BadInput) as caught:
        load_suite(project, Path("suites/s.yaml"))

    assert str(caught.value.where) == "suites/s.yaml:2"


# What is more than a matter of form: a name that must exist, or be there once.
BEYOND_FORM = (
    "stands twice",
    "listed twice",
    "cannot be read",
    "leads out",
    "not a dataset",
    "the digest of",
    "no provider",
    "are named",
    "no grader is named",
    "every grader has",
    "not a regular expression",
    "no variant is named",
    "with itself",
)
GOOD = [
    SMALL,
    FULL,
    changed(datasets="d.jsonl", description="", graders="", gate="", repeats="", concurrency=""),
    changed(
        variants="[{prompt: a, name: , model: , parameters: }, {name: b, prompt: a, parameters: {stop: x, extra: {}}}]"
    ),
    changed(
        datasets="[{file: d.jsonl, split: test}, {file: d.jsonl, split: b}, '../datasets/triage.jsonl@sha256:0011aa0f']"
    ),
    changed(graders="[{grader: equals, value: {a: [1]}, ignore_case: true, trim: false, weight: 2, name: x}]"),
    changed(graders="[{grader: regex, value: 'a+', full: true, ignore_case: true, timeout_s: 0.5}]"),
    changed(graders="[{grader: json-schema, schema: ../schemas/s.json}]"),
    changed(graders="[{grader: json-schema, schema: {type: object}}]"),
    changed(graders="[{grader: python, function: '../graders/own.py:grade', timeout_s: 1, threshold: 1}]"),
    changed(graders="[{grader: choice, choices: [a, b], ignore_case: true, ignore_punctuation: true, value: a}]"),
    changed(graders="[{grader: contains, target: tags.x, match: any}]"),
    changed(gate="{at_least: {a: 1}, compare: , alpha: 0.01, max_missing: 1}"),
    changed(gate="{counted: 1}"),
    changed(budget="{cost_usd: 2.5, tokens: 1000, time_s: }"),
    changed(repeats="{count: 3, independent: false}"),
    changed(budget=""),
]
BAD_SETTINGS = [
    changed(graders=f"[{{grader: {entry}}}]")
    for entry in (
        "equals, target: 3",
        "equals, target: expect",
        "equals, target: expected, value: 3",
        "equals, timeout_s: 1",
        "contains, match: some",
        "contains, value: 3",
        "choice, choices: [a]",
        "choice, choices: a",
        "choice, value: 3",
        "regex, timeout_s: 0",
        "regex, pattern: a",
        "json-schema",
        "json-schema, schema: 3",
        "contract, strict: true",
        "python, function: 3",
        "python, function: own.py",
        "python, function: '../graders/own.py:grade', threshold: 0",
        "python, function: '../graders/own.py:grade', timeout_s: -1",
    )
]


@pytest.mark.parametrize("text", GOOD)
def test_the_schema_for_editors_takes_what_is_right(project, text):
    assert load(project, text)
    assert compile_schema(SCHEMA).findings(yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    "text",
    [text for text, _, what, _ in BROKEN if not any(part in what for part in BEYOND_FORM) and "YAML" not in what]
    + BAD_SETTINGS,
)
def test_the_schema_for_editors_refuses_what_is_wrong_in_form(project, text):
    with pytest.raises(BadInput):
        load(project, text)
    assert not compile_schema(SCHEMA).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", graders.names())
def test_the_schema_knows_every_setting_of_a_grader_with_its_default(name):
    parameters = {n: p for n, p in inspect.signature(graders.get(name)).parameters.items() if n != "bench"}
    known = SCHEMA["$defs"][f"grader-{name}"]

    assert known["properties"].keys() == parameters.keys()
    for setting, parameter in parameters.items():
        if "default" in known["properties"][setting]:
            assert known["properties"][setting]["default"] == parameter.default
    required = [n for n, p in parameters.items() if p.default is inspect.Parameter.empty]
    assert known.get("required", []) == required


@pytest.mark.parametrize("name", graders.names())
def test_the_page_of_a_grader_names_every_setting(name):
    page = (ROOT / f"docs/reference/graders/{name}.md").read_text(encoding="utf-8")

    for setting in inspect.signature(graders.get(name)).parameters:
        assert setting == "bench" or f"`{setting}`" in page


def test_the_page_of_the_format_names_every_key():
    page = (ROOT / "docs/reference/suite.md").read_text(encoding="utf-8")
    keys = [*SCHEMA["properties"], *SCHEMA["$defs"]["gate"]["properties"], *SCHEMA["$defs"]["variant"]["properties"]]

    assert [key for key in keys if key not in page] == []


def test_a_gate_may_be_a_plain_count(project):
    suite = load(project, changed(gate="{counted: 1}"))

    assert suite.gate == GateSpec(counted=1.0)
