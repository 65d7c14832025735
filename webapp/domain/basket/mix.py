"""The cheapest mix of one clinic's offers that covers a basket: like for like, with its bill, or the reasons why not.

Only offers whose price can stand enter a total. The choice is exact: the prices, the fees of the visits taken,
the consultation that the mix brings with it, and the tax on all of it. (Tax is rounded once, on the bill. With
one rate at a clinic rounding changes no order; should its offers add two different rates, mixes less than a
minor unit apart count as equal.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import sub
from typing import NamedTuple

from webapp.domain.basket.gate import (
    Admitted,
    NotComparable,
    Offered,
    Reader,
    admit,
    not_comparable,
)
from webapp.domain.basket.solver import Choice, Solution, cheapest, check_size
from webapp.domain.basket.uses import Use, uses
from webapp.domain.money import CurrencyMismatch, Money
from webapp.domain.offers import (
    NO_FAMILIES,
    PRICE_AGE_DAYS,
    Condition,
    Field,
    Incomplete,
    Line,
    Part,
    Purchase,
    Want,
    Weighing,
    bill,
    conditions,
    consultation_fee,
    fee_per_visit,
    price_of_one,
    unpriced,
    unstated,
)
from webapp.domain.units import Quantity

# Above any real sum of one clinic's offers (MAX_MINOR each), so that an offer with open terms is taken only
# where nothing else serves, and a session is left out only where nothing serves at all.
_OPEN_TERMS = 10**18
_LEFT_OUT = 10**24


class UnsettledAmount(ValueError):
    """A want without a quantity: 1 ml and 2 ml are not alike, so the amount is settled before anything is compared."""


class Lacking(StrEnum):
    """Why a clinic's offers leave wanted sessions uncovered; the first that applies, in this order."""

    # There are offers, for the first visit or weekdays only, say, and the reader did not say that this is she.
    NOT_FOR_READER = "not_for_reader"
    # Offers for the first visit or once per patient hold fewer sessions than wanted.
    CANNOT_REPEAT = "cannot_repeat"
    # Only in another variant, amount, unit or area.
    NOT_COMPARABLE = "not_comparable"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Gap:
    """Wanted sessions that nothing of the clinic covers, and why."""

    want: Want
    sessions: int
    why: Lacking


@dataclass(frozen=True, slots=True)
class LeftOverOf:
    """Sessions that are paid for and not wanted, of one part of one offer."""

    ref: str
    part: Part
    sessions: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """An offer with what is wanted that stays out of totals: for `reasons` of its own, or for `unmet` conditions."""

    ref: str
    reasons: tuple[Incomplete, ...]
    unmet: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """What to buy at one clinic in one currency.

    Complete: `total` is the sum of `lines`, `reasons` and `gaps` are empty, and no mix of offers whose prices
    stand costs less. Incomplete: `total` is None, `purchases` and `lines` show what is known of the mix that
    leaves least open, and `reasons` and `gaps` say what is. `currency` is None where there are no offers.
    `tax` is how much of the total is tax, None where a rate is not stated. `set_aside` are the offers that
    could change the answer; `not_comparable` those that hold only something else of the kind.
    """

    currency: str | None
    total: Money | None
    tax: Money | None
    purchases: tuple[Purchase, ...]
    lines: tuple[Line, ...]
    reasons: tuple[Incomplete, ...]
    gaps: tuple[Gap, ...]
    left_over: tuple[LeftOverOf, ...]
    conditions: tuple[Condition, ...]
    unstated: tuple[Field, ...]
    set_aside: tuple[SetAside, ...]
    not_comparable: tuple[NotComparable, ...]

    @property
    def complete(self) -> bool:
        return self.total is not None

    @property
    def unpriced(self) -> tuple[Field, ...]:
        """Of the inclusions that matter, what the total may lack: numbing, other fees. Shown beside the total.

        Neither makes it incomplete; but a total with numbing in it is not quite one without.
        """
        lacking = {field for purchase in self.purchases for field in unpriced(purchase.terms)}
        return tuple(field for field in Field if field in lacking)


class _Candidate(NamedTuple):
    """One way to use one offer, as a choice of the search. `offer` None: leave a session of a want out."""

    offer: Admitted | None
    use: Use
    choice: Choice


