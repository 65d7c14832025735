"""A clinic's phone: from the link in the mail to a sent quote with a total, tap by tap."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.places_to_look import CLINICS, ask
from tests.journeys.sound import fits, no_violations
from tests.services.live_site import LiveSite

pytestmark = pytest.mark.once

MOST_TAPS = 12


class Thumb:
    """Taps, and counts them; the first one was on the link in the mail."""

    def __init__(self) -> None:
        self.taps = 1

    def tap(self, what: Locator) -> None:
        box = what.bounding_box()
        assert box is not None
        what.tap()
        self.taps += 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_the_mail_to_a_quote_with_a_total_in_few_taps(
    open_browser: Callable[..., Page], shared_site: LiveSite, javascript: bool
) -> None:
    asked = ask(open_browser(), shared_site, f"taps-{javascript}@patient.example".lower())
    assert len(set(asked.quote_pages)) == len(CLINICS)
    for path in asked.quote_pages:
        phone = open_browser(width=390, height=844, has_touch=True, java_script_enabled=javascript)
        phone.goto(path)
        thumb = Thumb()
        thumb.tap(phone.get_by_role("button", name="Show what the patient wrote"))
        for name in ("numbing", "needle", "medicine", "follow_up"):
            if phone.locator(f"[name={name}]:checked").get_attribute("value") == "":
                thumb.tap(phone.locator(f"label:has([name={name}][value=included])"))
        says = (
            phone.locator("[name=no_other_fees]").is_checked() or phone.locator("#fees-0-name").input_value()
        )
        if not says:
            thumb.tap(phone.locator("label:has([name=no_other_fees])"))
        thumb.tap(phone.get_by_role("button", name="Check the bill"))
        expect(phone.get_by_role("heading", name="So the patient will see it")).to_be_visible()
        thumb.tap(phone.locator("#sheet ~ section").get_by_role("button", name="Send the quote"))
        expect(phone.locator("#sent")).to_be_visible()
        expect(phone.locator("#given .total")).to_be_visible()
        assert thumb.taps <= MOST_TAPS, phone.title()
        fits(phone)
        if javascript:
            no_violations(phone)


def test_the_ended_link_and_the_forms_behind_the_button_are_for_everybody(
    open_browser: Callable[..., Page], shared_site: LiveSite
) -> None:
    asked = ask(open_browser(), shared_site, "colleagues@patient.example")
    phone = open_browser(width=320, height=700)
    phone.goto(asked.quote_pages[0])
    phone.get_by_role("button", name="Show what the patient wrote").click()
    expect(phone.locator("#sheet")).to_be_visible()
    closed = phone.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    fits(phone)
    no_violations(phone)
    phone.get_by_label("For whom").fill("Dr Lim")
    phone.get_by_role("button", name="Make a link").click()
    expect(phone.get_by_role("status").filter(has_text="Dr Lim")).to_be_visible()
    fits(phone)
    phone.goto(asked.quote_pages[0])
    phone.get_by_text("Pass it to a colleague, or end a link").click()
    own = phone.locator("li", has_text="this one").get_by_role("button", name="Revoke")
    own.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("This link has ended")
    no_violations(phone)
    phone.get_by_role("button", name="Send a new link").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Look into the clinic's mailbox")
