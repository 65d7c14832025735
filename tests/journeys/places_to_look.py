"""The page types of the site, each at an address with something on it, and how to reach those behind a link."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.services.live_site import LiveSite
from tests.services.server import wait_for

CLINICS = ("larch-linden-skin-clinic", "quillwort-aesthetics", "saltmarsh-dermal-clinic")
IN_KOREA = "chameoksae-clinic"
ASKED = urlencode([*(("clinic", slug) for slug in CLINICS), ("treatment", "rejuran_healer"), ("sessions", 3)])
# A basket that a clinic in Singapore and one in Gangnam both have a complete total for.
BASKET = urlencode([("want", "rejuran_healer:1x2ml"), ("weekdays", "yes"), ("currency", "SGD")])
COMPARED = f"/compare?clinic=ninefern-medical-aesthetics&clinic={IN_KOREA}&{BASKET}"
# A site that runs has today's clock, and plans only a few years ahead.
PLANNED = f"treatment=rejuran_healer&start={datetime.now(UTC).year + 1}-01-12&place=KR&nights=2"

OPEN_PAGES = {
    "home": "/",
    "results": "/clinics?q=rejuran&near=238859",
    "results-korea": "/clinics?q=%EB%A6%AC%EC%A5%AC%EB%9E%80&near=%EA%B0%95%EB%82%A8%EC%97%AD",
    "results-two-places": "/clinics?q=rejuran&near=Orchard&also=%EA%B0%95%EB%82%A8%EC%97%AD",
    "results-two-near": "/clinics?near=Orchard&also=Somerset",
    "results-two-asked": "/clinics?near=City+Hall&also=atlantis",
    "results-not-found": "/clinics?near=atlantis",
    "results-outside": "/clinics?near=Tokyo",
    "results-which-place": "/clinics?near=City+Hall",
    "results-which-treatment": "/clinics?q=%E5%A9%B4%E5%84%BF%E9%92%88",
    "clinic": f"/clinics/{CLINICS[0]}",
    "clinic-korea": f"/clinics/{IN_KOREA}",
    "clinic-unclaimed": "/clinics/halley-medical-aesthetics",
    "claim": "/clinics/sorrelgate-clinic/claim",
    "never-list-clinic": "/clinics/sorrelgate-clinic/never-list",
    "never-list": "/never-list",
    "sent": "/sent/claim",
    "compare": f"/compare?{ASKED}",
    "compare-empty": "/compare",
    "compare-two-markets": f"/compare?{ASKED}&clinic={IN_KOREA}",
    "compare-here-and-there": f"{COMPARED}&want=ha_booster_generic:1x2.5ml&home=SG&trip=450&night=90&nights=2",
    "compare-places": f"/compare?near=Orchard&also=Gangnam&sort=price&{BASKET}",
    "compare-wrong": "/compare?near=City+Hall&also=atlantis&treatment=nothing&sessions=99&quantity=x&trip=x&nights=x",
    "plan": f"/plan?{PLANNED}",
    "plan-own-numbers": f"/plan?{PLANNED}&treatment=ha_booster_generic&sessions=3&interval_weeks=4&way=stay",
    "plan-without-a-day": "/plan?treatment=rejuran_healer",
    "plan-wrong": "/plan?treatment=rejuran_healer&sessions=99&start=2026-13-45&nights=x&place=Mars",
    "plan-empty": "/plan",
    "treatments": "/treatments",
    "treatment": "/treatments/rejuran_healer",
    "enquiry": f"/enquiries/new?{ASKED}",
    "enquiry-empty": "/enquiries/new",
    "how-results-are-ordered": "/how-results-are-ordered",
    "for-clinics": "/for-clinics",
    "about-data": "/about/data",
    "privacy": "/privacy",
    "nothing": "/nothing",
}


@dataclass(frozen=True)
class Asked:
    """An enquiry that was sent: the patient's page and the clinics' pages, as paths, in the order of the mails'
    arrival."""

    patient_page: str
    quote_pages: tuple[str, ...]


def fill_in(page: Page, name: str, email: str) -> None:
    """Fill in the enquiry form that is open, every box ticked; a person takes longer than four seconds."""
    page.get_by_label("First name or alias").fill(name)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("in your own words").fill("Does it hurt?")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.wait_for_timeout(4200)


def quote_pages(site: LiveSite, reference: str, count: int) -> tuple[str, ...]:
    """The paths of the clinics' pages for one enquiry, once the mails to `count` clinics have arrived, as they came."""

    def found() -> list[str]:
        about = [mail for mail in site.mail.mails() if reference in (mail.message["Subject"] or "")]
        return [path.group() for mail in about if (path := re.search(r"(?:/zh|/ko)?/q/[\w-]{43}", mail.text))]

    wait_for(lambda: len(found()) >= count, 30, f"mails to {count} clinics about {reference}")
    return tuple(found())


def ask(page: Page, site: LiveSite, email: str, clinics: tuple[str, ...] = CLINICS) -> Asked:
    """Send an enquiry to the clinics and read their links from the mail server."""
    query = urlencode(
        [*(("clinic", slug) for slug in clinics), ("treatment", "rejuran_healer"), ("sessions", 3)]
    )
    page.goto(f"/enquiries/new?{query}")
    fill_in(page, "Mei", email)
    page.get_by_role("button", name=f"Send to {len(clinics)} clinics").click()
    page.wait_for_url("**/e/*")
    patient_page = page.url.removeprefix(site.url)
    reference = re.search(r"LFL-\w{8}", page.locator("main").inner_text())
    assert reference
    return Asked(patient_page, quote_pages(site, reference.group(), len(clinics)))
