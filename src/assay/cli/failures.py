"""``assay failures``: why samples did not pass, by code and in groups that are alike; and which cases are flaky."""

from collections import Counter

import click

from assay.app import App
from assay.cli.explain import Say
from assay.cli.options import json_option
from assay.cli.output import plain, print_json, stdout_console
from assay.core.errors import unknown_name
from assay.evaluate import wording
from assay.evaluate.exporter import FinishedRun, load_run
from assay.evaluate.failures.code import MEANINGS, code_of
from assay.evaluate.failures.flaky import LEAST_REPEATS, Flaky, flaky_cases
from assay.evaluate.failures.group import Group, failures_of, grouped
from assay.evaluate.runs import find_run

_GROUPS_SHOWN = 20
_CASES_SHOWN = 5


@click.command(
    epilog="""\b
Examples:
  assay failures last
  assay failures last --variant candidate --json
  assay failures 20261125-170310-2b91ad

\b
RUN is a run's id, the beginning of one, its folder, or 'last'. Codes are found without a model, so any run can be read;
docs/reference/failure-codes.md says what each means. The extra 'groups' finds groups by HDBSCAN."""
)
@click.argument("run", metavar="RUN")
@click.option("--variant", metavar="NAME", help="Only this variant.")
@json_option
def failures(run: str, variant: str | None, as_json: bool) -> int:
    """Say why samples did not pass, alike ones together."""
    app = App.open()
    found = load_run(find_run(app.folder / "runs", run))
    names = [one.name for one in found.summary.variants]
    if variant is not None and variant not in names:
        raise unknown_name("variant", variant, names, code="failures.variant")
    codes: dict[str, Counter[str]] = {name: Counter() for name in names if variant in (None, name)}
    for row in found.rows():
        if row.variant in codes and (code := code_of(row)) is not None:
            codes[row.variant][code] += 1
    lost = _lost(found)
    groups = grouped(failures_of(found.rows(), variant=variant))
    baseline = names[0] if found.summary.comparison is None else found.summary.comparison.baseline
    flaky = flaky_cases(found.rows(), baseline) if found.summary.repeats >= LEAST_REPEATS else []
    if as_json:
        print_json(
            {
                "run": found.summary.run,
                "codes": {name: dict(counts.most_common()) for name, counts in codes.items()},
                "lost": dict(lost.most_common()),
                "groups": [_told(group) for group in groups],
                "flaky": [{"case": f.case, "passed": f.passed, "repeats": f.repeats} for f in flaky],
            }
        )
    else:
        _print(codes, lost, groups, flaky, baseline)
    return 0


def _lost(found: FinishedRun) -> Counter[str]:
    """Of the samples that the candidate lost, the codes."""
    compared = found.summary.comparison
    if compared is None:
        return Counter()
    lost = {(flip.case, flip.repeat) for flip in compared.flips if flip.change == "lost"}
    rows = (row for row in found.rows() if row.variant == compared.candidate and (row.case, row.repeat) in lost)
    return Counter(code for row in rows if (code := code_of(row)) is not None)


def _told(group: Group) -> dict[str, object]:
    return {
        "code": group.code,
        "graders": list(group.graders),
        "words": group.words,
        "n": len(group.failures),
        "variants": group.variants,
        "cases": [{"case": f.case, "variant": f.variant, "why": f.why} for f in group.failures],
    }


def _print(
    codes: dict[str, Counter[str]], lost: Counter[str], groups: list[Group], flaky: list[Flaky], baseline: str
) -> None:
    console = stdout_console()

    def say(text: str = "", style: str | None = None) -> None:
        console.print(plain(text.replace(wording.NBSP, " ")), style=style, highlight=False, markup=False)

    for name, counts in codes.items():
        if counts:
            say(f"{name}: {wording.plural(counts.total(), 'sample')} did not pass", "bold")
        for code, n in counts.most_common():
            say(f"  {n:>6,}  {code:<20} {MEANINGS[code]}")
    if lost:
        say()
        say("Samples lost against the baseline, by cause", "bold")
        for code, n in lost.most_common():
            say(f"  {n:>6,}  {code}")
    say()
    say("Samples that are alike, the largest groups first" if groups else "Every sample passed.", "bold")
    for group in groups[:_GROUPS_SHOWN]:
        _print_group(say, group)
    if len(groups) > _GROUPS_SHOWN:
        say(f"          {len(groups) - _GROUPS_SHOWN} more groups; --json has them", "dim")
    _print_flaky(say, flaky, baseline)


def _print_group(say: Say, group: Group) -> None:
    shared = f": {', '.join(group.words)}" if group.words else ""
    graders = f" ({', '.join(group.graders)})" if group.graders else ""
    say(f"  {len(group.failures):>6,}  {group.code}{graders}{shared}")
    whose = ", ".join(f"{name} {n:,}" for name, n in group.variants.items())
    cases = list(dict.fromkeys(failure.case for failure in group.failures))
    more = f" and {len(cases) - _CASES_SHOWN} more" if len(cases) > _CASES_SHOWN else ""
    say(f"          {whose}; {wording.plural(len(cases), 'case')}: {', '.join(cases[:_CASES_SHOWN])}{more}", "dim")


def _print_flaky(say: Say, flaky: list[Flaky], baseline: str) -> None:
    if flaky:
        say()
        say(f"Flaky under {baseline}: their repeats end now this way, now that. They count all the same.", "bold")
    for one in flaky[:_GROUPS_SHOWN]:
        say(f"  {one.passed} of {one.repeats} passed  {one.case}")
