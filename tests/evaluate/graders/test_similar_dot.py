"""The grader ``similar-dot``: how near the reply is to what it should mean."""

import pytest

from assay.author.source import WorkingTree
from assay.core.location import Location
from assay.evaluate.bench import Bench
from assay.evaluate.grader import make_grader
from assay.evaluate.types import GraderSpec
from assay.testing.grading import FakeModels

VECTORS = {"reply": [3.0, 4.0], "near": [4.0, 3.0], "far": [-3.0, -4.0], "small": [0.1, 0.05]}


@pytest.mark.parametrize(
    ("target", "settings", "score", "passes"),
    [
        ("near", {"threshold": 24}, 1.0, True),
        ("near", {"threshold": 25}, 1.0, False),
        ("small", {"threshold": 0.5}, 0.5, True),
        ("far", {}, 0.0, False),
        (["far", "small"], {"threshold": 0.5}, 0.5, True),
    ],
)
async def test_the_best_reference_counts(tmp_path, case, outcome, target, settings, score, passes):
    bench = Bench(WorkingTree(tmp_path), "", FakeModels(embed=lambda text: VECTORS[text]))
    spec = GraderSpec(grader="similar-dot", name="s", settings=settings, where=Location("suite.yaml", 7))

    verdict = await make_grader(spec, bench)(case(target), outcome("reply"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert verdict.reason.startswith("the dot product ")
