"""A second place in a browser: found from the home page, on one map, and compared together."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.once


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_home_to_clinics_of_two_places_side_by_side(
    open_browser: Callable[..., Page], javascript: bool
) -> None:
    page = open_browser(width=390, java_script_enabled=javascript)
    page.goto("/")
    expect(page.get_by_label("And also near")).to_be_hidden()
    page.get_by_label("What", exact=True).fill("rejuran")
    page.get_by_label("Where", exact=True).fill("Orchard")
    page.get_by_text("Compare with a second place").click()
    page.get_by_label("And also near").fill("강남역")
    page.get_by_label("And also near").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Clinics near Orchard and near Gangnam Station")
    names = []
    for group in ("#clinics-near", "#clinics-also"):
        card = page.locator(f"{group} .clinic").first
        names.append(card.locator("h3").inner_text())
        card.get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare the ticked clinics").click()
    page.wait_for_url("**/compare?*")
    for name in names:
        expect(page.locator("main")).to_contain_text(name)


def test_one_map_for_two_markets_follows_the_card_and_the_buttons(open_browser: Callable[..., Page]) -> None:
    page = open_browser(width=1280)
    page.goto("/clinics?q=rejuran&near=Orchard&also=Gangnam+Station")
    frames = page.get_by_role("group", name="The place that the map shows").get_by_role("button")
    expect(frames).to_have_text(["Orchard", "Gangnam Station"])
    names = page.locator(".map-name")
    expect(names.filter(has_text="Somerset")).to_have_count(1)

    seoul = page.locator("#clinics-also .clinic").first
    seoul.hover()
    expect(frames.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(frames.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(names.filter(has_text="Yeoksam")).to_have_count(1)
    expect(names.filter(has_text="Somerset")).to_have_count(0)

    frames.nth(0).click()
    pin = page.locator("#map .pin:not(.many)").filter(visible=True).first
    pin.focus()
    lit = page.locator(".clinic.lit")
    expect(lit).to_have_count(1)
    expect(page.locator("#clinics-near .clinic.lit h3")).to_have_text(pin.get_attribute("aria-label") or "")
