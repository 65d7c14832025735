"""What every page must be in whatever state: nothing stands beyond its right edge, and axe finds nothing."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Everything that axe knows, its best practices included. Without its preload of style sheets, which writes an inline
# style for each @import and thereby breaks our own content policy.
_OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}


def fits(page: Page) -> None:
    """Nothing scrolls sideways at this width."""
    page.wait_for_load_state()
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{page.url} scrolls sideways by {sideways} px"


def unfold_all(page: Page) -> None:
    """Open every part of the page that is folded: nobody finds anything in what is not shown."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")


def no_violations(page: Page) -> None:
    """Nothing that axe finds in the colours that are on."""
    found = Axe().run(page, options=_OPTIONS)
    assert found.violations_count == 0, f"{page.url}:\n{found.generate_report()}"


def sound(page: Page) -> None:
    """One heading, nothing sideways, and nothing that axe finds in light or in dark."""
    assert page.locator("h1").count() == 1, page.url
    fits(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        no_violations(page)
