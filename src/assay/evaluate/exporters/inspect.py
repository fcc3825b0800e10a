"""Exporter ``inspect``: the run as a log of Inspect (``.eval``), for its viewer and for what reads its logs.

A log is a zip of JSON: one member a sample, then their summaries, the scores by epoch, and a header with the figures.
Written member by member. Inspect itself is not needed; what it would call an epoch is a repeat here.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from statistics import fmean
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from assay.evaluate.exporter import FinishedRun, exporters
from assay.evaluate.summary import Summary, VariantSummary
from assay.evaluate.types import CalledTool, GraderVerdict, SampleRow
from assay.evaluate.wording import shown

VERSION = 2
PASSED = "passed"
"""The score that says whether the sample passed: what pass rates are counted from."""

_SPOOLED_BYTES = 4 << 20
_SUMMARY_CHARS = 1_000
_STOP = {"stop": "stop", "length": "max_tokens", "tool_calls": "tool_calls", "content_filter": "content_filter"}
_NOT_IN_A_NAME = re.compile(r"[%/\\:\x00-\x1f\x7f]")
_ROLES = ("system", "user", "assistant")
_STATUS = {"passed": "C", "failed": "I", "error": "I"}

_json = msgspec.json.Encoder(enc_hook=str).encode


@exporters.register("inspect")
def inspect(run: FinishedRun, out: BinaryIO) -> None:
    """Write the run as a log of Inspect."""
    spec = _spec(run.summary)
    several = len(run.summary.variants) > 1
    with ZipFile(out, "w", ZIP_DEFLATED) as log, tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as summaries:
        _write(log, "_journal/start.json", [_json({"version": VERSION, "eval": spec, "plan": _PLAN})])
        for number, row in enumerate(run.rows()):
            sample = _sample(row, number, several=several)
            _write(log, f"samples/{sample['id']}_epoch_{sample['epoch']}.json", [_json(sample)])
            summaries.write((b"," if number else b"[") + _json(_summary(sample)) + b"\n")
        summaries.write(b"]" if summaries.tell() else b"[]")
        summaries.seek(0)
        _write(log, "summaries.json", _pieces(summaries))
        _write(log, "reductions.json", _reductions(run, several=several))
        _write(log, "header.json", [_json(_header(run.summary, spec))])


def _write(log: ZipFile, name: str, parts: Iterable[bytes]) -> None:
    """A member without a time of its own, so that the same run makes the same bytes."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    with log.open(info, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece


def _identity(row: SampleRow, *, several: bool) -> str:
    """The sample's id: the case's, with the variant where there are several. It is a member's name as well."""
    name = f"{row.case} [{row.variant}]" if several else row.case
    return _NOT_IN_A_NAME.sub(lambda found: f"%{ord(found[0]):02X}", name)


def _sample(row: SampleRow, number: int, *, several: bool) -> dict[str, object]:
    usage = _usage(row)
    seconds = None if row.latency_ms is None else row.latency_ms / 1000
    answer = None if row.output is None else _answer(row)
    found: dict[str, object] = {
        "id": _identity(row, several=several),
        "epoch": row.repeat + 1,
        "input": _input(row),
        "target": "" if row.expected is None else shown(row.expected),
        "messages": _messages(row, answer),
        "output": {"model": row.model or "", "choices": [], "time": seconds}
        if answer is None
        else {
            "model": row.model or "",
            "choices": [{"message": answer, "stop_reason": _STOP.get(row.finish or "", "unknown")}],
            "completion": row.output,
            "usage": usage,
            "time": seconds,
        },
        "scores": _scores(row),
        "metadata": _metadata(row),
        "model_usage": {} if usage is None else {row.model or "": usage},
        "total_time": seconds,
        "working_time": seconds,
        "uuid": f"{number}-{row.sample[:24]}",
    }
    if row.at_utc is not None:
        found["completed_at"] = row.at_utc
    if row.error is not None:
        message = f"{row.error.get('code', '')}: {row.error.get('what', '')}"
        found["error"] = {"message": message, "traceback": "", "traceback_ansi": ""}
    return found


def _input(row: SampleRow) -> str:
    """A single input as it is, several as JSON."""
    return shown(next(iter(row.inputs.values())) if len(row.inputs) == 1 else row.inputs)


