"""Every page type: axe finds nothing in light and dark, nothing scrolls sideways, the keyboard gets through."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.enquiry_pages import enquiry_pages
from tests.journeys.places_to_look import OPEN_PAGES, Asked, ask, quote_pages
from tests.journeys.sound import fits, no_violations, sound, unfold_all
from tests.services.live_site import LiveSite

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def asked(browser: Any, shared_site: LiveSite) -> Asked:
    context = browser.new_context(base_url=shared_site.url)
    found = ask(context.new_page(), shared_site, "axe@patient.example")
    context.close()
    return found


def check(page: Page, address: str) -> None:
    """Look at one page at this width, in both colour schemes."""
    page.goto(address)
    sound(page)


def look(page: Page, name: str) -> None:
    """Look at the page that stands there: at 320 px in light and at 390 px in dark."""
    assert page.locator("h1").count() == 1, name
    for width, scheme in ((320, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        fits(page)
        no_violations(page)


@pytest.mark.parametrize("address", OPEN_PAGES.values(), ids=OPEN_PAGES.keys())
def test_open_pages(open_browser: Callable[..., Page], address: str) -> None:
    check(open_browser(width=320), address)


@pytest.mark.parametrize("prefix", ["/zh", "/ko"])
@pytest.mark.parametrize("name", ["home", "results", "clinic", "compare", "plan", "treatment", "enquiry"])
def test_open_pages_in_the_other_languages(open_browser: Callable[..., Page], prefix: str, name: str) -> None:
    check(open_browser(width=320), prefix + OPEN_PAGES[name])


def test_pages_behind_links(open_browser: Callable[..., Page], asked: Asked) -> None:
    check(open_browser(width=320), asked.patient_page)
    clinic = open_browser(width=320)
    check(clinic, asked.quote_pages[0])
    clinic.locator("[name='lines-0-price']").fill("not a price")
    clinic.locator("button[value=quote]").click()
    clinic.locator("[name='lines-0-price'][aria-invalid]").wait_for()
    no_violations(clinic)
    clinic.locator("[name='lines-0-price']").fill("1200")
    clinic.locator("button[value=quote]").click()
    clinic.locator("#sent").wait_for()
    no_violations(clinic)
    check(open_browser(width=320), asked.patient_page)


def test_the_pages_of_an_enquiry(open_browser: Callable[..., Page], shared_site: LiveSite) -> None:
    names = []
    for seen in enquiry_pages(open_browser, shared_site, "everybody@patient.example"):
        unfold_all(seen.page)
        look(seen.page, seen.name)
        names.append(seen.name)
    assert len(names) == len(set(names)) >= 18


@pytest.mark.parametrize("name", ["home", "results", "clinic", "compare", "plan", "treatment", "enquiry"])
def test_the_keyboard_reaches_everything_and_leaves_again(
    open_browser: Callable[..., Page], name: str
) -> None:
    page = open_browser(width=1280)
    page.goto(OPEN_PAGES[name])
    tab_through(page)


def tab_through(page: Page) -> None:
    """Tab visits every control once, what has the focus is visible, and nothing traps it."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('skip')")
    # Radio buttons of one group are one stop.
    reachable = page.evaluate(
        """() => new Set([...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
             e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0 && e.type !== 'hidden').map(
             e => e.type === 'radio' ? e.name : e)).size"""
    )
    seen = 1
    for _press in range(reachable + 50):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return null;
                 const box = e.getBoundingClientRect(); return [e.tagName, box.width * box.height]; }"""
        )
        if where is None:
            break
        seen += 1
        assert where[1] > 0, where
    else:
        raise AssertionError("the focus never left the page")
    assert seen >= reachable * 0.7


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _press in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_form_is_sent_and_answered_with_the_keyboard_alone(
    open_browser: Callable[..., Page], shared_site: LiveSite
) -> None:
    patient, email = open_browser(width=320), "keys@patient.example"
    patient.goto("/enquiries/new?want=rejuran_healer:3x2ml&clinic=saltmarsh-dermal-clinic")
    for name, typed in (("message", "On a Saturday."), ("name", "Mei"), ("email", email)):
        tab_to(patient, f"[name={name}]")
        patient.keyboard.type(typed)
    for box in ("consent_saltmarsh-dermal-clinic", "consent_health"):
        tab_to(patient, f"[name={box}]")
        patient.keyboard.press("Space")
    patient.wait_for_timeout(4_200)
    tab_to(patient, "main form button.primary")
    patient.keyboard.press("Enter")
    patient.wait_for_url("**/e/*")
    tab_through(patient)
    (link,) = quote_pages(shared_site, patient.locator("h1 + p").inner_text().split()[0], 1)

    clinic = open_browser(width=320)
    clinic.goto(link)
    tab_to(clinic, "[action$='/open'] button")
    clinic.keyboard.press("Enter")
    clinic.get_by_text("On a Saturday.").wait_for()
    # Its address leads to what she wrote, and so does the focus; from the top again:
    clinic.goto(link)
    tab_through(clinic)
    clinic.goto(link)
    tab_to(clinic, "[name=lines-0-price]")
    clinic.keyboard.press("ControlOrMeta+a")
    clinic.keyboard.type("1180")
    # Enter in a field shows the bill; it sends nothing.
    clinic.keyboard.press("Enter")
    clinic.locator("#check-title").wait_for()
    assert clinic.locator("#given").count() == 0
    tab_to(clinic, "button[value=quote]")
    clinic.keyboard.press("Enter")
    clinic.locator("#sent").wait_for()
