"""A clinic on its phone behind the link in its mail, in each language: all that it can answer, and what follows."""

import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.in_languages import (
    CHAMEOKSAE,
    INCLUSIONS,
    LANGUAGES,
    LARCH,
    NINEFERN,
    QUILLWORT,
    Sent,
    ask_clinics,
    fill_sheet,
    in_language,
    mails_about,
    press,
    quote_link,
    speaks,
    unfold,
)
from tests.journeys.sound import fits, no_violations, unfold_all
from tests.services.live_site import LiveSite
from tests.services.plugin import HEARD
from tests.services.server import wait_for

pytestmark = pytest.mark.once

WORDS = "Does it hurt?"
MOST_TAPS = 12
PHONE = {"width": 390, "height": 844}


class Asked:
    """An enquiry that went to four clinics: the one of Korea is written to in Korean, the others in English."""

    def __init__(self, new_page: Callable[..., Page], site: LiveSite, language: str) -> None:
        self.new_page, self.site, self.language = new_page, site, language
        self.patient = new_page(**PHONE)
        self.sent: Sent = ask_clinics(
            self.patient,
            site,
            f"asks-{language}@patient.example",
            "larch-linden-skin-clinic",
            "quillwort-aesthetics",
            "ninefern-medical-aesthetics",
            "chameoksae-clinic",
            language=language,
        )

    def desk(self, email: str, **options: object) -> Page:
        """A clinic's page as its mail leads to it, in a browser that never was there, then in this language."""
        page = self.new_page(**PHONE, **options)
        page.goto(quote_link(self.site, email, self.sent.ref))
        if page.locator("html").get_attribute("lang") != LANGUAGES[self.language][1]:
            in_language(page, self.language)
        speaks(page, self.language)
        return page

    def card(self, slug: str) -> Locator:
        """What the patient's page says of one clinic, now."""
        self.patient.goto(self.sent.page)
        fits(self.patient)
        own = self.patient.locator(f"h3 a[href$='/clinics/{slug}']")
        return self.patient.locator(".side-by-side > section").filter(has=own)


@pytest.fixture(params=LANGUAGES)
def asked(request: pytest.FixtureRequest, open_browser: Callable[..., Page], shared_site: LiveSite) -> Asked:
    return Asked(open_browser, shared_site, request.param)


def test_four_clinics_answer_each_in_its_way(asked: Asked) -> None:
    one_quotes_in_few_taps(asked)
    one_takes_its_time(asked)
    one_needs_to_see_her_first_and_then_declines(asked)
    one_presses_reply(asked)


def one_quotes_in_few_taps(asked: Asked) -> None:
    """The first tap is on the link in the mail."""
    korean = asked.language == "ko"
    phone = asked.desk(CHAMEOKSAE if korean else LARCH, has_touch=True)
    # English is what that clinic is written to in: whoever reads Chinese taps once more.
    taps = 2 if asked.language == "zh" else 1

    def tap(what: Locator) -> None:
        nonlocal taps
        what.tap()
        taps += 1

    tap(phone.locator("form[action*='/open'] button"))
    expect(phone.locator("main")).to_contain_text(WORDS)
    unfold_all(phone)
    no_violations(phone)
    phone.reload()
    for name in INCLUSIONS:
        if phone.locator(f"[name={name}]:checked").get_attribute("value") == "":
            tap(phone.locator(f"label:has([name={name}][value=included])"))
    if not phone.locator("#fees-0-name").input_value() and not phone.locator("#no_other_fees").is_checked():
        tap(phone.locator("label:has(#no_other_fees)"))
    tap(phone.locator("button[name=answer][value=check]"))
    expect(phone.locator("#check-title")).to_be_visible()
    # It stands right below the bill.
    tap(phone.locator("section:has(#check-title) button[value=quote]"))
    expect(phone.locator("#given .total")).to_be_visible()
    speaks(phone, asked.language)
    fits(phone)
    unfold_all(phone)
    no_violations(phone)
    print(f"taps from the mail to the quote, {asked.language}: {taps}")
    assert taps <= MOST_TAPS


