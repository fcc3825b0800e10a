"""One assertion on one output: its value rendered or computed, the right grader asked, the answer in promptfoo's terms.

Deterministic and model-graded types are graded by Assay's graders of the same names. Code, latency, cost and
skills are graded here, as their results have promptfoo's own shape.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from assay.author.types import RenderedMessage
from assay.core.errors import AssayError, BadInput, GraderFailed
from assay.core.location import Location
from assay.engine.types import Checked, Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.code_answer import function_body
from assay.evaluate.grader import Factory, check_types, graders
from assay.evaluate.promptfoo.code_verdict import NoVerdict, javascript_result, python_result
from assay.evaluate.promptfoo.guardrail import guardrails_result
from assay.evaluate.promptfoo.judging_bench import Judging, judged_by
from assay.evaluate.promptfoo.known import CODE_TYPES, JUDGED_TYPES, NOT_UNHEEDED, base_type
from assay.evaluate.promptfoo.paths import Files, is_javascript, read_file, split_function
from assay.evaluate.promptfoo.retrieval import offered_tools, with_context
from assay.evaluate.promptfoo.score import Result
from assay.evaluate.promptfoo.script_text import as_text, json_text, output_text, parse_json
from assay.evaluate.promptfoo.scripting import NOTHING, Scripts, has_tags
from assay.evaluate.promptfoo.skill import skill_result
from assay.evaluate.promptfoo.transform import Transforms
from assay.evaluate.promptfoo.types import CodeRef, Json, ProviderSpec, Response
from assay.evaluate.promptfoo.yaml_file import parse_yaml, shown
from assay.evaluate.types import Case, Grade, GraderSpec, Verdict
from assay.models.target import Target
from assay.models.types import Reply, ToolCall, Usage

_TEXT_VALUES = frozenset(["contains", "icontains", "starts-with", "regex", "levenshtein", "equals"])
_SCHEMAS = frozenset({"is-json", "contains-json"})
_WEIGHTS = ("alpha", "beta", "gamma")  # of meteor
_SCORE_KEPT = frozenset({"tool-call-f1"})
"""Types whose score stays what it is where ``not-`` turns the pass round."""
_MAX_KNOWN = 2_000
_THROWN = frozenset({"script.thrown", "grader.raised"})
"""What code says by raising: no, as with ``assert``. Code that does not run at all has given no verdict."""


class RowFailed(GraderFailed):
    """What ends the whole row in an error, as in promptfoo: not a failed assertion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What is graded: one output and where it came from.

    Attributes:
        output: After the provider's and the test's transforms.
        prompt: The text that was sent.
        response: The provider's answer.
    """

    output: Any
    prompt: str
    values: Json
    test: Json
    provider: ProviderSpec
    response: Response
    where: Location


class KnowsJudges(Protocol):
    """Says whom an assertion asks."""

    def judge(self, assertion: Json, test: Json) -> ProviderSpec:
        """Who answers its questions."""
        ...

    def embedder(self, assertion: Json, test: Json) -> Target | None:
        """What makes its vectors; None for the embedded model."""
        ...

    def moderator(self, assertion: Json, where: Location) -> Json:
        """What the grader ``moderation`` asks, as its settings."""
        ...


class Asserter:
    """Runs assertions.

    Args:
        scripts: Runs code and templates.
        files: The files around the configuration.
        bench: What graders are made with.
        judges: Knows who judges an assertion in a test, and who makes vectors for it.
    """

    def __init__(self, scripts: Scripts, files: Files, bench: Bench, judges: KnowsJudges) -> None:
        self._scripts = scripts
        self._files = files
        self._bench = bench
        self._judges = judges
        self._transforms = Transforms(scripts, files)
        self._known: dict[str, Grade] = {}

    async def run(self, assertion: Json, graded: Graded) -> Result:
        """The result of one assertion.

        Raises:
            RowFailed: It cannot be graded at all, and with it the row.
        """
        try:
            result = await self._result(assertion, graded)
        except RowFailed:
            raise
        except (GraderFailed, NoVerdict) as error:
            what = error.what if isinstance(error, AssayError) else str(error)
            thrown = isinstance(error, AssayError) and error.code in _THROWN
            result = Result(passed=False, score=0.0, reason=what, failure=None if thrown else what)
        result.assertion = result.assertion or assertion
        if assertion.get("weight") == 0:
            result.passed = True
        return result

    async def _result(self, assertion: Json, graded: Graded) -> Result:
        base = base_type(assertion["type"])
        inverse = assertion["type"] != base
        output = await self._output(assertion, graded)
        context = self._context(assertion, graded)
        value, computed = await self._value(assertion, base, output, context, graded)
        if base in CODE_TYPES:
            return await self._code(base, assertion, (value, computed), output, context)
        if base in {"latency", "cost"}:
            return _measured(base, assertion, graded, inverse=inverse)
        if base == "regex":
            return await self._regex(value, output, inverse=inverse)
        if base == "guardrails":
            return guardrails_result(graded.response, inverse=inverse)
        if base == "skill-used":
            return skill_result(value, graded.response.metadata, inverse=inverse)
        return await self._graded(base, assertion, value, output, graded)

    async def _output(self, assertion: Json, graded: Graded) -> Any:
        if not (code := assertion.get("transform")):
            return graded.output
        context: Json = {"vars": graded.values, "prompt": {"label": graded.prompt}}
        if graded.response.metadata:
            context["metadata"] = graded.response.metadata
        try:
            return await self._transforms.apply(str(code), graded.output, context)
        except GraderFailed as error:
            raise RowFailed(error.what, hint=error.hint, code=error.code, where=error.where) from None

    def _context(self, assertion: Json, graded: Graded) -> Json:
        response = graded.response
        told: Json = {"output": graded.output, "tokenUsage": response.tokenUsage, "cached": response.cached}
        for name in ("cost", "metadata", "latencyMs", "finishReason"):
            if (value := getattr(response, name)) not in (None, {}):
                told[name] = value
        context: Json = {
            "prompt": graded.prompt,
            "vars": graded.values,
            "test": graded.test,
            "provider": {"id": graded.provider.id, "label": graded.provider.label, "config": graded.provider.config},
            "providerResponse": told,
        }
        if assertion.get("config"):
            context["config"] = assertion["config"]
        if response.metadata:
            context["metadata"] = response.metadata
        if response.logProbs:
            context["logProbs"] = response.logProbs
        return context

    async def _value(self, assertion: Json, base: str, output: Any, context: Json, graded: Graded) -> tuple[Any, bool]:
        """The assertion's value, rendered, read or computed; and whether it is what code returned."""
        value = assertion.get("value")
        if isinstance(value, list):
            return [await self._item(item, graded.values) for item in value], False
        if not isinstance(value, str) or not value.startswith("file://"):
            return await self._rendered(value, graded.values), False
        path, function = split_function(value.removeprefix("file://"))
        target = self._files.locate(path)
        if is_javascript(target):
            try:
                found = await self._scripts.call(CodeRef(target, function), output, context)
            except GraderFailed as error:
                raise RowFailed(error.what, hint=error.hint, code=error.code, where=error.where) from None
        elif target.suffix == ".py":
            found = await self._scripts.call(CodeRef(target, function or "get_assert"), output, context)
        else:
            return _contents(target), False
        if base not in CODE_TYPES:
            _check_computed(found, assertion)
        return found, True

    async def _item(self, item: Any, values: Json) -> Any:
        if not isinstance(item, str):
            return item
        if item.startswith("file://"):
            return _contents(self._files.locate(item))
        return await self._rendered(item, values)

    async def _rendered(self, value: Any, values: Json) -> Any:
        if not isinstance(value, str) or not has_tags(value):
            return value
        try:
            return await self._scripts.render(value, values)
        except GraderFailed as error:
            raise RowFailed(error.what, hint=error.hint, code=error.code, where=error.where) from None

    async def _code(self, base: str, assertion: Json, value: tuple[Any, bool], output: Any, context: Json) -> Result:
        found, computed = value
        inverse = assertion["type"] != base
        if not computed:
            if not isinstance(found, str):
                raise RowFailed(f"the {base} assertion has no code", code="promptfoo.code")
            if base == "javascript":
                found = await self._scripts.javascript(function_body(found), ("output", "context"), output, context)
            else:
                found = await self._scripts.python(found, output, context)
        found = None if found is NOTHING else found
        read = javascript_result if base == "javascript" else python_result
        return read(found, assertion, inverse=inverse)

    async def _regex(self, value: Any, output: Any, *, inverse: bool) -> Result:
        """A regular expression of JavaScript's, by JavaScript itself."""
        body = "return new RegExp(pattern).test(output)"
        found = await self._scripts.javascript(body, ("pattern", "output"), as_text(value), output_text(output))
        passed = bool(found) != inverse
        told = f"the output {'matches' if found else 'does not match'} {as_text(value)!r}"
        return Result(passed=passed, score=float(passed), reason=told)

    async def _graded(self, base: str, assertion: Json, value: Any, output: Any, graded: Graded) -> Result:
        settings = self._settings(base, assertion, value, graded)
        if base == "moderation":
            settings |= self._judges.moderator(assertion, graded.where)
        grade = self._grade(base, settings)
        case = Case(id="", inputs=await self._inputs(base, assertion, graded), where=graded.where)
        outcome = outcome_of(graded, output)
        judges, test = self._judges, graded.test
        if base in JUDGED_TYPES:
            judging = Judging(judges.judge(assertion, test), graded.values, test, judges.embedder(assertion, test))
        elif base.startswith("similar"):
            judging = Judging(graded.provider, graded.values, test, judges.embedder(assertion, test))
        else:
            return _result_of(await grade(case, outcome), assertion)
        with judged_by(judging):
            return _result_of(await grade(case, outcome), assertion)

    async def _inputs(self, base: str, assertion: Json, graded: Graded) -> Json:
        try:
            return await with_context(
                base,
                assertion,
                graded.values,
                prompt=graded.prompt,
                output=graded.response.output,
                metadata=graded.response.metadata,
                transform=self._transforms.apply,
            )
        except GraderFailed as error:
            raise RowFailed(error.what, hint=error.hint, code=error.code, where=error.where) from None

    def _settings(self, base: str, assertion: Json, value: Any, graded: Graded) -> Json:
        options = graded.test.get("options") or {}
        offered: Json = {"lenient": True}
        if base == "equals":
            offered["exact"] = True
        offered |= {name: assertion[name] for name in _WEIGHTS if name in assertion}
        if value is not None:
            offered["value"] = typed_value(base, value)
        elif base == "llm-rubric":  # its prompt may say it all
            offered["value"] = ""
        if assertion.get("threshold") is not None:
            offered["threshold"] = assertion["threshold"]
        if (prompt := assertion.get("rubricPrompt", options.get("rubricPrompt"))) is not None:
            offered["rubric_prompt"] = prompt
        if isinstance(scores := options.get("factuality"), dict):
            offered["scores"] = {_NAMES.get(name, name): score for name, score in scores.items()}
        if (size := (assertion.get("config") or {}).get("windowSize")) is not None:
            offered["window_size"] = size
        return offered

    def _grade(self, base: str, offered: Json) -> Grade:
        """The grader with those of the settings that it takes; made once for each."""
        key = json_text([base, offered])
        if key not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            factory = graders.get(base.replace(":", "-"))
            taken = _parameters(factory)
            settings = {setting: value for setting, value in offered.items() if setting in taken}
            given = {"bench": self._bench} if "bench" in taken else {}
            try:
                check_types(GraderSpec(grader=base, name=base, where=Location(""), settings=settings), factory)
                self._known[key] = factory(**settings, **given)
            except BadInput as error:
                raise GraderFailed(error.what, hint=error.hint, code=error.code) from None
            except TypeError as error:
                raise GraderFailed(
                    f"the assertion {base!r} has not what it needs: {error}", code="promptfoo.assert"
                ) from None
        return self._known[key]


