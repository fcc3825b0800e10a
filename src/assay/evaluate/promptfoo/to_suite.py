"""A configuration as native suites: ``assay import promptfooconfig.yaml``.

A native suite grades all its cases alike, so tests are put together by their assertions: one suite for each set.
What cannot be carried over is listed with its line.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.author.exchange.dialect import Dropped
from assay.author.exchange.secret import is_secret_name
from assay.author.exchange.yaml_text import dump_yaml
from assay.author.project import PROJECT_FILE, find_project
from assay.core.document import Document
from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.expand import all_tests, combinations, with_defaults
from assay.evaluate.promptfoo.job import pass_rate
from assay.evaluate.promptfoo.judges import Judges
from assay.evaluate.promptfoo.known import JUDGED_TYPES
from assay.evaluate.promptfoo.leaving import Leaving
from assay.evaluate.promptfoo.media import is_media
from assay.evaluate.promptfoo.paths import is_code, read_file
from assay.evaluate.promptfoo.plan import columns_for, tags_of
from assay.evaluate.promptfoo.run_scripts import RunScripts
from assay.evaluate.promptfoo.script_text import json_text, parse_json
from assay.evaluate.promptfoo.selection import Selection
from assay.evaluate.promptfoo.suite import Flags, Loaded, load
from assay.evaluate.promptfoo.to_grader import Entry, GraderWriter, Placed
from assay.evaluate.promptfoo.to_model import JudgeWriter
from assay.evaluate.promptfoo.to_variant import InputKinds, VariantWriter, slug
from assay.evaluate.promptfoo.types import Column, Json, Test
from assay.evaluate.promptfoo.yaml_file import parse_yaml, read_document, shown

_TOP = {
    "derivedMetrics": "a summary has the graders' own rates",
    "extensions": "a native run calls no hooks",
    "nunjucksFilters": "prompts use the built-in filters",
    "outputPath": "name the file with --export",
}
_TEST = {
    "threshold": "a sample passes when every grader's verdict passes",
    "assertScoringFunction": "the score is the weighted mean of the graders'",
    "provider": "a suite has the same variants for all its cases",
    "providerOutput": "a native run asks the model",
}
_OPTIONS = {
    "transform": "replies are graded as they are",
    "postprocess": "replies are graded as they are",
    "transformVars": "inputs are taken as they are",
    "prefix": "write it into the prompt",
    "suffix": "write it into the prompt",
    "response_format": "write a contract into the prompt",
}
_MIN_SECRET = 8
_TEST_PATH = re.compile(r"tests\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of a configuration.

    Attributes:
        files: Path below the output folder -> text.
        dropped: What was left behind.
        notes: What a reader should know.
    """

    name: str
    files: dict[str, str]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    """Tests that are graded alike, in the same columns."""

    columns: list[Column]
    judge: str | Json | None
    entries: list[list[Entry]] = field(default_factory=list)
    cases: list[Json] = field(default_factory=list)


def convert(path: Path, root: Path, output: Path, env: Mapping[str, str]) -> Converted:
    """The configuration as native files; nothing is asked of any model.

    Args:
        path: The configuration.
        root: The project's folder.
        output: Where the files will be written to; references to code are made relative to it.
        env: The environment.

    Raises:
        BadInput: It cannot be read, has nothing that can be carried over, or holds a secret of the environment.
    """
    loaded = load([path.resolve()], root, env, Flags(), Selection())
    return asyncio.run(_Conversion(loaded, path, output).run())