def one_takes_its_time(asked: Asked) -> None:
    """It reads, drafts, comes back, looks at the bill, sends, amends, asks, passes it on, and withdraws."""
    desk = asked.desk(NINEFERN)
    expect(desk.locator("main")).not_to_contain_text(WORDS)
    press(desk, "open")
    expect(desk.locator("main")).to_contain_text(WORDS)
    expect(desk.locator("main")).not_to_contain_text(asked.sent.email)
    fits(desk)
    desk.locator("[name=lines-0-price]").fill("1234")
    unfold(desk.locator("[name=note]"))
    desk.locator("[name=note]").fill("Come by taxi.")
    desk.locator("button[value=draft]").click()

    # The next day, in another browser.
    desk = asked.desk(NINEFERN)
    expect(desk.locator("main")).not_to_contain_text("Come by taxi.")
    press(desk, "open")
    expect(desk.locator("[name=lines-0-price]")).to_have_value("1234")
    expect(desk.locator("[name=note]")).to_have_value("Come by taxi.")
    fill_sheet(desk, "1234")
    desk.locator("button[value=check]").click()
    expect(desk.locator("#check-title")).to_be_visible()
    expect(desk.locator("table.sum .total")).to_be_visible()
    expect(desk.locator("#given")).to_have_count(0)
    desk.locator("#answer button[value=quote]").click()
    expect(desk.locator("#sent")).to_be_visible()
    expect(asked.card("ninefern-medical-aesthetics").locator(".total")).to_contain_text("S$1,234")

    desk.locator("[name=lines-0-price]").fill("1150")
    desk.locator("button[value=quote]").click()
    expect(desk.locator("#given .total")).to_contain_text("S$1,150")
    expect(desk.locator("#given ol[reversed] > li")).to_have_count(2)
    expect(asked.card("ninefern-medical-aesthetics").locator(".total")).to_contain_text("S$1,150")
    fits(desk)

    unfold(desk.locator("#ask"))
    desk.locator("#ask").fill("Which cheek?")
    press(desk, "ask")
    asked.card("ninefern-medical-aesthetics")
    expect(asked.patient.locator("main")).to_contain_text("Which cheek?")

    unfold(desk.locator("#label"))
    desk.locator("#label").fill("Dr Lim")
    press(desk, "links")
    address = desk.locator("main .address").inner_text()
    colleague = asked.new_page(**PHONE)
    theirs = address[address.index("/q/") :]
    colleague.goto(LANGUAGES[asked.language][0] + theirs)
    press(colleague, "open")
    expect(colleague.locator("main")).to_contain_text(WORDS)
    press(desk.locator("main li").filter(has_text="Dr Lim"), "revoke")
    ended = colleague.reload()
    assert ended
    assert ended.status == 410
    speaks(colleague, asked.language)
    fits(colleague)
    for words in (WORDS, "S$1,150", asked.sent.ref):
        expect(colleague.locator("main")).not_to_contain_text(words)

    press(desk, "withdraw")
    expect(desk.locator("#given .incomplete").first).to_be_visible()
    expect(desk.locator("#sent")).to_have_count(0)
    card = asked.card("ninefern-medical-aesthetics")
    expect(card.locator(".incomplete").first).to_be_visible()
    expect(card.locator("form[action*='/accept']")).to_have_count(0)


def one_needs_to_see_her_first_and_then_declines(asked: Asked) -> None:
    desk = asked.desk(QUILLWORT)
    unfold(desk.locator("[name=range_low]"))
    desk.locator("[name=range_low]").fill("900")
    desk.locator("[name=range_high]").fill("1500")
    desk.locator("button[value=consultation_first]").click()
    expect(desk.locator("#sent")).to_be_visible()
    speaks(desk, asked.language)
    card = asked.card("quillwort-aesthetics")
    for words in ("S$900", "S$1,500"):
        expect(card).to_contain_text(words)
        # Not a price, so nothing to accept; and it stands in the comparison as what it is.
        expect(asked.patient.locator(".criteria")).to_contain_text(words)
    expect(card.locator("form[action*='/accept']")).to_have_count(0)

    unfold(desk.locator("[name=decline_reason]"))
    desk.locator("[name=decline_reason]").select_option("no_dates")
    desk.locator("button[value=decline]").click()
    expect(desk.locator("#given ol[reversed] > li")).to_have_count(2)
    # What it said before stands in its history and nowhere else.
    card = asked.card("quillwort-aesthetics")
    expect(card.locator("xpath=./p").filter(has_text="S$900")).to_have_count(0)
    expect(card.locator("details del").filter(has_text="S$900")).to_have_count(1)
    expect(asked.patient.locator(".criteria")).not_to_contain_text("S$900")


def one_presses_reply(asked: Asked) -> None:
    """Its words, cut from what its program quoted, stand on the patient's page; it gets the link again."""
    email, slug = (
        (LARCH, "larch-linden-skin-clinic") if asked.language == "ko" else (CHAMEOKSAE, "chameoksae-clinic")
    )
    theirs = mails_about(asked.site, email, asked.sent.ref)
    replies_to(asked.site, email, asked.sent.ref, "Come on Friday, it will be about 6,789.")
    wait_for(
        lambda: len(mails_about(asked.site, email, asked.sent.ref)) > len(theirs), 30, "the link once more"
    )
    assert quote_link(asked.site, email, asked.sent.ref) not in theirs[0].text
    card = asked.card(slug)
    expect(card.locator("h4")).to_be_visible()
    expect(card.locator("blockquote")).to_have_text("Come on Friday, it will be about 6,789.")
    if asked.language == "en":
        expect(card.locator("h4")).to_contain_text("By mail, not structured")
    # What stands in a mail is in no total.
    expect(card.locator("table.sum")).to_have_count(0)
    expect(asked.patient.locator(".criteria > li").first).not_to_contain_text("6,789")


def replies_to(site: LiveSite, clinic: str, ref: str, words: str) -> None:
    """The clinic answers the first mail about the enquiry from its mail program; the mail service hands it over."""
    first = mails_about(site, clinic, ref)[0]
    reply = EmailMessage()
    reply["From"], reply["To"] = clinic, first.message["Reply-To"]
    reply["Subject"] = f"Re: {first.message['Subject']}"
    reply["In-Reply-To"] = first.message["Message-ID"]
    reply["Date"] = "Sat, 21 Nov 2026 12:00:00 +0800"
    quoted = "".join(f"> {line}\n" for line in first.text.splitlines())
    reply.set_content(f"{words}\n\nOn Sat, 21 Nov 2026, Like for Like wrote:\n{quoted}")
    request = urllib.request.Request(
        f"{site.url}/inbound/mail",
        data=reply.as_bytes(),
        headers={
            "Authorization": f"Bearer {HEARD['INBOUND_HOOK_TOKEN']}",
            "Content-Type": "message/rfc822",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 204
