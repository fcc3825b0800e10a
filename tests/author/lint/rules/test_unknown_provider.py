"""Rule ``unknown-provider``: a model belongs to a provider."""

KNOWN = frozenset({"openai", "embedded"})


def test_a_hit(lint):
    (found,) = lint("unknown-provider", "model: {candidates: [openai/a, opnai/b]}", providers=KNOWN)

    assert found.level == "error"
    assert "'opnai'" in found.what
    assert found.hint == "did you mean 'openai'?"
    assert found.where.path == "model.candidates[1]"


def test_a_near_miss(lint):
    assert lint("unknown-provider", "model: openai/opnai", providers=KNOWN) == []
    assert lint("unknown-provider", "model: opnai/b") == []
