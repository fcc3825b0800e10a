"""A configuration, from its files to a suite that can be planned: prompts, providers, tests, defaults, hooks."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from assay.core.errors import AssayError, BadInput
from assay.core.location import Location
from assay.evaluate.promptfoo.config import Config, TestSource, read_configs
from assay.evaluate.promptfoo.derive import read_metrics
from assay.evaluate.promptfoo.environment import read_env_file
from assay.evaluate.promptfoo.hooks import Hooks
from assay.evaluate.promptfoo.known import check_test
from assay.evaluate.promptfoo.paths import Files, missing
from assay.evaluate.promptfoo.plan import columns_of
from assay.evaluate.promptfoo.prompts import read_prompts
from assay.evaluate.promptfoo.provider_specs import read_providers, specs_of
from assay.evaluate.promptfoo.providers.caller import Given
from assay.evaluate.promptfoo.providers.open import open_caller
from assay.evaluate.promptfoo.run_scripts import RunScripts
from assay.evaluate.promptfoo.secretless import secretless
from assay.evaluate.promptfoo.selection import Selection, select_prompts, select_providers
from assay.evaluate.promptfoo.shape import count, mapping, number, text_of
from assay.evaluate.promptfoo.tests import TestReader, Tests
from assay.evaluate.promptfoo.types import CodeRef, Json, PromptfooSuite, ProviderSpec, Test
from assay.evaluate.promptfoo.yaml_file import read_document, shown

_READ_AS = {
    **dict.fromkeys(("repeat", "maxConcurrency", "filterFirstN", "filterSample", "filterSampleSeed"), count),
    **dict.fromkeys(("delay", "timeoutMs"), number),
    **dict.fromkeys(("filterPattern", "filterRange", "filterPrompts", "filterProviders", "filterTargets"), text_of),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says; None is "not given", and then the configuration's own options count.

    Attributes:
        providers: Ids that replace the configuration's providers.
        grader: The judge where nothing else names one.
        assertions: A file of assertions for outputs that are there already, in ``model_outputs``.
        variables: Values for every test's variables.
    """

    repeat: int | None = None
    concurrency: int | None = None
    delay_ms: float | None = None
    providers: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    tests: str | None = None
    grader: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    description: str | None = None
    assertions: Path | None = None
    model_outputs: Path | None = None
    variables: tuple[tuple[str, str], ...] = ()
    extensions: tuple[str, ...] = ()


@dataclass(slots=True)
class Loaded:
    """A suite and what is around it.

    Attributes:
        file: The configuration relative to the project's folder.
        selection: Which parts are run, the configuration's own choice included.
        fresh: Whether the configuration switches the cache off.
        outputs: Files that the configuration has results written to.
    """

    suite: PromptfooSuite
    files: Files
    file: str
    selection: Selection
    fresh: bool = False
    outputs: list[Path] = field(default_factory=list)


def load(paths: Sequence[Path], root: Path, env: Mapping[str, str], flags: Flags, selection: Selection) -> Loaded:
    """The configurations, read, checked and merged; nothing is called but code that makes tests, and hooks.

    Args:
        paths: The files; none where outputs are graded that are there already.
        root: The project's folder.
        env: The process's environment.
        flags: What the command line says.
        selection: Which parts it wants.

    Raises:
        BadInput: Anything that a person can mend, with its place.
    """
    config = _config(paths, root, env, flags)
    files = Files(config.folder, project_root(config.folder, root))
    return _Loading(config, files, flags, selection).loaded()


def project_root(folder: Path, root: Path) -> Path:
    """The folder that all files must lie in: the project's; without one, that which holds the configuration's."""
    folder = folder.resolve()
    if (root / "assay.yaml").is_file() or folder != root.resolve():
        return root
    return folder.parent if folder.parent not in {Path("/"), Path.home()} else folder


def _config(paths: Sequence[Path], root: Path, env: Mapping[str, str], flags: Flags) -> Config:
    if flags.assertions is not None:
        return _standalone(flags, env)

    def run_module(code: CodeRef) -> Any:
        files = Files(code.file.parent, project_root(code.file.parent, root))
        return asyncio.run(_with_scripts(files, env, {}, lambda scripts: scripts.load(code)))

    return read_configs(paths, env, run_module)


