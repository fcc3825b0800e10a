"""Errors say what happened, what to do, where, and a code."""

import inspect
import re

import pytest

from assay.core import errors
from assay.core.errors import AssayError, BadInput, ModelError, RateLimited, TimedOut, unknown_name
from assay.core.location import Location, format_path

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, AssayError)]


def test_an_error_reads_as_its_place_and_its_sentence():
    error = BadInput("the key 'x' is unknown", code="a.b", where=Location("p.yaml", 3, 5, "inputs.x"))

    assert str(error) == "p.yaml:3:5 (inputs.x): the key 'x' is unknown"
    assert str(BadInput("no place", code="a.b")) == "no place"


def test_an_error_as_data_leaves_out_what_is_not_known():
    full = BadInput("what", hint="do", code="a.b", where=Location("p.yaml", 3, None, None))

    assert full.as_dict() == {"code": "a.b", "what": "what", "hint": "do", "file": "p.yaml", "line": 3}
    assert BadInput("what", code="a.b").as_dict() == {"code": "a.b", "what": "what"}


def test_an_error_of_the_user_ends_a_command_with_status_2():
    assert BadInput("x", code="a.b").exit_status == 2


def test_a_model_error_carries_its_facts():
    error = RateLimited("slow down", code="model.rate", status=429, retry_after_s=1.5, attempts=4)

    assert (error.status, error.retry_after_s, error.attempts, error.retryable) == (429, 1.5, 4, True)


@pytest.mark.parametrize("kind", [c for c in CLASSES if issubclass(c, ModelError) and c is not ModelError])
def test_only_a_refusal_for_good_is_not_retried(kind):
    assert kind.retryable is (kind is not errors.ProviderRejected)


def test_the_tree_at_the_top_of_the_module_is_the_tree():
    drawn = {
        name: len(indent) // 4
        for indent, name in re.findall(r"^    ([│├└─ ]*)(\w+)(?: {2,}|$)", errors.__doc__ or "", re.MULTILINE)
    }

    assert drawn == {kind.__name__: _depth(kind) for kind in CLASSES}


def _depth(kind: type) -> int:
    return [c for c in kind.__mro__ if issubclass(c, AssayError)].index(AssayError)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        pytest.param("exat", ["contains", "exact"], "did you mean 'exact'?", id="near"),
        pytest.param("zzz", ["b", "a"], "known: a, b", id="far"),
        pytest.param("zzz", [], "there is no grader at all yet", id="none"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name, known, hint):
    error = unknown_name("grader", name, known, code="grader.unknown")

    assert error.what == f"no grader is named {name!r}"
    assert error.hint == hint


def test_a_long_list_of_known_names_is_cut():
    hint = unknown_name("rule", "?", [f"rule-{i:02}" for i in range(25)], code="rule.unknown").hint or ""

    assert hint.endswith("rule-19, …")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param((), "", id="root"),
        pytest.param(("inputs", "ticket", "examples", 0), "inputs.ticket.examples[0]", id="mixed"),
        pytest.param((2, "id"), "[2].id", id="list-first"),
    ],
)
def test_a_path_is_written_as_people_write_it(path, text):
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Location("a.yaml"), "a.yaml"),
        (Location("a.yaml", 2), "a.yaml:2"),
        (Location("a.yaml", 2, 7), "a.yaml:2:7"),
        (Location("a.yaml", path="x[0]"), "a.yaml (x[0])"),
    ],
)
def test_a_place_says_what_is_known_of_it(place, text):
    assert str(place) == text


def test_a_timeout_is_a_model_error_but_not_the_users():
    assert issubclass(TimedOut, ModelError)
    assert not issubclass(TimedOut, BadInput)