def cheapest_mix(
    offers: Sequence[Offered],
    wants: Sequence[Want],
    on: date,
    reader: Reader,
    max_price_age_days: int | None = PRICE_AGE_DAYS,
    families: Mapping[str, str] = NO_FAMILIES,
) -> Mix:
    """The cheapest mix of one clinic's offers, all in one currency, on the day `on` in the clinic's own zone.

    `max_price_age_days` None: freshness is not asked for (a quote has its own validity). `families`: see
    `differences`. Raises TooLarge, UnsettledAmount, or CurrencyMismatch (see `mixes`).
    """
    wanted = [want.sessions for want in wants]
    check_size(wanted)
    if any(want.quantity is None for want in wants):
        raise UnsettledAmount
    in_order = sorted(offers, key=lambda offer: offer.ref)
    currency = _one_currency(in_order)
    admitted: list[Admitted] = []
    others: list[NotComparable] = []
    for offer in in_order:
        entries = admit(offer, wants, on, reader, max_price_age_days)
        admitted.extend(entries)
        if not entries and (other := not_comparable(offer, wants, families)) is not None:
            others.append(other)
    usable = [offer for offer in admitted if not offer.unmet]
    standing = [offer for offer in usable if not offer.reasons]
    weighing = Weighing.of([offer.terms for offer in usable])
    found = _best_complete(standing, wanted, weighing) or _leaving_least_open(usable, wanted, weighing)
    return _mix(found, currency, wants, weighing, admitted, others)


def mixes(
    offers: Sequence[Offered],
    wants: Sequence[Want],
    on: date,
    reader: Reader,
    max_price_age_days: int | None = PRICE_AGE_DAYS,
    families: Mapping[str, str] = NO_FAMILIES,
) -> tuple[Mix, ...]:
    """One cheapest mix per currency that the clinic's offers are in, in the order of the codes.

    No mix holds two currencies, and nothing here says which of two is cheaper: that needs a dated rate.
    """
    codes = sorted({offer.terms.currency for offer in offers})
    groups = [[offer for offer in offers if offer.terms.currency == code] for code in codes] or [[]]
    return tuple(cheapest_mix(group, wants, on, reader, max_price_age_days, families) for group in groups)


def stated_amounts(
    offers: Sequence[Offered], treatment: str, usual: Quantity | None = None
) -> tuple[Quantity, ...]:
    """The amounts that offers of a treatment state, most often stated first: what to settle a want with.

    Of those stated equally often the `usual` one comes first, then the smaller one.
    """
    counts: dict[Quantity, int] = {}
    for offer in offers:
        for part in offer.terms.parts:
            if part.treatment == treatment and part.amount is not None:
                counts[part.amount] = counts.get(part.amount, 0) + 1
    return tuple(
        sorted(counts, key=lambda amount: (-counts[amount], amount != usual, amount.unit.value, amount.value))
    )


def _one_currency(offers: Sequence[Offered]) -> str | None:
    codes = sorted({offer.terms.currency for offer in offers})
    if len(codes) > 1:
        raise CurrencyMismatch(codes[0], codes[1])
    return codes[0] if codes else None


def _best_complete(
    offers: Sequence[Admitted], wanted: Sequence[int], weighing: Weighing
) -> list[tuple[_Candidate, int]] | None:
    """The candidates to buy, each with its count; None when the offers do not cover what is wanted.

    The dearest consultation of a mix is charged once. So for every fee that is asked, the best mix of offers
    that ask no more is found, and the best of these with its fee is the best of all.
    """
    fees = {offer.ref: weighing.factor(offer.terms) * consultation_fee(offer.terms) for offer in offers}
    candidates = [row for offer in offers for row in _candidates(offer, wanted, weighing)]
    asked = sorted(set(fees.values()))
    best: tuple[int, int, list[tuple[_Candidate, int]]] | None = None
    cheapest_of_all = _solve(wanted, candidates) if len(asked) > 1 else None
    if len(asked) > 1 and cheapest_of_all is None:
        return None
    for fee in asked:
        if best is not None and cheapest_of_all is not None and fee + cheapest_of_all.cost > best[0]:
            break
        within = [row for row in candidates if row.offer is not None and fees[row.offer.ref] <= fee]
        last = fee == asked[-1] and cheapest_of_all is not None
        solution = cheapest_of_all if last else _solve(wanted, within)
        if solution is None:
            continue
        bought = [(row, count) for row, count in zip(within, solution.counts, strict=True) if count]
        charged = max([fees[row.offer.ref] for row, _ in bought if row.offer is not None], default=0)
        key = (solution.cost + charged, sum(solution.counts))
        if best is None or key < best[:2]:
            best = (*key, bought)
    return None if best is None else best[2]


def _leaving_least_open(
    offers: Sequence[Admitted], wanted: Sequence[int], weighing: Weighing
) -> list[tuple[_Candidate, int]]:
    """As much as can be covered, with as few offers of open terms as can be, at the least that is known."""
    candidates = [row for offer in offers for row in _candidates(offer, wanted, weighing)]
    for number in range(len(wanted)):
        one = tuple(int(number == other) for other in range(len(wanted)))
        candidates.append(_Candidate(None, Use(one, 0, ()), Choice(one, _LEFT_OUT)))
    solution = _solve(wanted, candidates)
    counts = () if solution is None else solution.counts
    return [(row, count) for row, count in zip(candidates, counts, strict=True) if count]


