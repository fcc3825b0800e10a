"""Rule ``suite-not-found``: a suite that is named is there."""

import pytest


@pytest.mark.parametrize("path", ["s.yaml", "../s.yaml", "../../s.yaml", "/s.yaml"])
def test_a_hit(lint, path):
    (found,) = lint("suite-not-found", f"suites: [a.yaml, {path}]", files={"a.yaml": ""})

    assert found.level == "error"
    assert path in found.what
    assert found.where.path == "suites[1]"


def test_a_near_miss(lint):
    assert lint("suite-not-found", "suites: [suites/a.yaml, ./b.yaml]", files={"suites/a.yaml": "", "b.yaml": ""}) == []
    assert lint("suite-not-found") == []
