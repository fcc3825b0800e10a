"""Rule ``ambiguous-name``: a reference means one file."""


def other(front: str) -> dict[str, str]:
    return {"q.prompt.md": f"---\n{front}\n---\nuser:\nHello.\n"}


def test_a_hit(lint):
    (found,) = lint("ambiguous-name", "version: 1.0.0", files=other("prompt: a.b\nversion: 1.0.0"))

    assert found.level == "error"
    assert "a.b 1.0.0 is also in q.prompt.md" in found.what


def test_a_hit_without_versions(lint):
    (found,) = lint("ambiguous-name", files=other("prompt: a.b"))

    assert "without a version" in found.what


def test_a_near_miss(lint):
    assert lint("ambiguous-name", "version: 1.0.0", files=other("prompt: a.b\nversion: 1.1.0")) == []
    assert lint("ambiguous-name", "version: 1.0.0", files=other("prompt: a.c\nversion: 1.0.0")) == []
