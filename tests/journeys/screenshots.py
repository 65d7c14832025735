"""`python -m tests.journeys.screenshots INSTANCE [FOLDER]`: the page types as they look now, into docs/screenshots.

Each at 390 and 1280 px, in light and dark: home, results, clinic, compare, plan, treatment, the enquiry form, the
patient's page and the quote sheet, with the other pages of an enquiry and the empty and the error states beside them in
light; the clinic's and the staff's pages in light.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from config import ROOT
from tests.journeys.enquiry_pages import enquiry_pages
from tests.journeys.in_languages import ask_clinics
from tests.journeys.places_to_look import OPEN_PAGES
from tests.journeys.signing_in import address_of, sign_in
from tests.services.broker import Broker
from tests.services.browser import CHROMIUM_ARGUMENTS, chromium
from tests.services.live_site import LiveSite, flask
from tests.services.mail_server import MailServer
from tests.services.server import clean_environment

FOLDER = ROOT / "docs" / "screenshots"
MAIN = ("home", "results", "clinic", "compare", "plan", "treatment")
ALSO = (
    "results-korea",
    "results-two-places",
    "results-not-found",
    "results-which-treatment",
    "clinic-unclaimed",
    "compare-empty",
    "compare-here-and-there",
    "enquiry-empty",
)
PORTAL = "/portal/larch-linden-skin-clinic/"
PORTAL_PAGES = ("", "hours", "position", "prices", "prices/new", "enquiries", "pause")
STAFF_PAGES = ("", "decisions", "letters", "prices-kept")
# A clinic whose mailbox is broken, so that staff have something to look at.
UNREACHABLE = ("hoeyangmok-clinic", "yeoksam-hoeyangmok")
# Of an enquiry's pages, those that are looked at most.
IN_BOTH_SCHEMES = {"enquiry", "patient", "quote"}
WIDTHS = (390, 1280)
# A picture in a repository is for looking, not for printing: the first screens of a long page are enough.
TALLEST = 2200


def main(instance_dir: Path, folder: Path = FOLDER) -> None:
    """Take all of them into `folder` against a site of our own in `instance_dir`, which is left behind."""
    broker, mail = Broker(), MailServer()
    env = clean_environment(INSTANCE_DIR=str(instance_dir))
    flask(env, "db", "upgrade")
    flask(env, "seed", "--sample")
    site = LiveSite(instance_dir, "", broker, mail)
    try:
        broker.start()
        mail.start()
        site.start()
        folder.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
            camera = Camera(browser, site, folder)
            camera.take_an_enquiry()
            camera.take_what_anybody_sees()
            camera.take_what_clinics_and_staff_see()
    finally:
        site.stop()
        mail.close()
        broker.close()


class Camera:
    """Takes the pictures of one site into one folder."""

    def __init__(self, browser: Browser, site: LiveSite, folder: Path) -> None:
        self._browser, self._site, self._folder = browser, site, folder

    def take_an_enquiry(self) -> None:
        """The pages of an enquiry in the order in which its people see them."""
        for seen in enquiry_pages(self._new_page, self._site, "mei@patient.example"):
            for width in WIDTHS:
                for scheme in ("light", "dark") if seen.name in IN_BOTH_SCHEMES else ("light",):
                    self._show(seen.page, width, scheme)
                    self._keep(seen.page, seen.name, width, scheme, seen.part)

    def take_what_anybody_sees(self) -> None:
        """The open pages, in a browser that has compared nothing yet: that would stand on every page."""
        page = self._new_page()
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                for name in MAIN:
                    self._take(page, name, OPEN_PAGES[name], width, scheme)
            for name in ALSO:
                self._take(page, name, OPEN_PAGES[name], width, "light")

    def take_what_clinics_and_staff_see(self) -> None:
        """A clinic's own pages and the staff's, as whoever tries the service sees them, with something on them."""
        site = self._site
        site.mail.misbehave_towards(address_of(UNREACHABLE[1]), rcpt="550 5.1.1 no such mailbox")
        ask_clinics(self._new_page(), site, "jun@patient.example", UNREACHABLE[0])
        ask_clinics(self._new_page(), site, "ann@patient.example", PORTAL.split("/")[2])
        owner, staff = self._new_page(), self._new_page()
        sign_in(owner, site, address_of("orchard-larch"), PORTAL)
        sign_in(staff, site, "staff@likeforlike.example", "/staff/")
        for width in WIDTHS:
            for name in PORTAL_PAGES:
                shown = f"portal-{name.replace('/', '-') or 'overview'}"
                self._take(owner, shown, PORTAL + name, width, "light")
            for name in STAFF_PAGES:
                self._take(staff, f"staff-{name}".removesuffix("-"), f"/staff/{name}", width, "light")

    def _new_page(self) -> Page:
        return self._browser.new_context(base_url=self._site.url).new_page()

    def _take(self, page: Page, name: str, address: str, width: int, scheme: str) -> None:
        self._show(page, width, scheme)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        self._keep(page, name, width, scheme)

    def _show(self, page: Page, width: int, scheme: str) -> None:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    def _keep(self, page: Page, name: str, width: int, scheme: str, part: str = "body") -> None:
        """A picture from the top of `part` on."""
        height = page.evaluate("document.documentElement.scrollHeight")
        # As tall a window, so that what keeps to the bottom edge stands at the bottom.
        page.set_viewport_size({"width": width, "height": height if part != "body" else min(height, TALLEST)})
        box = page.locator(part).first.bounding_box()
        top = box["y"] if box and part != "body" else 0
        page.screenshot(
            path=self._folder / f"{name}-{width}-{scheme}.png",
            full_page=True,
            clip={"x": 0, "y": top, "width": width, "height": min(height - top, TALLEST)},
        )


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
