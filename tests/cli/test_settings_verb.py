"""Every setting is printed with its value and where that comes from."""

import dataclasses

import pytest

from assay.app import STAGES


def values(found: object) -> dict[str, tuple[object, str]]:
    assert isinstance(found, list)
    return {f"{item['stage']}.{item['name']}": (item["value"], item["origin"]) for item in found}


def test_every_setting_of_every_stage_is_there(assay):
    found = values(assay("settings", "--json").json)

    assert set(found) == {f"{stage}.{f.name}" for stage, kind in STAGES.items() for f in dataclasses.fields(kind)}
    assert found["evaluate.concurrency"] == (16, "default")


def test_the_environment_comes_before_the_file_and_the_file_before_the_default(assay, project, monkeypatch):
    (project / "assay.yaml").write_text("evaluate:\n  concurrency: 4\n  report_rows: 5\n")
    monkeypatch.setenv("ASSAY_EVALUATE_CONCURRENCY", "8")

    found = values(assay("settings", "--json").json)

    assert found["evaluate.concurrency"] == (8, "environment ASSAY_EVALUATE_CONCURRENCY")
    assert found["evaluate.report_rows"] == (5, "assay.yaml:3:16 (evaluate.report_rows)")
    assert found["evaluate.folder"] == (".assay", "default")


def test_the_file_of_a_folder_above_counts(assay, project, monkeypatch):
    (project / "assay.yaml").write_text("evaluate: {concurrency: 4}\n")
    (project / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(project / "deep/er")

    value, origin = values(assay("settings", "--json").json)["evaluate.concurrency"]

    assert value == 4
    assert "assay.yaml:1:" in origin


def test_people_get_a_table(assay):
    out = assay("settings").out

    assert out.splitlines()[0].split() == ["setting", "value", "from", "what", "it", "is"]
    assert "evaluate.concurrency" in out
    assert "models.weights" in out


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("evaluate: {concurency: 1}", "no setting is named 'concurency'", "did you mean 'concurrency'?"),
        ("evaluates: {}", "no setting is named 'evaluates'", "did you mean 'evaluate'?"),
        ("evaluate: {concurrency: 0}", "concurrency is 0", "write a number of at least 1"),
        ("a: [", "not valid YAML", "check the indentation"),
        ("- a", "the file is not a mapping", "write 'project: NAME'"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_sentence_with_its_line(assay, project, text, says, hint):
    (project / "assay.yaml").write_text(text)

    done = assay("settings")

    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: assay.yaml:")
    assert says in done.err
    assert f"hint: {hint}" in done.err


def test_what_is_wrong_in_the_environment_names_the_variable(assay, monkeypatch):
    monkeypatch.setenv("ASSAY_MODELS_TIMEOUT_S", "soon")

    assert assay("settings").err.startswith("error: $ASSAY_MODELS_TIMEOUT_S: ASSAY_MODELS_TIMEOUT_S is 'soon'")
