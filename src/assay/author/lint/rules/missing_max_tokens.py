"""Rule ``missing-max-tokens`` (note): a reply of any length.

What it finds
    A prompt with neither the parameter ``max_tokens`` nor a ``max_tokens`` among the contract's limits.

Why
    A model that goes round in circles writes until its own limit, and all of it is paid for.

Example
    model:
      candidates: [openai/gpt-4o-mini]

What to write instead
    model:
      candidates: [openai/gpt-4o-mini]
      parameters: {max_tokens: 300}
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.types import Prompt


@rules.register("missing-max-tokens")
def missing_max_tokens(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """One finding at most."""
    limited = prompt.contract is not None and prompt.contract.limits.max_tokens is not None
    if prompt.model.parameters.max_tokens is None and not limited:
        what = f"the replies to {prompt.name} have no limit in tokens"
        hint = "add 'max_tokens' to the model's parameters or to the contract's limits"
        yield Finding("missing-max-tokens", "note", what, hint, prompt.document.at("model", "parameters"))
