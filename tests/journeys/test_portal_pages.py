"""A clinic's own pages in a browser: axe, a phone's width, the pin under the mouse, and markup that stays text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.signing_in import address_of, sign_in
from tests.journeys.test_every_page import check
from tests.services.live_site import LiveSite

pytestmark = pytest.mark.once

SLUG = "larch-linden-skin-clinic"
HOME = f"/portal/{SLUG}/"
PAGES = (
    "", "profile", "hours", "doctors", "doctors/new", "position", "pause", "people", "prices", "prices/new",
    "price-list", "proposals", "refresh", "enquiries", "authority",
)  # fmt: skip


@pytest.fixture
def owner(open_browser: Callable[..., Page], shared_site: LiveSite) -> Page:
    page = open_browser(width=320)
    sign_in(page, shared_site, address_of("orchard-larch"), HOME)
    return page


def test_every_page_of_the_clinic_is_for_everybody(owner: Page) -> None:
    for name in PAGES:
        check(owner, HOME + name)


def test_a_form_with_findings_is_for_everybody_too(owner: Page) -> None:
    owner.goto(f"{HOME}hours")
    owner.locator("#sa-closes").fill("08:00")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_role("link", name="Saturday, Closes: This is before it opens.").click()
    assert owner.evaluate("document.activeElement.id") == "sa-closes"


def test_hours_and_telephone_that_are_changed_are_what_patients_read(owner: Page) -> None:
    owner.goto(f"{HOME}profile")
    owner.get_by_label("Telephone").fill("6235 7788")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_text("Saved. Patients see it now.").wait_for()
    owner.goto(f"{HOME}hours")
    owner.locator("#su-opens").fill("11:00")
    owner.locator("#su-closes").fill("15:00")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_text("Saved. Patients see it now.").wait_for()
    owner.goto(HOME)
    owner.get_by_role("link", name="See it as a patient").click()
    owner.wait_for_url(f"**/clinics/{SLUG}")
    assert "+6562357788" in owner.locator("main").inner_text()
    assert "11:00 to 15:00" in owner.locator("main").inner_text()


def test_the_pin_is_dragged_and_the_fields_say_where(owner: Page) -> None:
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.goto(f"{HOME}position")
    pin = owner.locator(".map .pin")
    box = pin.bounding_box()
    assert box
    before = owner.get_by_label("Longitude").input_value()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    owner.mouse.move(x, y)
    owner.mouse.down()
    owner.mouse.move(x + 60, y + 10, steps=8)
    owner.mouse.up()
    after = owner.get_by_label("Longitude").input_value()
    assert float(before) < float(after) < float(before) + 0.01
    owner.get_by_role("button", name="Put the pin here", exact=True).click()
    owner.get_by_text("The pin stands there now").wait_for()
    assert owner.get_by_label("Longitude").input_value() == after


def test_markup_in_what_a_clinic_writes_never_runs(owner: Page) -> None:
    owner.goto(f"{HOME}doctors/new")
    owner.get_by_label("Name", exact=True).fill("<img src=x onerror='window.__x=1'>")
    owner.get_by_role("button", name="Save").click()
    for address in (f"{HOME}doctors", HOME, f"/clinics/{SLUG}"):
        owner.goto(address)
        assert owner.get_by_role("heading", name="<img src=x").count() == (address != HOME)
        assert owner.evaluate("window.__x") is None
    owner.goto(f"{HOME}doctors")
    owner.get_by_role("button", name=re.compile("Remove.*img")).click()
    owner.get_by_text("is no longer on your page.").wait_for()
