"""Rule ``unpinned-partial`` (warning): a shared text that may change under the prompt.

What it finds
    A partial that the prompt includes and that has no line in ``prompts.lock``.

Why
    A partial is shared. Somebody who mends it for one prompt changes all the others. A pinned one cannot change
    unseen: the prompt is refused until ``assay lock`` is run again.

Example
    system:
    {% include "tone" %}

What to write instead
    $ assay lock
"""

from collections.abc import Iterator

from assay.author import language
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import usages
from assay.author.types import Prompt
from assay.core.location import Location


@rules.register("unpinned-partial")
def unpinned_partial(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """Each such partial, where it is first included."""
    seen: set[str] = set()
    for usage in usages(prompt):
        for chunk, file in usage.chunks:
            for name, _ in language.included([chunk], file):
                if name not in context.pins and name not in seen:
                    seen.add(name)
                    what = f"the partial {name!r} is not pinned"
                    where = Location(file, chunk.line)
                    yield Finding(
                        "unpinned-partial", "warning", what, "run 'assay lock', and commit prompts.lock", where
                    )
