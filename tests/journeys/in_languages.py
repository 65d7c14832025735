"""What the journeys share that are walked in every language: nothing here depends on the words of a page.

Forms are found by their address, fields by their name, buttons by their value.
"""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.journeys.signing_in import address_of
from tests.services.live_site import LiveSite
from tests.services.mail_server import ReceivedMail
from tests.services.server import wait_for

# The language's prefix in the address, and its tag.
LANGUAGES = {"en": ("", "en"), "zh": ("/zh", "zh-Hans"), "ko": ("/ko", "ko")}
# What a heading in a language is written in.
_SCRIPTS = {
    "en": re.compile(r"^[^\u3000-\ud7a3]+$"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
}
# The addresses of the sample clinics that the journeys ask.
LARCH, QUILLWORT, NINEFERN, CHAMEOKSAE = (
    address_of(part)
    for part in ("orchard-larch", "orchard-quillwort", "somerset-ninefern", "gangnam-chameoksae")
)
INCLUSIONS = ("numbing", "needle", "medicine", "follow_up")
# Nobody fills the form in less (contract: the enquiry form).
_FASTEST_MS = 4_200


@dataclass(frozen=True)
class Sent:
    """An enquiry that was sent: whose, its reference, and the path of the page it led to."""

    email: str
    ref: str
    page: str


def speaks(page: Page, language: str) -> None:
    """The page says which language it is in, and its heading is written in it."""
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language][1])
    expect(page.locator("h1")).to_have_text(_SCRIPTS[language])


def form(page: Page | Locator, act: str) -> Locator:
    """The forms that do this: `form(page, "accept")` of …/accept."""
    return page.locator(
        f"main form[action*='/{act}']" if isinstance(page, Page) else f"form[action*='/{act}']"
    )


def press(page: Page | Locator, act: str) -> None:
    """Press the button of the first form that does this; the page that answers has come."""
    window = page if isinstance(page, Page) else page.page
    with window.expect_navigation():
        form(page, act).locator("button").first.click()


def unfold(what: Locator) -> None:
    """Open the part of the page that `what` stands in, where it is folded."""
    folded = what.locator("xpath=ancestor::details[not(@open)]")
    for number in range(folded.count()):
        folded.nth(number).locator("> summary").click()


def agree(page: Page) -> None:
    """Tick every box of a consent, and no other."""
    for box in page.locator("main input[type=checkbox][name^=consent_]").all():
        box.check()


def send(page: Page, site: LiveSite, email: str, name: str = "Mei", words: str = "Does it hurt?") -> Sent:
    """Fill in the enquiry form that is open, agree to all, and send it."""
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(email)
    page.locator("[name=message]").fill(words)
    agree(page)
    page.wait_for_timeout(_FASTEST_MS)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/e/*")
    ref = re.search(r"LFL-\w{8}", page.locator("main").inner_text())
    assert ref
    return Sent(email, ref.group(), page.url.removeprefix(site.url))


def ask_clinics(page: Page, site: LiveSite, email: str, *clinics: str, language: str = "en") -> Sent:
    """Send an enquiry for three sessions to the clinics of these slugs."""
    chosen = "".join(f"&clinic={slug}" for slug in clinics)
    page.goto(f"{LANGUAGES[language][0]}/enquiries/new?want=rejuran_healer:3x2ml{chosen}")
    return send(page, site, email)


def mails_about(site: LiveSite, to: str, ref: str) -> list[ReceivedMail]:
    """The mails to an address whose subject or words name the enquiry, oldest first."""
    return [mail for mail in site.mail.mails(to) if ref in f"{mail.message['Subject']} {mail.text}"]


def quote_link(site: LiveSite, clinic_email: str, ref: str) -> str:
    """The path of a clinic's own page for the enquiry, from the newest mail that holds one."""
    return _link(site, clinic_email, ref, "q")


def patient_link(site: LiveSite, sent: Sent) -> str:
    """The path of the patient's page, from the newest mail that holds it."""
    return _link(site, sent.email, sent.ref, "e")


def _link(site: LiveSite, to: str, ref: str, page: str) -> str:
    def found() -> list[str]:
        links = [
            re.search(rf"(?:/zh|/ko)?/{page}/[\w-]{{43}}", mail.text) for mail in mails_about(site, to, ref)
        ]
        return [link.group() for link in links if link]

    wait_for(lambda: bool(found()), 30, f"a link /{page}/… in a mail to {to} about {ref}")
    return found()[-1]


def in_language(page: Page, language: str) -> None:
    """Change to the language by the page's own links, as a reader does."""
    page.locator(f"header a[hreflang={LANGUAGES[language][1]}]").click()
    speaks(page, language)


def fill_sheet(page: Page, price: str) -> None:
    """Fill in the sheet that is open so that its bill has a total: a price in each row, all included, no fees."""
    for number in range(page.locator("[name^=lines-][name$=-price]").count()):
        box, treatment = (
            page.locator(f"[name=lines-{number}-price]"),
            page.locator(f"[name=lines-{number}-treatment]"),
        )
        if number == 0 or treatment.input_value():
            unfold(box)
            box.fill(price)
    for name in INCLUSIONS:
        page.locator(f"[name={name}][value=included]").check()
    page.locator("[name=tax]").select_option("inclusive")
    page.locator("[name=consultation]").select_option("included")
    page.locator("[name=no_other_fees]").check()


def answer(page: Page, link: str, price: str) -> None:
    """Open a clinic's page by its link and send a quote with a total."""
    page.goto(link)
    fill_sheet(page, price)
    page.locator("button[name=answer][value=quote]").click()
    expect(page.locator("#sent")).to_be_visible()
