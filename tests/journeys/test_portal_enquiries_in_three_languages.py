"""A clinic's enquiries in its own pages, in each language: what it asks for, how many, its answers, its counts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.in_languages import LANGUAGES, ask_clinics, fill_sheet, form, press, send, speaks
from tests.journeys.signing_in import address_of, sign_in
from tests.journeys.sound import fits
from tests.journeys.test_every_page import look
from tests.services.live_site import LiveSite

pytestmark = pytest.mark.once

# Clinics that no other journey changes.
CLINICS = {
    "en": ("bramblecote-laser-skin", "tanjongpagar-bramblecote"),
    "zh": ("dunlin-skin-medical", "tampines-dunlin"),
    "ko": ("yunseul-gorae-clinic", "apgujeong-gorae"),
}
ASKED = ("earliest_on", "latest_on", "had_before")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_it_needs_and_answers_from_its_own_pages(
    open_browser: Callable[..., Page], shared_site: LiveSite, language: str
) -> None:
    prefix = LANGUAGES[language][0]
    slug, ref_part = CLINICS[language]
    home = f"{prefix}/portal/{slug}/"
    owner, patient = open_browser(width=390, height=844), open_browser(width=390, height=844)
    sign_in(owner, shared_site, address_of(ref_part), home)

    # The form asks for no more than the minimum, until the clinic says what it needs.
    empty_form = f"{prefix}/enquiries/new?want=rejuran_healer:3x2ml&clinic={slug}"
    patient.goto(empty_form)
    for name in ASKED:
        expect(patient.locator(f"[name={name}]")).to_have_count(0)
    owner.goto(f"{home}pause")
    speaks(owner, language)
    needs = form(owner, "needs")
    for code in ("dates", "had_before"):
        needs.locator(f"[value={code}]").check()
    needs.locator("[name$=per_day]").fill("1")
    press(owner, "needs")
    speaks(owner, language)
    fits(owner)
    patient.goto(empty_form)
    speaks(patient, language)
    for name in ASKED:
        expect(patient.locator(f"[name={name}]")).to_be_visible()
    before = counts(owner, home)
    patient.locator("[name=had_before]").select_option("no")
    patient.locator("[name=earliest_on]").fill("2099-03-01")
    sent = send(patient, shared_site, f"portal-{language}@patient.example", words="I fly home on Sunday.")

    # One a day was what it can answer: the next patient reads that, and gets no form.
    another = open_browser(width=390, height=844)
    another.goto(empty_form)
    expect(another.locator("main .notice")).to_be_visible()
    expect(another.locator("[name=email]")).to_have_count(0)
    owner.goto(f"{home}pause")
    form(owner, "needs").locator("[name$=per_day]").fill("")
    press(owner, "needs")
    second = ask_clinics(
        another, shared_site, f"portal-2-{language}@patient.example", slug, language=language
    )

    # The list: both are open; what was written shows behind the button only.
    assert counts(owner, home) == (before[0] + 2, before[1] + 2, *before[2:])
    owner.goto(f"{home}enquiries?stage=open")
    main = owner.locator("main")
    speaks(owner, language)
    fits(owner)
    expect(main).to_contain_text(sent.ref)
    expect(main).not_to_contain_text("I fly home on Sunday.")
    press(owner, f"enquiries/{sent.ref}/answer")
    speaks(owner, language)
    expect(main).to_contain_text("I fly home on Sunday.")
    expect(main).not_to_contain_text(sent.email)
    fill_sheet(owner, "1180")
    owner.locator("button[name=answer][value=quote]").click()
    expect(owner.locator("#sent")).to_be_visible()

    # It moved from one list to the other, and the patient has the price.
    assert counts(owner, home) == (before[0] + 2, before[1] + 1, before[2] + 1, before[3])
    owner.goto(f"{home}enquiries?stage=open")
    expect(main).not_to_contain_text(sent.ref)
    expect(main).to_contain_text(second.ref)
    owner.locator("main a[href$='stage=answered']").click()
    expect(main).to_contain_text(sent.ref)
    expect(main).not_to_contain_text(second.ref)
    expect(owner.locator("main table tbody tr")).not_to_have_count(0)
    fits(owner)
    look(owner, "enquiries of a clinic")
    patient.goto(sent.page)
    expect(patient.locator("table.sum .total")).to_contain_text("1,180")


def counts(page: Page, home: str) -> tuple[int, ...]:
    """How many enquiries there are in all, open, answered and finished, as the filter says."""
    page.goto(f"{home}enquiries")
    filters = page.locator("main ul.links:has(a[href*='stage=']) a")
    expect(filters).to_have_count(4)
    return tuple(int(re.findall(r"\d+", one.inner_text())[-1]) for one in filters.all())
