"""Bills read off a page: the amounts as a reader sees them, back in minor units."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tests.reading import Page, words
from webapp.domain.money import Money, exponent

_SYMBOLS = {"S$": "SGD", "₩": "KRW", "US$": "USD", "CN¥": "CNY", "€": "EUR"}
_AMOUNT = re.compile(r"(S\$|₩|US\$|CN¥|€)([\d,]+)(?:\.(\d+))?")
_HTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Bill:
    """One column: who, the lines as (words, amount), and the total; None where it is incomplete."""

    name: str
    lines: list[tuple[str, Money]]
    total: Money | None
    tax: Money | None
    words: str

    @property
    def sum(self) -> int:
        return sum(amount.amount for _words, amount in self.lines)


def money(text: str) -> Money:
    """S$1,234.50 → 123450 cents. Raises AssertionError for anything else."""
    found = _AMOUNT.fullmatch(text)
    assert found, text
    code = _SYMBOLS[found[1]]
    places = exponent(code)
    decimals = found[3] or ""
    assert len(decimals) <= places, text
    return Money(int(found[2].replace(",", "") + decimals.ljust(places, "0")), code)


def bills(page: Page) -> list[Bill]:
    """The columns of a comparison in the order of the page."""
    return [_bill(element) for element in page.all("article", class_="card") if not _is_option(element)]


def options(page: Page) -> list[Bill]:
    """The ways to take the course, as here or there shows them."""
    return [_bill(element) for element in page.all("article", class_="card") if _is_option(element)]


def _is_option(element: Element) -> bool:
    return (element.get("aria-labelledby") or "").startswith("option-")


def _bill(element: Element) -> Bill:
    rows = [
        (words(row.find(f"{_HTML}th")), words(row.find(f"{_HTML}td"))) for row in element.iter(f"{_HTML}tr")
    ]
    said = dict(rows)
    total, tax = said.get("Total"), said.get("of which tax")
    beneath = {"Total", "of which tax", "not said"}
    return Bill(
        name=words(element.find(f"{_HTML}h3")).removesuffix(" sample"),
        lines=[
            (what, money(amount))
            for what, amount in rows
            if what not in beneath and not what.startswith("in ") and amount != "not said"
        ],
        total=None if total in (None, "incomplete") else money(total or ""),
        tax=money(tax) if tax else None,
        words=words(element),
    )
