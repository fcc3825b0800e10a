"""The bound on what a regular expression can take: which patterns have one, and that they keep to it."""

import re
import time

import pytest

from assay.evaluate.measures.pattern_cost import pattern_cost

BOUNDED = [
    # pattern, power of the length
    (r"\d{3}", 1),
    (r"^Dear \w+", 1),
    (r"[A-Z]{2}-\d{6}", 1),
    (r"^[A-Z]\w+ \w+,", 1),
    (r"(?:foo|bar)baz", 1),
    (r"\brefund\b", 1),
    (r"a?a?a?a?a?a?a?a?aaaaaaaa", 1),
    (r'"[^"]*"', 2),
    (r"\w+\b", 2),
    (r"\s+$", 2),
    (r"(foo\s+)?bar", 2),
    (r"x*", 2),
    (r".*b", 3),
    (r"(?s).*\n", 3),
    (r"(?i)[a-z]+\d", 3),
    (r"(?m)^\d+$", 3),
    (r"(a|b)*c", 3),
    (r"(?:ab)+c", 3),
    (r"(?=.*a)(?=.*b)", 4),
    (r"a.*b.*c", 4),
]


@pytest.mark.parametrize(("pattern", "power"), BOUNDED)
def test_patterns_with_a_bound(pattern, power):
    cost = pattern_cost(pattern)

    assert cost is not None
    assert cost.power == power


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(.|y)*x",
        "(a*)*",
        "(?:a?){30}b",
        r"\d{1,3}(,\d{3,})*",
        "(foo|bar)+",
        r"(\w)\1",
        "(a)?(?(1)b|c)",
        "(?i:a+)b",
        "a?" * 30 + "a" * 30,
        "(ab|c)" * 30,
        "(",
    ],
)
def test_of_these_nothing_is_said(pattern):
    assert pattern_cost(pattern) is None


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in BOUNDED])
def test_no_hostile_text_makes_a_search_slower_than_its_bound_allows(pattern):
    cost = pattern_cost(pattern)
    length = max(n for n in (20, 50, 100, 300, 1_000, 5_000) if n == 20 or cost.steps(n) <= 2_000_000)
    compiled = re.compile(pattern)
    started = time.process_time()
    for part in ("a", "ab", "a ", '"', "\n ", "1", "x\n", "ba"):
        compiled.search((part * length)[: length - 1] + "!")

    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("pattern", "certain"),
    [
        (r"^\d+[a-z]", True),
        (r"^\w+\s", True),
        (r"^\d+\s", True),
        (r"^\w+\d", False),
        (r"^\D+\d", True),
        (r"^[a-c]+[d-f]", True),
        (r"^[a-d]+[d-f]", False),
        (r"^[^,;]+;", True),
        (r"^[^,]+[^;]", False),
        (r"^[\s,]+\w", True),
        (r"^.+\n", True),
        (r"(?s)^.+\n", False),
        (r"(?a)^\W+é", False),
        (r"^\w+(?:-x|y)", False),
        (r"^\w+(?:-x)", True),
        (r"^é+\W", True),
        (r"^[\u0000-\uffff]+\d", False),
    ],
)
def test_a_repeat_ends_for_certain_where_what_follows_is_of_another_kind(pattern, certain):
    assert (pattern_cost(pattern).power == 1) is certain
