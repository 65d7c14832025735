"""Sign in as the owner of a sample clinic, as `make run` tells its reader to."""

import csv
import re

from passlib.totp import TOTP
from playwright.sync_api import Page

from config import ROOT
from tests.services.live_site import LiveSite
from tests.services.server import wait_for


def address_of(slug_part: str) -> str:
    """The address of the sample clinic whose ref ends so."""
    with (ROOT / "seed" / "sample" / "clinics.csv").open(encoding="utf-8", newline="") as file:
        return next(row["enquiry_email"] for row in csv.DictReader(file) if row["ref"].endswith(slug_part))


def sign_in(
    page: Page, site: LiveSite, email: str, next_path: str = "/portal/", *, second_factor: bool = False
) -> None:
    """Ask for a link, read it from the mail server, and press its button; the page then stands at `next_path`.

    With `second_factor`, an authenticator app is set up on the way, as whoever signs in first has to.
    """
    before = len(mailed_links(site, email, "/sign-in/"))
    page.goto(f"/sign-in?next={next_path}")
    page.locator("main input[type=email]").fill(email)
    page.locator("main form button[type=submit]").click()
    wait_for(
        lambda: len(mailed_links(site, email, "/sign-in/")) > before, 30, f"a link to sign in for {email}"
    )
    page.goto(mailed_links(site, email, "/sign-in/")[-1])
    page.locator("main form button[type=submit]").click()
    if second_factor:
        set_up_authenticator(page)
    page.wait_for_url(f"**{next_path}*")


def set_up_authenticator(page: Page) -> None:
    """Type the code that an app with the shown key would show, and keep the recovery codes."""
    key = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(str(TOTP(key=key, format="base32").generate().token))
    page.get_by_role("button", name="Use this app").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.locator("main a.button.primary").click()


def mailed_links(site: LiveSite, email: str, start: str) -> list[str]:
    """The paths of our links that begin so ("/c/", "/sign-in/") in the mails to an address, oldest first."""
    mails = [mail for mail in site.mail.mails() if mail.message["To"] == email]
    found = [re.search(rf"(?:/zh|/ko)?{start}[\w-]{{43}}", mail.text) for mail in mails]
    return [link.group() for link in found if link]


def mailed_link(site: LiveSite, email: str, start: str) -> str:
    """The newest of `mailed_links`, once there is one."""
    wait_for(lambda: bool(mailed_links(site, email, start)), 30, f"a link {start}… in a mail to {email}")
    return mailed_links(site, email, start)[-1]
