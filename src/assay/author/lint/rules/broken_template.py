"""Rule ``broken-template`` (error): a template that cannot be rendered, whatever the values.

What it finds
    A message or a partial whose template is not well-formed, or uses a statement, a filter, a function or an operator
    that prompts may not use. The first mistake of a prompt is given.

Why
    Every call of the prompt would fail.

Example
    user:
    {% for item in items %}
    - {{ item }}

What to write instead
    user:
    {% for item in items %}
    - {{ item }}
    {% endfor %}
"""

from collections.abc import Iterator

from assay.author.lint.rule import Context, Finding, rules
from assay.author.template import Template
from assay.author.types import Prompt
from assay.core.errors import BadInput
from assay.core.location import Location


@rules.register("broken-template")
def broken_template(prompt: Prompt, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - a rule takes both
    """The first mistake, unless it is a name that is not declared."""
    try:
        Template(prompt)
    except BadInput as error:
        if error.code != "template.undeclared":
            where = error.where or Location(prompt.document.file)
            yield Finding("broken-template", "error", error.what, error.hint or "correct the template", where)
