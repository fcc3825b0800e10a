"""The prompts of a configuration: from its own text, and from files of any kind that promptfoo reads."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.paths import Files, is_code, is_pattern, missing, read_file, split_function
from assay.evaluate.promptfoo.script_text import json_text, parse_json
from assay.evaluate.promptfoo.shape import text_of
from assay.evaluate.promptfoo.types import CodeRef, Json, Prompt
from assay.evaluate.promptfoo.yaml_file import parse_yaml, shown

_ENDINGS = [
    ".cjs",
    ".csv",
    ".cts",
    ".j2",
    ".js",
    ".json",
    ".jsonl",
    ".md",
    ".mjs",
    ".mts",
    ".py",
    ".ts",
    ".txt",
    ".yaml",
    ".yml",
    ".sh",
    ".bash",
    ".exe",
    ".bat",
    ".cmd",
    ".ps1",
    ".rb",
    ".pl",
]
_PROGRAMS = (".sh", ".bash", ".exe", ".bat", ".cmd", ".ps1", ".rb", ".pl")
_REMOTE = ("portkey://", "langfuse://", "helicone://")


def read_prompts(value: Any, files: Files, env: Mapping[str, str], where: Location) -> list[Prompt]:
    """The prompts, in order.

    Args:
        value: What the configuration has under ``prompts``.
        files: The files around it.
        env: For the separators that promptfoo reads from the environment.
        where: The place of ``prompts``.

    Raises:
        BadInput: A prompt in a shape that is none, or a file that is not there.
    """
    reader = _Reader(files, env, where)
    found = [prompt for entry in _entries(value, where) for prompt in reader.read(entry)]
    if not found:
        raise BadInput("there is no prompt", hint="add one under 'prompts'", code="promptfoo.prompts", where=where)
    return found


def _entries(value: Any, where: Location) -> Iterator[Json]:
    if isinstance(value, str):
        yield {"raw": value}
    elif isinstance(value, dict):
        yield from ({"raw": raw, "label": text_of(label, "label", where)} for raw, label in value.items())
    elif isinstance(value, list):
        for item in value:
            yield _entry(item, where)
    else:
        raise _wrong("'prompts' is neither text nor a list", where)


def _entry(item: Any, where: Location) -> Json:
    if isinstance(item, str):
        return {"raw": item}
    if isinstance(item, dict):
        raw = item.get("raw", item.get("id"))
        if isinstance(raw, str):
            named = {key: text_of(item.get(key), key, where) for key in ("id", "label")}
            return {**item, **named, "raw": raw}
    raise _wrong("a prompt is neither text nor a mapping with 'raw' or 'id'", where)


def _wrong(what: str, where: Location) -> BadInput:
    return BadInput(what, hint="write the prompt's text, or file://PATH", code="promptfoo.prompts", where=where)


def looks_like_a_path(text: str) -> bool:
    """Whether promptfoo takes a prompt's text for a path."""
    if "\n" in text or any(remote in text for remote in _REMOTE):
        return False
    ends = text.split(":")[-2:]
    return (
        text.startswith("file://")
        or any(end.endswith(ending) for end in ends for ending in _ENDINGS)
        or text[-3:-2] == "."
        or text[-4:-3] == "."
        or any(character in text for character in "*/\\")
    )


