"""Grader ``contains-xml``: there is XML in the reply, with the elements it should have."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.xml_text import contained_xml_problem
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing
from assay.evaluate.xml_form import required_paths


@graders.register("contains-xml")
def contains_xml(*, value: str | list[str] | dict[str, list[str]] | None = None) -> Grade:
    """Looks for whole elements in the reply; those beside one another count together.

    Args:
        value: Paths of elements that must be there, such as ``order.item``: a list, one text with commas, or a
            mapping with ``requiredElements``.
    """
    paths = required_paths(value)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        problem = await measured(outcome.text, contained_xml_problem, outcome.text, paths)
        return (
            failing(problem)
            if problem is not None
            else passing("contains XML" + (" with all that it should have" if paths else ""))
        )

    return grade
