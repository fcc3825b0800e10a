"""Reading Handlebars: what each tag becomes, and one clear sentence with its line for what is refused."""

import pytest

from assay.author.exchange.handlebars.parser import MAX_DEPTH, parse
from assay.author.exchange.handlebars.syntax import Block, Comment, Constant, Include, Mustache, Name, Node, Text
from assay.core.errors import BadInput
from assay.core.location import Location

HERE = Location("a.prompt", 5)


def one(template: str) -> Node:
    (node,) = parse(template, HERE)
    return node


@pytest.mark.parametrize(
    ("tag", "parts", "up", "data", "scoped"),
    [
        pytest.param("{{name}}", ("name",), 0, False, False, id="name"),
        pytest.param("{{ user.name }}", ("user", "name"), 0, False, False, id="path"),
        pytest.param("{{user/name}}", ("user", "name"), 0, False, False, id="path-with-slash"),
        pytest.param("{{this}}", (), 0, False, True, id="this"),
        pytest.param("{{.}}", (), 0, False, True, id="dot"),
        pytest.param("{{this.name}}", ("name",), 0, False, True, id="of-this"),
        pytest.param("{{../../name}}", ("name",), 2, False, True, id="up-twice"),
        pytest.param("{{@index}}", ("index",), 0, True, False, id="data"),
        pytest.param("{{@state.count}}", ("state", "count"), 0, True, False, id="data-path"),
        pytest.param("{{items.[0].[a b]}}", ("items", "0", "a b"), 0, False, False, id="segments"),
        pytest.param("{{{name}}}", ("name",), 0, False, False, id="triple"),
        pytest.param("{{{name}~}}", ("name",), 0, False, False, id="triple-with-strip"),
        pytest.param("{{&name}}", ("name",), 0, False, False, id="ampersand"),
    ],
)
def test_a_value_is_a_path(tag: str, parts: tuple[str, ...], up: int, data: bool, scoped: bool) -> None:
    node = one(tag)

    assert isinstance(node, Mustache)
    assert isinstance(node.call.name, Name)
    assert (node.call.name.parts, node.call.name.up, node.call.name.data, node.call.name.scoped) == (
        parts,
        up,
        data,
        scoped,
    )


def test_arguments_are_paths_and_constants_in_order() -> None:
    node = one("""{{h a "b c" 'd' 5 -1.5 true false null x="}}" y=a.b}}""")

    assert isinstance(node, Mustache)
    assert [a.value if isinstance(a, Constant) else a.text for a in node.call.arguments] == [
        "a", "b c", "d", 5, -1.5, True, False, None,
    ]  # fmt: skip
    assert node.call.named["x"] == Constant("}}")
    assert isinstance(node.call.named["y"], Name)


def test_a_partial_and_a_comment_are_told_from_values() -> None:
    partial, comment, long_comment = parse("{{> a/b ctx x=1}}{{! note }}{{!-- with }} inside --}}", HERE)

    assert isinstance(partial, Include)
    assert partial.name == "a/b"
    assert isinstance(comment, Comment)
    assert isinstance(long_comment, Comment)
    assert (comment.text, long_comment.text) == ("note", "with }} inside")


def test_a_chain_of_else_is_blocks_inside_each_other() -> None:
    node = one("{{#if a}}1{{else if b}}2{{else}}3{{/if}}")

    assert isinstance(node, Block)
    assert node.otherwise is not None
    inner = node.otherwise[0]
    assert isinstance(inner, Block)
    assert inner.chained
    assert isinstance(inner.body[0], Text)
    assert inner.otherwise is not None


def test_block_names_stand_between_bars() -> None:
    node = one("{{#each items as |item i|}}x{{/each}}")

    assert isinstance(node, Block)
    assert node.call.block_names == ("item", "i")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("a \\{{b}} c", "a {{b}} c", id="escaped"),
        pytest.param("{ } }} {", "{ } }} {", id="single-braces"),
        pytest.param("\\a", "\\a", id="backslash"),
    ],
)
def test_text_is_kept(template: str, text: str) -> None:
    assert "".join(n.text for n in parse(template, HERE) if isinstance(n, Text)) == text


def test_two_backslashes_are_one_before_a_value() -> None:
    text, value = parse("\\\\{{b}}", HERE)

    assert isinstance(text, Text)
    assert text.text == "\\"
    assert isinstance(value, Mustache)


@pytest.mark.parametrize(
    ("template", "line", "what"),
    [
        pytest.param("a\n{{#if a}}\nb", 6, "'{{#if}}' is opened and never closed", id="open-block"),
        pytest.param("{{#if a}}\n{{/each}}", 6, "{{/each}} stands where {{/if}} should close", id="crossed"),
        pytest.param("a\n\n{{/if}}", 7, "closes or divides a block that is not open", id="unopened"),
        pytest.param("{{else}}", 5, "closes or divides a block that is not open", id="lonely-else"),
        pytest.param("\n{{a", 6, "'{{' is opened and never closed", id="open-tag"),
        pytest.param("{{a}", 5, "has no meaning in a tag", id="one-brace"),
        pytest.param("{{}}", 5, "stands where a name should", id="empty"),
        pytest.param("{{a (b c)}}", 5, "an expression in parentheses", id="subexpression"),
        pytest.param("{{#> layout}}{{/layout}}", 5, "'{{#>' is not part of what can be imported", id="partial-block"),
        pytest.param(
            "{{#*inline 'a'}}{{/inline}}", 5, "'{{#*' is not part of what can be imported", id="inline-partial"
        ),
        pytest.param("{{* decorate}}", 5, "a decorator", id="decorator"),
        pytest.param("{{{{raw}}}}{{{{/raw}}}}", 5, "a raw block", id="raw-block"),
        pytest.param("{{^a}}b{{/a}}", 5, "'{{^a}}' is not part", id="inverted-section"),
        pytest.param("{{a.this}}", 5, "'this' stands inside the path", id="this-inside"),
        pytest.param("{{h x=1 y}}", 5, "stands after a named argument", id="argument-after-named"),
        pytest.param("{{#each a as b}}{{/each}}", 5, "'as' is not followed by names between bars", id="bad-names"),
        pytest.param("{{#if a}}" * (MAX_DEPTH + 1), 5, f"more than {MAX_DEPTH} blocks", id="deep"),
        pytest.param("{{#if a}}" + "{{else if b}}" * MAX_DEPTH, 5, f"more than {MAX_DEPTH} branches", id="long-chain"),
    ],
)
def test_what_is_refused_is_named_with_its_line(template: str, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(template, HERE)

    assert what in caught.value.what
    assert caught.value.where == Location("a.prompt", line)
    assert caught.value.hint
