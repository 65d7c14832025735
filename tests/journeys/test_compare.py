"""A whole course in a browser: from the home page to bills that add up, here or there, her own quote, her calendar."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from tests.directory.compare.bills import money
from tests.journeys.places_to_look import BASKET, COMPARED
from tests.journeys.sound import sound
from tests.journeys.test_every_page import check
from webapp.domain.money import Money

pytestmark = pytest.mark.once

SINGAPORE, GANGNAM = "Ninefern Medical Aesthetics", "Chameoksae Clinic"
OWN = "Jade Street Clinic"
RUNS = pytest.mark.parametrize(
    ("width", "javascript"),
    [(1280, True), (390, False), (1280, False), (390, True)],
    ids=["wide", "narrow without JavaScript", "wide without JavaScript", "narrow"],
)


def bill(page: Page, heading: str) -> tuple[list[tuple[str, Money]], Money | None]:
    """The lines and the total under a heading, once they add up."""
    article = page.locator("article.card").filter(has=page.get_by_role("heading", name=heading))
    lines = [
        (row.locator("th").inner_text(), money(row.locator("td").inner_text()))
        for row in article.locator("tbody tr").all()
        if row.locator("td").inner_text() != "not said"
    ]
    total = article.locator("tr.total td").inner_text()
    if total == "incomplete":
        return lines, None
    assert money(total).amount == sum(amount.amount for _words, amount in lines), (heading, lines, total)
    return lines, money(total)


def converted(page: Page, heading: str) -> Money:
    """The total under a heading in the currency that was asked for."""
    article = page.locator("article.card").filter(has=page.get_by_role("heading", name=heading))
    return money(article.locator("tr.beneath").filter(has_text="in SGD").locator("td").inner_text())


def unfold(where: Page | Locator, words: str) -> None:
    """Open what stands behind a line, unless it is open."""
    summary = where.locator("summary").filter(has_text=words).first
    if summary.evaluate("summary => !summary.parentElement.open"):
        summary.click()


def fill_in_quote(page: Page, number: int, who: str, **fields: str) -> None:
    """Fill in a row of her own quotes."""
    unfold(page, "Add a quote" if number == 0 else "Add another quote")
    page.locator(f"#quotes-{number}-who").fill(who)
    for name, value in fields.items():
        field = page.locator(f"#quotes-{number}-{name}")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def tick(page: Page, name: str) -> None:
    card = page.locator("main li").filter(has=page.get_by_role("link", name=name, exact=True)).first
    card.get_by_role("checkbox").check()


@RUNS
def test_a_course_here_and_there_with_a_quote_of_her_own(
    open_browser: Callable[..., Page], tmp_path: Path, width: int, javascript: bool
) -> None:
    page = open_browser(width=width, java_script_enabled=javascript)
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))

    # Home, the clinics of both places, the comparison: the third page has totals that can be compared.
    page.goto("/")
    page.get_by_label("What", exact=True).fill("rejuran")
    page.get_by_label("Where", exact=True).fill("Orchard")
    page.get_by_text("Compare with a second place").click()
    page.get_by_label("And also near").fill("Gangnam")
    page.get_by_label("And also near").press("Enter")
    for name in (SINGAPORE, GANGNAM):
        tick(page, name)
    page.get_by_role("button", name="Compare the ticked clinics").click()
    page.wait_for_url("**/compare?*")
    for name in (SINGAPORE, GANGNAM):
        assert bill(page, name)[1] is not None
    assert len(pages) == 3, pages

    # Three sessions of 2 ml and one HA booster of 2.5 ml, in Singapore dollars.
    page.locator("#treatment-0").select_option("rejuran_healer")
    page.locator("#sessions-0").fill("3")
    page.locator("#quantity-0").fill("2 ml")
    unfold(page, "Add a treatment")
    page.locator("#treatment-1").select_option("ha_booster_generic")
    page.locator("#sessions-1").fill("1")
    page.locator("#quantity-1").fill("2.5 ml")
    unfold(page, "Clinics, conditions, currency, travel")
    page.locator("#weekdays").select_option("yes")
    page.locator("#currency").select_option("SGD")
    page.locator("#sort").select_option("price")
    unfold(page, "Reckon with journeys")
    page.locator("#home").select_option("SG")
    page.locator("#trip").fill("210.50")
    page.get_by_role("button", name="Compare", exact=True).click()
    main = page.locator("main")
    expect(main).to_contain_text("3 × Rejuran Healer 2 ml")
    expect(main).to_contain_text("1 × HA skin booster 2.5 ml")
    expect(main).to_contain_text("European Central Bank")

    here, here_total = bill(page, SINGAPORE)
    there, there_total = bill(page, GANGNAM)
    assert here_total is not None
    assert there_total is not None
    assert (here_total.currency, there_total.currency) == ("SGD", "KRW")
    assert len(here) >= 2
    assert any(words.startswith("Tax") for words, _amount in there)
    in_dollars = converted(page, GANGNAM)
    assert in_dollars < here_total
    assert page.locator("article.card h3").first.inner_text().startswith(GANGNAM)

    # Here or there: all here, all there, and two trips at her own cost with the rest at home.
    alone, all_here = bill(page, "All in Singapore")
    assert all_here == here_total
    assert len(alone) == 1
    whole, all_there = bill(page, "All in Gangnam")
    assert whole[0][1] == in_dollars
    assert whole[1] == ("3 trips", Money(3 * 21050, "SGD"))
    divided, total = bill(page, "Divided")
    assert ("2 trips", Money(2 * 21050, "SGD")) in divided
    assert total is not None
    assert all_there is not None
    expect(main).to_contain_text("Korea has given no tax back to foreign patients since 1 January 2026")

    # A quote that she already holds, of the same course.
    fill_in_quote(
        page,
        0,
        OWN,
        treatment="rejuran_healer",
        quantity="2 ml",
        sessions="3",
        price="1,499.95",
        tax="exclusive",
        tax_rate="9",
        consultation="included",
        fees="12.50",
    )
    page.get_by_role("button", name="Compare with these").click()
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()
    lines, unfinished = bill(page, OWN)
    assert [amount.amount for _words, amount in lines] == [149995, 3 * 1250, 13837]
    assert unfinished is None
    fill_in_quote(
        page,
        1,
        OWN,
        treatment="ha_booster_generic",
        quantity="2.5 ml",
        price="300",
        tax="exclusive",
        tax_rate="9",
        consultation="included",
        fees="12.50",
    )
    page.get_by_role("button", name="Compare with these").click()
    own = page.locator("article.card").filter(has=page.get_by_role("heading", name=f"{OWN} yours"))
    expect(own.locator("tr.total")).not_to_contain_text("incomplete")
    lines, total = bill(page, OWN)
    # 1,499.95 + 300 + 4 × 12.50, and 9 % of it.
    assert total == Money(201645, "SGD")
    assert lines[-1] == ("Tax, 9 %", Money(16650, "SGD"))
    assert bill(page, SINGAPORE)[1] == here_total
    assert OWN not in page.url
    assert "1499" not in page.url

    # The days of the course, and the file that a calendar opens.
    page.get_by_role("link", name="Dates of this course").click()
    page.wait_for_url("**/plan?*")
    page.locator("#start").fill(f"{datetime.now(UTC).year + 1}-03-02")
    page.get_by_role("button", name="Show the plan").click()
    file = tmp_path / "plan.ics"
    with page.expect_download() as download:
        page.get_by_role("link", name="Calendar file").click()
    download.value.save_as(file)
    calendar = Calendar.from_ical(file.read_bytes())
    assert isinstance(calendar, Calendar)
    assert len(calendar.events) >= 3
    assert not any(event.errors for event in calendar.events)


def compared(page: Page) -> None:
    page.goto(COMPARED)
    fill_in_quote(page, 0, OWN, quantity="2 ml", price="480", tax="inclusive", tax_rate="9")
    page.locator("#quotes-0-consultation").select_option("included")
    page.get_by_role("button", name="Compare with these").click()
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()


def test_her_quotes_stay_in_this_browser_until_she_forgets_them(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    compared(page)
    expect(page.get_by_role("status")).to_have_text("Your quotes are kept in this browser only.")
    page.goto(COMPARED)
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()
    # Every comparison she opens has them.
    page.goto(f"/compare?near=Somerset&{BASKET}")
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()
    page.get_by_role("button", name="Forget my quotes").click()
    expect(page.get_by_role("status")).to_have_text("Your quotes are forgotten.")
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.activeElement.closest('[data-own-quotes]') !== null")
    page.goto(COMPARED)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_have_count(0)
    # Another browser knows nothing of them.
    other = open_browser()
    other.goto(COMPARED)
    other.wait_for_load_state("networkidle")
    assert OWN not in other.content()


def test_without_scripts_they_live_until_she_leaves_the_page(open_browser: Callable[..., Page]) -> None:
    page = open_browser(java_script_enabled=False)
    compared(page)
    expect(page.get_by_role("button", name="Forget my quotes")).to_be_hidden()
    page.goto(COMPARED)
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_have_count(0)
    assert page.context.storage_state()["origins"] == []


def test_an_emptied_row_is_no_longer_kept(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    compared(page)
    unfold(page, OWN)
    for name in ("who", "quantity", "price", "tax_rate"):
        page.locator(f"#quotes-0-{name}").fill("")
    page.get_by_role("button", name="Compare with these").click()
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_what_another_program_put_into_the_storage_is_no_error(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto(COMPARED)
    for text in ("{", "7", "[1, null, 3]", '[["quotes-0-who", {}], "quotes-0-price"]'):
        page.evaluate("text => localStorage.setItem('own-quotes', text)", text)
        page.reload()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("heading", name=SINGAPORE)).to_be_visible()


@pytest.mark.parametrize("prefix", ["", "/zh", "/ko"])
def test_with_quotes_and_errors_nothing_scrolls_sideways_and_axe_finds_nothing(
    open_browser: Callable[..., Page], prefix: str
) -> None:
    page = open_browser(width=320)
    check(page, prefix + COMPARED)
    unfold_everything(page)
    page.locator("#quotes-0-who").fill("An unusually long name of a clinic in a side street of Cheongdam")
    page.locator("#quotes-0-quantity").fill("2 ml")
    for price, found in (("a few hundred", ".error-summary"), ("1,234,567.89", "article.card .tag")):
        page.locator("#quotes-0-price").fill(price)
        page.locator("form#own-quotes button[type=submit]").click()
        expect(page.locator(found).first).to_be_visible()
        unfold_everything(page)
        sound(page)


def unfold_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true })")


def test_the_keyboard_alone_compares_and_adds_a_quote(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto(COMPARED)

    def reach(selector: str) -> None:
        """Tab forward until the control has the focus."""
        for _press in range(400):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no way to {selector}")

    reach("#sessions-0")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("2 × Rejuran Healer 2 ml")
    reach("#own-quotes summary")
    page.keyboard.press("Enter")
    reach("#quotes-0-who")
    page.keyboard.type(OWN)
    reach("#quotes-0-quantity")
    page.keyboard.type("2 ml")
    reach("#quotes-0-price")
    page.keyboard.type("480")
    reach("#quotes-0-basis")
    page.keyboard.press("End")
    reach("#quotes-0-tax")
    page.keyboard.press("Home")
    reach("#quotes-0-consultation")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"{OWN} yours")).to_be_visible()
    assert bill(page, OWN)[1] == Money(96000, "SGD")
