"""Every page type of an enquiry, one after the other as its people come to them: for pictures, and for checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.journeys.in_languages import (
    CHAMEOKSAE,
    LARCH,
    NINEFERN,
    QUILLWORT,
    answer,
    fill_sheet,
    form,
    mails_about,
    patient_link,
    press,
    quote_link,
    send,
    unfold,
)
from tests.services.live_site import LiveSite
from tests.services.server import wait_for
from webapp.i18n import utc_now

CLINICS = (
    "larch-linden-skin-clinic",
    "ninefern-medical-aesthetics",
    "quillwort-aesthetics",
    "chameoksae-clinic",
)
BASKET = "want=rejuran_healer:2x2ml&want=ha_booster_generic:1x2.5ml"
NEW = f"/enquiries/new?{BASKET}&{'&'.join(f'clinic={slug}' for slug in CLINICS)}"


@dataclass(frozen=True)
class Seen:
    """A page type by its name, the browser page that stands there, and what of it matters (a selector)."""

    name: str
    page: Page
    part: str = "body"


def enquiry_pages(new_page: Callable[[], Page], site: LiveSite, email: str) -> Iterator[Seen]:
    """The pages in order. The next one is reached when it is asked for: what stands there is there until then."""
    patient = new_page()
    patient.goto(NEW)
    yield Seen("enquiry", patient)
    patient.locator("[name=message]").fill("My cheeks flush after exercise.")
    patient.locator("main form button.primary").click()
    patient.locator(".error-summary").wait_for()
    yield Seen("enquiry-errors", patient)
    for code in ("redness", "texture"):
        patient.locator(f"[name=concerns][value={code}]").check()
    patient.locator("[name=questions][value=aftercare]").check()
    sent = send(patient, site, email, words="My cheeks flush after exercise. I can come on Saturdays.")
    yield Seen("patient-waiting", patient)

    desk = new_page()
    link = quote_link(site, LARCH, sent.ref)
    desk.goto(link)
    yield Seen("quote", desk)
    press(desk, "open")
    fill_sheet(desk, "1180")
    desk.locator("[name=valid_until]").fill((utc_now().date() + timedelta(days=60)).isoformat())
    unfold(desk.locator("[name=note]"))
    desk.locator("[name=note]").fill("Please come a quarter of an hour early.")
    desk.locator("button[value=check]").click()
    desk.locator("#check-title").wait_for()
    yield Seen("quote-checked", desk)
    desk.locator("button[value=quote]").first.click()
    desk.locator("#sent").wait_for()
    desk.locator("[name=lines-0-price]").fill("1080")
    desk.locator("button[value=quote]").click()
    unfold(desk.locator("#given ol"))
    unfold(desk.locator("#ask"))
    desk.locator("#ask").fill("Have you an hour for the numbing cream?")
    press(desk, "ask")
    unfold(desk.locator("#given ol"))
    yield Seen("quote-sent", desk)
    yield Seen("quote-talk", desk, "#talk")

    for address, price in ((NINEFERN, "1290"), (CHAMEOKSAE, "990000")):
        answer(desk, quote_link(site, address, sent.ref), price)
    desk.goto(quote_link(site, QUILLWORT, sent.ref))
    unfold(desk.locator("[name=range_low]"))
    desk.locator("[name=range_low]").fill("900")
    desk.locator("[name=range_high]").fill("1500")
    desk.locator("button[value=consultation_first]").click()
    desk.locator("#sent").wait_for()
    # One notice goes to an address that nobody has confirmed yet.
    wait_for(lambda: len(mails_about(site, email, sent.ref)) >= 2, 30, "the notice to her")
    her = patient_link(site, sent)
    patient = new_page()
    patient.goto(her)
    yield Seen("patient-closed", patient)
    press(patient, "open")
    yield Seen("patient", patient)
    yield Seen("patient-questions", patient, "#questions")
    patient.goto(f"{her}?by=total&currency=SGD")
    yield Seen("patient-compared", patient, "#side-by-side")
    own = form(patient, "beside")
    unfold(own.locator("[name$=-who]").first)
    own.locator("[name$=-who]").first.fill("Told by message")
    own.locator("button").click()
    patient.locator("main [role=alert]").first.wait_for()
    yield Seen("patient-own-quote", patient, "#own-title")
    patient.goto(her)
    patient.locator("main a[href$='/add']").click()
    yield Seen("add-clinic", patient)
    patient.goto(her)
    press(patient, "share")
    shared = urlsplit(patient.locator("main .address").inner_text()).path
    yield Seen("patient-share", patient, "#share")
    friend = new_page()
    friend.goto(shared)
    yield Seen("shared", friend)
    patient.goto(her)
    press(patient, "accept")
    yield Seen("patient-decided", patient, "#clinics")

    desk.goto(link)
    unfold(desk.locator("#label"))
    press(desk.locator("main li").filter(has=desk.locator(".tag")), "revoke")
    yield Seen("quote-ended", desk)
    press(desk, "send-anew")
    yield Seen("quote-link-asked", desk)
    patient.locator("main a[href$='/erase']").click()
    yield Seen("erase", patient)
    press(patient, "erase")
    yield Seen("erased", patient)