_NAMES = {"differButFactual": "differ-but-factual"}


@cache
def _parameters(factory: Factory) -> frozenset[str]:
    return frozenset(inspect.signature(factory).parameters)


def typed_value(base: str, value: Any) -> Any:
    """The value in the type that the grader takes."""
    if base in _TEXT_VALUES and isinstance(value, bool | int | float):
        return as_text(value)
    if base in _SCHEMAS and isinstance(value, str):
        return parse_yaml(value, file="the assertion") if value.strip() else None
    return value


def _contents(path: Any) -> Any:
    """A file that an assertion's value names: JSON and YAML as data, anything else as text."""
    text = read_file(path)
    if path.suffix == ".json":
        return parse_json(text)
    if path.suffix in {".yaml", ".yml"}:
        return parse_yaml(text, file=shown(path))
    return text.strip()


def _check_computed(found: Any, assertion: Json) -> None:
    wrong = "a truth" if isinstance(found, bool) else None
    if isinstance(found, dict) and "pass" in found:
        wrong = "a verdict"
    if wrong is not None:
        raise RowFailed(
            f"the script of the {assertion['type']!r} assertion returned {wrong}",
            hint="return the expected value; only javascript and python assertions take verdicts",
            code="promptfoo.script_value",
        )


def _measured(base: str, assertion: Json, graded: Graded, *, inverse: bool) -> Result:
    threshold = assertion.get("threshold")
    if threshold is None:
        raise RowFailed(f"the {base} assertion has no threshold", code=f"promptfoo.{base}")
    found = graded.response.latencyMs if base == "latency" else graded.response.cost
    if found is None:
        raise RowFailed(
            f"the provider {graded.provider.name!r} tells no {base}",
            hint=f"remove the {base} assertion for this provider",
            code=f"promptfoo.{base}",
        )
    passed = (found <= threshold) != inverse
    unit = "ms" if base == "latency" else "USD"
    sign = "at most" if found <= threshold else "above"
    return Result(passed=passed, score=float(passed), reason=f"{base} {found:g} {unit} is {sign} {threshold:g}")


