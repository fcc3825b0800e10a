"""Answers in OpenAI's chat dialect: a whole reply, the pieces of a streamed one, the list of models."""

from typing import Literal

import msgspec


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How a reply ended, and the tokens that it took; ``cached_tokens`` are a part of ``prompt_tokens``."""

    finish: Literal["stop", "length"]
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a reply's text; the last one says how it ended."""

    text: str
    end: End | None = None


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of one answer repeats."""

    id: str
    created: int
    model: str
    fingerprint: str

    def _of(self, kind: str) -> dict[str, object]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.fingerprint,
            "service_tier": "default",
        }

    def whole(self, text: str, end: End) -> dict[str, object]:
        """The reply at once."""
        message: dict[str, object] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": end.finish}
        return {**self._of("chat.completion"), "choices": [choice], "usage": _usage(end)}

    def chunk(
        self, delta: dict[str, object], *, finish: str | None = None, with_usage: bool = False
    ) -> dict[str, object]:
        """A piece of a stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        unknown = {"usage": None} if with_usage else {}
        return {**self._of("chat.completion.chunk"), "choices": [choice], **unknown}

    def usage_chunk(self, end: End) -> dict[str, object]:
        """The piece after the last one, for those who asked for the usage."""
        return {**self._of("chat.completion.chunk"), "choices": [], "usage": _usage(end)}


def _usage(end: End) -> dict[str, object]:
    return {
        "prompt_tokens": end.prompt_tokens,
        "completion_tokens": end.output_tokens,
        "total_tokens": end.prompt_tokens + end.output_tokens,
        "prompt_tokens_details": {"cached_tokens": end.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def model_entry(name: str, created: int) -> dict[str, object]:
    """One row of the list of models."""
    return {"id": name, "object": "model", "created": created, "owned_by": "assay"}
