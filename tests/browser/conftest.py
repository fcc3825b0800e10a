"""A headless Chromium for the tests of pages, started once; a page may neither complain nor ask for anything."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

Opened = Callable[..., AbstractContextManager[Page]]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, with nothing of its own that reaches for the network."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser) -> Opened:
    """Opens a file as a page, watched: it may say nothing on the console and ask for nothing."""

    @contextmanager
    def opened(path: Path, fragment: str = "", before: str = "", **options: object) -> Iterator[Page]:
        context = browser.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(5_000)
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        if before:
            page.add_init_script(before)
        page.goto(path.as_uri() + fragment)
        yield page
        context.close()

        assert said == []
        assert [url for url in asked if url.partition("#")[0] != path.as_uri()] == []

    return opened
