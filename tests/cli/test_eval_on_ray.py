"""``assay eval --on ray`` without what it needs."""

import sys

import pytest


@pytest.fixture
def suite(greet, project):
    (project / "cases.csv").write_text("id,name\na,Ann\n")
    (project / "s.yaml").write_text("suite: s\ndatasets: cases.csv\nvariants: [greet]\ngraders: [contract]\n")
    return "s.yaml"


def test_without_ray_its_name_is_the_first_that_is_asked_for(assay, suite, monkeypatch):
    for package in ("ray", "fsspec"):
        monkeypatch.setitem(sys.modules, package, None)  # what an installation without the extra meets

    done = assay("eval", suite, "--on", "ray", "--model", "embedded")

    assert done.status == 2
    assert done.err.startswith("error: '--on ray' needs the package ray")
    assert "hint: install it: pip install 'assay[ray]'" in done.err
