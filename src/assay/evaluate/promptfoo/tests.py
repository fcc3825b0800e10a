"""The tests of a configuration, read one at a time from its own text and from files of any kind that promptfoo reads.

Files of rows (CSV, JSONL) are streamed, and read anew for each pass. Code that makes tests is run once.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from assay.core.document import Document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.config import TestSource
from assay.evaluate.promptfoo.csv_tests import read_csv_tests
from assay.evaluate.promptfoo.known import At, Warn, check_test
from assay.evaluate.promptfoo.paths import Files, is_code, missing, read_file, split_function
from assay.evaluate.promptfoo.sheet import read_sheet
from assay.evaluate.promptfoo.types import CodeRef, Json, Test
from assay.evaluate.promptfoo.yaml_file import parse_yaml, read_document, shown

Tests = Callable[[], Iterator[Test]]
RunGenerator = Callable[[CodeRef, Any], Any]
"""Runs a function that makes tests, with its configuration, and returns what it returned."""

_REMOTE = ("http://", "https://", "huggingface://", "langfuse://", "az://")


class TestReader:
    """Reads tests.

    Args:
        files: The files around the configuration.
        env: For the CSV delimiter.
        run: Runs code that makes tests.
        warn: Takes sentences about what changes nothing.
    """

    __test__ = False

    def __init__(self, files: Files, env: Mapping[str, str], run: RunGenerator, warn: Warn) -> None:
        self._files = files
        self._env = env
        self._run = run
        self._warn = warn

    def read(self, source: TestSource) -> Tests:
        """What reads the tests of one configuration file.

        Raises:
            BadInput: A test that is none, or a file that is not there. The tests of files of rows are checked
                when they are read.
        """
        value = source.value
        if value is None:
            return lambda: iter(())
        if not isinstance(value, list):
            return self._one(value, source, ("tests",))
        parts = [self._one(item, source, ("tests", i)) for i, item in enumerate(value)]
        return lambda: chain.from_iterable(part() for part in parts)

    def _one(self, item: Any, source: TestSource, path: tuple[str | int, ...]) -> Tests:
        at = _at(source.document, source.file, path)
        if isinstance(item, str):
            return self._reference(item, None, source.folder, at())
        if isinstance(item, dict) and isinstance(item.get("path"), str):
            return self._reference(item["path"], item.get("config"), source.folder, at())
        test = self.complete(item, at, source.folder)
        return lambda: iter([test])

    def complete(self, item: Any, at: At, folder: Path) -> Test:
        """A test as written, checked, with the files that its ``vars`` name."""
        if not isinstance(item, dict):
            raise BadInput(
                "a test is neither a mapping nor a path",
                hint="write '- vars: …' and what to assert, or the path of a file",
                code="promptfoo.test",
                where=at(),
            )
        check_test(item, at, self._warn)
        names = item.get("vars")
        if isinstance(names, str | list):
            item = {**item, "vars": self._vars(names, folder, at("vars"))}
        elif names is not None and not isinstance(names, dict):
            raise BadInput("'vars' is not a mapping", hint="write NAME: VALUE", code="promptfoo.test", where=at("vars"))
        return Test(item, at())

    def _vars(self, names: str | list[Any], folder: Path, where: Location) -> Json:
        found: Json = {}
        for pattern in [names] if isinstance(names, str) else names:
            paths = self._files.glob(str(pattern), where, base=folder)
            if not paths:
                raise missing(str(pattern), where)
            for path in paths:
                value = parse_yaml(read_file(path, where), file=shown(path))
                found |= value if isinstance(value, dict) else {}
        return found

    def _reference(self, reference: str, config: Any, folder: Path, where: Location) -> Tests:
        if reference.startswith(_REMOTE):
            raise BadInput(
                f"the tests at {reference.partition('?')[0]} are not fetched",
                hint="download them to a file and name the file",
                code="promptfoo.unsupported",
                where=where,
            )
        path, function = split_function(reference.removeprefix("file://"))
        if is_code(path):
            return self._generated(self._files.code(reference, where, base=folder), function, config, where)
        plain, _, sheet = path.partition("#")
        if plain.endswith((".xlsx", ".xls")):
            return self._sheet(self._files.locate(plain, where, base=folder), sheet)
        paths = self._files.glob(path, where, base=folder)
        if not paths:
            raise missing(reference, where)
        parts = [self._file(file, where) for file in paths]
        return lambda: chain.from_iterable(part() for part in parts)

    def _sheet(self, file: Path, sheet: str) -> Tests:
        return lambda: self._checked(read_sheet(file, sheet))

    def _file(self, file: Path, where: Location) -> Tests:
        if file.suffix == ".csv":
            return lambda: self._checked(read_csv_tests(file, self._env, self._warn))
        if file.suffix == ".jsonl":
            return lambda: self._lines(file)
        if file.suffix not in {".yaml", ".yml", ".json"}:
            raise BadInput(
                f"{file.name} is no file of tests",
                hint="name a .csv, .json, .jsonl, .yaml, .xlsx, .js or .py file",
                code="promptfoo.test",
                where=where,
            )
        document = read_document(file, where)
        items = document.value if isinstance(document.value, list) else [document.value]
        at = [_at(document, shown(file), (i,) if isinstance(document.value, list) else ()) for i in range(len(items))]
        tests = [self.complete(item, at[i], file.parent) for i, item in enumerate(items)]
        return lambda: iter(tests)

    def _lines(self, file: Path) -> Iterator[Test]:
        with file.open(encoding="utf-8-sig") as handle:
            for number, line in enumerate(handle, 1):
                if not line.strip():
                    continue
                where = Location(shown(file), number)
                try:
                    item = json.loads(line)
                except ValueError as error:
                    raise BadInput(
                        f"the line is not JSON: {error}",
                        hint="write one object a line",
                        code="promptfoo.jsonl",
                        where=where,
                    ) from None
                yield self.complete(item, lambda *_path, where=where: where, file.parent)

    def _generated(self, code: CodeRef, function: str | None, config: Any, where: Location) -> Tests:
        named = CodeRef(code.file, function or ("generate_tests" if code.python else None))
        found = self._run(named, config)
        if not isinstance(found, list):
            raise BadInput(
                f"{code.file.name} returned no list of tests",
                hint="return a list of mappings with 'vars' and 'assert'",
                code="promptfoo.test",
                where=where,
            )
        tests = [self.complete(item, lambda *_path: where, code.file.parent) for item in found]
        return lambda: iter(tests)

    def _checked(self, tests: Iterator[Test]) -> Iterator[Test]:
        for test in tests:
            check_test(test.data, lambda *_path, where=test.where: where, self._warn)
            yield test


def _at(document: Document | None, file: str, path: tuple[str | int, ...]) -> At:
    if document is None:
        return lambda *_more: Location(file)

    def at(*more: str | int) -> Location:
        whole = (*path, *more)
        return document.at_key(*whole) if more and isinstance(more[-1], str) else document.at(*whole)

    return at
