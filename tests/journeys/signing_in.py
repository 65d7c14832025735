"""Sign in as the owner of a sample clinic, as `make run` tells its reader to."""

import csv
import re

from playwright.sync_api import Page

from config import ROOT
from tests.services.live_site import LiveSite
from tests.services.server import wait_for


def address_of(slug_part: str) -> str:
    """The address of the sample clinic whose ref ends so."""
    with (ROOT / "seed" / "sample" / "clinics.csv").open(encoding="utf-8", newline="") as file:
        return next(row["enquiry_email"] for row in csv.DictReader(file) if row["ref"].endswith(slug_part))


def sign_in(page: Page, site: LiveSite, email: str, next_path: str = "/portal/") -> None:
    """Ask for a link, read it from the mail server, and press its button; the page then stands at `next_path`."""

    def links() -> list[str]:
        mails = [mail for mail in site.mail.mails() if mail.message["To"] == email]
        found = [re.search(r"(?:/zh|/ko)?/sign-in/[\w-]{43}", mail.text) for mail in mails]
        return [link.group() for link in found if link]

    before = len(links())
    page.goto(f"/sign-in?next={next_path}")
    page.locator("main input[type=email]").fill(email)
    page.locator("main form button[type=submit]").click()
    wait_for(lambda: len(links()) > before, 30, f"a link to sign in for {email}")
    page.goto(links()[-1])
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{next_path}*")
