"""The report of a run as one HTML file that needs nothing else: no other file, no network, no script to be read.

Everything in it is escaped by the template engine; the page's own policy refuses whatever is not the one style
and the one script that stand in it. The same view makes the same bytes.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

import minijinja

from assay.core.errors import StorageFailed
from assay.evaluate.report_page import page
from assay.evaluate.summary import RunView
from assay.storage.whole_file import write_whole

_TEMPLATES = Path(__file__).with_name("templates")


def write_report(view: RunView, path: Path) -> None:
    """Put the report in place whole: a reader sees the old one or the new one.

    Raises:
        StorageFailed: The file cannot be written.
    """
    data = render_report(view).encode()
    try:
        write_whole(path, data)
    except OSError as error:
        raise StorageFailed(
            f"the report {path} cannot be written: {error}",
            hint="check the folder's permissions and the free space on its disk",
            code="report.write",
        ) from None


def render_report(view: RunView) -> str:
    """The page."""
    return _environment().render_template("report.html", page=page(view))


@cache
def _environment() -> minijinja.Environment:
    style, script = _asset("report.css"), _asset("report.js")
    return minijinja.Environment(
        loader=_asset,
        globals={
            "style": minijinja.Markup(style),
            "script": minijinja.Markup(script),
            "style_hash": _policy_hash(style),
            "script_hash": _policy_hash(script),
        },
        undefined_behavior="strict",
        auto_escape_callback=lambda _name: True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _policy_hash(text: str) -> str:
    """What a content security policy calls an inline style or script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
