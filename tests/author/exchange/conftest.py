"""What the tests of exchange share: an import as a prompt, and its messages."""

from collections.abc import Callable

import pytest

from assay.author.exchange.dialect import Imported
from assay.author.exchange.draft import FilesInMemory
from assay.author.parse import parse_prompt
from assay.author.template import Template
from assay.author.types import Prompt
from assay.author.values import Values


@pytest.fixture(scope="session")
def read_back() -> Callable[[Imported], Prompt]:
    """The prompt that an import is, read as the native format is."""

    def read(imported: Imported) -> Prompt:
        return parse_prompt(imported.text, path=imported.file, source=FilesInMemory(imported.files))

    return read


@pytest.fixture(scope="session")
def native() -> Callable[..., Prompt]:
    """A native prompt file by its text, with its partials and tools by path."""

    def read(text: str, **files: str) -> Prompt:
        return parse_prompt(text, path="p.prompt.md", source=FilesInMemory(files))

    return read


@pytest.fixture(scope="session")
def messages() -> Callable[..., list[tuple[str, str]]]:
    """(role, text) of each message of a prompt for some values."""

    def render(prompt: Prompt, **values: object) -> list[tuple[str, str]]:
        return [(m.role, m.content) for m in Template(prompt).render(Values(prompt).complete(values))]

    return render
