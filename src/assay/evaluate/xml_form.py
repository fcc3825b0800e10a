"""What XML a grader asks for, from a suite's entry."""

from assay.core.errors import BadInput

REQUIRED = "requiredElements"


def required_paths(value: str | list[str] | dict[str, list[str]] | None) -> list[str]:
    """The paths of elements: of a list, of a text with commas, or of ``requiredElements``.

    Raises:
        BadInput: A mapping has other keys.
    """
    if isinstance(value, dict):
        if value and value.keys() != {REQUIRED}:
            raise BadInput(
                f"the elements are given by {', '.join(sorted(value))}",
                hint=f"write '{REQUIRED}: [root.element, …]', or the list alone",
                code="grader.value",
            )
        return value.get(REQUIRED, [])
    if isinstance(value, str):
        return [path.strip() for path in value.split(",")]
    return value or []
