"""The words that are always sent."""

from assay.author.fixed_text import fixed_text, pieces
from assay.testing.memory_tree import prompt_of

TEXT = """---
prompt: a.b
inputs: {x: string, xs: array}
---
system:
You sort. {# not sent #}
{% include "teams" %}

user:
Now: {{ x }}{% for y in xs %}
- {{ y }}{% endfor %}
{% raw %}{{ plain }}{% endraw %}
"""


def test_literal_text_is_kept_and_partials_are_written_out() -> None:
    prompt = prompt_of(
        TEXT.replace("xs: array", "xs?: any"),
        {"partials/teams.md": "billing\n{% include 'more' %}", "partials/more.md": "bug"},
    )

    assert fixed_text(prompt) == "You sort. \nbilling\nbug\n\nNow: \n- \n{{ plain }}"


def test_each_piece_says_where_it_stands() -> None:
    prompt = prompt_of(TEXT.replace("xs: array", "xs?: any"), {"partials/teams.md": "one\ntwo {{ x }} three"})
    places = [(piece.text.strip(), piece.role, str(piece.where)) for piece in pieces(prompt)]

    assert ("You sort.", "system", "p.prompt.md:6") in places
    assert ("three", "system", "partials/teams.md:2") in places
    assert ("{{ plain }}", "user", "p.prompt.md:12") in places
