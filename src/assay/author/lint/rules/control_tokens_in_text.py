"""Rule ``control-tokens-in-text`` (error): marks of one model's chat format in the text of a message.

What it finds
    Words such as ``<|im_start|>``, ``[INST]``, ``<<SYS>>``, ``<|eot_id|>``, ``<start_of_turn>`` or ``</s>`` (without an
    ``<s>`` before it) in the literal text of a message or a partial.

Why
    They come from a prompt that was written for one model's raw input. Here messages have roles already. In another
    model's input they are noise, and in the same model's they end the message or begin one that nobody wrote.

Example
    user:
    <|im_start|>user
    {{ ticket }}<|im_end|>

What to write instead
    user:
    {{ ticket }}
"""

import re
from collections.abc import Iterator

from assay.author.fixed_text import pieces
from assay.author.lint.rule import Context, Finding, rules
from assay.author.lint.wording import Written
from assay.author.types import Prompt

_TOKEN = re.compile(
    r"<\|[a-z_]{2,30}\|>|<\|/?(?:system|user|assistant)\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>|<<<dotprompt:"
)

_END_OF_TEXT = "</" + "s>"


@rules.register("control-tokens-in-text")
def control_tokens_in_text(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """Each kind of mark, once a piece of text."""
    for piece in pieces(prompt):
        seen: set[str] = set()
        for found in _TOKEN.finditer(piece.text):
            token = found[0]
            if token in seen or (token == _END_OF_TEXT and "<s>" in piece.text[: found.start()]):
                continue
            seen.add(token)
            what = f"the text holds {token}, a mark of a model's own chat format"
            hint = "take it out; the lines 'system:', 'user:' and 'assistant:' make messages"
            where = Written(piece.text, piece.where).at(found.start())
            yield Finding("control-tokens-in-text", "error", what, hint, where)
