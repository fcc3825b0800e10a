"""Rule ``slice-too-small`` (note): slices that the gate judges one by one, and that are too small for its margin.

What it finds
    Values of the tags of ``gate.slices`` with fewer cases than their margin takes, when all slices are held to it at
    once.

Why
    A slice of a dozen cases looks fine, or terrible, by chance. The gate calls it not powered and does not turn it
    green; knowing that before the run saves a surprise.

Example
    gate:
      slices: {tags: [topic, language, channel], margin: 0.05}

What to write instead
    gate:
      slices: {tags: [topic], margin: 0.15}
"""

from collections.abc import Iterator

from assay.author.lint.rule import Finding
from assay.evaluate.gating.spread import assumed
from assay.evaluate.lint.rule import SuiteView, suite_rules


@suite_rules.register("slice-too-small")
def slice_too_small(view: SuiteView) -> Iterator[Finding]:
    """Values of a tag with fewer cases than the slices' margin takes, all of them held at once."""
    gate = view.suite.gate
    if gate is None or gate.slices is None:
        return
    spread = next((spread for _, spread in view.spreads if spread.metric == "pass"), None) or assumed("pass")
    values = [(tag, value, n) for tag in gate.slices.tags for value, n in view.slices.get(tag, {}).items()]
    alpha = gate.alpha / max(1, len(values) * len(gate.slices.metrics))
    needed = spread.needed(view.suite.repeats, gate.slices.margin, alpha=alpha)
    small = sorted(((n, f"{tag}={value}") for tag, value, n in values if n < needed))
    if small:
        named = ", ".join(f"{name} ({n})" for n, name in small[:4])
        yield Finding(
            rule="slice-too-small",
            level="note",
            what=(
                f"{len(small)} of {len(values)} slices have too few cases to see a loss of "
                f"{100 * gate.slices.margin:.3g} points: {named}{' and more' if len(small) > 4 else ''}"
            ),
            hint=f"a slice takes about {needed:,} cases; name fewer tags, or a wider margin",
            where=view.suite.document.at("gate", "slices"),
        )
