"""Rule ``high-temperature`` (warning): a strict format, and a model that is asked to be playful.

What it finds
    A contract with the format ``json`` or ``choice`` and a ``temperature`` above 0.7.

Why
    A high temperature picks unlikely words. In a sentence that reads as variety; in JSON or a label it breaks the
    format, or gives another answer to the same case on another day.

Example
    model:
      parameters: {temperature: 1.0}
    contract:
      choices: [billing, bug]

What to write instead
    model:
      parameters: {temperature: 0}
    contract:
      choices: [billing, bug]
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt

LIMIT = 0.7


@rules.register("high-temperature")
def high_temperature(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    temperature = prompt.model.parameters.temperature
    if temperature is None or temperature <= LIMIT or prompt.contract is None:
        return
    if prompt.contract.format in ("json", "choice"):
        what = f"the temperature is {temperature:g}, and replies have to be {prompt.contract.format}"
        where = prompt.document.at("model", "parameters", "temperature")
        yield Finding("high-temperature", "warning", what, f"lower it to {LIMIT:g} or less; 0 for labels", where)
