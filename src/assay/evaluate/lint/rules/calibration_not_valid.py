"""Rule ``calibration-not-valid`` (error): a calibration that has expired, or that is of another judge.

What it finds
    A file of ``gate.calibrations`` whose day of expiry has come, or that measured a judge with another prompt, another
    model or other sampling than the suite's judge has now. Of graders that ask more than one question, such as
    ``g-eval``, the judge is known only when they have asked; the run is ``invalid`` then.

Why
    The gate makes up for the errors that were measured. Of another judge, or of a judge long ago, nobody has measured
    them, so ``assay eval`` refuses to run such a suite.

Example
    judge: {model: openai/gpt-4.1-mini, parameters: {temperature: 0.7}}
    gate:
      compare: {candidate: new, baseline: old, margin: 0.05}
      calibrations: [../calibrations/facts.json]   # made with temperature 0

What to write instead
    judge: {model: openai/gpt-4.1-mini, parameters: {temperature: 0}}   # or calibrate again: assay judge calibrate
"""

from collections.abc import Iterator

from assay.author.lint.rule import Finding
from assay.evaluate.lint.rule import SuiteView, suite_rules


@suite_rules.register("calibration-not-valid")
def calibration_not_valid(view: SuiteView) -> Iterator[Finding]:
    """A calibration that does not hold for the suite's judge, or not any more."""
    for number, why in view.unfit:
        yield Finding(
            rule="calibration-not-valid",
            level="error",
            what=why,
            hint="take the file out, run the suite, label its replies ('assay judge sample') and calibrate anew",
            where=view.suite.document.at("gate", "calibrations", number),
        )
