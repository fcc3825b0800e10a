"""Reading a suite file: datasets × variants × graders, and a gate.

Everything is checked that costs nothing: datasets can be opened, graders take their settings, the gate
names variants that exist. Prompts are resolved by ``plan.py``, cases are read by ``dataset.py``.
The format is docs/reference/suite.md; ``suite_schema.py`` says the same to editors.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from assay.author.parse import read_parameters
from assay.author.project import Project
from assay.author.reference import is_path
from assay.author.source import PROMPT_SUFFIXES, WorkingTree, inside
from assay.core.document import Document, parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields, describe
from assay.core.location import Location
from assay.engine.prepare import overlay
from assay.evaluate.conversation.read import read_conversation
from assay.evaluate.dataset import check_dataset_file, ending_of, formats_for
from assay.evaluate.gating.read import Known, read_gate
from assay.evaluate.grader import bench_of, make_grader
from assay.evaluate.suite_model import read_asked
from assay.evaluate.types import BudgetSpec, DatasetSpec, GraderSpec, Judge, Suite, VariantSpec
from assay.models.target import parse_target

DEFAULT_GRADER = "contract"
ENTRY_KEYS = ("grader", "name", "weight", "negate")
"""What every entry of ``graders`` takes; all else is a setting of the grader."""

KEYS = (
    "suite",
    "description",
    "datasets",
    "variants",
    "graders",
    "judge",
    "conversation",
    "repeats",
    "concurrency",
    "budget",
    "gate",
)
"""The keys of a suite."""

_ENDINGS = (".yaml", ".yml", ".json", "")
_PIN = re.compile(r"[0-9a-f]{8,64}")
_SPLIT = re.compile(r"[^\[\]\s](?:[^\[\]\n]*[^\[\]\s])?")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*")


def load_suite(project: Project, path: Path) -> Suite:
    """The suite in that file.

    Args:
        project: The project that the file lies in.
        path: The file, absolute or relative to the current folder.

    Raises:
        BadInput: The file cannot be read, is not a suite, or names something that does not exist.
    """
    file = project.relative(path)
    if file is None:
        raise BadInput(
            f"{path} lies outside the project's folder, {project.root}",
            hint="name a suite inside it, or add an 'assay.yaml' to the folder that holds it",
            code="suite.outside",
        )
    _check_kind(path)
    document = parse_document(project.source.read(file), file=project.source.name(file))
    suite = _read(document, file, project.source)
    for i, dataset in enumerate(suite.datasets):
        check_dataset_file(project.source, dataset.file, where=document.at("datasets", i))
    bench = bench_of(project.source, file)
    for spec in suite.graders:
        make_grader(spec, bench)
    return suite


def _check_kind(path: Path) -> None:
    """Refuse what is plainly something else, before it is taken for YAML that is broken."""
    if path.is_dir():
        there = sorted(path.glob("*.y*ml"))
        kind, hint = "folder", f"name a suite, such as {there[0] if there else 'suites/triage.yaml'}"
    elif path.name.endswith(PROMPT_SUFFIXES):
        kind, hint = "prompt", f"name a suite that has it as a variant; 'assay run {path}' asks it once"
    elif (ending := ending_of(path.name)) not in _ENDINGS and formats_for(ending):
        kind, hint = "dataset", f"name a suite that lists it; 'assay dataset show {path}' says what it holds"
    else:
        return
    raise BadInput(f"{path} is a {kind}, not a suite", hint=hint, code="suite.kind")


def _read(document: Document, file: str, source: WorkingTree) -> Suite:
    fields = Fields(document, code="suite")
    fields.required("suite")
    fields.only(KEYS)
    name = fields.need_text("suite")
    if not _NAME.fullmatch(name):
        raise fields.wrong("suite", name, "dotted lower-case words, such as support.triage")
    repeats, independent = _repeats(fields)
    variants, graders = _variants(fields), _graders(fields)
    suite = Suite(
        name=name,
        description=fields.text("description") or "",
        datasets=_datasets(fields, file.rpartition("/")[0]),
        variants=variants,
        graders=graders,
        repeats=repeats,
        independent=independent,
        concurrency=fields.integer("concurrency", least=1),
        gate=read_gate(
            fields,
            Known(
                [variant.name for variant in variants],
                [grader.name for grader in graders],
                file.rpartition("/")[0],
            ),
        ),
        judge=_judge(fields),
        budget=_budget(fields),
        conversation=read_conversation(fields, source, file.rpartition("/")[0]),
        file=file,
        document=document,
    )
    fields.close()
    return suite


def _datasets(fields: Fields, folder: str) -> tuple[DatasetSpec, ...]:
    fields.required("datasets")
    value = fields.raw("datasets")
    items = [value] if isinstance(value, str) else fields.items("datasets")
    found: list[DatasetSpec] = []
    for i, item in enumerate(items):
        spec = _dataset(fields, i, item, folder)
        if spec.label in [other.label for other in found]:
            raise BadInput(
                f"the dataset {item if isinstance(item, str) else spec.label} is listed twice",
                hint="list it once",
                code="suite.datasets",
                where=spec.where,
            )
        found.append(spec)
    if not found:
        raise _none(fields, "datasets", "list at least one, such as ../datasets/triage.jsonl")
    return tuple(found)


def _dataset(fields: Fields, i: int, item: object, folder: str) -> DatasetSpec:
    """A file, ``FILE@sha256:…``, or ``{file: …, split: …}``."""
    where, split = fields.at("datasets", i), None
    if isinstance(item, dict):
        entry = fields.sub("datasets", i)
        path, split = entry.need_text("file"), entry.text("split")
        if split is not None and not _SPLIT.fullmatch(split):
            raise entry.wrong("split", split, "the name of a split, such as test")
        entry.close()
    elif isinstance(item, str):
        path = item
    else:
        raise BadInput(
            f"datasets[{i}] is {describe(item)}",
            hint="write text, the path of a file, or {file: …, split: …}",
            code="suite.wrong_type",
            where=where,
        )
    path, pinned, digest = path.partition("@sha256:")
    if pinned and not _PIN.fullmatch(digest):
        raise BadInput(
            f"the digest of {path} is {digest!r}",
            hint="write @sha256: and 8 to 64 of the digits that 'assay dataset show' prints",
            code="suite.pin",
            where=where,
        )
    file = inside(f"{folder}/{path}" if folder else path, where)
    return DatasetSpec(file, split, f"sha256:{digest}" if pinned else None, where)


def _none(fields: Fields, key: str, hint: str) -> BadInput:
    return BadInput(f"the suite has no {key}", hint=hint, code=f"suite.{key}", where=fields.at(key))


def _variants(fields: Fields) -> tuple[VariantSpec, ...]:
    fields.required("variants")
    found = [_variant(fields, i, item) for i, item in enumerate(fields.items("variants"))]
    if not found:
        raise _none(fields, "variants", "list at least one prompt, such as '- support.triage'")
    _check_names("variant", [(variant.name, variant.where) for variant in found])
    return tuple(found)


def _variant(fields: Fields, i: int, item: object) -> VariantSpec:
    where = fields.at("variants", i)
    if isinstance(item, str) and item.strip():
        return VariantSpec(name=_named_after(item), prompt=item, where=where)
    if not isinstance(item, dict):
        raise BadInput(
            f"variants[{i}] is not a variant",
            hint="write a prompt, such as 'support.triage', or {name: …, prompt: …}",
            code="suite.variant",
            where=where,
        )
    entry = fields.sub("variants", i)
    prompt = entry.need_text("prompt")
    asked = read_asked(entry)
    variant = VariantSpec(
        name=_name(entry) or _named_after(prompt),
        prompt=prompt,
        model=asked.model,
        base_url=asked.base_url,
        key=asked.key,
        parameters=read_parameters(entry),
        where=where,
    )
    entry.close()
    return variant


def _named_after(prompt: str) -> str:
    """The name of a variant that has none: a file's without folder and ending, else the reference itself."""
    if not is_path(prompt):
        return prompt
    path, at, revision = prompt.partition("@")
    file = path.rpartition("/")[2]
    for suffix in PROMPT_SUFFIXES:
        file = file.removesuffix(suffix)
    return f"{file}{at}{revision}"


