"""A plug-in is one file, one test and one page; whichever is missing fails by the plug-in's name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What it is -> the folder of its modules below src/assay (and of its tests below tests), the folder of its pages.
KINDS = {
    "grader": ("evaluate/graders", "docs/reference/graders"),
    "exporter": ("evaluate/exporters", "docs/reference/exporters"),
    "dialect": ("author/exchange/dialects", "docs/reference/dialects"),
    "lint": ("author/lint/rules", "docs/reference/lint"),
    "suite-lint": ("evaluate/lint/rules", "docs/reference/suite-lint"),
    "format": ("evaluate/formats", "docs/reference/datasets"),
    "provider": ("models/providers", "docs/reference/providers"),
}


def modules(folder: str) -> Iterator[Path]:
    return (p for p in sorted((ROOT / "src/assay" / folder).glob("*.py")) if not p.stem.startswith("_"))


PLUGINS = [
    pytest.param(module, folder, pages, id=f"{kind}:{module.stem.replace('_', '-')}")
    for kind, (folder, pages) in KINDS.items()
    for module in modules(folder)
]


@pytest.mark.parametrize(("module", "folder", "pages"), PLUGINS)
def test_has_one_file_one_test_one_page(module, folder, pages):
    wanted = [ROOT / "tests" / folder / f"test_{module.stem}.py", ROOT / pages / f"{module.stem.replace('_', '-')}.md"]

    assert [path.relative_to(ROOT).as_posix() for path in wanted if not path.exists()] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_left_over(kind):
    folder, pages = KINDS[kind]
    known = {f"{module.stem.replace('_', '-')}.md" for module in modules(folder)}
    found = {page.name for page in (ROOT / pages).glob("*.md")}

    assert found - known - {"index.md"} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_with_the_plugins_name(kind):
    pages = [page for page in (ROOT / KINDS[kind][1]).glob("*.md") if page.name != "index.md"]
    titles = {page.stem: page.read_text(encoding="utf-8").partition("\n")[0].replace("`", "") for page in pages}

    assert {name: title for name, title in titles.items() if not title.startswith("# ") or name not in title} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_index_of_a_kind_links_every_page_of_it(kind):
    folder = ROOT / KINDS[kind][1]
    linked = set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", (folder / "index.md").read_text(encoding="utf-8")))
    pages = {page.name for page in folder.glob("*.md")} - {"index.md"}

    assert (pages - linked, linked - pages) == (set(), set())
