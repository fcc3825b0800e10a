"""What a version is made of, and its id: SHA-256 of the canonical JSON of all that shapes a reply.

In: messages with their roles, the text of every partial, inputs (schema, default, required, trust,
limit), model candidates and parameters, contract, tools. Out: name, description, claimed version,
ownership, suites, examples, ``meta``, and where the file lies; so a new owner is not a new version.
"""

from dataclasses import asdict

import msgspec

from assay.author.types import MISSING, Input, Prompt
from assay.core.canonical import digest

FORM = "assay.prompt/1"
"""The version of the canonical form itself; part of it, so that a change of form changes every id."""


def canonical_form(prompt: Prompt) -> dict[str, object]:
    """The version as JSON data; ``canonical_json`` of it is what the digest is taken of."""
    return {
        "form": FORM,
        "messages": [
            {"insert": m.insert} if m.insert is not None else {"role": m.role, "template": m.source}
            for m in prompt.messages
        ],
        "partials": {name: partial.text for name, partial in prompt.partials.items()},
        "inputs": {name: _input(entry) for name, entry in prompt.inputs.items()},
        "model": {
            "candidates": list(prompt.model.candidates),
            "parameters": msgspec.to_builtins(prompt.model.parameters),
        },
        "contract": None if prompt.contract is None else _plain(asdict(prompt.contract)),
        "tools": [msgspec.to_builtins(tool) for tool in prompt.tools],
    }


def digest_of(prompt: Prompt) -> str:
    """The version's id: ``sha256:`` and 64 hexadecimal digits."""
    return digest(canonical_form(prompt))


def _input(entry: Input) -> dict[str, object]:
    found: dict[str, object] = {
        "schema": entry.schema,
        "required": entry.required,
        "trust": entry.trust,
        "max_chars": entry.max_chars,
    }
    if entry.default is not MISSING:
        found["default"] = entry.default
    return found


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
