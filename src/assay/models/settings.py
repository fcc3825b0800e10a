"""Settings of the stage ``models``."""

from dataclasses import dataclass

from assay.core.settings import setting


@dataclass(frozen=True, slots=True)
class ModelsSettings:
    """How models are called."""

    timeout_s: float = setting(120.0, "longest time of one attempt of a call, in seconds", least=0.001)
    max_attempts: int = setting(5, "how often a call that failed for now is sent, the first time included", least=1)
    idle_s: float = setting(120.0, "the embedded model stops itself after so many seconds without a call", least=0)
    weights: str | None = setting(None, "a GGUF file to run instead of the embedded model's own weights")
