"""Grader ``is-xml``: the reply is XML, and has the elements it should have."""

from assay.engine.types import Outcome
from assay.evaluate.grader import graders
from assay.evaluate.long_text import measured
from assay.evaluate.measures.xml_text import xml_problem
from assay.evaluate.types import Case, Grade, Verdict
from assay.evaluate.verdict import failing, passing
from assay.evaluate.xml_form import required_paths


@graders.register("is-xml")
def is_xml(*, value: str | list[str] | dict[str, list[str]] | None = None) -> Grade:
    """Parses the whole reply; a document type with declarations of its own is refused.

    Args:
        value: Paths of elements that must be there, such as ``order.item``: a list, one text with commas, or a
            mapping with ``requiredElements``.
    """
    paths = required_paths(value)

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        problem = await measured(outcome.text, xml_problem, outcome.text, paths)
        return (
            failing(problem)
            if problem is not None
            else passing("is XML" + (" with all that it should have" if paths else ""))
        )

    return grade