def _solve(wanted: Sequence[int], candidates: Sequence[_Candidate]) -> Solution | None:
    return cheapest(wanted, [row.choice for row in candidates])


def _candidates(offer: Admitted, wanted: Sequence[int], weighing: Weighing) -> list[_Candidate]:
    """The ways to buy and use an offer. Without its consultation; an unknown price is the last resort."""
    each = price_of_one(offer.terms)
    fee = fee_per_visit(offer.terms)
    factor = weighing.factor(offer.terms)
    open_terms = _OPEN_TERMS * (bool(offer.reasons) + (each is None))
    found: list[_Candidate] = []
    for use in uses(offer, wanted, fee):
        amount = (0 if each is None else each.amount) + fee * use.visits
        cost = amount * factor + open_terms
        found.append(
            _Candidate(offer, use, Choice(use.covers, cost, offer.ref if offer.terms.once else None))
        )
    return found


def _mix(
    found: Sequence[tuple[_Candidate, int]],
    currency: str | None,
    wants: Sequence[Want],
    weighing: Weighing,
    admitted: Sequence[Admitted],
    others: Sequence[NotComparable],
) -> Mix:
    """The answer in words and sums from what the search found."""
    purchases, left_over, still_open = _used(found, wants)
    reasons = {reason for row, _ in found if row.offer is not None for reason in row.offer.reasons}
    gaps = tuple(
        Gap(want, sessions, _why(number, want, admitted, others))
        for number, (want, sessions) in enumerate(zip(wants, still_open, strict=True))
        if sessions
    )
    sums = bill(purchases, currency, weighing) if currency is not None else None
    complete = sums is not None and bool(purchases) and not reasons and not gaps
    held = {condition for purchase in purchases for condition in conditions(purchase.terms)}
    fields = {field for purchase in purchases for field in unstated(purchase.terms)}
    return Mix(
        currency=currency,
        total=sums.total if sums is not None and complete else None,
        tax=sums.tax if sums is not None and complete else None,
        purchases=purchases,
        lines=sums.lines if sums is not None else (),
        reasons=tuple(reason for reason in Incomplete if reason in reasons),
        gaps=gaps,
        left_over=left_over,
        conditions=tuple(condition for condition in Condition if condition in held),
        unstated=tuple(field for field in Field if field in fields),
        set_aside=_set_aside(admitted),
        not_comparable=tuple(others),
    )


def _set_aside(admitted: Sequence[Admitted]) -> tuple[SetAside, ...]:
    # An offer with a part that is open comes last with all its reasons, after itself without that part.
    last = {offer.ref: offer for offer in admitted}
    return tuple(
        SetAside(ref, offer.reasons, offer.unmet)
        for ref, offer in last.items()
        if offer.reasons or offer.unmet
    )


def _used(
    found: Sequence[tuple[_Candidate, int]], wants: Sequence[Want]
) -> tuple[tuple[Purchase, ...], tuple[LeftOverOf, ...], list[int]]:
    """Purchases per offer, sessions left over per part, and sessions still open per want."""
    still_open = [want.sessions for want in wants]
    offers: dict[str, Admitted] = {}
    counts: dict[str, int] = {}
    visits: dict[str, int] = {}
    used: dict[tuple[str, int], int] = {}
    for row, count in found:
        if row.offer is None:
            continue
        ref = row.offer.ref
        offers[ref] = row.offer
        counts[ref] = counts.get(ref, 0) + count
        before = still_open.copy()
        for part, want, sessions in row.use.given:
            taken = min(still_open[want], sessions * count)
            still_open[want] -= taken
            used[ref, part] = used.get((ref, part), 0) + taken
        # Nobody comes for what is left over.
        visits[ref] = visits.get(ref, 0) + max(map(sub, before, still_open), default=0)
    purchases = tuple(
        Purchase(ref, offer.terms, counts[ref], visits[ref], price_of_one(offer.terms))
        for ref, offer in offers.items()
    )
    left_over = tuple(
        LeftOverOf(ref, part, left)
        for ref, offer in offers.items()
        for index, part in enumerate(offer.terms.parts)
        if (left := part.sessions * counts[ref] - used.get((ref, index), 0))
    )
    return purchases, left_over, still_open


def _why(number: int, want: Want, admitted: Sequence[Admitted], others: Sequence[NotComparable]) -> Lacking:
    serving = [offer for offer in admitted if any(number in numbers for numbers in offer.serves)]
    if any(offer.unmet for offer in serving):
        return Lacking.NOT_FOR_READER
    if serving:
        return Lacking.CANNOT_REPEAT
    if any(other.want == want for other in others):
        return Lacking.NOT_COMPARABLE
    return Lacking.NOT_OFFERED
