"""Rule ``unpinned-partial``: a shared text does not change unseen."""

FILES = {"partials/a.md": "A {% include 'b' %}", "partials/b.md": "B"}


def test_a_hit(lint):
    first, second = lint("unpinned-partial", body="user:\nx\n{% include 'a' %}{% include 'a' %}", files=FILES)

    assert (first.level, str(first.where)) == ("warning", "p.prompt.md:7")
    assert "'a' is not pinned" in first.what
    assert ("'b' is not pinned" in second.what, str(second.where)) == (True, "partials/a.md:1")


def test_a_near_miss(lint):
    assert lint("unpinned-partial", body="user:\n{% include 'a' %}", files=FILES, pins={"a": "1", "b": "2"}) == []
    assert lint("unpinned-partial", body="user:\nnothing") == []
