"""Time of reading and rendering a prompt: Assay against Jinja2's sandbox.

The template is the same text for both, and so are the values: two messages with a loop, conditions and six
inputs. In turns, in one process; medians over the rounds, in microseconds of CPU time::

    python benchmarks/render.py [--rounds 15] [--renders 400]

``compile`` makes a template ready from its source, ``render`` fills it in. Assay's render also says for each
piece which input it is from; its whole path, from the file's text to the prompt ready and back to messages
with checked values, is listed by itself and has no counterpart in Jinja2.
"""

import argparse
import gc
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values
from assay.author.version import digest_of

SYSTEM = """\
You sort support tickets for {{ shop }} and answer in {{ language }}.
{% for team in teams %}- {{ team.name }}: {{ team.about }}
{% endfor %}{% if strict %}Answer with the name alone.{% else %}Give a reason as well.{% endif %}"""
USER = "Order {{ order }}, placed by a customer who writes:\n\n{{ ticket }}"
FRONT = """\
---
prompt: support.triage
description: Names the team that a ticket belongs to.
version: 1.0.0
inputs:
  shop: string, who asks
  language: string, the language to answer in
  teams(array):
    name: string
    about: string
  strict: boolean, whether the name alone is wanted
  order: integer, the number of the order
  ticket: {type: string, description: the customer's message, max_chars: 4000}
model:
  candidates: [openai/gpt-4o-mini]
  parameters: {temperature: 0, max_tokens: 16}
contract:
  format: choice
  choices: [billing, bug, account, other]
---
"""
TEXT = f"{FRONT}system:\n{SYSTEM}\n\nuser:\n{USER}\n"
VALUES: dict[str, object] = {
    "shop": "Lamps & Sons",
    "language": "English",
    "teams": [{"name": name, "about": f"everything about {name}"} for name in ("billing", "bug", "account", "other")],
    "strict": True,
    "order": 20_117,
    "ticket": "I ordered a lamp on Monday and was charged twice, please give me the second amount back. " * 5,
}
FILE = "triage.prompt.md"
Action = Callable[[], object]


def cpu_us(action: Action, times: int) -> float:
    """Microseconds of CPU time that the action takes, on average over so many times."""
    gc.collect()
    before = time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - before) * 1e6 / times


def actions(prompt: Prompt, parse: Action) -> dict[str, tuple[Action, int]]:
    """By name: what is measured, and how often it is done for each render."""
    sandbox = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
    theirs = [sandbox.from_string(text) for text in (SYSTEM, USER)]
    ours, values = Template(prompt), Values(prompt)
    check(ours, values, theirs)
    # A fresh environment each time, as both would otherwise hand out what they have compiled before.
    return {
        "assay compile": (lambda: Template(prompt), 20),
        "jinja2 compile": (lambda: [_fresh().from_string(text) for text in (SYSTEM, USER)], 20),
        "assay render": (lambda: ours.render(VALUES), 1),
        "jinja2 render": (lambda: [template.render(**VALUES) for template in theirs], 1),
        "assay parse the file": (parse, 20),
        "assay digest": (lambda: digest_of(prompt), 10),
        "assay check values and render": (lambda: ours.render(values.complete(VALUES)), 1),
    }


def _fresh() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)


def check(ours: Template, values: Values, theirs: list[jinja2.Template]) -> None:
    """Both must come to the same text, or the comparison means nothing."""
    left = [message.content for message in ours.render(values.complete(VALUES))]
    right = [template.render(**VALUES) for template in theirs]
    if left != right:
        raise SystemExit(f"the two do not render the same:\n{left}\n{right}")


def measure(rounds: int, renders: int) -> dict[str, list[float]]:
    """Microseconds by name, one figure a round."""
    with TemporaryDirectory() as folder:
        source = WorkingTree(Path(folder))
        numbers = itertools.count()

        def parse() -> Prompt:
            return parse_prompt(f"{TEXT}{next(numbers)}", path=FILE, source=source)  # no two texts are alike

        listed = actions(parse_prompt(TEXT, path=FILE, source=source), parse)
        found: dict[str, list[float]] = {name: [] for name in listed}
        for turn in range(rounds + 1):
            for name, (action, one_in) in listed.items():
                figure = cpu_us(action, max(1, renders // one_in))
                if turn:  # the first warms up
                    found[name].append(figure)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--renders", type=int, default=400)
    options = parser.parse_args()
    found = measure(options.rounds, options.renders)
    print(f"CPU µs a prompt, median of {options.rounds} rounds (jinja2 {jinja2.__version__})")
    print(f"{'':<32}{'median':>9}{'lowest':>9}")
    for name, figures in found.items():
        print(f"{name:<32}{statistics.median(figures):>9.1f}{min(figures):>9.1f}")
    for step in ("compile", "render"):
        pairs = zip(found[f"jinja2 {step}"], found[f"assay {step}"], strict=True)
        print(f"{step}: jinja2 / assay = {statistics.median(theirs / ours for theirs, ours in pairs):.1f}")
    ours = sum(statistics.median(found[f"assay {step}"]) for step in ("parse the file", "compile", "render"))
    theirs = sum(statistics.median(found[f"jinja2 {step}"]) for step in ("compile", "render"))
    print(f"from source to messages, once: assay {ours:.0f} (with the file's front matter), jinja2 {theirs:.0f}")


if __name__ == "__main__":
    main()
