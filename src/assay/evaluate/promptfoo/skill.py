"""The assertion ``skill-used``: which skills an agent says that it used, in its answer's metadata."""

import re
from typing import Any

from assay.evaluate.promptfoo.score import Result
from assay.evaluate.promptfoo.scripting import failed
from assay.evaluate.promptfoo.types import Json


def skill_result(value: Any, metadata: Json, *, inverse: bool) -> Result:
    """Whether the wanted skills were used.

    Args:
        value: A name, a list of names that must all be used, or ``{name | pattern, min, max}``.
        metadata: The answer's, with ``skillCalls``.
        inverse: Whether it must not be so.

    Raises:
        GraderFailed: The value names no skill.
    """
    used = [call.get("name") for call in metadata.get("skillCalls") or [] if isinstance(call, dict)]
    names = [name for name in used if isinstance(name, str)]
    if isinstance(value, list):
        missing = [name for name in value if name not in names]
        good = not missing
        told = f"skills not used: {', '.join(map(str, missing))}" if missing else "all skills were used"
    else:
        good, told = _counted(value, names)
    passed = good != inverse
    return Result(passed=passed, score=float(passed), reason=told)


def _counted(value: Any, names: list[str]) -> tuple[bool, str]:
    wanted = {"name": value} if isinstance(value, str) else value
    if not isinstance(wanted, dict) or not (wanted.get("name") or wanted.get("pattern")):
        raise failed("the skill-used assertion names no skill", "promptfoo.skill")
    pattern = str(wanted.get("pattern") or "")
    glob = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
    count = sum(glob.fullmatch(name) is not None if pattern else name == wanted["name"] for name in names)
    least, most = wanted.get("min", 1 if wanted.get("max") != 0 else 0), wanted.get("max")
    good = count >= least and (most is None or count <= most)
    return good, f"{pattern or wanted['name']!r} was used {count} times"
