"""What is different between two versions of an offer, in words: for a dry run and for what a feed proposes."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import gettext as _

from webapp.domain.listing_csv.headings import heading
from webapp.domain.listing_csv.writer import content_cells
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part
from webapp.domain.units import number_text
from webapp.i18n import current_language, described, format_money
from webapp.offers import change_words
from webapp.offers.change_words import Difference
from webapp.portal.price_sheet import Names, part_words

# From this change of a price on, a page asks to look twice.
STEEP_PERCENT = 50
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price before and after, in words. `percent` is signed ("+12.5"), None where there is none to compare."""

    before: str
    after: str
    percent: str | None
    steep: bool


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
    found = change_words.differences(before, after, lambda part: _whole_part(part, names))
    return [difference for difference in found if difference.field != "price"]


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
    return f"{words} ({described(more)})" if more else words


def _money(money: Money | None) -> str:
    return format_money(money) if money is not None else _("on request")
