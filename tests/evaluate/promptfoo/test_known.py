"""The tables of what is run and what is refused: complete, and the same in the reference."""

import inspect
import re
from pathlib import Path

import pytest

from assay.evaluate.grader import graders
from assay.evaluate.promptfoo import known

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "promptfoo.md").read_text("utf-8")


def test_every_type_has_its_grader() -> None:
    missing = [kind for kind in known.BASE_TYPES if kind.replace(":", "-") not in graders.names()]
    assert missing == []


@pytest.mark.parametrize("kind", sorted(known.BASE_TYPES))
def test_a_grader_can_be_asked_for_its_settings(kind: str) -> None:
    assert inspect.signature(graders.get(kind.replace(":", "-"))) is not None


@pytest.mark.parametrize(
    "name",
    sorted(
        {*known.BASE_TYPES, *known.SPECIAL_TYPES, *known.REFUSED_TYPES, *known.TOP_LEVEL, *known.LEFT_OUT}
        | {*known.REFUSED, *known.TEST_KEYS, *known.ASSERT_KEYS}
    ),
)
def test_the_reference_names_it(name: str) -> None:
    assert re.search(rf"`(?:not-)?{re.escape(name)}`", PAGE), f"docs/reference/promptfoo.md does not name {name}"
