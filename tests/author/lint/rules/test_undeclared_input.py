"""Rule ``undeclared-input``: every name has a value."""

import pytest


def test_a_hit_suggests_the_nearest_name(lint):
    (found,) = lint("undeclared-input", "inputs: {ticket: string}", "user:\nA\n{{ tikcet }} {{ ticket }}")

    assert found.level == "error"
    assert "'tikcet'" in found.what
    assert found.hint == "did you mean 'ticket'?"
    assert found.where.line == 7


def test_every_name_is_told(lint):
    found = lint("undeclared-input", "", "user:\n{{ a }}{% if b %}{% endif %}\nassistant:\n{{ c|default(d) }}")

    assert [f.what.split("'")[1] for f in found] == ["a", "b", "c", "d"]


def test_a_hit_in_a_partial_is_placed_there(lint):
    (found,) = lint("undeclared-input", body='user:\n{% include "a" %}', files={"partials/a.md": "x\n{{ y }}"})

    assert str(found.where) == "partials/a.md:2"


def test_a_name_that_another_message_gives_is_none_here(lint):
    (found,) = lint("undeclared-input", "inputs: {x: any}", "user:\n{% set y = x %}{{ y }}\nassistant:\n{{ y }}")

    assert found.where.line == 8


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("user:\n{{ x }}", id="declared"),
        pytest.param("user:\n{% for y in x %}{{ loop.index }}{{ y }}{% endfor %}", id="loop"),
        pytest.param("user:\n{% for k, v in x|items %}{{ k }}{{ v }}{% endfor %}", id="two-names"),
        pytest.param("user:\n{% with y = x %}{{ y }}{% endwith %}", id="with"),
        pytest.param("user:\n{{ range(3)|join(', ') }}{{ x|sort(attribute='name') }}{{ true }}", id="words"),
        pytest.param("user:\n{# {{ y }} #}{% raw %}{{ z }}{% endraw %}", id="not-run"),
    ],
)
def test_a_near_miss(lint, body):
    assert lint("undeclared-input", "inputs: {x: any}", body) == []
