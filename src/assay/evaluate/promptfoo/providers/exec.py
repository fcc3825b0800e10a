"""Provider ``exec:``: a program is given the prompt as an argument, and what it prints is the answer."""

import shlex

from assay.core.errors import BadInput
from assay.evaluate.promptfoo.program import run_command
from assay.evaluate.promptfoo.providers.caller import Asked, Given, told
from assay.evaluate.promptfoo.script_text import json_text
from assay.evaluate.promptfoo.types import ProviderSpec, Response


class Exec:
    """Runs the command with three more arguments: the prompt, the provider's options, the context, as JSON."""

    kept = True

    def __init__(self, spec: ProviderSpec, given: Given) -> None:
        command = spec.kind.removeprefix("exec:").strip()
        try:
            self._command = shlex.split(command)
        except ValueError as error:
            raise _wrong(spec, str(error)) from None
        if not self._command:
            raise _wrong(spec, "it is empty")
        self._options = told(spec)
        self._given = given

    def shaping(self, asked: Asked) -> list[object]:
        """Whatever the program is given."""
        return [asked.values, asked.config]

    async def call(self, asked: Asked) -> Response:
        """What the program printed."""
        arguments = [asked.text, json_text(self._options), json_text(asked.context())]
        given = self._given
        output = await run_command(
            [*self._command, *arguments], folder=given.files.folder, timeout_s=given.timeout_s, env=given.env
        )
        return Response(output=output.strip())


def _wrong(spec: ProviderSpec, why: str) -> BadInput:
    return BadInput(
        f"the command of {spec.kind!r} cannot be read: {why}",
        hint="write exec: and a command, such as exec:python run.py",
        code="promptfoo.exec",
        where=spec.where,
    )
