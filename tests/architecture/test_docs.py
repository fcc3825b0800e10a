"""The pages: their code can be read, their commands exist, links lead somewhere, words are the glossary's."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from assay.cli.main import cli
from assay.core.document import parse_document

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("README.md")])
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
COMMANDS = ("console", "sh", "bash", "shell")


@dataclass(frozen=True)
class Block:
    """A fenced piece of code, without the indentation of the list it may stand in."""

    page: str
    line: int
    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    source = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(source):
        indent = len(found["indent"])
        text = "".join(line[indent:] if line.strip() else line for line in found["text"].splitlines(keepends=True))
        line = source[: found.start()].count("\n") + 2
        yield Block(page.relative_to(ROOT).as_posix(), line, found["language"], text)


ALL = [block for page in PAGES for block in blocks(page)]


def of(*languages: str) -> list[object]:
    return [pytest.param(b, id=f"{b.page}:{b.line}") for b in ALL if b.language in languages]


@pytest.mark.parametrize("block", of("yaml", "yml"))
def test_yaml_is_yaml(block):
    parse_document(block.text, file=block.page, first_line=block.line)


@pytest.mark.parametrize("block", of("json"))
def test_json_is_json(block):
    json.loads(block.text)


@pytest.mark.parametrize("block", of("jsonl"))
def test_json_lines_are_json(block):
    for line in block.text.splitlines():
        json.loads(line)


@pytest.mark.parametrize("block", of("python", "py"))
def test_python_is_python(block):
    compile(block.text, block.page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def command_lines(block: Block) -> Iterator[list[str]]:
    """The words of every call of ``assay`` in a block; in a console, what follows a prompt sign alone is typed."""
    for line in block.text.replace("\\\n", " ").splitlines():
        typed = re.match(r"\$ (.*)", line)
        if block.language == "console" and not typed:
            continue
        words = shlex.split(typed[1] if typed else line, comments=True)
        for i, word in enumerate(words):
            if word.rpartition("/")[2] == "assay" and (
                i == 0 or words[i - 1] in {"&&", "|", ";"} or "=" in words[i - 1]
            ):
                rest = words[i + 1 :]
                stop = next((j for j, w in enumerate(rest) if w in {"&&", "|", ";", ">", "<", "2>"}), len(rest))
                yield rest[:stop]


@pytest.mark.parametrize("block", of(*COMMANDS))
def test_a_command_exists_with_its_options(block):
    for words in command_lines(block):
        assert unknown(cli, words) == [], f"assay {' '.join(words)}"


def unknown(command: click.Command, words: list[str]) -> list[str]:
    """The verbs and options among the words that the command does not have."""
    context = click.Context(command)
    others = getattr(command, "others", {}).values()
    parameters = [parameter for one in (command, *others) for parameter in one.params]
    names = {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}
    for i, word in enumerate(words):
        if word == "--":
            return []
        if word.startswith("-") and word.partition("=")[0] not in names | {"--help", "-h"}:
            return [word]
        if isinstance(command, click.Group) and not word.startswith("-"):
            inner = command.get_command(context, word)
            return [word] if inner is None else unknown(inner, words[i + 1 :])
    return []


def prose(page: Path) -> str:
    """A page without its code and where its links lead, on one line a paragraph."""
    text = re.sub(r"\]\([^)\n]*\)", "]", FENCE.sub("", page.read_text(encoding="utf-8")))
    return re.sub(r"\s+", " ", re.sub(r"`[^`\n]*`", "", text))


def turned_down() -> dict[str, str]:
    """The words that the glossary does not want, with the one that it wants."""
    rows = re.findall(r"^\| ([^|]+) \|[^|]+\| ([^|]+) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    return {word.strip(): wanted for wanted, words in rows[1:] for word in words.split(",") if word.strip(" -")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_uses_the_words_of_the_glossary(page):
    if page.name == "glossary.md" or "decisions" in page.parts:
        return
    text = prose(page)
    found = {word: wanted for word, wanted in turned_down().items() if re.search(rf"\b{word}s?\b", text, re.IGNORECASE)}

    assert found == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_has_one_title(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))

    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


def test_the_glossary_turns_something_down():
    assert turned_down()["scorer"] == "grader"


def test_the_site_builds_with_every_page_and_every_link_leads_somewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    assert result.returncode == 0, result.stderr
    assert len(list(tmp_path.rglob("index.html"))) == len(list((ROOT / "docs").rglob("*.md")))


def test_a_link_between_files_outside_the_site_leads_somewhere():
    link = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
    targets = [(page, target) for page in ROOT.glob("*.md") for target in link.findall(FENCE.sub("", page.read_text()))]

    assert [f"{page.name}: {target}" for page, target in targets if not (page.parent / target).exists()] == []


LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def reached(starts: list[Path]) -> set[Path]:
    """The pages that a reader comes to by links alone, wherever they begin."""
    found: set[Path] = set()
    left = list(starts)
    while left:
        page = left.pop().resolve()
        if page in found or page.suffix != ".md" or not page.exists():
            continue
        found.add(page)
        left += [page.parent / target for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))]
    return found


def test_a_reader_comes_to_every_page_by_links():
    missed = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - reached(
        [ROOT / "docs/index.md", ROOT / "README.md"]
    )

    assert sorted(page.relative_to(ROOT.resolve()).as_posix() for page in missed) == []


@pytest.mark.parametrize("folder", ["tutorials", "how-to", "explanation", "reference"])
def test_the_index_names_every_page_of_that_folder(folder):
    linked = set(LINK.findall((ROOT / "docs/index.md").read_text(encoding="utf-8")))
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs" / folder).glob("*.md")}
    parts = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs" / folder).glob("*/index.md")}

    assert (pages | parts) - linked == set()


def test_the_prompts_of_a_conversation_leave_the_linter_nothing_to_say(tmp_path):
    page = ROOT / "docs/how-to/evaluate-conversations.md"
    files = {"assay.yaml": "project: docs\n"}
    for block in blocks(page):
        if block.language == "markdown":
            files[f"prompts/p{block.line}.prompt.md"] = block.text
        elif block.text.startswith("suite:"):
            files["suites/talk.yaml"] = block.text
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "assay", "lint", "prompts", "--json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert len(files) == 4
    assert json.loads(result.stdout) == []