def _name(entry: Fields) -> str | None:
    """The ``name`` of a variant or grader: one line of text."""
    name = entry.text("name")
    if name is not None and (not name.strip() or not name.isprintable()):
        raise entry.wrong("name", name, "a name on one line")
    return name


def _repeats(fields: Fields) -> tuple[int, bool]:
    """How often, and whether each repeat has a seed of its own: a number, or ``{count, independent}``."""
    if not isinstance(fields.raw("repeats"), dict):
        return fields.integer("repeats", least=1) or 1, True
    entry = fields.sub("repeats")
    entry.required("count")
    count, independent = entry.integer("count", least=1) or 1, entry.flag("independent", default=True)
    entry.close()
    return count, independent


def _judge(fields: Fields) -> Judge | None:
    """The suite's judge: a model's name, or ``{model, base_url, key, parameters}``."""
    value = fields.raw("judge")
    if value is None:
        return None
    if isinstance(value, str):
        parse_target(value, where=fields.at("judge"))
        return Judge(model=value)
    entry = fields.sub("judge")
    model, asked = entry.need_text("model"), read_asked(entry)
    parameters = overlay(Judge(model=model).parameters, read_parameters(entry))
    judge = Judge(model=model, base_url=asked.base_url, key=asked.key, parameters=parameters)
    entry.close()
    return judge