class _Conversion:
    """One configuration on its way."""

    def __init__(self, loaded: Loaded, path: Path, output: Path) -> None:
        self._suite = loaded.suite
        self._files = loaded.files
        self._path = path
        self._project = find_project(output if output.is_dir() else path.parent)
        self._document = _document(path)
        file = shown(path.resolve())
        self._leaving = Leaving(file)
        self._name = slug(path.parent.resolve().name if path.stem == "promptfooconfig" else path.stem)
        self._scripts = RunScripts(loaded.files, loaded.suite.env, loaded.suite.filters)
        providers = Judges(loaded.suite, loaded.files)
        self._judges = JudgeWriter(providers.provider, loaded.suite.env, self._leaving)
        self._graders = GraderWriter(
            self._scripts,
            loaded.files,
            self._judges,
            self._leaving,
            folder=(output / "suites").resolve(),
            root=self._project.root,
        )
        self._kinds = InputKinds()
        self._ids: set[str] = set()
        self._groups: dict[str, _Group] = {}
        self._notes = list(loaded.suite.warnings)

    async def run(self) -> Converted:
        """Everything, converted."""
        try:
            await self._tests()
        finally:
            await self._scripts.close()
        for key, why in _TOP.items():
            if self._suite.config.get(key):
                self._leaving.drop(self._at(key), f"the key {key!r}", why)
        files = self._written()
        _refuse_secrets(files, self._suite.env)
        return Converted(self._name, files, self._leaving.dropped(), tuple(self._notes))

    def _at(self, key: str) -> Location:
        return self._document.at_key(key) if self._document is not None else Location(shown(self._path.resolve()))

    async def _tests(self) -> None:
        suite = self._suite
        for test in all_tests(suite.tests, suite.scenarios, suite.default_test, suite.name):
            whole = with_defaults(test.data, suite.default_test)
            where = test.where
            self._leave_keys(whole, where)
            options = whole.get("options") or {}
            columns = list(columns_for(suite, whole))
            judge = self._judge(options.get("provider"), where)
            for values in combinations(Test(whole, where), self._files, suite.env):
                inputs = self._inputs(values, where)
                if inputs is None:
                    continue
                entries = await self._graders.entries(self._placed(whole, where), inputs, options)
                self._kinds.add(inputs)
                self._add(columns, judge, entries, self._case(whole, inputs))

    def _judge(self, own: Any, where: Location) -> str | Json | None:
        """The judge of a test, from its options or the default test's, or the run's."""
        shared = own == (self._suite.default_test.get("options") or {}).get("provider")
        place = (
            self._place("defaultTest", "options", "provider") if shared else self._in_test(where, "options", "provider")
        )
        return self._judges.judge(own or self._suite.judge, place, "the judge")

    def _placed(self, whole: Json, where: Location) -> list[Placed]:
        """The test's assertions with their places; the default test's come first."""
        defaults = self._suite.default_test.get("assert") or []
        found: list[Placed] = []
        own = 0
        for assertion in whole.get("assert") or []:
            shared = next((j for j, default in enumerate(defaults) if default is assertion), None)
            if shared is not None:
                found.append((assertion, self._place("defaultTest", "assert", shared)))
            else:
                found.append((assertion, self._in_test(where, "assert", own)))
                own += 1
        return found

    def _place(self, *path: str | int) -> Location:
        return self._at(str(path[0])) if self._document is None else self._document.at(*path)

    def _in_test(self, where: Location, *path: str | int) -> Location:
        """A place within a test that the configuration itself holds; of others only the test's own is known."""
        found = _TEST_PATH.fullmatch(where.path or "")
        if found is None or where.file != self._leaving.file:
            return where
        return self._place("tests", int(found[1]), *path)

    def _leave_keys(self, whole: Json, where: Location) -> None:
        default = self._suite.default_test
        for keys, data, base, path in (
            (_TEST, whole, default, ()),
            (_OPTIONS, whole.get("options") or {}, default.get("options") or {}, ("options",)),
        ):
            for key, why in keys.items():
                if data.get(key) is not None:
                    shared = base.get(key) == data[key]
                    place = self._place("defaultTest", *path, key) if shared else self._in_test(where, *path, key)
                    self._leaving.drop(place, f"{key!r} of a test", why)

    def _inputs(self, values: Json, where: Location) -> Json | None:
        """The variables with files read; None when one of them cannot be had without a run."""
        found: Json = {}
        for name, value in values.items():
            if not isinstance(value, str) or not value.startswith("file://"):
                found[name] = value
                continue
            if is_code(value.rpartition(":")[0]) or is_code(value) or is_media(self._files.locate(value)):
                self._leaving.drop(where, f"a test, for its variable {name!r}", "code or a medium makes it")
                return None
            target = self._files.locate(value, where)
            text = read_file(target, where)
            if target.suffix == ".json":
                found[name] = parse_json(text)
            else:
                found[name] = parse_yaml(text, file=value) if target.suffix in {".yaml", ".yml"} else text.rstrip("\n")
        return found

    def _case(self, whole: Json, inputs: Json) -> Json:
        told = " ".join(str(whole.get("description") or "").split())[:80]
        number = len(self._ids) + 1
        name = told if told and told not in self._ids else f"{told} {number}".strip() if told else f"test-{number}"
        self._ids.add(name)
        tags = tags_of(whole.get("metadata"))
        return {"id": name, "inputs": inputs, **({"tags": tags} if tags else {})}

    def _add(self, columns: list[Column], judge: str | Json | None, entries: list[Entry], case: Json) -> None:
        alike = [[e.settings, e.by_case, None if e.by_case and e.value is not None else e.value] for e in entries]
        key = json_text([[c.index for c in columns], judge, alike])
        group = self._groups.setdefault(key, _Group(columns, judge))
        group.entries.append(entries)
        group.cases.append(case)

    def _written(self) -> dict[str, str]:
        writer = VariantWriter(self._name, self._leaving, self._suite.env)
        files: dict[str, str] = {}
        several = len(self._groups) > 1
        for number, group in enumerate(self._groups.values(), 1):
            variants = writer.variants(group.columns, self._kinds, self._at("prompts"))
            if not variants:
                continue
            name = f"{self._name}-{number}" if several else self._name
            files |= self._suite_files(name, group, variants)
        if not files:
            dropped = self._leaving.dropped()
            first = f": {dropped[0]}" if dropped else ""
            raise BadInput(
                f"nothing of the configuration can be carried over{first}",
                hint="run it unchanged with 'assay eval'",
                code="promptfoo.import",
                where=Location(shown(self._path.resolve())),
            )
        if several:
            self._notes.append(f"its tests have {len(self._groups)} different sets of assertions: a suite for each")
        self._notes.extend(writer.notes)
        return {**files, **writer.written, **self._project_file()}

    def _project_file(self) -> dict[str, str]:
        """The file that makes a project of the folder, where there is none around it."""
        if self._project.document is not None:
            return {}
        return {
            PROJECT_FILE: "# The folder of this file is the project's: suites, prompts and datasets lie in it.\n{}\n"
        }

    def _suite_files(self, name: str, group: _Group, variants: list[Json]) -> dict[str, str]:
        graders = _with_values(group)
        suite: Json = {"suite": name}
        if self._suite.description:
            suite["description"] = self._suite.description
        suite |= {"datasets": [f"../datasets/{name}.jsonl"], "variants": variants}
        if graders:
            suite["graders"] = graders
        if group.judge:
            suite["judge"] = group.judge
        elif any(g["grader"] in JUDGED_TYPES and "judge" not in g for g in graders):
            self._notes.append(f"{name} has graders that ask a judge: add 'judge: PROVIDER/MODEL' to it")
        if self._suite.repeat > 1:
            suite["repeats"] = self._suite.repeat
        if self._suite.concurrency:
            suite["concurrency"] = self._suite.concurrency
        suite["gate"] = {"counted": min(1.0, max(0.0, pass_rate(self._suite.env)))}
        rows = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in group.cases)
        return {f"suites/{name}.yaml": dump_yaml(suite), f"datasets/{name}.jsonl": rows}


