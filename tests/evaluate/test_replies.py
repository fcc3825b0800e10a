"""The store of paid replies: addresses tell samples apart, and what is kept is found again."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.types import RenderedMessage
from assay.core.errors import StorageFailed
from assay.engine.types import Checked, Outcome
from assay.evaluate.replies import Address, ReplyStore
from assay.models.types import Reply, Usage

messages = st.lists(
    st.builds(lambda r, c: RenderedMessage(r, c, ()), st.sampled_from(["system", "user"]), st.text(max_size=20)),
    max_size=3,
)


def outcome(*texts: str, fallback: bool = False) -> Outcome:
    replies = tuple(Reply(text=t, model="m", usage=Usage(input=1), latency_ms=1.5) for t in texts)
    seen = Checked("x", "x")
    return Outcome(
        digest="d", messages=(), replies=replies, checked=seen, first=seen, fallback=fallback, cost_usd=Decimal(0)
    )


def test_what_is_kept_is_found_again_also_by_another_process(tmp_path: Path) -> None:
    first, second = ReplyStore(tmp_path / "r.db"), ReplyStore(tmp_path / "r.db")

    kept = outcome("one", "two", fallback=True)
    first.keep(b"a" * 32, kept.replies, fallback=kept.fallback, at_utc="2026-01-01T00:00:00Z")
    found = second.find(b"a" * 32)
    first.sync()

    assert found is not None
    assert [r.text for r in found.replies] == ["one", "two"]
    assert found.fallback
    assert found.replies[0].usage == Usage(input=1)
    assert second.find(b"b" * 32) is None
    first.close()
    second.close()


@given(messages, messages, st.integers(0, 3), st.integers(0, 3))
def test_two_samples_share_an_address_only_when_they_are_the_same_call(
    one: list[RenderedMessage], other: list[RenderedMessage], repeat: int, again: int
) -> None:
    make = Address(["version", "model", {"temperature": 0}])

    same = [(m.role, m.content) for m in one] == [(m.role, m.content) for m in other] and repeat == again

    assert (make.of(one, repeat) == make.of(other, again)) is same
    assert make.of(one, repeat) != Address(["version", "model", {"temperature": 1}]).of(one, repeat)


def test_a_reply_that_cannot_be_read_any_more_is_asked_for_again(tmp_path: Path) -> None:
    store = ReplyStore(tmp_path / "r.db")
    store.keep(b"a", outcome("x").replies, fallback=False, at_utc="t")
    raw = sqlite3.connect(tmp_path / "r.db", isolation_level=None)
    raw.execute("UPDATE replies SET data = x'00'")
    raw.close()

    assert store.find(b"a") is None
    store.close()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_bytes(b"not a database, and long enough to be looked at" * 100)

    with pytest.raises(StorageFailed, match="cannot be used"):
        ReplyStore(tmp_path / "r.db")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "r.db")
    raw.execute("PRAGMA user_version=99")
    raw.close()

    with pytest.raises(StorageFailed, match="newer version"):
        ReplyStore(tmp_path / "r.db")
