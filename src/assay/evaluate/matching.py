"""The search of the grader ``regex``, which runs in a worker process and can be stopped there.

Loaded by its path, not as part of the package; imports nothing of it.
"""

import re
import warnings

warnings.simplefilter("ignore")  # of patterns that a later Python may read otherwise


def search(pattern: str, reply: str, full: bool, ignore_case: bool) -> bool | str:
    """Whether the reply matches; what is wrong with the pattern, if it is none."""
    try:
        compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return (compiled.fullmatch(reply) if full else compiled.search(reply)) is not None
