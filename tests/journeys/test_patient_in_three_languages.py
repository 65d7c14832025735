"""The patient's whole way in each language: from a basket to the form, her page from the mail, all that it does."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.in_languages import (
    CHAMEOKSAE,
    LANGUAGES,
    LARCH,
    NINEFERN,
    Sent,
    answer,
    form,
    mails_about,
    patient_link,
    press,
    quote_link,
    send,
    speaks,
    unfold,
)
from tests.journeys.sound import fits, no_violations, unfold_all
from tests.services.live_site import LiveSite
from tests.services.server import wait_for

pytestmark = pytest.mark.once

HERE, THERE, ABROAD = "larch-linden-skin-clinic", "ninefern-medical-aesthetics", "chameoksae-clinic"
ADDRESSES = {HERE: LARCH, THERE: NINEFERN, ABROAD: CHAMEOKSAE}
CHOSEN = "&".join(f"clinic={slug}" for slug in ADDRESSES)
BASKET = "want=rejuran_healer:2x2ml&want=ha_booster_generic:1x2.5ml&weekdays=yes&currency=SGD"
WORDS = "My left cheek flushes after exercise."


class Walk:
    """One patient with a phone of 390 px, her mail, and three clinics that answer her."""

    def __init__(self, new_page: Callable[..., Page], site: LiveSite, language: str) -> None:
        self.new_page, self.site, self.language = new_page, site, language
        self.prefix, self.tag = LANGUAGES[language]
        self.phone = new_page(width=390, height=844)
        self.sent = Sent("", "", "")
        self.links: dict[str, str] = {}
        self.desks: dict[str, Page] = {}

    def card(self, slug: str) -> Locator:
        """What stands about one clinic on her page."""
        own = self.phone.locator(f"h3 a[href$='/clinics/{slug}']")
        return self.phone.locator(".side-by-side > section").filter(has=own)

    def looks_again(self) -> None:
        self.phone.goto(self.links["her"])
        speaks(self.phone, self.language)
        fits(self.phone)

    def hears(self, count: int) -> None:
        """So many mails about the enquiry have reached her, all in her language."""
        wait_for(
            lambda: len(mails_about(self.site, self.sent.email, self.sent.ref)) >= count, 30, f"{count} mails"
        )
        for mail in mails_about(self.site, self.sent.email, self.sent.ref):
            assert mail.message["Content-Language"] == self.tag
            assert WORDS not in mail.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_a_basket_to_a_receipt(
    open_browser: Callable[..., Page], shared_site: LiveSite, language: str
) -> None:
    walk = Walk(open_browser, shared_site, language)
    asks_three_clinics_for_a_basket(walk)
    opens_her_page_from_the_mail(walk)
    reads_three_answers_beside_each_other(walk)
    puts_her_own_quote_beside_them(walk)
    asks_all_and_answers_one(walk)
    asks_one_clinic_more(walk)
    decides_and_thinks_again(walk)
    gives_her_contact_to_one(walk)
    shows_the_comparison_and_nothing_of_hers(walk)
    takes_everything_along(walk)
    has_everything_erased(walk)


def asks_three_clinics_for_a_basket(walk: Walk) -> None:
    page = walk.phone
    page.goto(f"{walk.prefix}/compare?{CHOSEN}&{BASKET}")
    speaks(page, walk.language)
    page.locator("main a[href*='/enquiries/new']").first.click()
    speaks(page, walk.language)
    fits(page)
    kept = {
        "wants-0-treatment": "rejuran_healer",
        "wants-0-sessions": "2",
        "wants-0-quantity": "2",
        "wants-1-treatment": "ha_booster_generic",
        "wants-1-sessions": "1",
        "wants-1-quantity": "2.5",
    }
    expect(page.locator("[name^=consent_]:not([name=consent_health], [name=consent_abroad])")).to_have_count(
        3
    )
    # What two of the clinics ask for beyond the minimum, and an address that is none.
    page.locator("[name=concerns][value=redness]").check()
    page.locator("[name=questions]").first.check()
    typed = {"message": WORDS, "email": "mei at patient.example", "earliest_on": "2099-03-01"}
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("main form button.primary").click()
    expect(page.locator(".error-summary")).to_be_visible()
    speaks(page, walk.language)
    fits(page)
    for name, text in (kept | typed).items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    expect(page.locator("[name=concerns][value=redness]")).to_be_checked()
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    walk.sent = send(page, walk.site, f"mei-{walk.language}@patient.example", words=WORDS)
    speaks(page, walk.language)


def opens_her_page_from_the_mail(walk: Walk) -> None:
    walk.links["her"] = patient_link(walk.site, walk.sent)
    assert walk.links["her"].startswith(f"{walk.prefix}/e/")
    walk.phone = walk.new_page(width=390, height=844)
    walk.looks_again()
    expect(walk.phone.locator("main")).not_to_contain_text(WORDS)
    press(walk.phone, "open")
    expect(walk.phone.locator("main")).to_contain_text(WORDS)
    # Only now is the address hers, and the copy goes to it.
    walk.hears(2)


def reads_three_answers_beside_each_other(walk: Walk) -> None:
    for slug, price in ((HERE, "1200"), (THERE, "1100"), (ABROAD, "990000")):
        walk.links[slug] = quote_link(walk.site, ADDRESSES[slug], walk.sent.ref)
        walk.desks[slug] = walk.new_page(width=390, height=844)
        answer(walk.desks[slug], walk.links[slug], price)
    walk.hears(5)
    walk.looks_again()
    for slug in ADDRESSES:
        expect(walk.card(slug).locator("table.sum .total")).to_be_visible()
    totals = walk.phone.locator(".criteria > li").first.locator("li")
    expect(totals).to_have_count(3)
    edges = [box for one in totals.all() if (box := one.bounding_box())]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in edges)
    asked = [amount(one) for one in totals.all()]
    walk.phone.locator("main a[href*='by=total'][href*='currency=SGD']").click()
    expect(walk.phone.locator("main a[href*='by=total'][href*='currency=SGD']")).to_have_count(0)
    ordered = [amount(one) for one in totals.all()]
    assert sorted(ordered) == ordered
    assert sorted(asked) == ordered
    assert asked != ordered
    fits(walk.phone)
    unfold_all(walk.phone)
    no_violations(walk.phone)
    walk.phone.reload()


def amount(cell: Locator) -> int:
    """The Singapore dollars in a total: its own, or what it comes to."""
    found = re.findall(r"S\$([\d,]+)", cell.inner_text())
    assert len(found) == 1, cell.inner_text()
    return int(found[0].replace(",", ""))


def puts_her_own_quote_beside_them(walk: Walk) -> None:
    page = walk.phone
    own = form(page, "beside")
    own.locator("summary").first.click()
    for name, text in (("who", "Aunt's clinic"), ("quantity", "2 ml"), ("price", "700")):
        own.locator(f"[name$=-{name}]").first.fill(text)
    own.locator("[name$=-treatment]").first.select_option("rejuran_healer")
    own.locator("button").click()
    totals = page.locator(".criteria > li").first
    expect(totals).to_contain_text("Aunt's clinic")
    speaks(page, walk.language)
    fits(page)
    # They are by total, as before; she takes the order back and asks for it again, with hers among them.
    by_total = page.locator("main button[formaction*='by=total'][formaction*='currency=SGD']")
    expect(by_total).to_have_count(0)
    page.locator("main button[formaction$='/beside#side-by-side']").click()
    expect(by_total).to_have_count(1)
    expect(totals).to_contain_text("Aunt's clinic")
    by_total.click()
    expect(by_total).to_have_count(0)
    expect(totals).to_contain_text("Aunt's clinic")
    fits(page)
    walk.looks_again()
    expect(page.locator("main")).not_to_contain_text("Aunt's clinic")


def asks_all_and_answers_one(walk: Walk) -> None:
    page, desk = walk.phone, walk.desks[HERE]
    page.locator("#ask").fill("Do you have an evening?")
    press(page, "ask")
    expect(page.locator("main")).to_contain_text("Do you have an evening?")
    for slug in ADDRESSES:
        walk.desks[slug].goto(walk.links[slug])
        expect(walk.desks[slug].locator("main")).to_contain_text("Do you have an evening?")
    form(desk, "explain").locator("textarea").fill("Thursdays until nine.")
    press(desk, "explain")
    unfold(desk.locator("#ask"))
    desk.locator("#ask").fill("Have you an hour for numbing?")
    press(desk, "ask")
    expect(desk.locator("main")).to_contain_text("Have you an hour for numbing?")
    walk.hears(7)
    walk.looks_again()
    expect(page.locator("main")).to_contain_text("Thursdays until nine.")
    form(page, "explain").locator("textarea").fill("Two hours, even.")
    press(page, "explain")
    desk.goto(walk.links[HERE])
    expect(desk.locator("main")).to_contain_text("Two hours, even.")
    # Another clinic reads what she says, and neither the question nor what the first one told her.
    walk.desks[ABROAD].goto(walk.links[ABROAD])
    expect(walk.desks[ABROAD].locator("main")).to_contain_text("Two hours, even.")
    for words in ("Have you an hour for numbing?", "Thursdays until nine.", "S$"):
        expect(walk.desks[ABROAD].locator("main")).not_to_contain_text(words)


def decides_and_thinks_again(walk: Walk) -> None:
    walk.looks_again()
    press(walk.card(THERE), "accept")
    expect(walk.card(THERE).locator("h3 .tag").last).to_be_visible()
    expect(form(walk.phone, "accept")).to_have_count(0)
    reason = walk.card(ABROAD).locator("select[name=reason]")
    unfold(reason)
    reason.select_option("too_far")
    press(walk.card(ABROAD), "decline")
    expect(form(walk.card(ABROAD), "decline")).to_have_count(0)
    press(walk.card(ABROAD), "undo")
    expect(form(walk.card(ABROAD), "decline")).to_have_count(1)
    expect(form(walk.card(ABROAD), "undo")).to_have_count(0)
    expect(form(walk.card(THERE), "undo")).to_have_count(1)
    speaks(walk.phone, walk.language)


def gives_her_contact_to_one(walk: Walk) -> None:
    press(walk.card(THERE), "release")
    expect(form(walk.card(THERE), "release")).to_have_count(0)
    expect(form(walk.card(HERE), "release")).to_have_count(1)
    for slug in ADDRESSES:
        walk.desks[slug].goto(walk.links[slug])
        reads = expect(walk.desks[slug].locator("#patient"))
        reads.to_contain_text(walk.sent.email) if slug == THERE else reads.not_to_contain_text(
            walk.sent.email
        )


def asks_one_clinic_more(walk: Walk) -> None:
    page = walk.phone
    walk.looks_again()
    page.locator("main a[href$='/add']").click()
    speaks(page, walk.language)
    fits(page)
    # Without the boxes nothing is sent.
    page.locator("main form button.primary").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("[name^=consent_]").first.check()
    for name in ("consent_health", "consent_abroad"):
        if page.locator(f"[name={name}]").count():
            page.locator(f"[name={name}]").check()
    page.locator("main form button.primary").click()
    page.wait_for_url("**/e/*")
    expect(page.locator(".side-by-side > section")).to_have_count(4)


def shows_the_comparison_and_nothing_of_hers(walk: Walk) -> None:
    press(walk.phone, "share")
    link = walk.phone.locator("main .address").inner_text()
    friend = walk.new_page(width=390, height=844)
    friend.goto(link[link.index(f"{walk.prefix}/e/shared/") :])
    speaks(friend, walk.language)
    fits(friend)
    unfold_all(friend)
    no_violations(friend)
    expect(friend.locator(".criteria > li").first.locator("li")).to_have_count(4)
    for words in (
        WORDS,
        "Mei",
        walk.sent.email,
        walk.sent.ref,
        "Do you have an evening?",
        "Two hours, even.",
    ):
        expect(friend.locator("body")).not_to_contain_text(words)
    for what in ("form", "button", "input"):
        expect(friend.locator(f"main {what}")).to_have_count(0)
    walk.looks_again()
    press(walk.phone, "unshare")
    ended = friend.reload()
    assert ended
    assert ended.status == 410
    speaks(friend, walk.language)


def takes_everything_along(walk: Walk) -> None:
    with walk.phone.expect_download() as download:
        form(walk.phone, "export").locator("button").click()
    assert download.value.suggested_filename == f"{walk.sent.ref}.json"
    kept = download.value.path().read_text(encoding="utf-8")
    assert isinstance(json.loads(kept), dict)
    for words in (WORDS, walk.sent.email, "Thursdays until nine.", "Two hours, even."):
        assert words in kept


def has_everything_erased(walk: Walk) -> None:
    page = walk.phone
    page.locator("main a[href$='/erase']").click()
    speaks(page, walk.language)
    press(page, "erase")
    speaks(page, walk.language)
    number = page.locator("dl .figures").inner_text()
    wait_for(
        lambda: any(number in mail.text for mail in walk.site.mail.mails(walk.sent.email)), 30, "the receipt"
    )
    for typed, is_known in ((number, True), ("AAAAA-AAAAA-AAAAA-AAAAA", False)):
        page.goto(f"{walk.prefix}/privacy")
        page.locator("#receipt-number").fill(typed)
        press(page, "receipt")
        says = page.locator("form [role=status]").inner_text()
        assert (str(walk.site.mail.mails()[-1].received_at.year) in says) is is_known
    for link in (walk.sent.page, walk.links["her"], *(walk.links[slug] for slug in ADDRESSES)):
        gone = page.goto(link)
        assert gone
        assert gone.status == 404
        expect(page.locator("main")).not_to_contain_text(walk.sent.ref)
        expect(page.locator("h1")).to_have_count(1)
