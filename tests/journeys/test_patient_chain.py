"""The whole chain as people walk it: place, clinic, compare, enquiry, mail, quotes side by side."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.places_to_look import fill_in, quote_pages
from tests.services.live_site import LiveSite

pytestmark = pytest.mark.once

ASKED = ("Larch & Linden Skin Clinic", "Quillwort Aesthetics", "Saltmarsh Dermal Clinic")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_a_postal_code_to_two_quotes_side_by_side(
    open_browser: Callable[..., Page], shared_site: LiveSite, javascript: bool
) -> None:
    patient = open_browser(java_script_enabled=javascript)
    email = f"mei-{javascript}@patient.example".lower()

    patient.goto("/")
    patient.locator("main [name=q]").first.fill("rejuran")
    patient.locator("main [name=near]").first.fill("238859")
    patient.locator("main [name=near]").first.press("Enter")
    expect(patient.locator("main")).to_contain_text("Larch & Linden Skin Clinic")
    expect(patient).to_have_title(re.compile("238859"))

    patient.locator("main").get_by_role("link", name="Larch & Linden Skin Clinic", exact=True).first.click()
    expect(patient.get_by_role("heading", level=1)).to_contain_text("Larch & Linden Skin Clinic")
    expect(patient.locator("main")).to_contain_text("What you can check")
    patient.go_back()

    for name in ASKED:
        tick(patient, name)
    patient.get_by_role("button", name="Compare the ticked clinics").click()
    patient.wait_for_url("**/compare?*")
    for name in ASKED:
        expect(patient.locator("main")).to_contain_text(name)
    patient.locator("main").get_by_role(
        "link", name=re.compile("Ask these clinics|Ask .* clinics")
    ).first.click()

    fill_in(patient, "Mei", email)
    patient.get_by_role("button", name="Send to 3 clinics").click()
    patient.wait_for_url("**/e/*")
    reference = re.search(r"LFL-\w{8}", patient.locator("main").inner_text())
    assert reference

    to_patient = shared_site.mail.wait_for_mails(1, email)
    assert len(to_patient) == 1
    links = quote_pages(shared_site, reference.group(), 3)
    assert len(links) == 3

    # She opens her page from the mail: from now on its address gets every notice, and at once a copy.
    her_link = re.search(r"/e/[\w-]{43}", to_patient[0].text)
    assert her_link
    her_mail = open_browser(width=390, java_script_enabled=javascript)
    her_mail.goto(her_link.group())
    her_mail.locator("form[action$='/open'] button").click()
    copies = shared_site.mail.wait_for_mails(2, email)
    assert any("what you asked" in str(mail.message["Subject"]) for mail in copies)

    # Which clinic's mail came first, and so which of them names which price, is up to the workers.
    quoted: dict[str, str] = {}
    for link, amount in zip(links[:2], ("1200", "1250"), strict=True):
        clinic = open_browser(width=390, java_script_enabled=javascript)
        clinic.goto(link)
        (name,) = (name for name in ASKED if name in clinic.locator("main").inner_text())
        quoted[name] = f"S${int(amount):,}"
        clinic.locator("[name='lines-0-price']").fill(amount)
        clinic.locator("button[value=quote]").click()
        expect(clinic.locator("#sent")).to_be_visible()

    shared_site.mail.wait_for_mails(4, email)
    patient.reload()
    for amount in ("S$1,200", "S$1,250"):
        expect(patient.locator("main")).to_contain_text(amount)
    # Three clinics, one beside the other: two with a bill, one without an answer.
    cards = patient.locator(".side-by-side > section")
    expect(cards).to_have_count(3)
    answered = cards.filter(has=patient.locator("table.sum"))
    expect(answered).to_have_count(2)
    for name, amount in quoted.items():
        card = answered.filter(has_text=name)
        expect(card).to_contain_text("Answered on")
        expect(card).to_contain_text(amount)
    expect(cards.filter(has_not=patient.locator("table.sum"))).to_contain_text(
        "The enquiry has reached the clinic's mailbox"
    )
    boxes = [card.bounding_box() for card in cards.all()]
    assert len({box["y"] for box in boxes if box}) == 1
    assert len({box["x"] for box in boxes if box}) == 3
    # And below, each criterion with all three: a price, a price, and that there is none yet.
    first = patient.locator(".criteria > li").first
    for name in ASKED:
        expect(first).to_contain_text(name)
    expect(patient.locator(".criteria")).to_contain_text("No answer yet")


def tick(page: Page, name: str) -> None:
    """Tick "Compare" on the card of the clinic with that name."""
    card = page.locator("main li").filter(has=page.get_by_role("link", name=name, exact=True)).first
    card.get_by_role("checkbox").check()
