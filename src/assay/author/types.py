"""What a prompt is, as frozen data: the result of reading a prompt file.

Nothing here reads a file (``parse.py``), renders (``template.py``) or compares (``diff.py``).
"""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from assay.core.document import Document
from assay.core.location import Location
from assay.models.types import Parameters, Role, Tool

Trust = Literal["system", "developer", "user", "retrieved", "tool"]
Risk = Literal["low", "medium", "high", "critical"]
ContractFormat = Literal["text", "markdown", "json", "choice"]
Action = Literal["fail", "repair", "retry", "fallback"]

TRUST_ORDER: tuple[Trust, ...] = ("system", "developer", "tool", "retrieved", "user")
"""From most to least trusted; a piece made of several sources has the least trusted one's label."""

RISKS: tuple[Risk, ...] = ("low", "medium", "high", "critical")
ROLES: tuple[Role, ...] = ("system", "developer", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class Missing:
    """The type of ``MISSING``: no value, where None would be one."""


MISSING = Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A value that the prompt takes.

    Attributes:
        name: A Python-like identifier, as templates use it.
        schema: A JSON Schema 2020-12; shorthand has been expanded.
        required: False when the name may be left out; it is then ``default``, or None.
        default: The value when left out, or ``MISSING``.
        examples: Values for documentation, linting and token estimates.
        trust: Who wrote the value; ``user`` unless the file says otherwise.
        max_chars: Longest text in characters (of its JSON, for what is not a string), or None.
    """

    name: str
    schema: dict[str, object]
    required: bool = True
    default: object = MISSING
    examples: tuple[object, ...] = ()
    trust: Trust = "user"
    max_chars: int | None = None

    @property
    def description(self) -> str:
        """What the schema says that it is, or ""."""
        return str(self.schema.get("description", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One message before rendering.

    Attributes:
        role: Fixed by the source; a value can never change it.
        source: The template's text.
        where: The file and the line of the first line of ``source``.
        insert: The name of an input that holds a list of earlier messages to put here instead
            (roles ``user`` and ``assistant`` only); ``source`` is "" then.
    """

    role: Role
    source: str
    where: Location
    insert: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """A piece of template that several prompts include by name; ``digest`` is that of its text."""

    name: str
    text: str
    digest: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPolicy:
    """Which models may answer, in order of preference (``provider/model``), and how they are asked."""

    candidates: tuple[str, ...] = ()
    parameters: Parameters = Parameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownRules:
    """What a Markdown reply must look like."""

    sections: tuple[str, ...] = ()
    max_heading_level: int | None = None
    allow_html: bool = False
    allow_links: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Citations:
    """Marks such as ``[2]`` that point at passages of the input named ``source``."""

    source: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A way out that the contract allows: when to take it, and how the reply shows that it was taken.

    ``reply`` is the exact text, or the start of the text when it ends in ``…``.
    """

    when: str
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds on a reply; None is no bound. ``max_tokens`` is sent to the model as well."""

    max_chars: int | None = None
    max_words: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnViolation:
    """What is done about a reply that breaks the contract.

    ``repair`` takes off what surely does not belong to the reply (a code fence, quotes, a full stop after a
    choice) and checks again; ``retry`` shows the model its reply and the findings, up to ``attempts`` more times;
    ``fallback`` answers with ``reply``; ``fail`` reports the reply as it is.
    After the last retry, ``fallback`` is used if ``reply`` is set.
    """

    action: Action = "fail"
    attempts: int = 1
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What every reply must satisfy.

    Attributes:
        schema: For ``json``: a JSON Schema 2020-12. None means any JSON.
        choices: For ``choice``: the replies that are allowed, exactly.
        constrain: Whether the provider is asked to decode within the schema, where it can.
    """

    format: ContractFormat = "text"
    schema: dict[str, object] | None = None
    choices: tuple[str, ...] = ()
    markdown: MarkdownRules | None = None
    citations: Citations | None = None
    refuse: Exit | None = None
    ask: Exit | None = None
    escalate: Exit | None = None
    limits: Limits = Limits()
    constrain: bool = True
    on_violation: OnViolation = OnViolation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Who answers for the prompt, and how much hangs on it. Dates are ISO text, ``2027-05-01``."""

    owner: str | None = None
    reviewers: tuple[str, ...] = ()
    risk: Risk = "low"
    data_classes: tuple[str, ...] = ()
    intended_use: str | None = None
    review_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt file, read and resolved: everything that a version is made of, and where it came from.

    Attributes:
        name: Dotted kebab-case, such as ``support.triage``.
        version: The semantic version that the file claims, or None. Not a part of its identity.
        partials: Every partial that the messages include, directly or not, by name.
        suites: Paths of suites, relative to the file.
        meta: Free data of the team's own; not a part of the identity.
        lint_ignore: Lint rules that are not applied to this prompt; not a part of the identity.
        document: The front matter with the place of every value, for messages about it.
    """

    name: str
    messages: tuple[MessageTemplate, ...]
    description: str = ""
    version: str | None = None
    inputs: dict[str, Input] = field(default_factory=dict)
    partials: dict[str, Partial] = field(default_factory=dict)
    model: ModelPolicy = ModelPolicy()
    contract: Contract | None = None
    tools: tuple[Tool, ...] = ()
    ownership: Ownership = Ownership()
    suites: tuple[str, ...] = ()
    meta: dict[str, object] = field(default_factory=dict)
    lint_ignore: tuple[str, ...] = ()
    file: str = ""
    document: Document


class Segment(msgspec.Struct, frozen=True):
    """A piece of a rendered message: literal text (``source`` None) or a value's (``source`` its input's name)."""

    text: str
    source: str | None
    trust: Trust


class RenderedMessage(msgspec.Struct, frozen=True):
    """A message ready to send; ``content`` is its segments' text joined."""

    role: Role
    content: str
    segments: tuple[Segment, ...]