def _messages(row: SampleRow, answer: dict[str, object] | None) -> list[dict[str, object]]:
    """What was said: the turns of a conversation, or what was asked and the reply."""
    talk = (row.detail or {}).get("conversation")
    said = talk.get("messages") if isinstance(talk, dict) else None
    if isinstance(said, list):
        return [{"role": one["role"], "content": one["content"]} for one in said if one.get("role") in _ROLES]
    asked: dict[str, object] = {"role": "user", "content": _input(row)}
    return [asked] if answer is None else [asked, answer]


def _answer(row: SampleRow) -> dict[str, object]:
    answer: dict[str, object] = {
        "role": "assistant",
        "content": row.output,
        "source": "generate",
        "model": row.model or "",
    }
    if row.tool_calls:
        answer["tool_calls"] = [_tool_call(call, number) for number, call in enumerate(row.tool_calls, 1)]
    return answer


def _tool_call(call: CalledTool, number: int) -> dict[str, object]:
    made: dict[str, object] = {"id": f"call_{number}", "function": call.name, "type": "function"}
    try:
        arguments = msgspec.json.decode(call.arguments)
    except msgspec.MsgspecError as error:
        return {**made, "arguments": {}, "parse_error": f"{error}: {call.arguments}"}
    return {**made, "arguments": arguments if isinstance(arguments, dict) else {"value": arguments}}


def _usage(row: SampleRow) -> dict[str, object] | None:
    """Inspect counts cached tokens beside the other input tokens, and has no word for "unknown"."""
    if row.input_tokens is None or row.output_tokens is None:
        return None
    return _tokens(row.input_tokens, row.output_tokens, row.cached_tokens or 0, row.cost_usd)


def _tokens(sent: int, received: int, cached: int, cost_usd: str | None) -> dict[str, object]:
    return {
        "input_tokens": sent - cached,
        "output_tokens": received,
        "total_tokens": sent + received,
        "input_tokens_cache_read": cached,
        "total_cost": None if cost_usd is None else float(cost_usd),
    }


def _scores(row: SampleRow) -> dict[str, object]:
    """Each grader's score, and whether the sample passed; a grader that failed itself gives none."""
    why = None if row.error is None else row.error.get("what")
    found: dict[str, object] = {
        PASSED: {"value": _STATUS[row.status], "answer": row.output, "explanation": why or row.status}
    }
    for verdict in row.verdicts:
        if verdict.score is not None:
            found[_score_name(verdict)] = {
                "value": verdict.score,
                "answer": row.output,
                "explanation": verdict.reason,
                "metadata": {"passed": verdict.passed},
            }
    found |= {f"named: {name}": {"value": value} for name, value in row.named.items()}
    return found


def _score_name(verdict: GraderVerdict) -> str:
    return verdict.grader if verdict.grader != PASSED else f"{PASSED} (grader)"


def _metadata(row: SampleRow) -> dict[str, object]:
    return {
        "case": row.case,
        "variant": row.variant,
        "status": row.status,
        "sample": row.sample,
        **{f"tag: {name}": value for name, value in row.tags.items()},
        "cluster": row.cluster,
        "inputs": row.inputs,
        "violations": row.violations,
        "valid": row.valid,
        "valid_first": row.valid_first,
        "failed_graders": {verdict.grader: verdict.error for verdict in row.verdicts if verdict.error is not None},
    }


def _summary(sample: dict[str, object]) -> dict[str, object]:
    """What Inspect lists a sample by: the sample without its messages, long texts cut."""
    error = sample.get("error")
    kept = ("id", "epoch", "input", "target", "scores", "metadata", "model_usage", "completed_at", "total_time", "uuid")
    messages = sample["messages"]
    found: dict[str, object] = {name: _short(sample[name]) for name in kept if name in sample}
    found["working_time"] = sample["working_time"]
    found["completed"] = True
    found["message_count"] = len(messages) if isinstance(messages, list) else None
    if isinstance(error, dict):
        found["error"] = error["message"]
    return found


def _short(value: object) -> object:
    if isinstance(value, str):
        return value[:_SUMMARY_CHARS]
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return value


def _reductions(run: FinishedRun, *, several: bool) -> Iterator[bytes]:
    """The samples' scores once more, scorer by scorer; the rows are read once for each."""
    yield b"["
    for place, (name, scorer) in enumerate(_scorers(run.summary)):
        yield (b"," if place else b"") + b'{"scorer":' + _json(name) + b',"reducer":"mean","samples":['
        for number, (identity, value) in enumerate(_means(run, scorer, several=several)):
            yield (b"," if number else b"") + _json({"value": value, "sample_id": identity})
        yield b"]}"
    yield b"]"


