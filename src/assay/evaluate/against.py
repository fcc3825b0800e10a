"""A suite against what a branch or commit has: its candidate's prompt, as it was there, becomes the baseline.

For the question of a pull request: is what it changes worse than what is there? Cases, graders and models are those
of today for both. Pure: a suite in, a suite out; nothing is run.
"""

from dataclasses import replace
from pathlib import Path

from assay.author.project import Project
from assay.author.reference import resolve
from assay.author.version import digest_of
from assay.core.errors import BadInput
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.types import Suite, VariantSpec

DEFAULT_MARGIN = 0.02
_AT_COMMIT = "git:"
_NOT_THERE = {"source.missing", "reference.unknown"}


def against(
    project: Project, suite: Suite, suite_file: Path, revision: str, *, margin: float | None = None
) -> tuple[Suite, str | None]:
    """The suite with a baseline from Git, or as it was with the sentence that says why there is none.

    The candidate is the suite's own, or its last variant. Its gate compares the two, by the margin that is given, or
    else by the suite's own.

    Raises:
        BadInput: Git does not know the commit, the candidate is itself from Git, or its prompt is not right there.
    """
    rule = suite.gate.compare if suite.gate is not None else None
    named = [variant for variant in suite.variants if rule is not None and variant.name == rule.candidate]
    candidate = (named or suite.variants)[-1]
    baseline = _baseline(candidate, revision)
    now = resolve(project, candidate.prompt, folder=suite_file.parent, where=candidate.where)
    try:
        then = resolve(project, baseline.prompt, folder=suite_file.parent, where=candidate.where)
    except BadInput as error:
        if error.code not in _NOT_THERE:
            raise
        return suite, f"{candidate.name} is new: {revision} has no such prompt, so there is nothing to compare with"
    if digest_of(now) == digest_of(then):
        return suite, f"{candidate.name} is the same version as at {revision}, so there is nothing to compare"
    gate = suite.gate or GateSpec()
    share = margin or (rule.margin if rule is not None else DEFAULT_MARGIN)
    compare = CompareRule(candidate=candidate.name, baseline=baseline.name, margin=share)
    return replace(suite, variants=(baseline, *suite.variants), gate=replace(gate, compare=compare)), None


def _baseline(candidate: VariantSpec, revision: str) -> VariantSpec:
    bare, _, selector = candidate.prompt.partition("@")
    if selector.startswith(_AT_COMMIT):
        raise BadInput(
            f"{candidate.name} is itself from Git ({selector.removeprefix(_AT_COMMIT)}), so it has no earlier self",
            hint="name the candidate's prompt by its file or its name",
            code="suite.against",
            where=candidate.where,
        )
    return replace(candidate, name=f"{candidate.name}@{revision}", prompt=f"{bare}@{_AT_COMMIT}{revision}")
