"""Findings as SARIF 2.1.0, the format in which code hosts and editors take the results of analysis."""

import re
from collections.abc import Callable, Sequence
from pathlib import PurePath
from urllib.parse import quote

from assay import __version__
from assay.author.lint.page import RuleText, describe
from assay.author.lint.rule import Finding
from assay.core.canonical import digest
from assay.core.location import Location

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "SRCROOT"


def to_sarif(findings: Sequence[Finding], told: Callable[[str], RuleText] = describe) -> dict[str, object]:
    """One SARIF log with one run; ``told`` is what is written about a rule.

    Places are relative to the folder from which the command was run, which the log calls ``SRCROOT``; files outside
    it are named in full. Each result has a fingerprint of the rule, the file and the sentence, so that a finding
    which only moved to another line is known again.
    """
    names = sorted({finding.rule for finding in findings})
    index = {name: i for i, name in enumerate(names)}
    driver = {
        "name": "Assay",
        "semanticVersion": __version__,
        "rules": [_rule(told(name)) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder from which the prompts were checked."}}},
        "results": [_result(finding, index[finding.rule]) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(text: RuleText) -> dict[str, object]:
    said = "\n\n".join(f"{heading}: {body}" for heading, body in text.sections.items())
    return {
        "id": text.name,
        "name": "".join(part.capitalize() for part in text.name.split("-")),
        "shortDescription": {"text": text.summary},
        "fullDescription": {"text": text.sections.get("What it finds", text.summary)},
        "help": {"text": said or text.summary},
        "defaultConfiguration": {"level": text.level},
    }


def _result(finding: Finding, index: int) -> dict[str, object]:
    key = {"rule": finding.rule, "file": finding.where.file, "what": re.sub(r"\d+", "0", finding.what)}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": f"{finding.what}. {finding.hint[:1].upper()}{finding.hint[1:]}."},
        "locations": [location_of(finding.where)],
        "partialFingerprints": {"assayFinding/v1": digest(key).removeprefix("sha256:")},
    }


def location_of(where: Location) -> dict[str, object]:
    """A place as SARIF writes it: a file relative to ``SRCROOT`` or in full, and the line where it is known."""
    physical: dict[str, object] = {"artifactLocation": _artifact(where.file)}
    if where.line is not None:
        region: dict[str, object] = {"startLine": where.line}
        if where.column is not None:
            region["startColumn"] = where.column
        physical["region"] = region
    found: dict[str, object] = {"physicalLocation": physical}
    if where.path:
        found["logicalLocations"] = [{"fullyQualifiedName": where.path}]
    return found


def _artifact(file: str) -> dict[str, object]:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": BASE}
