"""A quote beside everything that was asked for: which wants it covers and how far, what it holds beyond, its bill.

The same gate and bill as for offers and baskets. A quote is one offer to one person and is bought once, so nothing is
searched for: its parts are given to the wants so that as many sessions as possible are covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from webapp.domain.basket import Offered, stated_amounts
from webapp.domain.money import Money
from webapp.domain.offers import (
    Difference,
    Field,
    Incomplete,
    LeftOver,
    Line,
    Mismatch,
    OfferTerms,
    Purchase,
    Want,
    Weighing,
    bill,
    differences,
    parts_for,
    reasons_against,
    unstated,
)
from webapp.domain.quotes.terms import ASKED, QuoteTerms, own_reasons


class Relation(StrEnum):
    """How an amount stands to another one for the same things."""

    SAME = "same"
    ABOVE = "above"
    BELOW = "below"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a quote goes for one want. `mismatch` says why it holds nothing of it; None where it holds some."""

    want: Want
    sessions: int
    mismatch: Mismatch | None

    @property
    def short(self) -> int:
        """The sessions that are lacking."""
        return self.want.sessions - self.sessions


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """A quote's bill beside what was asked for.

    `total` is the sum of `lines`; None unless every want is covered by equal things and `reasons` is empty. `tax` is
    how much of it is tax, None where that is not known. `covered` has one entry per want, in their order. `left_over`
    are sessions beyond what was asked, `not_asked` what nobody asked for: the total pays for both.
    """

    currency: str
    total: Money | None
    tax: Money | None
    lines: tuple[Line, ...]
    covered: tuple[Covered, ...]
    left_over: tuple[LeftOver, ...]
    not_asked: tuple[LeftOver, ...]
    reasons: tuple[Incomplete, ...]
    unstated: tuple[Field, ...]

    @property
    def complete(self) -> bool:
        return self.total is not None

    @property
    def covers_all(self) -> bool:
        """Is every want covered by equal things? Then only `reasons` can keep the total away."""
        return not any(one.short for one in self.covered)


def answer(quote: QuoteTerms, wants: Sequence[Want], on: date) -> QuoteAnswer:
    """Add a quote up on the day `on` (in the clinic's zone), line by line, beside what was asked for.

    A want without a quantity is covered by any stated amount of its treatment. No wants (the clinic proposes what it
    thinks right): the quote is added up as it stands, a visit for each session of its longest part.

    >>> from decimal import Decimal
    >>> from webapp.domain.offers import Part
    >>> from webapp.domain.quotes.terms import QuoteLine
    >>> from webapp.domain.units import Quantity, Unit
    >>> healer = QuoteLine(Part("rejuran_healer", Decimal(2), Unit.ML, sessions=4), Money(150000, "SGD"))
    >>> asked = [Want("rejuran_healer", 3, Quantity.parse("2 ml")), Want("profhilo", 1)]
    >>> found = answer(QuoteTerms("SGD", (healer,), date(2026, 3, 1)), asked, date(2026, 3, 1))
    >>> [(one.sessions, one.short, one.mismatch) for one in found.covered], found.left_over[0].sessions, found.total
    ([(3, 0, None), (0, 1, <Mismatch.TREATMENT: 'treatment'>)], 1, None)
    """
    offer = quote.as_offer()
    may_serve = [_may_serve(offer, want) for want in wants]
    given = _give(offer, wants, may_serve)
    covered = tuple(
        Covered(want, sum(given[number].values()), None if serving else _nearest(offer, want))
        for number, (want, serving) in enumerate(zip(wants, may_serve, strict=True))
    )
    used = {index for serving in may_serve for index in serving}
    reasons = reasons_against(
        offer,
        [part for index, part in enumerate(offer.parts) if index in used or not used],
        on,
        max_price_age_days=None,
        area_open=_area_open(offer, wants, may_serve),
    )
    reasons += own_reasons(quote)
    longest = max(part.sessions for part in offer.parts)
    visits = max((one.sessions for one in covered), default=0) or longest
    # The lines are taken in the same visits, so the fees of these are asked with the first. What is known of the
    # fees is shown, also where not all of it is.
    purchases = [
        Purchase(
            "",
            replace(offer, title=line.title, other_fees=quote.known_fees),
            1,
            0 if number else visits,
            line.price,
        )
        for number, line in enumerate(quote.lines)
    ]
    sums = bill(purchases, quote.currency, Weighing.of([offer]))
    stands = not reasons and not any(one.short for one in covered)
    more, not_asked = _beyond(offer, given, used) if wants else ((), ())
    return QuoteAnswer(
        currency=quote.currency,
        total=sums.total if stands else None,
        tax=sums.tax if stands else None,
        lines=sums.lines,
        covered=covered,
        left_over=more,
        not_asked=not_asked,
        reasons=reasons,
        unstated=tuple(field for field in unstated(offer) if field in ASKED),
    )


def as_answered(quote: QuoteTerms, wants: Sequence[Want]) -> QuoteAnswer:
    """The answer as it stood on the day it was given, whatever became of it since."""
    return answer(replace(quote, withdrawn_on=None), wants, quote.answered_on)


