"""Whether a text is HTML, and whether there is HTML in it."""

import time

import pytest

from assay.evaluate.measures.html_text import contains_html, html_problem


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><body><p>Hi</p></body></html>",
        "<p>one<p>two",
        " <div>\n<b>x</i>y</div>\n",
        "<p><b>x</p>y",
        "<title>Only a title</title>",
        "<my-element>x</my-element>",
        "<html><body>text in a body that is there</body></html>",
        "<ul><li>a<li>b</ul>",
        "<table><tr><td>x</table>",
        "<br>",
        "<!-- a --><img src='x>y'>",
    ],
)
def test_this_is_html(text):
    assert html_problem(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("plain", "there is text outside of any element"),
        ("Text with <b>bold</b>", "there is text outside of any element"),
        ("<p>one</p> two", "there is text outside of any element"),
        ("<table>loose<tr><td>x</table>", "there is text outside of any element"),
        ("<td>no table</td>", "there is text outside of any element"),
        ("<root><item/></root>", "there is no element of HTML in it"),
        ("<?xml version='1.0'?><p>x</p>", "it is XML"),
        ("<!-- only this -->", "there is no element of HTML in it"),
        ("<p>" + "x" * 10_485_760, "it is longer than 10,485,760 characters"),
    ],
)
def test_this_is_not(text, problem):
    assert html_problem(text) == problem


@pytest.mark.parametrize(
    "text",
    [
        "Text with <b>bold</b> words",
        "<p>",
        "line<br/>break",
        "<!DOCTYPE html>",
        "<x> and &amp; together",
        '<x class="y">',
        "<!-- a --> &lt;",
    ],
)
def test_there_is_html_in_this(text):
    assert contains_html(text)


@pytest.mark.parametrize("text", ["3 < 4", "a <tag> alone", "R&D; and more", "</x>", "", "AT&T"])
def test_there_is_none_in_this(text):
    assert not contains_html(text)


@pytest.mark.parametrize("text", ["<a " * 50_000 + ">", "<a b='" * 30_000, "<!--" * 50_000, "<x y=" * 40_000 + "/>"])
def test_a_hostile_text_takes_no_longer_than_a_friendly_one(text):
    started = time.process_time()
    contains_html(text)
    html_problem(text)

    assert time.process_time() - started < 4
