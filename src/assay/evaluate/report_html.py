"""The report of a run as one HTML file that needs nothing else: no other file, no network, no script to be read.

Everything in it is escaped by the template engine or carried as compressed data; the page's own policy refuses
whatever is not the one style and the one script that stand in it. The same run makes the same bytes. The rows
are read once, as a stream.
"""

import base64
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import minijinja

from assay.core.errors import StorageFailed
from assay.evaluate.report_data import pack
from assay.evaluate.report_page import Heading, page
from assay.evaluate.report_rows import shown_flips
from assay.evaluate.summary import Summary
from assay.storage.whole_file import reason_of, writing_whole

_TEMPLATES = Path(__file__).with_name("templates")
_SCRIPTS = ("report_data.js", "report_diff.js", "report_detail.js", "report_list.js", "report.js")
_SPOOLED_BYTES = 4 << 20


def write_report(
    summary: Summary, lines: Iterable[bytes], path: Path, *, rows: int, heading: Heading | None = None
) -> None:
    """Put the report in place whole: a reader sees the old one or the new one.

    Args:
        summary: What the run came to.
        lines: The lines of ``samples.jsonl``; read once.
        path: The file to write.
        rows: The most samples that the report lists one by one.
        heading: What stands in the place of the run's decision.

    Raises:
        StorageFailed: The file cannot be written.
    """
    try:
        with writing_whole(path) as out:
            dump_report(summary, lines, out, rows=rows, heading=heading)
    except OSError as error:
        raise StorageFailed(
            f"the report {path} cannot be written: {reason_of(error)}",
            hint="check the folder's permissions and the free space on its disk",
            code="report.write",
        ) from None


def dump_report(
    summary: Summary, lines: Iterable[bytes], out: BinaryIO, *, rows: int, heading: Heading | None = None
) -> None:
    """Write the page to an open file: what can be read at once, the index, the script, and then the rows."""
    wanted = {(flip.case, side, flip.repeat) for flip, side in shown_flips(summary.comparison)}
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as chunks:
        packed = pack(islice(lines, rows), summary, chunks, wanted=wanted)
        text = _environment().render_template("report.html", page=page(summary, packed, heading))
        before, script, after = _HERE.split(text)
        out.write(before.encode())
        out.writelines(packed.blocks if packed.rows else ())
        out.write(script.encode())
        chunks.seek(0)
        shutil.copyfileobj(chunks, out)
        out.write(after.encode())


_HERE = re.compile("<!-- index -->\n|<!-- rows -->\n")  # escaped, so no text of a run can hold them


@cache
def _environment() -> minijinja.Environment:
    style, script = _asset("report.css"), "".join(map(_asset, _SCRIPTS))
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
