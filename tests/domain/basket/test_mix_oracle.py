"""The whole answer against one that is too simple to be wrong: every way to buy and use a small menu, billed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.basket.clinic_menus import BOOSTER, EYE, HEALER, ON, TWO_ML, offer, times
from webapp.domain.basket import Mix, Offered, Reader, cheapest_mix
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Fee, LineKind, OfferTerms, Tax, Want
from webapp.domain.units import Quantity, Unit

pytestmark = pytest.mark.once

READER = Reader(first_visit=True, weekdays=True, foreign=False)
# Two wants that one part can serve, and one that stands alone.
WANTS = (
    Want("rejuran_healer", 1, TWO_ML),
    Want("rejuran_healer", 1, TWO_ML, area="neck"),
    Want("ha_booster_generic", 1, TWO_ML),
)
PARTS = (
    HEALER,
    replace(HEALER, areas=("neck",)),
    replace(HEALER, areas=("face",)),
    BOOSTER,
    replace(EYE, quantity=Decimal(1)),
)
sums = st.sampled_from([0, 1, 49, 50, 99, 333, 1000, 1234])


@st.composite
def offered(draw: st.DrawFn) -> OfferTerms:
    """An offer whose price can stand, with fees, taxes and consultations of every kind."""
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=2, unique=True))
    fee = draw(st.one_of(st.none(), sums))
    exclusive = draw(st.booleans())
    return offer(
        "",
        draw(st.integers(0, 5000)),
        *(times(part, draw(st.integers(1, 3))) for part in parts),
        tax=Tax.EXCLUSIVE if exclusive else Tax.INCLUSIVE,
        tax_rate=Decimal("8.5") if exclusive else draw(st.sampled_from([None, Decimal("8.5")])),
        consultation=Consultation.INCLUDED if fee is None else Consultation.FEE,
        consultation_fee=None if fee is None else Money(fee, "SGD"),
        consultation_waived=None if fee is None else draw(st.booleans()),
        other_fees=draw(
            st.one_of(st.none(), st.just(()), sums.map(lambda each: (Fee("medicine", Money(each, "SGD")),)))
        ),
        once_per_patient=draw(st.sampled_from([None, False, True])),
    ).terms


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Offered], tuple[Want, ...]]:
    menu = draw(st.lists(offered(), min_size=1, max_size=4))
    wants = draw(st.lists(st.sampled_from(WANTS), min_size=1, max_size=2, unique=True))
    return (
        [Offered(f"o{number}", terms) for number, terms in enumerate(menu)],
        tuple(replace(want, sessions=draw(st.integers(1, 3))) for want in wants),
    )


@given(cases())
@settings(max_examples=600, deadline=None, derandomize=True)
def test_no_difference_to_every_way_to_buy_and_use(case: tuple[list[Offered], tuple[Want, ...]]) -> None:
    menu, wants = case
    found = cheapest_mix(menu, wants, ON, READER)
    assert (None if found.total is None else found.total.amount) == least(menu, wants)
    if found.total is not None:
        adds_up(found, wants)


def adds_up(found: Mix, wants: Sequence[Want]) -> None:
    """The lines are the total, and what was bought is what was wanted and what is left over."""
    assert found.total is not None
    assert sum(line.amount.amount for line in found.lines) == found.total.amount
    assert all(line.each is None or line.each * line.count == line.amount for line in found.lines)
    assert sum(line.kind is LineKind.CONSULTATION for line in found.lines) <= 1
    held = sum(part.sessions * one.count for one in found.purchases for part in one.terms.parts)
    left = sum(row.sessions for row in found.left_over)
    assert held - left == sum(want.sessions for want in wants)


def least(menu: Sequence[Offered], wants: Sequence[Want]) -> int | None:
    """The least bill in minor units over every number of purchases and every use of each."""
    needs = tuple(want.sessions for want in wants)
    open_branches: dict[tuple[tuple[int, ...], int, int, int], None] = {(needs, 0, 0, 0): None}
    for one in menu:
        # Open needs, sum with tax in, sum without, and the dearest consultation × 1000 with its tax.
        reached = dict(open_branches)
        wave = open_branches
        for _ in range(1 if one.terms.once_per_patient else sum(needs)):
            wave = {branch: None for start in wave for branch in _buy(start, one.terms, wants)}
            wave = {branch: None for branch in wave if branch not in reached}
            reached |= wave
        open_branches = _undominated(reached)
    totals = [
        _total(inclusive, exclusive, consultation)
        for left, inclusive, exclusive, consultation in open_branches
        if not any(left)
    ]
    return min(totals, default=None)


Branch = tuple[tuple[int, ...], int, int, int]


def _buy(start: Branch, terms: OfferTerms, wants: Sequence[Want]) -> Iterator[Branch]:
    left, inclusive, exclusive, consultation = start
    assert terms.price is not None
    fee = sum(one.amount.amount for one in terms.other_fees or ())
    asked = (
        0 if terms.consultation_waived or terms.consultation_fee is None else terms.consultation_fee.amount
    )
    taxed = terms.tax is Tax.EXCLUSIVE
    # Without tax 1000, with 8.5 % on top 1085: and the last bit says whose tax mode it is.
    weight = asked * (1085 if taxed else 1000)
    for uses in product(*(_shares(part.sessions, len(wants)) for part in terms.parts)):
        ok = all(
            not sessions or _serves(part.treatment, part.areas, want)
            for part, shares in zip(terms.parts, uses, strict=True)
            for want, sessions in zip(wants, shares, strict=True)
        )
        got = [sum(shares[number] for shares in uses) for number in range(len(wants))]
        if not ok or not any(got) or any(map(int.__gt__, got, left)):
            continue
        amount = terms.price.amount + fee * max(got)
        yield (
            tuple(map(int.__sub__, left, got)),
            inclusive + (0 if taxed else amount),
            exclusive + (amount if taxed else 0),
            max(consultation, weight * 2 + taxed),
        )


def _shares(sessions: int, wants: int) -> list[tuple[int, ...]]:
    """Every way to give up to `sessions` sessions of a part to the wants."""
    return [row for row in product(range(sessions + 1), repeat=wants) if sum(row) <= sessions]


def _serves(treatment: str | None, areas: Sequence[str], want: Want) -> bool:
    if treatment != want.treatment:
        return False
    return want.area is None or tuple(areas) == (want.area,)


def _total(inclusive: int, exclusive: int, consultation: int) -> int:
    weight, taxed = divmod(consultation, 2)
    fee = weight // (1085 if taxed else 1000)
    without = exclusive + (fee if taxed else 0)
    tax = (Decimal(without) * Decimal("0.085")).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return inclusive + (0 if taxed else fee) + without + int(tax)


def _undominated(branches: dict[Branch, None]) -> dict[Branch, None]:
    """Only to keep it small: of branches with the same open needs, those that are not beaten in all three."""
    by_needs: dict[tuple[int, ...], list[Branch]] = {}
    for branch in sorted(branches):
        rows = by_needs.setdefault(branch[0], [])
        if not any(all(map(int.__le__, other[1:], branch[1:])) for other in rows):
            rows.append(branch)
    return {branch: None for rows in by_needs.values() for branch in rows}


def test_the_oracle_knows_a_bill_by_hand() -> None:
    menu = [offer("single", 1000, tax=Tax.EXCLUSIVE, tax_rate=Decimal("8.5"))]
    assert least(menu, (replace(WANTS[0], sessions=3),)) == 3255
    assert least(menu, (WANTS[2],)) is None
    assert Quantity(Decimal(2), Unit.ML) == TWO_ML