def things_quoted(quote: QuoteTerms, wants: Sequence[Want], on: date) -> tuple[Want, ...] | None:
    """What the quote is for, as wants with settled amounts, so that a price list can be asked for the very same.

    What was asked for, with the amounts that the quote states where none was named, and what it holds beyond. None
    where the quote does not cover what was asked, or holds what no price list can be asked for.

    >>> from decimal import Decimal
    >>> from webapp.domain.offers import Part
    >>> from webapp.domain.quotes.terms import QuoteLine
    >>> from webapp.domain.units import Unit
    >>> healer = QuoteLine(Part("rejuran_healer", Decimal(2), Unit.ML, sessions=4), Money(150000, "SGD"))
    >>> quote = QuoteTerms("SGD", (healer,), date(2026, 3, 1))
    >>> things = things_quoted(quote, [Want("rejuran_healer", 3)], date(2026, 3, 1))
    >>> [(want.treatment, want.sessions, str(want.quantity)) for want in things]
    [('rejuran_healer', 4, '2 ml')]
    """
    found = answer(quote, wants, on)
    if not found.covers_all:
        return None
    stated = [Offered("", quote.as_offer())]
    things: list[Want] = []
    for want in wants:
        amounts = stated_amounts(stated, want.treatment)
        if want.quantity is None and len(amounts) == 1:
            want = replace(want, quantity=amounts[0])
        things.append(want)
    for left in (*found.left_over, *found.not_asked):
        same = next(
            (number for number, want in enumerate(things) if differences(left.part, want) == ()), None
        )
        if same is not None:
            things[same] = replace(things[same], sessions=things[same].sessions + left.sessions)
        elif left.part.treatment is not None:
            areas = ";".join(left.part.areas) or None
            things.append(Want(left.part.treatment, left.sessions, left.part.amount, areas))
        else:
            return None
    return None if any(want.quantity is None for want in things) else tuple(things)


def relation(amount: Money | None, beside: Money | None) -> Relation:
    """How an amount stands to the one it is held against; not comparable where one is unknown or in another currency.

    Both are for the same wants: that is the caller's to see to.

    >>> relation(Money(160000, "SGD"), Money(148000, "SGD")).value, relation(None, Money(148000, "SGD")).value
    ('above', 'not_comparable')
    """
    if amount is None or beside is None or amount.currency != beside.currency:
        return Relation.NOT_COMPARABLE
    if amount.amount == beside.amount:
        return Relation.SAME
    return Relation.ABOVE if amount.amount > beside.amount else Relation.BELOW


def _may_serve(offer: OfferTerms, want: Want) -> list[int]:
    """The numbers of the parts that are what is wanted; what leaves it open only where nothing states it."""
    stated, left_open = parts_for(offer.parts, want)
    return stated or left_open


def _nearest(offer: OfferTerms, want: Want) -> Mismatch:
    differ = [found for part in offer.parts if (found := differences(part, want)) is not None]
    if not differ:
        return Mismatch.TREATMENT
    return Mismatch.AREA if (Difference.AREA,) in differ else Mismatch.QUANTITY


def _area_open(offer: OfferTerms, wants: Sequence[Want], may_serve: Sequence[Sequence[int]]) -> bool:
    return any(
        want.area is not None and any(not offer.parts[index].areas for index in serving)
        for want, serving in zip(wants, may_serve, strict=True)
    )


def _give(
    offer: OfferTerms, wants: Sequence[Want], may_serve: Sequence[Sequence[int]]
) -> list[dict[int, int]]:
    """Per want, the sessions it gets of each part (by number), so that in all as many as possible are covered.

    Session by session, moving what was given before where another part may serve that want as well. A quote has a
    dozen lines at most.
    """
    given: list[dict[int, int]] = [{} for _ in wants]
    free = [part.sessions for part in offer.parts]

    def find(want: int, tried: set[int]) -> bool:
        for index in may_serve[want]:
            if index in tried:
                continue
            tried.add(index)
            holders = (other for other in range(len(wants)) if other != want and given[other].get(index))
            if free[index]:
                free[index] -= 1
            elif (moved := next((other for other in holders if find(other, tried)), None)) is not None:
                given[moved][index] -= 1
            else:
                continue
            given[want][index] = given[want].get(index, 0) + 1
            return True
        return False

    for number, want in enumerate(wants):
        for _session in range(want.sessions):
            if not find(number, set()):
                break
    return given


def _beyond(
    offer: OfferTerms, given: Sequence[dict[int, int]], used: set[int]
) -> tuple[tuple[LeftOver, ...], tuple[LeftOver, ...]]:
    """Sessions beyond what was asked of it, and parts that nobody asked for."""
    more: list[LeftOver] = []
    others: list[LeftOver] = []
    for index, part in enumerate(offer.parts):
        left = part.sessions - sum(shares.get(index, 0) for shares in given)
        if left:
            (more if index in used else others).append(LeftOver(part, left))
    return tuple(more), tuple(others)
