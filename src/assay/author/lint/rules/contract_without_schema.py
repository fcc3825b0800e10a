"""Rule ``contract-without-schema`` (warning): a contract that asks for JSON and not for which.

What it finds
    A contract with ``format: json`` and no ``schema``.

Why
    Any JSON passes, an empty object too. A schema is checked on every reply, can hold the decoder to it, and grades
    replies in an evaluation.

Example
    contract:
      format: json

What to write instead
    contract:
      format: json
      schema:
        category: string, the team
        urgent: boolean
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("contract-without-schema")
def contract_without_schema(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    if prompt.contract is not None and prompt.contract.format == "json" and prompt.contract.schema is None:
        what = "the contract asks for JSON and has no schema"
        hint = "add 'schema' with the fields that a reply has, such as 'category: string'"
        yield Finding("contract-without-schema", "warning", what, hint, prompt.document.at("contract", "format"))
