"""Rule ``near-duplicate`` (warning): two prompts that are nearly the same.

What it finds
    Two prompts with different names whose fixed texts share most of their groups of four words: 80 % of all groups that
    either has, unless the project sets another share. Texts of less than 20 words are left out. Versions of one prompt,
    which have the same name, are meant to be alike.

Why
    A correction reaches one of them and not the other. They drift apart, and nobody knows which one is right.

Example
    # refund.prompt.md and refund-copy.prompt.md, one word apart

What to write instead
    # one prompt with an input for what differs, or two that include the same partial
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import ceil

from assay.author.fixed_text import fixed_text
from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt

WORDS = 4
FEWEST_WORDS = 20


@rules.register("near-duplicate")
def near_duplicate(prompt: Prompt, context: Context) -> Iterator[Finding]:
    """Each such other prompt; of a pair, the one whose file comes later says so."""
    names = {other.file: other.name for other in context.prompts}
    for file, share in sorted(context.once(_pairs).get(prompt.file, {}).items()):
        if names[file] != prompt.name and (file < prompt.file or file not in context.checked):
            other = f"{names[file]} in {context.source.name(file)}"
            what = f"{prompt.name} is nearly the same as {other} ({share:.0%} of the word groups)"
            hint = "make one prompt of them, or move what they share into a partial"
            yield Finding("near-duplicate", "warning", what, hint, prompt.messages[0].where)


def _pairs(context: Context) -> dict[str, dict[str, float]]:
    """File -> the files that are nearly the same, with the share in common.

    Exact: two sets whose share is at least t have a member in common among the first
    ``size - ceil(t * size) + 1`` of each, in any order that both are sorted by. Rare ones first, so that few meet.
    """
    groups = {prompt.file: found for prompt in context.prompts if (found := _groups(prompt))}
    least = context.settings.near_duplicate
    count = Counter(group for found in groups.values() for group in found)
    by_group: dict[str, list[str]] = defaultdict(list)
    pairs: dict[str, dict[str, float]] = defaultdict(dict)
    for file in sorted(groups):
        mine = groups[file]
        first = sorted(mine, key=lambda group: (count[group], group))[: len(mine) - ceil(least * len(mine)) + 1]
        for other in sorted({other for group in first for other in by_group[group]}):
            share = len(mine & groups[other]) / len(mine | groups[other])
            if share >= least:
                pairs[file][other] = pairs[other][file] = share
        for group in first:
            by_group[group].append(file)
    return pairs


def _groups(prompt: Prompt) -> frozenset[str]:
    words = re.findall(r"\w+", fixed_text(prompt).casefold())
    if len(words) < FEWEST_WORDS:
        return frozenset()
    return frozenset(" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))
