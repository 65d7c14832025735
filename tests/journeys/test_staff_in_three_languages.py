"""Staff look after the mail of an enquiry, in each language: what did not arrive, and sending it once more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.in_languages import LANGUAGES, answer, ask_clinics, mails_about, quote_link, speaks
from tests.journeys.signing_in import address_of, sign_in
from tests.journeys.sound import fits
from tests.journeys.test_every_page import look
from tests.services.live_site import LiveSite
from tests.services.server import wait_for

pytestmark = pytest.mark.once

# Clinics that no other journey asks: their mailboxes are broken here.
CLINICS = {
    "en": ("tern-tansy-clinic", "novena-tern"),
    "zh": ("whelk-periwinkle-aesthetic-clinic", "parkway-whelk"),
    "ko": ("hoeyangmok-clinic", "yeoksam-hoeyangmok"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_that_a_clinic_did_not_take_is_seen_and_sent_again(
    open_browser: Callable[..., Page], shared_site: LiveSite, language: str
) -> None:
    prefix = LANGUAGES[language][0]
    slug, ref_part = CLINICS[language]
    address = address_of(ref_part)
    patient, staff = open_browser(width=390, height=844), open_browser(width=390, height=844)
    shared_site.mail.misbehave_towards(address, rcpt="550 5.1.1 no such mailbox")
    sent = ask_clinics(patient, shared_site, f"staff-{language}@patient.example", slug, language=language)
    sign_in(staff, shared_site, "staff@likeforlike.example", f"{prefix}/staff/")
    speaks(staff, language)

    # The page of what ended undelivered holds it, and the search by the enquiry's reference too.
    main = staff.locator("main")
    card = staff.locator("li.card").filter(has_text=sent.ref).filter(has_text="550")
    for _look in range(60):
        staff.goto(f"{prefix}/staff/letters")
        if card.count():
            break
        staff.wait_for_timeout(500)
    expect(card).to_have_count(1)
    speaks(staff, language)
    fits(staff)
    patient.reload()
    expect(patient.locator("details.small li").last).to_be_attached()
    staff.locator("[name=enquiry]").fill(sent.ref.lower())
    staff.locator("main form[role=search] button").click()
    staff.wait_for_url("**enquiry=*")
    speaks(staff, language)
    fits(staff)
    expect(card).to_have_count(1)
    look(staff, "letters of an enquiry")
    for private in (address, sent.email, "Mei", "Does it hurt?"):
        expect(main).not_to_contain_text(private)

    # The clinic mended its mailbox: the address is let back, the mail is written once more and arrives.
    shared_site.mail.misbehave_towards(address)
    lift, again = (card.locator(f"button[value={value}]") for value in ("lift", "again"))
    if lift.count():
        lift.click()
        expect(lift).to_have_count(0)
    again.click()
    wait_for(lambda: bool(mails_about(shared_site, address, sent.ref)), 30, "the mail to the clinic")
    clinic = open_browser(width=390, height=844)
    answer(clinic, quote_link(shared_site, address, sent.ref), "1180")
    patient.reload()
    expect(patient.locator("table.sum .total")).to_contain_text("1,180")

    # What quotes come to beside what is listed is counted, and names no patient.
    staff.goto(f"{prefix}/staff/prices-kept")
    speaks(staff, language)
    fits(staff)
    row = staff.locator("main tbody tr").filter(has=staff.locator(f"a[href$='/{slug}']"))
    expect(row).to_have_count(1)
    look(staff, "prices kept")
    assert any(int(cell) for cell in row.locator("td").all_inner_texts())
    expect(main).not_to_contain_text(sent.ref)
