"""Checking the values that a prompt is given against the inputs that it declares."""

import json
from collections.abc import Mapping

from assay.author.types import MISSING, Input, Prompt
from assay.core.errors import BadInput, unknown_name
from assay.core.schema import Validator, compile_schema


class Values:
    """A prompt's inputs with their schemas compiled, ready to check one set of values after the other."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._validators = {name: _validator(entry) for name, entry in prompt.inputs.items()}

    def complete(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values with defaults filled in; an optional input without a value is None.

        Raises:
            BadInput: A name that is not declared, a required one that is missing, or a value that does
                not fit its schema or is too long. The value itself is not repeated in the message.
        """
        for name in values:
            if name not in self._prompt.inputs:
                raise unknown_name(f"input of {self._prompt.name}", name, self._prompt.inputs, code="inputs.undeclared")
        return {name: self._one(entry, values) for name, entry in self._prompt.inputs.items()}

    def _one(self, entry: Input, values: Mapping[str, object]) -> object:
        if entry.name not in values:
            if entry.default is not MISSING:
                return entry.default
            if not entry.required:
                return None
            raise BadInput(
                f"the input {entry.name!r} of {self._prompt.name} has no value",
                hint=f"give it one: --input {entry.name}=…",
                code="inputs.missing",
            )
        value = values[entry.name]
        if value is None and not entry.required:
            return None
        self._check(entry, value)
        return value

    def _check(self, entry: Input, value: object) -> None:
        text = self._text(entry, value)
        validator = self._validators[entry.name]
        if validator is not None and not validator.is_valid(value):
            finding = validator.findings(value)[0]
            raise BadInput(
                f"the input {entry.name!r} of {self._prompt.name} does not fit its schema: {finding}",
                hint="see 'inputs' in the prompt file",
                code="inputs.schema",
            )
        if entry.max_chars is not None:
            chars = len(text)
            if chars > entry.max_chars:
                raise BadInput(
                    f"the input {entry.name!r} of {self._prompt.name} has {chars:,} characters; "
                    f"its limit is {entry.max_chars:,}",
                    hint="shorten it, or raise max_chars in the prompt file",
                    code="inputs.too_long",
                )

    def _text(self, entry: Input, value: object) -> str:
        """The value as text: itself, or its JSON."""
        named = f"the input {entry.name!r} of {self._prompt.name}"
        try:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if not text.isascii():
                text.encode()
        except UnicodeEncodeError as error:
            code = ord(error.object[error.start])
            raise BadInput(
                f"{named} is not text: character {error.start + 1} is half of a pair, U+{code:04X}",
                hint="give it as UTF-8",
                code="inputs.not_text",
            ) from None
        except (TypeError, ValueError, RecursionError):
            raise BadInput(
                f"{named} is not a value that JSON has",
                hint="give text, a number, true, false, null, a list or a mapping",
                code="inputs.not_json",
            ) from None
        return text


def _validator(entry: Input) -> Validator | None:
    """None for a schema that takes anything."""
    keywords = {k for k in entry.schema if k not in ("description", "title", "examples", "default")}
    return compile_schema(entry.schema, mask="it") if keywords else None
