"""Rule ``example-breaks-contract`` (error): an example that shows the model the wrong thing.

What it finds
    An ``assistant`` message without values that is no reply the contract allows: not one of the choices, not JSON, not
    within the schema, or too long. The last message is left out when it is the assistant's, since it begins the reply.

Why
    Models follow examples more closely than instructions. A wrong one makes wrong replies.

Example
    contract:
      choices: [billing, bug]
    …
    assistant:
    Category: billing

What to write instead
    assistant:
    billing
"""

import json
from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.usage import usages
from assay.author.types import Contract, Prompt
from assay.core.schema import compile_schema


@rules.register("example-breaks-contract")
def example_breaks_contract(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each such message."""
    if prompt.contract is None:
        return
    for message, usage in zip(prompt.messages[:-1], usages(prompt)[:-1], strict=True):
        if message.role != "assistant" or any(chunk.kind in ("expression", "statement") for chunk, _ in usage.chunks):
            continue
        text = "".join(chunk.source for chunk, _ in usage.chunks if chunk.kind != "comment").strip()
        problem = None if _is_way_out(prompt.contract, text) else _problem(prompt.contract, text)
        if problem is not None:
            what = f"this example of a reply breaks the contract: {problem}"
            hint = "write it as a reply has to be"
            yield Finding("example-breaks-contract", "error", what, hint, message.where)


def _is_way_out(contract: Contract, text: str) -> bool:
    for way_out in (contract.refuse, contract.ask, contract.escalate):
        if way_out is not None and way_out.reply is not None:
            begin = way_out.reply.removesuffix("…")
            if text == begin or (begin != way_out.reply and text.startswith(begin)):
                return True
    return False


def _problem(contract: Contract, text: str) -> str | None:
    if contract.limits.max_chars is not None and len(text) > contract.limits.max_chars:
        return f"it has {len(text):,} characters, and the limit is {contract.limits.max_chars:,}"
    if contract.limits.max_words is not None and len(text.split()) > contract.limits.max_words:
        return f"it has {len(text.split()):,} words, and the limit is {contract.limits.max_words:,}"
    if contract.format == "choice" and _unquoted(text) not in contract.choices:
        return "it is none of the choices"
    return _json_problem(contract, text) if contract.format == "json" else None


def _unquoted(text: str) -> str:
    """The choice, also where it is written as a JSON string: so it comes from a provider that decodes in the schema."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _json_problem(contract: Contract, text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return "it is not JSON"
    findings = compile_schema(contract.schema or {}).findings(value)
    return str(findings[0]) if findings else None
