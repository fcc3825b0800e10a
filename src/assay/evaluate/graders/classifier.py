"""Grader ``classifier``: a text classifier gives the reply a label, or any label, with enough certainty."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from assay.core.errors import GraderFailed
from assay.core.fields import describe
from assay.engine.types import Outcome
from assay.evaluate.bench import Bench
from assay.evaluate.endpoint import RETRIES, check_endpoint
from assay.evaluate.grader import graders
from assay.evaluate.similarity import EPSILON
from assay.evaluate.types import Case, Grade, Verdict


@graders.register("classifier")
def classifier(
    *,
    bench: Bench,
    url: str,
    value: str | None = None,
    threshold: Annotated[float, Meta(ge=0, le=1)] = 1.0,
    headers: dict[str, str] | None = None,
    timeout_s: Annotated[float, Meta(gt=0)] = 30.0,
    retries: Annotated[int, Meta(ge=0, le=10)] = RETRIES,
) -> Grade:
    """Posts ``{inputs: TEXT}`` and reads labels with their scores, as Hugging Face's text classification has them.

    Args:
        bench: Makes the call.
        url: The classifier's address.
        value: The label that the reply should have; without it the surest label counts, whichever it is.
        threshold: The label's score from which the reply passes.
        headers: More of the request's head; ``env:NAME`` or ``file:PATH`` in a value is looked up at each call.
        timeout_s: The longest that one attempt may take.
        retries: How often to try again when there is no answer, or a 429 or a 5xx.
    """
    address, head = check_endpoint(url, headers or {}, code="grader.url"), headers or {}

    async def grade(case: Case, outcome: Outcome) -> Verdict:  # noqa: ARG001 - the shape of every grader
        found = await bench.endpoints.post(
            address, {"inputs": outcome.text}, headers=head, timeout_s=timeout_s, retries=retries
        )
        labels = _labels(found)
        label = value if value is not None else max(labels, key=lambda name: labels[name])
        score = labels.get(label, 0.0)
        passed = score >= threshold - EPSILON
        told = f"the label {label!r} has {score:.2f}, {'at least' if passed else 'below'} {threshold:g}"
        return Verdict(min(1.0, max(0.0, score)), passed, told, detail={"labels": dict(labels)})

    return grade


def _labels(found: object) -> dict[str, float]:
    """Label to score, of ``[{label, score}, …]`` or of that in one more list."""
    items = found[0] if isinstance(found, list) and found and isinstance(found[0], list) else found
    labels: dict[str, float] = {}
    for item in items if isinstance(items, list) else [items]:
        label, score = (item.get("label"), item.get("score")) if isinstance(item, Mapping) else (None, None)
        if not isinstance(label, str) or not isinstance(score, (int, float)) or isinstance(score, bool):
            raise _no_labels(found)
        labels[label] = float(score)
    if not labels:
        raise _no_labels(found)
    return labels


def _no_labels(found: object) -> GraderFailed:
    return GraderFailed(
        f"the classifier answered {describe(found)}, which is no list of labels",
        hint="it must answer [{label: …, score: …}, …]",
        code="grader.result",
    )
