"""Settings of the stage ``models``."""

from dataclasses import dataclass

from assay.core.settings import setting


@dataclass(frozen=True, slots=True)
class ModelsSettings:
    """How models are called."""

    default: str = setting(
        "embedded/smollm2-135m-instruct", "PROVIDER/MODEL that answers for prompts that name no model"
    )
    timeout_s: float = setting(120.0, "longest time of one attempt of a call, in seconds", least=0.001)
    max_attempts: int = setting(5, "how often a call that failed for now is sent, the first time included", least=1)
    give_up_after_s: float = setting(
        600.0,
        "a call that is refused for now (429) waits on until nothing has got through for so many seconds",
        least=0,
    )
    requests_per_minute: int | None = setting(None, "most calls begun in a minute, for each account", least=1)
    tokens_per_minute: int | None = setting(None, "most tokens used in a minute, for each account", least=1)
    idle_s: float = setting(120.0, "the embedded model stops itself after so many seconds without a call", least=0)
    weights: str | None = setting(None, "a GGUF file to run instead of the embedded model's own weights")
