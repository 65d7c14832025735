"""The clinic's half as people walk it: claim, keep, answer; a feed's change; a colleague; staff at their queue."""

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.places_to_look import fill_in
from tests.journeys.signing_in import address_of, mailed_link, set_up_authenticator, sign_in
from tests.journeys.test_every_page import check
from tests.services.broker import Broker
from tests.services.live_site import LiveSite
from tests.services.mail_server import MailServer

pytestmark = pytest.mark.once

CLINICS = "ref,name,country,address,postal_code,website,authority,accepts_enquiries,sample,source\n"
HEADER = "offer_ref,title,price,currency,tax,price_kind,consultation_fee,treatment,quantity,unit,sessions\n"


def import_clinic(site: LiveSite, folder: Path, ref: str, name: str, authority: str = "unclaimed") -> str:
    """List a sample clinic with a web site of its own; returns the slug of its page."""
    row = (
        f"{ref},{name},SG,290 Orchard Road,238859,https://www.{ref}.example,{authority},no,yes,sample data\n"
    )
    (folder / "clinics.csv").write_text(CLINICS + row, encoding="utf-8")
    site.flask("listings", "import", str(folder))
    return name.lower().replace(" ", "-")


def price_list(rows: int) -> bytes:
    """A clinic's own sheet, as a spreadsheet writes it."""
    lines = [
        f"p{number},Healer of list {number},{400 + number}.50,SGD,inclusive,regular,included,rejuran_healer,2,ml,1"
        for number in range(1, rows + 1)
    ]
    return (HEADER + "\n".join(lines) + "\n").encode()


def main_of(page: Page) -> str:
    return page.locator("main").inner_text()


@pytest.mark.parametrize(("width", "ref"), [(1280, "tanglin"), (390, "dempsey")], ids=["desk", "phone"])
def test_a_clinic_claims_its_listing_keeps_it_and_answers(
    open_browser: Callable[..., Page], shared_site: LiveSite, tmp_path: Path, width: int, ref: str
) -> None:
    name = f"{ref.title()} Trial Skin"
    slug = import_clinic(shared_site, tmp_path, f"{ref}-trial", name)
    owner, email = open_browser(width=width), f"owner@{ref}-trial.example"

    # Claim: the address is at the clinic's own domain, so the link is proof enough.
    owner.goto(f"/clinics/{slug}")
    owner.get_by_role("link", name="This is my clinic").click()
    owner.get_by_label("Your name").fill("Jo Lim")
    owner.get_by_label("Your position at the clinic").fill("Manager")
    owner.get_by_label("Your e-mail address").fill(email)
    owner.get_by_role("checkbox", name="I may speak for this clinic").check()
    owner.get_by_role("button", name="Send me the link").click()
    owner.goto(mailed_link(shared_site, email, "/c/"))
    owner.locator("main form button[type=submit]").click()
    sign_in(owner, shared_site, email, f"/portal/{slug}/")

    # Opening hours.
    owner.goto(f"/portal/{slug}/hours")
    owner.locator("#mo-opens").fill("10:00")
    owner.locator("#mo-closes").fill("19:00")
    owner.get_by_role("button", name="Save").click()
    owner.get_by_text("Saved. Patients see it now.").wait_for()

    # The whole price list: four actions from the page of prices.
    owner.goto(f"/portal/{slug}/prices")
    owner.get_by_role("link", name="Download or upload the list").click()
    owner.locator("input[type=file]").set_input_files(
        {"name": "prices.csv", "mimeType": "text/csv", "buffer": price_list(40)}
    )
    owner.get_by_role("button", name="Show what would change").click()
    expect(owner.locator("main")).to_contain_text("40")
    owner.get_by_role("button", name=re.compile("^Apply this")).click()
    expect(owner.locator("main")).to_contain_text("40 offers are on your list.")

    # As a patient sees it.
    owner.goto(f"/clinics/{slug}")
    for text in ("S$401.50", "S$440.50", "10:00 to 19:00", "Jo Lim, Manager"):
        assert text in main_of(owner)

    # Enquiries: taken from now on, and one is answered from the portal.
    owner.goto(f"/portal/{slug}/pause")
    owner.get_by_role("button", name="Take enquiries", exact=True).click()
    owner.get_by_text("Patients can ask you.").wait_for()
    patient = open_browser(width=width)
    patient.goto(f"/enquiries/new?clinic={slug}&treatment=rejuran_healer&sessions=3")
    fill_in(patient, "Mei", f"mei-{ref}@patient.example")
    patient.get_by_role("button", name="Send to 1 clinic").click()
    patient.wait_for_url("**/e/*")
    owner.goto(f"/portal/{slug}/enquiries")
    owner.get_by_role("button", name=re.compile("Read and answer")).click()
    owner.wait_for_url("**/q/*")
    assert "Does it hurt?" in main_of(owner)
    owner.locator("[name='lines-0-price']").fill("1180")
    owner.locator("button[value=quote]").click()
    expect(owner.locator("#sent")).to_be_visible()
    patient.reload()
    expect(patient.locator("main")).to_contain_text("S$1,180")


def test_a_colleague_is_invited_and_removed(
    open_browser: Callable[..., Page], shared_site: LiveSite, tmp_path: Path
) -> None:
    slug = "quillwort-aesthetics"
    owner, colleague = open_browser(), open_browser(width=390)
    sign_in(owner, shared_site, address_of("orchard-quillwort"), f"/portal/{slug}/")
    owner.goto(f"/portal/{slug}/people")
    owner.get_by_label("Mail address").fill("helper@quillwort.example")
    owner.get_by_role("button", name="Send the invitation").click()
    colleague.goto(mailed_link(shared_site, "helper@quillwort.example", "/c/invitation/"))
    colleague.get_by_role("button", name="Accept and sign in").click()
    colleague.goto(f"/portal/{slug}/prices")
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Prices")
    colleague.goto(f"/portal/{slug}/authority")
    expect(colleague.get_by_role("button", name="Withdraw")).to_have_count(0)

    owner.goto(f"/portal/{slug}/people")
    owner.get_by_role("button", name=re.compile("^Remove.*helper@quillwort")).click()
    answer = colleague.goto(f"/portal/{slug}/prices")
    assert answer
    assert answer.status == 404