def outcome_of(graded: Graded, output: Any) -> Outcome:
    """The output as graders see a reply."""
    text = output_text(output)
    response = graded.response
    reply = Reply(
        text=text,
        model=graded.provider.name,
        finish=_finish(response.finishReason),
        refusal=text if response.isRefusal else None,
        tool_calls=_tool_calls(output),
        usage=Usage(input=response.tokenUsage.get("prompt"), output=response.tokenUsage.get("completion")),
        latency_ms=response.latencyMs or 0.0,
        logprobs=tuple(response.logProbs),
        metadata=response.metadata or None,
    )
    checked = Checked(text, output)
    return Outcome(
        digest="",
        messages=(RenderedMessage("user", graded.prompt, ()),),
        replies=(reply,),
        checked=checked,
        first=checked,
        fallback=False,
        cost_usd=None,
        tools=offered_tools(graded.provider.config),
    )


def _finish(reason: str | None) -> Any:
    return reason if reason in {"stop", "length", "tool_calls", "content_filter"} else "unknown"


def _tool_calls(output: Any) -> tuple[ToolCall, ...]:
    """The tools that an output in OpenAI's form calls."""
    if isinstance(output, dict) and isinstance(output.get("tool_calls"), list):
        output = output["tool_calls"]
    items = output if isinstance(output, list) else [output]
    found = []
    for item in items:
        function = item.get("function") if isinstance(item, dict) else None
        if isinstance(function, Mapping) and isinstance(function.get("name"), str):
            arguments = function.get("arguments", "")
            text = arguments if isinstance(arguments, str) else json_text(arguments)
            found.append(ToolCall(id=str(item.get("id", "")), name=function["name"], arguments=text))
    return tuple(found)


def _result_of(verdict: Verdict, assertion: Json) -> Result:
    """A grader's verdict, turned round for ``not-``; a similarity may lie below 0, as in promptfoo."""
    score, named = verdict.score, dict(verdict.named)
    if verdict.detail is not None and isinstance(similarity := verdict.detail.get("similarity"), float):
        score = similarity
    base = base_type(assertion["type"])
    if base == assertion["type"] or base in NOT_UNHEEDED:
        return Result(passed=verdict.passed, score=score, reason=verdict.reason, named=named)
    turned = score if base in _SCORE_KEPT else 1 - score
    if base in JUDGED_TYPES:  # whose score may lie outside [0, 1]
        turned = min(1.0, max(0.0, turned))
    return Result(passed=not verdict.passed, score=turned, reason=f"not {base}: {verdict.reason}", named=named)