def _budget(fields: Fields) -> BudgetSpec | None:
    """The suite's budget: the most that a run may use."""
    if fields.raw("budget") is None:
        return None
    entry = fields.sub("budget")
    cost_usd = entry.number("cost_usd", least=0)
    budget = BudgetSpec(
        cost_usd=None if cost_usd is None else Decimal(str(cost_usd)),
        tokens=entry.integer("tokens", least=0),
        time_s=entry.number("time_s", least=0),
    )
    entry.close()
    return budget


def _graders(fields: Fields) -> tuple[GraderSpec, ...]:
    if fields.raw("graders") is None:
        return (GraderSpec(grader=DEFAULT_GRADER, name=DEFAULT_GRADER, where=fields.at()),)
    found = [_grader(fields, i, item) for i, item in enumerate(fields.items("graders"))]
    if not found:
        raise _none(fields, "graders", f"list at least one, or take the key out: it is [{DEFAULT_GRADER}] then")
    _check_names("grader", [(grader.name, grader.where) for grader in found])
    if not any(grader.weight for grader in found):
        raise BadInput(
            "every grader has the weight 0, so that there is no score",
            hint="give one of them a weight above 0",
            code="suite.weight",
            where=fields.at("graders"),
        )
    return tuple(found)


def _grader(fields: Fields, i: int, item: object) -> GraderSpec:
    where = fields.at("graders", i)
    if isinstance(item, str) and item.strip():
        return GraderSpec(grader=item, name=item, where=where)
    if not isinstance(item, dict):
        raise BadInput(
            f"graders[{i}] is not a grader",
            hint="write a name, such as 'contract', or {grader: NAME, ...settings}",
            code="suite.grader",
            where=where,
        )
    entry = fields.sub("graders", i)
    grader = entry.need_text("grader")
    weight = entry.number("weight", least=0)
    negate = entry.flag("negate", default=False)
    name = _name(entry) or grader
    settings = {key: entry.raw(key) for key in entry if key not in ENTRY_KEYS}
    return GraderSpec(
        grader=grader,
        name=name,
        settings=settings,
        weight=1.0 if weight is None else weight,
        negate=negate,
        where=where,
        places={key: fields.document.at_key("graders", i, key) for key in settings},
    )


def _check_names(kind: str, named: Iterable[tuple[str, Location]]) -> None:
    seen: dict[str, Location] = {}
    for name, where in named:
        if name in seen:
            raise BadInput(
                f"two {kind}s are named {name!r}",
                hint=f"the first stands in line {seen[name].line}; give this one a 'name' of its own",
                code=f"suite.{kind}_name",
                where=where,
            )
        seen[name] = where
