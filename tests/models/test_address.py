import pytest

from assay.core.errors import BadInput
from assay.models.address import host_of, join, normalise_base_url


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("https://api.example.invalid/v1/", "https://api.example.invalid/v1", id="slash-at-the-end"),
        pytest.param("HTTPS://API.Example.invalid/V1", "https://api.example.invalid/V1", id="case"),
        pytest.param(" http://127.0.0.1:8000 ", "http://127.0.0.1:8000", id="no-path-is-guessed"),
        pytest.param("http://[::1]:8000/v1", "http://[::1]:8000/v1", id="ipv6"),
        pytest.param("https://h.invalid/x?api-version=1", "https://h.invalid/x?api-version=1", id="query-kept"),
    ],
)
def test_an_address_has_one_form(text, normal):
    assert normalise_base_url(text) == normal
    assert normalise_base_url(normal) == normal


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("api.example.invalid/v1", "no scheme", id="no-scheme"),
        pytest.param("localhost:8000/v1", "localhost:", id="host-taken-for-scheme"),
        pytest.param("ftp://h.invalid", "ftp:", id="ftp"),
        pytest.param("file:///etc/passwd", "file:", id="file"),
        pytest.param("https://", "no host", id="no-host"),
        pytest.param("https://a b/v1", "no host", id="space"),
        pytest.param("https://user:hunter2@h.invalid/v1", "user name", id="password"),
        pytest.param("https://h.invalid/v1#x", "fragment", id="fragment"),
        pytest.param("https://h.invalid:99999/v1", "not an address", id="port"),
        pytest.param("https://[::1/v1", "not an address", id="bracket"),
        pytest.param("", "no scheme", id="empty"),
    ],
)
def test_what_is_no_http_address_is_refused_without_repeating_it(text, what):
    with pytest.raises(BadInput) as caught:
        normalise_base_url(text)

    assert what in caught.value.what
    assert "hunter2" not in str(caught.value)


def test_a_path_is_joined_below_the_address_and_before_its_query():
    url = join("https://h.invalid/api?api-version=1", root_path="/v1", path="/chat/completions", model="m")

    assert url == "https://h.invalid/api/chat/completions?api-version=1"


def test_the_root_path_stands_in_where_the_address_has_no_path():
    assert (
        join("https://h.invalid", root_path="/openai/v1", path="/chat", model="m") == "https://h.invalid/openai/v1/chat"
    )


def test_a_model_in_the_path_is_quoted():
    assert join("https://h.invalid/d/{model}", root_path="", path="/chat", model="a/b?c") == (
        "https://h.invalid/d/a%2Fb%3Fc/chat"
    )


def test_messages_show_host_and_port_alone():
    assert host_of("https://h.invalid:8443/v1?key=abc") == "h.invalid:8443"
