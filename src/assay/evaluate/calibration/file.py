"""Calibration files: read, written, and said when they no longer hold."""

import re
from datetime import datetime

import msgspec

from assay.core.canonical import canonical_json
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.calibration.types import FORMAT, Calibration

FOLDER = "calibrations"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?")


def write_calibration(calibration: Calibration) -> bytes:
    """The bytes of the file: JSON with sorted keys, indented so that a change can be read."""
    return msgspec.json.format(canonical_json(msgspec.to_builtins(calibration)), indent=2) + b"\n"


def read_calibration(data: bytes | str, file: str, where: Location | None = None) -> Calibration:
    """The calibration in the bytes of a file.

    Raises:
        BadInput: It is none.
    """
    try:
        found = msgspec.json.decode(data, type=Calibration)
    except msgspec.MsgspecError as error:
        raise BadInput(
            f"{file} is not a calibration: {error}",
            hint="'assay judge calibrate' makes one",
            code="calibration.file",
            where=where or Location(file),
        ) from None
    if found.format != FORMAT:
        raise BadInput(
            f"{file} has the format {found.format}, and this version of Assay reads {FORMAT}",
            hint="calibrate again, or install the version that made it",
            code="calibration.format",
            where=where or Location(file),
        )
    if found.expires_utc is not None and not _is_time(found.expires_utc):
        raise BadInput(
            f"{file} has the expires_utc {found.expires_utc!r}, which is no date",
            hint="write a day, such as 2027-01-31, or a time, such as 2027-01-31T00:00:00Z",
            code="calibration.expires",
            where=where or Location(file),
        )
    return found


def _is_time(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def expired(calibration: Calibration, judge: str, at_utc: str) -> str | None:
    """The sentence that says why a calibration does not hold for that judge at that time; None where it does.

    Args:
        calibration: The calibration.
        judge: The digest of the judge that gave the verdicts.
        at_utc: When it gave them.
    """
    if judge != calibration.judge:
        return (
            f"the judge of {calibration.grader} is not the one that the calibration {calibration.name} measured: "
            "its prompt, its model, how that is sampled, or a setting of its grader has changed since"
        )
    if calibration.expires_utc is not None and at_utc >= calibration.expires_utc:
        return f"the calibration {calibration.name} expired on {calibration.expires_utc[:10]}"
    return None