async def _with_scripts(
    files: Files, env: Mapping[str, str], filters: Mapping[str, Path], use: Callable[[RunScripts], Any]
) -> Any:
    scripts = RunScripts(files, env, filters)
    try:
        return await use(scripts)
    finally:
        await scripts.close()


def _standalone(flags: Flags, env: Mapping[str, str]) -> Config:
    """A configuration around outputs that are there already, and a file of assertions."""
    assert flags.assertions is not None
    if flags.model_outputs is None:
        raise BadInput(
            "--assertions comes without --model-outputs",
            hint="name the JSON file of the outputs with --model-outputs",
            code="promptfoo.model_outputs",
        )
    assertions = read_document(flags.assertions)
    outputs = read_document(flags.model_outputs).value
    if not isinstance(outputs, list) or not isinstance(assertions.value, list):
        raise BadInput(
            "the assertions or the outputs are not a list", hint="write one item each", code="promptfoo.model_outputs"
        )
    check_test({"assert": assertions.value}, lambda *path: assertions.at(*path[1:]), lambda _what, _where: None)
    tests = [{"vars": _output_vars(item), "assert": assertions.value} for item in outputs]
    value: Json = {"prompts": ["{{output}}"], "providers": ["echo"]}
    folder = Path.cwd()
    file = shown(flags.assertions.resolve())
    return Config(value, value, folder, [TestSource(tests, folder, file, None)], dict(env), file, None)


def _output_vars(item: Any) -> Json:
    if not isinstance(item, dict):
        return {"output": item}
    tags = item.get("tags")
    return {"output": item.get("output"), **({"tags": ", ".join(map(str, tags))} if isinstance(tags, list) else {})}


