"""Rule ``unknown-ignore``: what is ignored is a rule."""


def test_a_hit(lint):
    (found,) = lint("unknown-ignore", "lint: {ignore: [no-suite, missing-ower]}")

    assert found.level == "warning"
    assert found.hint == "did you mean 'missing-owner'?"
    assert found.where.path == "lint.ignore[1]"


def test_a_near_miss(lint):
    assert lint("unknown-ignore", "lint: {ignore: [no-suite]}") == []
    assert lint("unknown-ignore", "lint: {ignore: []}") == []
