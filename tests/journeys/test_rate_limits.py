"""Rate limits as a person meets them: nothing is lost to them, and what matters is said in a sentence."""

import pytest

from assay.testing.fake_provider import FakeProvider, Fault


def sorted_by(body):
    return body["messages"][-1]["content"].rpartition(" ")[2].rstrip(".")


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("TEAM_KEY", "key-of-the-team-0123456789")
    monkeypatch.setenv("SPARE_KEY", "key-to-spare-0123456789")


@pytest.mark.parametrize("quiet", [(), ("--json",)], ids=["text", "json"])
def test_of_two_keys_the_one_that_is_refused_is_left_out_with_a_sentence(quiet, small, here, against):
    with FakeProvider(sorted_by, key="key-to-spare-0123456789") as fake:
        done = here("eval", "suites/sort.yaml", *quiet, *against(fake), "--key-env", "TEAM_KEY,SPARE_KEY")

    assert done.err.count("the key env:TEAM_KEY is left out: the provider rejected the call (401 Unauthorized)") == 1
    assert "0123456789" not in done.err + done.out
    rows = small.rows()
    assert len(rows) == 24
    assert {row["status"] for row in rows} == {"passed"}


def test_rate_limits_leave_no_trace_in_the_results(small, here, against):
    refusal = Fault(status=429, headers={"retry-after-ms": "20"})
    with FakeProvider(sorted_by, script=[refusal] * 40) as fake:
        here("eval", "suites/sort.yaml", "--json", *against(fake))

    rows = small.rows()
    assert {row["status"] for row in rows} == {"passed"}
    assert sum(row["attempts"] for row in rows) == len(fake.requests) == 64
