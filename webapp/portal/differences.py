"""What is different between two versions of an offer, in words: for a dry run and for what a feed proposes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import gettext as _

from webapp.domain.listing_csv.headings import heading
from webapp.domain.listing_csv.rows import OfferRow
from webapp.domain.listing_csv.writer import content_cells, offer_cells
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part
from webapp.domain.units import number_text
from webapp.i18n import current_language, format_day, format_money
from webapp.offers.labels import CONSULTATION, INJECTOR, NUMBING, TAX
from webapp.portal.price_sheet import Names, part_words
from webapp.portal.price_words import BASIS, ELIGIBILITY, KINDS, YES_NO

# From this change of a price on, a page asks to look twice.
STEEP_PERCENT = 50
_NOT_SHOWN = {"clinic_ref", "offer_ref", "source", "verified_on", "price", "currency"}
_VALUES: Mapping[str, Mapping[Any, Any]] = {
    "tax": TAX,
    "price_kind": KINDS,
    "price_basis": BASIS,
    "eligibility": ELIGIBILITY,
    "numbing": NUMBING,
    "injector": INJECTOR,
    "weekday_only": YES_NO,
    "once_per_patient": YES_NO,
    "consultation_waived": YES_NO,
    "same_price_for_foreigners": YES_NO,
    "parts_complete": YES_NO,
}
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what it is called, and its value before and after; "" is not stated."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price before and after, in words. `percent` is signed ("+12.5"), None where there is none to compare."""

    before: str
    after: str
    percent: str | None
    steep: bool


def same(before: OfferTerms, after: OfferTerms) -> bool:
    """Do they say the same? Where it was read and when it was confirmed is not part of it."""
    return _bare(before) == _bare(after)


def price_step(before: OfferTerms | None, after: OfferTerms) -> PriceStep | None:
    """How the price changes; None when it does not."""
    old, new = before.price if before else None, after.price
    if before is not None and old == new:
        return None
    percent = None
    if old is not None and new is not None and old.currency == new.currency and old.amount:
        exact = Decimal(new.amount - old.amount) * 100 / old.amount
        percent = exact.quantize(_TENTH, rounding=ROUND_HALF_UP)
    return PriceStep(
        before=_money(old) if before is not None else "",
        after=_money(new),
        percent=f"{'+' if percent > 0 else '−' if percent < 0 else ''}{number_text(abs(percent))}"
        if percent is not None
        else None,
        steep=before is not None and (percent is None or abs(percent) >= STEEP_PERCENT),
    )


def differences(before: OfferTerms, after: OfferTerms, names: Names) -> list[Difference]:
    """Every field but the price that says something else."""
    language = current_language()
    old, new = _words(before), _words(after)
    found = [
        Difference(heading(column, language), old[column], new[column])
        for column in new
        if column not in _NOT_SHOWN and old[column] != new[column]
    ]
    if before.parts != after.parts:
        found.append(
            Difference(
                _("What it holds"), _parts_words(before.parts, names), _parts_words(after.parts, names)
            )
        )
    return found


def _words(terms: OfferTerms) -> dict[str, str]:
    """What each column says, in the reader's words; "" is not stated."""
    cells = dict(offer_cells(OfferRow(0, "", "", terms)))
    for column, words in _VALUES.items():
        cells[column] = str(words.get(cells[column], cells[column]))
    if terms.consultation is not None:
        fee = terms.consultation_fee
        cells["consultation_fee"] = format_money(fee) if fee else str(CONSULTATION[terms.consultation])
    if terms.regular_price is not None:
        cells["regular_price"] = format_money(terms.regular_price)
    if terms.other_fees is not None:
        fees = "; ".join(f"{fee.name} {format_money(fee.amount)}" for fee in terms.other_fees)
        cells["other_fees"] = fees or _("none")
    cells["valid_from"], cells["valid_until"] = (
        format_day(day) if day else "" for day in (terms.valid_from, terms.valid_until)
    )
    return cells


def _parts_words(parts: tuple[Part, ...], names: Names) -> str:
    return "; ".join(_whole_part(part, names) for part in parts)


def _whole_part(part: Part, names: Names) -> str:
    """The part with everything else it says: a difference in its words or areas must be seen too."""
    cells = content_cells(part)
    language = current_language()
    more = [
        f"{heading(column, language)}: {cells[column]}"
        for column in ("areas", "interval_weeks", "words")
        if cells[column] and not (column == "words" and part.treatment not in names)
    ]
    words = part_words(part, names)
    return f"{words} ({', '.join(more)})" if more else words


def _bare(terms: OfferTerms) -> OfferTerms:
    return replace(terms, source="", verified_on=None)


def _money(money: Money | None) -> str:
    return format_money(money) if money is not None else _("on request")
