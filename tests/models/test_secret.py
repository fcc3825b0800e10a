import copy
import json
import pickle

import pytest

from assay.core.errors import BadInput
from assay.models.secret import Secret, check_reference, resolve_secret, scrub

KEY = "sk-live-abcdef0123456789"


def test_a_secret_shows_itself_to_reveal_and_to_nothing_else():
    secret = Secret(KEY)

    assert secret.reveal() == KEY
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>5}", f"{[secret]}"):
        assert KEY not in shown
        assert "***" in shown


@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, json.dumps], ids=["pickle", "copy", "json"])
def test_a_secret_cannot_be_written_out(write):
    with pytest.raises(TypeError):
        write(Secret(KEY))


def test_an_environment_variable_is_looked_up_at_each_use():
    environ = {"SHOP_KEY": KEY}
    first = resolve_secret("env:SHOP_KEY", environ=environ)
    environ["SHOP_KEY"] = "another"

    assert first == Secret(KEY)
    assert resolve_secret("env:SHOP_KEY", environ=environ) == Secret("another")


def test_a_file_is_read_without_the_line_end_behind_the_key(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")

    assert resolve_secret(f"file:{tmp_path}/key").reveal() == KEY


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        pytest.param("env:NO_SUCH_VARIABLE", "secret.missing", id="no-variable"),
        pytest.param("file:no/such/file", "secret.missing", id="no-file"),
        pytest.param("env:BLANK", "secret.empty", id="blank"),
        pytest.param("env:TWO_LINES", "secret.not_printable", id="two-lines"),
        pytest.param("env:NOT_ASCII", "secret.not_printable", id="not-ascii"),
    ],
)
def test_a_reference_that_leads_to_no_key_is_named_in_the_error(reference, code):
    environ = {"BLANK": " \n", "TWO_LINES": f"{KEY}\nX-Other: 1", "NOT_ASCII": f"{KEY}é"}

    with pytest.raises(BadInput) as caught:
        resolve_secret(reference, environ=environ)

    assert caught.value.code == code
    assert reference in caught.value.what
    assert caught.value.hint
    assert KEY not in f"{caught.value} {caught.value.hint}"


def test_a_file_that_is_no_text_is_no_key(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")

    with pytest.raises(BadInput, match="cannot be read: it is not text"):
        resolve_secret(f"file:{tmp_path}/key")


@pytest.mark.parametrize("reference", [KEY, "", "env:", "env", "vault:x", f"ENV:{KEY}", "env: X"])
def test_what_is_no_reference_is_refused_and_never_repeated(reference):
    with pytest.raises(BadInput) as caught:
        check_reference(reference)

    assert caught.value.code == "secret.bad_reference"
    assert KEY not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        "Incorrect API key provided: sk-proj-****1234.",
        "bad header Authorization: Bearer abc.def-ghi",
        "GET /v1?api-version=1&key=abcdef",
        "the token 0123-456 is unknown",
    ],
)
def test_scrubbing_takes_out_the_secret_and_what_looks_like_one(text):
    clean = scrub(text, Secret("0123-456"))

    assert "***" in clean
    for part in (KEY, "1234.", "abc.def-ghi", "abcdef", "0123-456"):
        assert part not in clean


def test_scrubbing_leaves_other_text_alone():
    text = "Unsupported value: 'temperature' does not support 0.2 with this model; ask-me-anything, risk-free-rate."

    assert scrub(text, Secret("zzz")) == text


def test_a_short_key_is_taken_out_only_where_it_stands_by_itself():
    assert scrub("5031 tokens, and the key tok is bad", Secret("tok")) == "5031 tokens, and the key *** is bad"