class _Reader:
    def __init__(self, files: Files, env: Mapping[str, str], where: Location) -> None:
        self._files = files
        self._env = env
        self._where = where

    def read(self, entry: Json) -> list[Prompt]:
        raw = entry["raw"]
        if raw.startswith(_REMOTE):
            raise BadInput(
                f"the prompt {raw!r} is kept by a service, which is not asked",
                hint="export it to a file and name the file",
                code="promptfoo.unsupported",
                where=self._where,
            )
        if raw.startswith("exec:"):
            return [self._program(entry, raw.removeprefix("exec:"))]
        if not looks_like_a_path(raw):
            return [_inline(entry)]
        return self._paths(entry, raw)

    def _paths(self, entry: Json, raw: str) -> list[Prompt]:
        path, function = split_function(raw.removeprefix("file://"))
        target = self._files.locate(path, self._where)
        if target.is_file():
            return self._file(entry, target, function)
        if target.is_dir() or is_pattern(path):
            pattern = f"{path}/*" if target.is_dir() else path
            found = [p for file in self._files.glob(pattern, self._where) for p in self._globbed(entry, file, function)]
            return found or [_inline(entry)]
        if raw.startswith("file://") or not re.search(r"\s", raw):
            raise missing(raw, self._where)
        return [_inline(entry)]

    def _globbed(self, entry: Json, file: Path, function: str | None) -> list[Prompt]:
        name = self._files.name(file)
        own = {**entry}
        if own.get("id"):
            own["id"] = f"{own['id']}:{name}"
        if own.get("label"):
            own["label"] = f"{own['label']}: {name}"
        return self._file(own, file, function)

    def _file(self, entry: Json, file: Path, function: str | None) -> list[Prompt]:
        name, label = self._files.name(file), entry.get("label")
        config = _config(entry)
        if is_code(file.name):
            return [self._code(entry, file, function)]
        if file.suffix in _PROGRAMS:
            return [self._program(entry, str(file))]
        text = read_file(file, self._where)
        base = Prompt(raw=text, label=label or name, id=entry.get("id"), config=config)
        if file.suffix == ".txt":
            return list(self._parts(base, label, name, text))
        if file.suffix == ".csv":
            return list(_table(base, label, text, self._env.get("PROMPTFOO_CSV_DELIMITER", ",")))
        if file.suffix == ".jsonl":
            return list(_lines(base, label, name, text))
        raw, shown_as = _whole(file, text)
        return [replace(base, raw=raw, label=label or f"{name}: {shown_as}")]

    def _parts(self, base: Prompt, label: str | None, name: str, text: str) -> Iterator[Prompt]:
        separator = self._env.get("PROMPTFOO_PROMPT_SEPARATOR", "---")
        part: list[str] = []
        for line in [*text.splitlines(), separator]:
            if line.strip() != separator:
                part.append(line)
                continue
            if raw := "\n".join(part).strip():
                yield replace(base, raw=raw, label=f"{label}: {name}: {raw}" if label else f"{name}: {raw}")
            part = []

    def _code(self, entry: Json, file: Path, function: str | None) -> Prompt:
        name = self._files.name(file)
        return Prompt(
            raw=read_file(file, self._where),
            label=entry.get("label") or (f"{name}:{function}" if function else name),
            id=entry.get("id"),
            config=_config(entry),
            code=CodeRef(file, function),
            script=file.suffix == ".py" and function is None,
        )

    def _program(self, entry: Json, path: str) -> Prompt:
        target = self._files.locate(path, self._where)
        if not target.is_file():
            raise missing(path, self._where)
        label = entry.get("label") or self._files.name(target)
        return Prompt(
            raw=path, label=label, id=entry.get("id"), config=_config(entry), code=CodeRef(target, None), script=True
        )


def _inline(entry: Json) -> Prompt:
    raw = entry["raw"]
    return Prompt(raw=raw, label=entry.get("label") or raw, id=entry.get("id"), config=_config(entry))


def _config(entry: Json) -> Json:
    return entry["config"] if isinstance(entry.get("config"), dict) else {}


def _whole(file: Path, text: str) -> tuple[str, str]:
    """A file that is one prompt: its text, and the part of it that stands in the label."""
    if file.suffix in {".yaml", ".yml"}:
        raw = json_text(parse_yaml(text, file=shown(file)))
        return raw, raw[:80]
    if file.suffix == ".json":
        try:
            text = json_text(parse_json(text))
        except ValueError:
            return text, text
        return text, text
    return text, f"{text[:50]}..." if file.suffix == ".md" else text


def _lines(base: Prompt, label: str | None, name: str, text: str) -> Iterator[Prompt]:
    lines = [line for line in text.splitlines() if line]
    for line in lines:
        shown_as = (label or name) if len(lines) == 1 else f"{label or name}: {line}"
        yield replace(base, raw=line, label=shown_as)


def _table(base: Prompt, label: str | None, text: str, delimiter: str) -> Iterator[Prompt]:
    """A CSV of prompts: with a column ``prompt``, or one prompt a line."""
    if delimiter in text:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        found = [{k.strip(): (v or "").strip() for k, v in row.items() if isinstance(k, str)} for row in rows]
        named = [row for row in found if row.get("prompt")]
        for i, row in enumerate(named):
            yield replace(
                base, raw=row["prompt"], label=row.get("label") or label or f"Prompt {i + 1} - {row['prompt']}"
            )
        if any("prompt" in row for row in found):
            return
    lines = [line for line in text.splitlines() if line.strip()]
    start = 1 if lines and lines[0].strip().lower() == "prompt" else 0
    for i, line in enumerate(lines[start:]):
        yield replace(base, raw=line, label=label or f"Prompt {i + 1} - {line}")


def is_allowed(prompt: Prompt, allowed: object) -> bool:
    """Whether a list of labels and ids lets the prompt through: ``x`` means ``x`` and all of ``x:…``."""
    if not isinstance(allowed, list | tuple):
        return True
    names = [name for name in (prompt.label, prompt.id) if name]
    for pattern in allowed:
        stem = str(pattern).removesuffix("*").removesuffix(":")
        whole = not str(pattern).endswith(":*")
        if any((whole and name == pattern) or name.startswith(f"{stem}:") for name in names):
            return True
    return False
