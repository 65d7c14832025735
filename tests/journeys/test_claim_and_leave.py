"""A clinic claims its listing on a telephone, leaves by the link in its mail, and is gone; axe finds nothing on the
way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.sound import sound
from tests.services.live_site import LiveSite
from tests.services.server import wait_for

pytestmark = pytest.mark.once

CLINIC, NAME = "/clinics/galpinamu-clinic", "Galpinamu Clinic"
ADDRESS = "front.desk@galpinamu.example"


def links_in_mail(site: LiveSite, subject: str) -> list[str]:
    """The paths to /c/ in the mails to the clinic's address with these words in their subject, oldest first."""
    return [
        found.group()
        for mail in site.mail.mails()
        if subject in (mail.message["Subject"] or "") and mail.message["To"] == ADDRESS
        and (found := re.search(r"/c/[\w-]{43}", mail.text))
    ]  # fmt: skip


def mailed(site: LiveSite, subject: str) -> str:
    wait_for(lambda: bool(links_in_mail(site, subject)), 30, f"a mail with “{subject}”")
    return links_in_mail(site, subject)[-1]


def test_a_clinic_claims_its_listing_and_leaves_again(
    open_browser: Callable[..., Page], shared_site: LiveSite
) -> None:
    page = open_browser(width=320)
    page.goto(CLINIC)
    sound(page)
    page.get_by_role("link", name="This is my clinic").click()
    page.get_by_role("button", name="Send me the link").click()
    # Everything is missing: it is said in one place and beside each field.
    expect(page.get_by_role("alert")).to_be_visible()
    sound(page)
    page.get_by_label("Your name").fill("Seo-yeon Park")
    page.get_by_label("Your position at the clinic").fill("manager")
    page.get_by_label("Your e-mail address").fill(ADDRESS)
    page.get_by_label("I may speak for this clinic").check()
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A mail is on its way")

    page.goto(mailed(shared_site, "Is the listing of Galpinamu Clinic yours?"))
    sound(page)
    page.get_by_role("button", name="Yes, I claim this listing").click()
    expect(page.get_by_text("The listing is yours.")).to_be_visible()
    sound(page)
    page.goto(CLINIC)
    expect(page.get_by_text("Seo-yeon Park, manager")).to_be_visible()

    page.goto(mailed(shared_site, "The listing of Galpinamu Clinic is yours"))
    sound(page)
    page.get_by_role("button", name="Leave now").click()
    expect(page.get_by_text(f"{NAME} is listed no longer.")).to_be_visible()
    sound(page)
    page.goto(CLINIC)
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.goto("/clinics?q=&near=&market=KR")
    expect(page.get_by_text(NAME)).to_have_count(0)