class _Loading:
    """Turns a merged configuration into a suite."""

    def __init__(self, config: Config, files: Files, flags: Flags, selection: Selection) -> None:
        self._config = config
        self._files = files
        self._flags = flags
        self._options = self._read_options()
        self._selection = _chosen(selection, self._options)
        self._env = config.env
        self._filters = self._template_filters()

    def loaded(self) -> Loaded:
        """The suite."""
        config, value = self._config, self._config.value
        prompts = select_prompts(self._prompts(), self._selection)
        providers = select_providers(self._providers(), self._selection)
        metrics = value.get("derivedMetrics") or []
        read_metrics(metrics, self._at("derivedMetrics"))
        suite = PromptfooSuite(
            name=_name(config),
            description=self._flags.description or str(value.get("description") or ""),
            config=secretless(config.shown),
            folder=self._files.folder,
            prompts=prompts,
            providers=providers,
            columns=columns_of(prompts, providers),
            tests=self._tests(),
            default_test=self._default_test(),
            scenarios=self._scenarios(),
            derived_metrics=metrics,
            extensions=[*self._flags.extensions, *_texts(value.get("extensions"))],
            env=self._env,
            filters=self._filters,
            repeat=self._flags.repeat or self._options.get("repeat") or 1,
            concurrency=self._flags.concurrency or self._options.get("maxConcurrency"),
            delay_ms=self._delay_ms(),
            timeout_s=_seconds(self._options.get("timeoutMs")),
            judge=self._flags.grader or self._options.get("grader"),
            warnings=config.warnings,
        )
        if suite.delay_ms > 0:
            suite.concurrency = 1
        self._check_columns(suite)
        self._before_all(suite)
        return Loaded(
            suite,
            self._files,
            shown((self._files.folder / Path(config.file).name).resolve()),
            self._selection,
            fresh=self._options.get("cache") is False,
            outputs=[self._files.locate(path, self._at("outputPath")) for path in _texts(value.get("outputPath"))],
        )

    def _read_options(self) -> Json:
        """The configuration's own options, the command line's names for them included."""
        found: Json = {}
        for group in ("evaluateOptions", "commandLineOptions"):
            for key, value in mapping(self._config.value.get(group), group, self._at(group)).items():
                read = _READ_AS.get(key)
                found[key] = value if read is None else read(value, key, self._at(group, key))
        return found

    def _delay_ms(self) -> float:
        named = number(self._env.get("PROMPTFOO_DELAY_MS"), "PROMPTFOO_DELAY_MS", self._at())
        given = (self._flags.delay_ms, self._options.get("delay"), named)
        return next((value for value in given if value is not None), 0.0)

    def _at(self, *path: str | int) -> Location:
        document = self._config.document
        return Location(self._config.file) if document is None else document.at(*path)

    def _warn(self, what: str, where: Location) -> None:
        text = f"{where}: {what}"
        if text not in self._config.warnings:
            self._config.warnings.append(text)

    def _template_filters(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for name, reference in _mapping(self._config.value, "nunjucksFilters").items():
            where = self._at("nunjucksFilters", name)
            paths = self._files.glob(str(reference), where)
            if not paths:
                raise missing(str(reference), where)
            found[name] = paths[0]
        return found

    def _prompts(self) -> list[Any]:
        value = list(self._flags.prompts) or self._config.value.get("prompts")
        return read_prompts(value, self._files, self._env, self._at("prompts"))

    def _providers(self) -> list[ProviderSpec]:
        value = self._config.value.get("providers")
        many = isinstance(value, list)
        found = (
            []
            if value is None and self._flags.providers
            else read_providers(
                value,
                self._files,
                self._env,
                lambda i: self._at("providers", *([i] if i is not None and many else [])),
            )
        )
        if not self._flags.providers:
            found = self._opened(found)
            return found
        return self._opened([self._named(token, found) for token in self._flags.providers])

    def _named(self, token: str, configured: list[ProviderSpec]) -> ProviderSpec:
        """The provider that ``--providers`` names: the configuration's by id, label or end of its id, or a new one."""
        for matches in (
            lambda spec: spec.id == token,
            lambda spec: spec.label == token,
            lambda spec: spec.id.endswith(f":{token}"),
        ):
            if (spec := next(filter(matches, configured), None)) is not None:
                return spec
        return next(iter(specs_of(token, self._files, self._env, Location("--providers"))))

    def _opened(self, found: list[ProviderSpec]) -> list[ProviderSpec]:
        """The providers, each found to be one that can be called."""
        scripts = RunScripts(self._files, self._env, {})
        given = Given(files=self._files, scripts=scripts, client=cast("Any", None), env=self._env, timeout_s=1.0)
        for spec in found:
            open_caller(spec, given)
        return found

    def _tests(self) -> Tests:
        sources = self._config.tests
        if self._flags.tests is not None:
            sources = [TestSource(self._flags.tests, Path.cwd(), "--tests", None)]
        reader = self._reader()
        parts = [reader.read(source) for source in sources]
        over = dict(self._flags.variables)

        def tests() -> Iterator[Test]:
            for part in parts:
                for test in part():
                    yield _with_vars(test, over) if over else test

        return tests

    def _reader(self) -> TestReader:
        def run(code: CodeRef, config: Any) -> Any:
            arguments = () if config is None else (config,)
            return asyncio.run(
                _with_scripts(self._files, self._env, self._filters, lambda scripts: scripts.call(code, *arguments))
            )

        return TestReader(self._files, self._env, run, self._warn)

    def _default_test(self) -> Json:
        value = self._config.value
        default: Any = value.get("defaultTest") or {}
        where = self._at("defaultTest")
        if isinstance(default, str):
            document = read_document(self._files.locate(default, where), where)
            default = cast("Json", document.value)
            check_test(default, document.at, self._warn)
        elif not isinstance(default, dict):
            raise BadInput(
                "'defaultTest' is no test", hint="write vars, assert or options", code="promptfoo.test", where=where
            )
        else:
            check_test(default, lambda *path: self._at("defaultTest", *path), self._warn)
        if isinstance(default.get("vars"), str | list):
            default = self._reader().complete(default, lambda *_path: where, self._files.folder).data
        options = {"prefix": self._flags.prefix, "suffix": self._flags.suffix, "provider": self._flags.grader}
        given = {key: item for key, item in options.items() if item is not None}
        merged = {**default, "options": {**given, **(default.get("options") or {})}}
        if metadata := {**_mapping(value, "metadata"), **(default.get("metadata") or {})}:
            merged["metadata"] = metadata
        return merged

    def _scenarios(self) -> list[Json]:
        value = self._config.value.get("scenarios") or []
        found: list[Json] = []
        for i, item in enumerate(value if isinstance(value, list) else [value]):
            where = self._at("scenarios", i)
            loaded = self._files.glob(item, where) if isinstance(item, str) else [item]
            for one in loaded:
                data = read_document(one, where).value if isinstance(one, Path) else one
                scenarios = data if isinstance(data, list) else [data]
                found += [self._scenario(scenario, i, where) for scenario in scenarios]
        return found

    def _scenario(self, scenario: Any, index: int, where: Location) -> Json:
        if not isinstance(scenario, dict):
            raise BadInput(
                "a scenario is no mapping", hint="write config and tests", code="promptfoo.scenario", where=where
            )
        reader = self._reader()
        parts = self._scenario_part(scenario.get("config"), reader, ("scenarios", index, "config"))
        tests = self._scenario_part(scenario.get("tests"), reader, ("scenarios", index, "tests"))
        return {"config": [test.data for test in parts] or [{}], "tests": tests}

    def _scenario_part(self, value: Any, reader: TestReader, path: tuple[str | int, ...]) -> list[Test]:
        where = self._at(*path)
        found: list[Test] = []
        for i, item in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
            if isinstance(item, str):
                found += reader.read(TestSource(item, self._files.folder, where.file, None))()
            else:
                found.append(reader.complete(item, lambda *more, i=i: self._at(*path, i, *more), self._files.folder))
        return found

    def _check_columns(self, suite: PromptfooSuite) -> None:
        if not suite.columns:
            raise BadInput(
                "no provider is asked any prompt",
                hint="the 'prompts' of the providers name labels that no prompt has",
                code="promptfoo.columns",
                where=self._at("providers"),
            )

    def _before_all(self, suite: PromptfooSuite) -> None:
        """Let the hooks change the suite; then all tests are held in memory, as hooks may change any."""
        if not suite.extensions:
            return

        async def use(scripts: RunScripts) -> Any:
            hooks = Hooks(suite.extensions, scripts, self._files, self._at("extensions"))
            if not hooks.any_for("beforeAll"):
                return None
            tests = [test.data for test in suite.tests()]
            told = {
                "tests": tests,
                "prompts": [{"raw": p.raw, "label": p.label} for p in suite.prompts],
                "providers": [{"id": p.id, "label": p.label} for p in suite.providers],
                "defaultTest": suite.default_test,
                "scenarios": [],
            }
            return (await hooks.run("beforeAll", {"suite": told}))["suite"]

        try:
            changed = asyncio.run(_with_scripts(self._files, self._env, self._filters, use))
        except AssayError as error:
            raise BadInput(
                f"a beforeAll hook failed: {error.what}", hint=error.hint, code="promptfoo.hook", where=error.where
            ) from None
        if isinstance(changed, dict):
            self._apply(suite, changed)

    def _apply(self, suite: PromptfooSuite, changed: Json) -> None:
        tests = changed.get("tests")
        if isinstance(tests, list):
            where = Location(self._config.file)
            for test in tests:
                check_test(test, lambda *_path: where, self._warn)
            held = [Test(test, where) for test in tests]
            suite.tests = lambda: iter(held)
        if isinstance(changed.get("defaultTest"), dict):
            suite.default_test = changed["defaultTest"]


def _with_vars(test: Test, over: Mapping[str, str]) -> Test:
    return Test({**test.data, "vars": {**(test.data.get("vars") or {}), **over}}, test.where)


def _chosen(selection: Selection, options: Json) -> Selection:
    """The command line's choice, and where it makes none the configuration's."""
    pairs = options.get("filterMetadata")
    return Selection(
        first=_first(selection.first, options.get("filterFirstN")),
        pattern=selection.pattern or options.get("filterPattern"),
        metadata=selection.metadata or tuple(_texts(pairs)),
        range=selection.range or options.get("filterRange"),
        sample=_first(selection.sample, options.get("filterSample")),
        seed=_first(selection.seed, options.get("filterSampleSeed")),
        prompts=selection.prompts or options.get("filterPrompts"),
        providers=selection.providers or options.get("filterProviders") or options.get("filterTargets"),
        earlier=selection.earlier,
    )


def _name(config: Config) -> str:
    stem = Path(config.file).stem
    folder = config.folder.resolve().name
    return folder if stem.startswith("promptfooconfig") and folder else stem


def _mapping(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _seconds(milliseconds: float | None) -> float | None:
    return milliseconds / 1000 if milliseconds else None


def environment(files: Sequence[Path]) -> dict[str, str]:
    """The process's environment with what these ``.env`` files set; they win."""
    found = dict(os.environ)
    for file in files:
        found |= read_env_file(file)
    return found
