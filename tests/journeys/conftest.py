"""A real browser against a real site: web, worker and clock as processes, a broker, a mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.services.browser import CHROMIUM_ARGUMENTS
from tests.services.live_site import LiveSite


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium for one module. Playwright's event loop runs in the test's own thread for as long as it lives, where
    nobody else can then start one."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def open_browser(browser: Browser, shared_site: LiveSite) -> Iterator[Callable[..., Page]]:
    """`open_browser(width=…, …)`: a page in a context of its own; what it complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: Any) -> None:
        # The browser also reports the status of a form that came back with findings, or of no page: those are meant.
        if message.type == "error" and not any(code in message.text for code in ("422", "404", "410")):
            complaints.append(message.text)

    def make(width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=shared_site.url, **options
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
