"""Settings of the stage ``evaluate``."""

from dataclasses import dataclass

from assay.core.settings import setting


@dataclass(frozen=True, slots=True)
class EvaluateSettings:
    """How suites are run."""

    concurrency: int = setting(16, "calls under way at once, where the suite does not say", least=1)
    folder: str = setting(".assay", "where runs and replies are kept, relative to the project's folder")
    judge: str | None = setting(None, "PROVIDER/MODEL that model-graded graders ask, where the suite names none")
    report_rows: int = setting(50_000, "how many samples the HTML report lists one by one", least=0)