def _means(run: FinishedRun, scorer: str | None, *, several: bool) -> Iterator[tuple[str, float]]:
    """Each sample's score, the mean of its repeats; those of a case stand together in a run."""
    for _, rows in groupby(run.rows(), key=lambda row: row.case):
        scores: dict[str, list[float]] = {}
        for row in rows:
            value = _value(row, scorer)
            if value is not None:
                scores.setdefault(_identity(row, several=several), []).append(value)
        yield from ((identity, fmean(values)) for identity, values in scores.items())


def _scorers(summary: Summary) -> list[tuple[str, str | None]]:
    """The scores' names, and the grader of each; None is the sample's own."""
    graders = dict.fromkeys(grader.grader for variant in summary.variants for grader in variant.graders)
    return [(PASSED, None), *((_score_name(GraderVerdict(grader=name)), name) for name in graders)]


def _value(row: SampleRow, grader: str | None) -> float | None:
    if grader is None:
        return float(row.status == "passed")
    return next((verdict.score for verdict in row.verdicts if verdict.grader == grader), None)


_PLAN: dict[str, object] = {"name": "plan", "steps": [{"solver": "generate", "params": {}}], "config": {}}


def _spec(summary: Summary) -> dict[str, object]:
    variants = summary.variants
    return {
        "eval_id": summary.run,
        "run_id": summary.run,
        "created": summary.started_utc,
        "task": summary.suite,
        "task_id": summary.run,
        "task_version": 0,
        "dataset": {
            "name": summary.suite,
            "location": next(iter(summary.datasets), None),
            "samples": summary.cases * max(1, len(variants)),
        },
        "model": ", ".join(dict.fromkeys(variant.model for variant in variants)) or "none/none",
        "config": {"epochs": summary.repeats},
        "packages": {"assay": summary.assay},
        "scorers": [{"name": name} for name, _ in _scorers(summary)],
        "metadata": {
            "decision": summary.decision,
            "sentence": summary.sentence,
            "datasets": summary.datasets,
            "variants": {
                variant.name: {
                    "prompt": variant.prompt,
                    "version": variant.version,
                    "digest": variant.digest,
                    "model": variant.model,
                }
                for variant in variants
            },
        },
    }


def _header(summary: Summary, spec: dict[str, object]) -> dict[str, object]:
    total = sum(variant.n for variant in summary.variants)
    return {
        "version": VERSION,
        "status": "success" if summary.stopped is None else "cancelled",
        "eval": spec,
        "plan": _PLAN,
        "results": {
            "total_samples": total + summary.missing,
            "completed_samples": total,
            "scores": [score for variant in summary.variants for score in _results(summary, variant)],
        },
        "stats": {
            "started_at": summary.started_utc,
            "completed_at": summary.finished_utc,
            "model_usage": _usages(summary),
        },
    }


def _results(summary: Summary, variant: VariantSummary) -> Iterator[dict[str, object]]:
    """A variant's figures, score by score. An error counts as not passed, as everywhere."""
    prefix = f"{variant.name}: " if len(summary.variants) > 1 else ""
    shares = {"accuracy": variant.pass_rate, "low": variant.low, "high": variant.high}
    yield _result(f"{prefix}{PASSED}", PASSED, shares, n=variant.n)
    for grader in variant.graders:
        name = _score_name(GraderVerdict(grader=grader.grader))
        mean = {} if grader.mean_score is None else {"mean": grader.mean_score}
        shares = {"accuracy": grader.rate.value, "low": grader.rate.low, "high": grader.rate.high, **mean}
        yield _result(f"{prefix}{name}", name, shares, n=grader.rate.of - grader.errors)


def _result(name: str, scorer: str, metrics: dict[str, float], *, n: int) -> dict[str, object]:
    return {
        "name": name,
        "scorer": scorer,
        "scored_samples": n,
        "params": {},
        "metrics": {metric: {"name": metric, "value": value, "params": {}} for metric, value in metrics.items()},
    }


def _usages(summary: Summary) -> dict[str, object]:
    """Tokens by model, of the variants whose tokens are known."""
    found: dict[str, tuple[int, int, int]] = {}
    for one in summary.variants:
        if one.input_tokens is not None and one.output_tokens is not None:
            sent, received, cached = found.get(one.model, (0, 0, 0))
            cached += one.cached_tokens or 0
            found[one.model] = (sent + one.input_tokens, received + one.output_tokens, cached)
    return {model: _tokens(*tokens, None) for model, tokens in found.items()}
