"""The site's navigation, made from the folders, so that a new page needs no list to be edited.

A hook of mkdocs; not a page.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

ORDER = ["index", "tutorials", "how-to", "explanation", "reference", "decisions", "glossary"]
TITLES = {"how-to": "How to", "lint": "Lint rules"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give mkdocs the whole tree as its navigation; a page's title is its first heading."""
    root = Path(config.docs_dir)
    config.nav = _entries(root, root)
    return config


def _entries(folder: Path, root: Path) -> list[object]:
    entries: list[object] = []
    for path in sorted(folder.iterdir(), key=_place):
        if path.is_dir() and any(path.rglob("*.md")):
            title = TITLES.get(path.name, path.name.replace("-", " ").capitalize())
            entries.append({title: _entries(path, root)})
        elif path.suffix == ".md":
            entries.append(path.relative_to(root).as_posix())
    return entries


def _place(path: Path) -> tuple[int, bool, str]:
    """The index first, then the stages of ORDER, then pages before folders, by name."""
    known = ORDER.index(path.stem) if path.stem in ORDER else len(ORDER)
    return known, path.is_dir(), path.name
