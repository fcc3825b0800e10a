from datetime import UTC, datetime

import pytest

from assay.core.errors import ProviderFailed, ProviderRejected, RateLimited, TimedOut
from assay.models.failure import Answer, Complaint, failure_from_answer
from assay.models.secret import Secret

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def failure(status, message=None, *, secret=None, headers=(), **complaint):
    answer = Answer(status=status, headers=dict(headers), at_utc=NOW)
    return failure_from_answer(answer, Complaint(message=message, **complaint), secret=secret)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, ProviderRejected, False),
        (401, ProviderRejected, False),
        (403, ProviderRejected, False),
        (404, ProviderRejected, False),
        (408, TimedOut, True),
        (409, RateLimited, True),
        (413, ProviderRejected, False),
        (418, ProviderRejected, False),
        (422, ProviderRejected, False),
        (429, RateLimited, True),
        (446, ProviderRejected, False),
        (500, ProviderFailed, True),
        (502, ProviderFailed, True),
        (503, ProviderFailed, True),
        (529, ProviderFailed, True),
        (302, ProviderRejected, False),
    ],
)
def test_each_status_is_one_kind_of_error(status, kind, retryable):
    error = failure(status, "It went wrong.")

    assert type(error) is kind
    assert error.retryable is retryable
    assert error.status == status
    assert error.code.startswith("model.")
    assert str(status) in error.what


def test_the_sentence_carries_the_providers_message():
    assert failure(400, "Unknown model.").what == "the provider rejected the call (400 Bad Request): Unknown model."
    assert failure(500).what == "the provider failed (500 Internal Server Error)"


@pytest.mark.parametrize(("status", "hint"), [(401, "key"), (403, "key"), (404, "model's name")])
def test_a_hint_says_what_to_look_at(status, hint):
    assert hint in failure(status).hint


def test_a_used_up_quota_is_not_tried_again():
    error = failure(429, "You exceeded your current quota.", type="insufficient_quota", code="insufficient_quota")

    assert isinstance(error, RateLimited)
    assert (error.retryable, error.code) == (False, "model.no_quota")
    assert failure(429).retryable


@pytest.mark.parametrize(
    ("status", "says", "retryable"), [(500, "false", False), (400, "true", True), (500, "maybe", True)]
)
def test_the_servers_own_word_on_another_try_goes_first(status, says, retryable):
    assert failure(status, headers={"x-should-retry": says}).retryable is retryable


def test_the_pause_that_the_server_wishes_for_is_kept():
    assert failure(429, headers={"retry-after-ms": "1500"}).retry_after_s == 1.5
    assert failure(429).retry_after_s is None


def test_a_long_message_is_cut():
    what = failure(400, "x" * 5000).what

    assert what.endswith("xx…")
    assert len(what.partition(": ")[2]) == 300


def test_a_message_is_one_line():
    assert failure(400, "one\n\n two\tthree").what.endswith(": one two three")


@pytest.mark.parametrize("place", [0, 290, 295, 299, 4000])
def test_no_secret_is_in_the_sentence_nor_a_part_of_one_where_it_is_cut(place):
    key = "k-0123456789abcdef"
    error = failure(401, "y" * place + f" {key} and sk-proj-ABCDEFGH", secret=Secret(key))

    for text in (str(error), repr(error), str(error.as_dict())):
        assert not any(part in text for part in (key, key[:6], key[-6:], "sk-proj", "ABCDEFGH"))


def test_redirects_are_not_followed_and_say_so():
    error = failure(307)

    assert (error.code, error.hint) == ("model.redirected", "set the base address to where the server really is")