def test_staff_clear_their_queue_with_a_second_factor(
    open_browser: Callable[..., Page], shared_site: LiveSite, tmp_path: Path
) -> None:
    # A claim that only a person can judge, and a text that only a person may let through.
    slug = import_clinic(shared_site, tmp_path, "rochester-trial", "Rochester Trial Skin")
    claimant = open_browser()
    claimant.goto(f"/clinics/{slug}/claim")
    claimant.get_by_label("Your name").fill("Ann Teo")
    claimant.get_by_label("Your position at the clinic").fill("Director")
    claimant.get_by_label("Your e-mail address").fill("ann@gmail.com")
    claimant.get_by_role("checkbox", name="I may speak for this clinic").check()
    claimant.get_by_role("button", name="Send me the link").click()
    claimant.goto(mailed_link(shared_site, "ann@gmail.com", "/c/"))
    claimant.locator("main form button[type=submit]").click()
    owner, theirs = open_browser(), "saltmarsh-dermal-clinic"
    sign_in(owner, shared_site, address_of("orchard-saltmarsh"), f"/portal/{theirs}/")
    owner.goto(f"/portal/{theirs}/profile")
    owner.get_by_label("Name", exact=True).fill("Saltmarsh, the best dermal clinic")
    owner.get_by_role("button", name="Save").click()
    expect(owner.locator("main")).to_contain_text("person")
    owner.goto(f"/clinics/{theirs}")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Saltmarsh Dermal Clinic")

    # The first person of staff comes in by the command's mail, and sets up an app.
    shared_site.flask("accounts", "invite", "mina@operator.test", "--role", "staff")
    staff = open_browser(width=390)
    staff.goto(mailed_link(shared_site, "mina@operator.test", "/sign-in/"))
    staff.locator("main form button[type=submit]").click()
    set_up_authenticator(staff)
    staff.wait_for_url("**/staff/")

    staff.get_by_role("link", name=re.compile("^Claims")).first.click()
    card = staff.locator("li.card").filter(has_text="Rochester Trial Skin")
    card.get_by_role("button", name=re.compile("Accept the claim")).click()
    staff.get_by_role("link", name=re.compile("^Held texts")).first.click()
    card = staff.locator("li.card").filter(has_text="the best dermal clinic")
    card.get_by_role("button", name=re.compile("^Refuse")).click()
    expect(staff.locator("main .error")).to_contain_text("Say why")
    card.get_by_label("Your reason, if you refuse").fill("No superlatives in Singapore.")
    card.get_by_role("button", name=re.compile("^Refuse")).click()
    for page in ("", "claims", "texts", "proposals", "places", "letters", "clinics", f"clinics/{slug}"):
        check(staff, f"/staff/{page}")
    staff.goto("/staff/decisions")
    for what in ("claim.accepted", "text.refused"):
        assert what in main_of(staff)
    sign_in(claimant, shared_site, "ann@gmail.com", f"/portal/{slug}/", second_factor=True)
    expect(claimant.get_by_role("heading", level=1)).to_be_visible()


class Feed(http.server.BaseHTTPRequestHandler):
    """A clinic's own published sheet; `body` is what it says just now."""

    body = b""

    def do_GET(self) -> None:
        found = self.path == "/prices.csv"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.body if found else b"")

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def feed() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_price_that_the_feed_changed_is_accepted_and_on_the_page(
    browser: Browser, make_site: Callable[..., LiveSite], broker: Broker, mail_server: MailServer, feed: str
) -> None:
    site = make_site(broker, mail_server, settings={"FETCH_ALSO": feed})
    site.start()
    context = browser.new_context(viewport={"width": 390, "height": 900}, base_url=site.url)
    context.set_default_timeout(15_000)
    try:
        slug = "larch-linden-skin-clinic"
        owner = context.new_page()
        sign_in(owner, site, address_of("orchard-larch"), f"/portal/{slug}/")
        with owner.expect_download() as download:
            owner.goto(f"/portal/{slug}/price-list")
            owner.get_by_role("link", name="your list as .csv").click()
        published = download.value.path().read_text(encoding="utf-8-sig")
        assert "872" in published
        Feed.body = published.replace("872", "899", 1).encode()
        owner.goto(f"/portal/{slug}/profile")
        owner.get_by_label("Address of your price list").fill(f"http://{feed}/prices.csv")
        owner.get_by_role("button", name="Save").click()
        owner.goto(f"/portal/{slug}/refresh")
        owner.get_by_role("button", name="Look now").click()
        decide = owner.get_by_role("link", name=re.compile("Decide 1 change found"))
        for _look in range(40):
            if decide.count():
                break
            owner.wait_for_timeout(500)
            owner.goto(f"/portal/{slug}/refresh")
        decide.click()
        expect(owner.locator("main")).to_contain_text("S$899")
        assert "S$899" not in public(owner, slug)
        owner.goto(f"/portal/{slug}/proposals")
        owner.get_by_role("button", name="Accept all except the ticked").click()
        expect(owner.locator("main")).to_contain_text("1 change is accepted and live.")
        assert "S$899" in public(owner, slug)
    finally:
        context.close()
        site.close()


def public(page: Page, slug: str) -> str:
    page.goto(f"/clinics/{slug}")
    return main_of(page)
