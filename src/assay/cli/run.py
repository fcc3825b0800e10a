"""``assay run``: one call along the line that evals and serving use, and its reply."""

import asyncio

import click
import msgspec

from assay.app import App
from assay.cli.options import input_options, json_option, model_options, read_inputs
from assay.cli.output import plain, print_json
from assay.engine.prepare import choose_target, merge_parameters, prepare, unnamed
from assay.engine.types import Call, Outcome
from assay.evaluate.plan import override_of
from assay.models.provider import providers
from assay.models.target import Target
from assay.models.types import Parameters

EMBEDDED_MAX_TOKENS = 512


@click.command(
    epilog="""\b
Examples:
  assay run support.triage -i ticket="I was charged twice"
  assay run support.triage -i ticket=@ticket.txt --model openai/gpt-4o-mini
  assay run support.triage -i ticket=hello --model openai/my-model \\
      --base-url http://localhost:8000/v1 --key-env MY_KEY --json"""
)
@click.argument("reference")
@input_options
@model_options
@json_option
def run(
    reference: str,
    inputs: tuple[str, ...],
    inputs_file: str | None,
    model: str | None,
    base_url: str | None,
    key_env: str | None,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    as_json: bool,
) -> int:
    """Call a prompt once and print the reply.

    The exit status is 1 when the reply breaks the prompt's contract.
    """
    app = App.open()
    prepared = prepare(app.resolve(reference))
    override = override_of(model, base_url, key_env, temperature=temperature, max_tokens=max_tokens, seed=seed)
    target = choose_target(
        prepared.prompt,
        model=override.model,
        base_url=override.base_url,
        key=override.key,
        default=app.models.default,
    )
    if (note := unnamed(prepared.prompt, target, model=override.model)) is not None:
        click.echo(note, err=True)
    call = Call(
        prepared=prepared,
        inputs=read_inputs(prepared.prompt, inputs, inputs_file),
        target=target,
        parameters=bounded(merge_parameters(prepared.prompt, override.parameters), target),
        timeout_s=app.models.timeout_s,
    )
    outcome = asyncio.run(_call(app, call))
    if as_json:
        print_json(as_dict(outcome, str(call.target)))
    else:
        click.echo(plain(outcome.text))
        for violation in outcome.checked.violations:
            click.echo(f"contract broken: {violation}", err=True)
        if outcome.fallback:
            click.echo("the contract's fallback answered instead of the model", err=True)
    return 0 if outcome.checked.valid else 1


def bounded(parameters: Parameters, target: Target) -> Parameters:
    """A longest reply where nobody gave one, for the embedded model: a model that small may go on without end."""
    if parameters.max_tokens is not None or not providers.get(target.provider).on_demand:
        return parameters
    return msgspec.structs.replace(parameters, max_tokens=EMBEDDED_MAX_TOKENS)


async def _call(app: App, call: Call) -> Outcome:
    async with app.engine() as engine:
        return await engine.run(call)


def as_dict(outcome: Outcome, model: str) -> dict[str, object]:
    """An outcome as ``--json`` prints it (``docs/reference/run-json.md``)."""
    checked, usage = outcome.checked, outcome.usage
    return {
        "text": outcome.text,
        "value": checked.value,
        "valid": checked.valid,
        "valid_first": outcome.first.valid,
        "violations": [{"clause": v.clause, "what": v.what} for v in checked.violations],
        "exit": checked.exit,
        "repaired": checked.repaired,
        "fallback": outcome.fallback,
        "digest": outcome.digest,
        "model": model,
        "finish": outcome.replies[-1].finish,
        "tool_calls": [msgspec.to_builtins(call) for call in outcome.replies[-1].tool_calls],
        "usage": {"input": usage.input, "output": usage.output, "cached": usage.cached, "reasoning": usage.reasoning},
        "cost_usd": None if outcome.cost_usd is None else f"{outcome.cost_usd:f}",
        "latency_ms": round(outcome.latency_ms, 3),
        "calls": len(outcome.replies),
    }
