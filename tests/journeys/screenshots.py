"""`python -m tests.journeys.screenshots`: the page types as they look now, into docs/screenshots.

Each at 390 and 1280 px, in light and dark: home, results, clinic, compare, plan, treatment, enquiry, the patient's
page and the quote form, with the empty and the error states beside them in light; the clinic's and the staff's pages
in light.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from config import ROOT
from tests.journeys.places_to_look import OPEN_PAGES, ask
from tests.journeys.signing_in import address_of, sign_in
from tests.services.broker import Broker
from tests.services.browser import CHROMIUM_ARGUMENTS, chromium
from tests.services.live_site import LiveSite, flask
from tests.services.mail_server import MailServer
from tests.services.server import clean_environment

FOLDER = ROOT / "docs" / "screenshots"
MAIN = ("home", "results", "clinic", "compare", "plan", "treatment", "enquiry")
ALSO = (
    "results-korea",
    "results-not-found",
    "results-which-treatment",
    "clinic-unclaimed",
    "compare-empty",
    "enquiry-empty",
)
PORTAL = "/portal/larch-linden-skin-clinic/"
PORTAL_PAGES = ("", "hours", "position", "prices", "prices/new", "enquiries")
WIDTHS = (390, 1280)
# A picture in a repository is for looking, not for printing: the first screens of a long page are enough.
TALLEST = 2600


def main(instance_dir: Path) -> None:
    """Take all of them against a site of our own in `instance_dir`, which is left behind."""
    broker, mail = Broker(), MailServer()
    env = clean_environment(INSTANCE_DIR=str(instance_dir))
    flask(env, "db", "upgrade")
    flask(env, "seed", "--sample")
    site = LiveSite(instance_dir, "", broker, mail)
    try:
        broker.start()
        mail.start()
        site.start()
        FOLDER.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            _take_all(playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS), site)
    finally:
        site.stop()
        mail.close()
        broker.close()


def _take_all(browser: Browser, site: LiveSite) -> None:
    patient = browser.new_context(base_url=site.url).new_page()
    asked = ask(patient, site, "mei@patient.example")
    behind = {"patient-waiting": asked.patient_page, "quote": asked.quote_pages[0]}
    for width in WIDTHS:
        _take(patient, "patient-waiting", behind["patient-waiting"], width, "light")
        for scheme in ("light", "dark"):
            _take(patient, "quote", behind["quote"], width, scheme)
    # What this browser compared before would stand on every page.
    patient = browser.new_context(base_url=site.url).new_page()
    for page in asked.quote_pages[:2]:
        patient.goto(page)
        patient.locator("button[value=quote]").click()
        patient.locator("#sent").wait_for()
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            for name in MAIN:
                _take(patient, name, OPEN_PAGES[name], width, scheme)
            _take(patient, "patient", asked.patient_page, width, scheme)
        for name in ALSO:
            _take(patient, name, OPEN_PAGES[name], width, "light")
        patient.goto(OPEN_PAGES["enquiry"])
        patient.get_by_role("button", name="Send to 3 clinics").click()
        patient.locator(".error-summary").wait_for()
        _keep(patient, "enquiry-errors", width, "light")
    _take_portal(browser, site)


def _take_portal(browser: Browser, site: LiveSite) -> None:
    """A clinic's own pages and the staff's, as whoever tries the service sees them."""
    owner = browser.new_context(base_url=site.url).new_page()
    sign_in(owner, site, address_of("orchard-larch"), PORTAL)
    staff = browser.new_context(base_url=site.url).new_page()
    sign_in(staff, site, "staff@likeforlike.example", "/staff/")
    for width in WIDTHS:
        for name in PORTAL_PAGES:
            _take(owner, f"portal-{name.replace('/', '-') or 'overview'}", PORTAL + name, width, "light")
        _take(staff, "staff", "/staff/", width, "light")
        _take(staff, "staff-decisions", "/staff/decisions", width, "light")


def _take(page: Page, name: str, address: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    _keep(page, name, width, scheme)


def _keep(page: Page, name: str, width: int, scheme: str) -> None:
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    # As tall a window, so that what keeps to the bottom edge stands at the bottom.
    page.set_viewport_size({"width": width, "height": tall})
    page.screenshot(
        path=FOLDER / f"{name}-{width}-{scheme}.png",
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": tall},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
