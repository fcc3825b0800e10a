"""All assertions of one test on one output, sets of them included, added up to one result."""

from collections.abc import Mapping
from typing import Any

from assay.core.errors import GraderFailed
from assay.evaluate.promptfoo.assertion import Asserter, Graded, RowFailed
from assay.evaluate.promptfoo.code_verdict import camel_case
from assay.evaluate.promptfoo.environment import flag
from assay.evaluate.promptfoo.paths import Files
from assay.evaluate.promptfoo.score import Result, Total, is_number, nothing_asserted, numbers
from assay.evaluate.promptfoo.scripting import Scripts, has_tags
from assay.evaluate.promptfoo.types import CodeRef, Json

COMPARISONS = ("select-best", "max-score")
_PYTHON_MAIN = "get_score"


class TestGrading:
    """Grades outputs.

    Args:
        asserter: Runs one assertion.
        scripts: Renders names of metrics, and runs a test's own scoring function.
        files: The files around the configuration.
        env: For promptfoo's switches.
    """

    __test__ = False

    def __init__(self, asserter: Asserter, scripts: Scripts, files: Files, env: Mapping[str, str]) -> None:
        self._asserter = asserter
        self._scripts = scripts
        self._files = files
        self._stops_early = flag(env, "PROMPTFOO_SHORT_CIRCUIT_TEST_FAILURES")

    async def grade(self, graded: Graded) -> Result:
        """The result of a test's assertions; those that compare outputs with each other come later.

        Raises:
            RowFailed: An assertion cannot be graded at all.
        """
        assertions = graded.test.get("assert") or []
        if not assertions:
            return nothing_asserted()
        total = Total(graded.test.get("threshold"))
        for assertion in assertions:
            if assertion["type"] in COMPARISONS:
                continue
            await self._add(total, assertion, await self._one(assertion, graded), graded)
        result = total.result()
        scoring = graded.test.get("assertScoringFunction")
        return await self._scored(result, str(scoring), graded) if scoring else result

    async def _one(self, assertion: Json, graded: Graded) -> Result:
        if assertion["type"] != "assert-set":
            return await self._asserter.run(assertion, graded)
        total = Total(assertion.get("threshold"))
        for inner in assertion.get("assert") or []:
            item = {**inner, "config": {**(assertion.get("config") or {}), **(inner.get("config") or {})}}
            given = item if item["config"] else inner
            result = await self._asserter.run(given, graded)
            result.assertion = inner if result.assertion is given else result.assertion
            await self._add(total, inner, result, graded)
        result = total.result()
        told = {key: assertion[key] for key in ("metric", "threshold", "weight") if key in assertion}
        count = len(assertion.get("assert") or [])
        result.metadata = {"assertionSet": {"type": "assert-set", "assertionCount": count, **told}}
        return result

    async def _add(self, total: Total, assertion: Json, result: Result, graded: Graded) -> None:
        weight = assertion.get("weight")
        metric = await self._metric(assertion.get("metric"), graded.values)
        total.add(result, metric=metric, weight=1.0 if weight is None else float(weight))
        if self._stops_early and not result.passed:
            raise RowFailed(result.reason, code="promptfoo.short_circuit")

    async def _metric(self, metric: Any, values: Json) -> str | None:
        if not isinstance(metric, str) or not has_tags(metric):
            return metric if isinstance(metric, str) else None
        try:
            return await self._scripts.render(metric, values)
        except GraderFailed:
            return metric

    async def _scored(self, result: Result, reference: str, graded: Graded) -> Result:
        """The result as the test's own scoring function has it."""
        code = self._files.code(reference, graded.where)
        function = code.function or (_PYTHON_MAIN if code.python else None)
        context = {
            "threshold": graded.test.get("threshold"),
            "componentResults": [part.as_json() for part in result.parts or []],
        }
        try:
            found = await self._scripts.call(CodeRef(code.file, function), result.named, context)
        except GraderFailed as error:
            return _not_scored(result, error.what)
        found = camel_case(found) if isinstance(found, dict) else found
        if not isinstance(found, dict) or not isinstance(found.get("pass"), bool) or not is_number(found.get("score")):
            return _not_scored(result, "it returned no {pass, score, reason}")
        result.passed, result.score = found["pass"], float(found["score"])
        result.reason = str(found.get("reason") or result.reason)
        result.named |= numbers(found.get("namedScores"))
        return result


def _not_scored(result: Result, why: str) -> Result:
    result.passed, result.score = False, 0.0
    result.reason = result.failure = f"Scoring function error: {why}"
    return result