def _with_values(group: _Group) -> list[Json]:
    """The graders, each with its value, or with the place in the cases that has it; the cases are filled in."""
    graders: list[Json] = []
    for i, first in enumerate(group.entries[0]):
        values = [entries[i].value for entries in group.entries]
        entry = dict(first.settings)
        if entry["name"] == entry["grader"]:
            del entry["name"]
        if first.value is not None:
            if not first.by_case or all(value == first.value for value in values):
                entry["value"] = first.value
            else:
                key = str(first.settings["name"]).replace("-", "_")
                entry["target"] = f"expected.{key}"
                for case, value in zip(group.cases, values, strict=True):
                    case.setdefault("expected", {})[key] = value
        graders.append(entry)
    return graders


def _document(path: Path) -> Document | None:
    return read_document(path) if path.suffix in {".yaml", ".yml", ".json"} else None


def _refuse_secrets(files: Mapping[str, str], env: Mapping[str, str]) -> None:
    """A template that names a key is filled in when a configuration is read; what comes of it is not written down."""
    for name, value in env.items():
        if len(value) < _MIN_SECRET or not is_secret_name(name):
            continue
        for file, text in files.items():
            if value in text:
                raise BadInput(
                    f"{file} would hold the value of the variable {name}",
                    hint=f"take {{{{env.{name}}}}} out of the prompts, variables and assertions",
                    code="promptfoo.import_secret",
                )
