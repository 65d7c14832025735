"""The whole answer against HiGHS: the basket, its fees, its consultation and its taxes as one integer programme.

The programme does not go purchase by purchase, as our search does: it counts purchases, sessions used and visits
per offer, and the dearest consultation. That is the same as long as no part serves two wants; what may, is tried
in every way by test_mix_oracle.py.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.domain.basket.clinic_menus import BOOSTER, EYE, HEALER, ON, TWO_ML, offer, times
from webapp.domain.basket import Mix, Offered, Reader, cheapest_mix
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Eligibility, Fee, LineKind, OfferTerms, Tax, Want
from webapp.domain.units import Quantity, Unit

pytestmark = pytest.mark.once

RANDOM_CASES = 2_000
PARTS = (HEALER, HEALER, replace(HEALER, areas=("neck",)), BOOSTER, BOOSTER, EYE)
WANTS = (
    Want("rejuran_healer", 1, TWO_ML),
    Want("rejuran_healer", 1, TWO_ML, area="neck"),
    Want("ha_booster_generic", 1, TWO_ML),
    Want("rejuran_eye", 1, Quantity(Decimal(1), Unit.ML)),
)
# Minor units of each offer's amounts × 1000, so that a tax of 8.5 % stays whole.
SCALE = 1_000


def random_menu(number: int) -> tuple[list[Offered], tuple[Want, ...], Reader]:
    chance = random.Random(number)
    reader = Reader(first_visit=chance.choice([True, False, None]), weekdays=chance.choice([True, None]))
    # Of the first two, one: a part for the neck would serve both.
    wants = chance.sample([chance.choice(WANTS[:2]), *WANTS[2:]], chance.randint(1, 3))
    return (
        [Offered(f"o{row}", random_terms(chance)) for row in range(chance.randint(2, 6))],
        tuple(replace(want, sessions=chance.randint(1, 6)) for want in wants),
        reader,
    )


def random_terms(chance: random.Random) -> OfferTerms:
    """Combos, courses and singles, dear enough to differ and alike enough to compete."""
    parts = [times(part, chance.choice([1, 1, 2, 3])) for part in chance.sample(PARTS, chance.randint(1, 3))]
    sessions = sum(part.sessions for part in parts)
    fee = chance.choice([None, None, 500, 900])
    tax, rate = chance.choice(
        [
            (Tax.INCLUSIVE, None),
            (Tax.INCLUSIVE, Decimal(9)),
            (Tax.EXCLUSIVE, Decimal(9)),
            (Tax.EXCLUSIVE, Decimal("8.5")),
            (Tax.UNKNOWN, None),
        ]
    )
    return offer(
        "",
        sessions * chance.randint(700, 1300),
        *parts,
        tax=tax,
        tax_rate=rate,
        consultation=Consultation.INCLUDED if fee is None else Consultation.FEE,
        consultation_fee=None if fee is None else Money(fee, "SGD"),
        consultation_waived=None if fee is None else chance.choice([None, None, True]),
        other_fees=chance.choice([None, (), (Fee("medicine", Money(chance.randint(1, 300), "SGD")),)]),
        eligibility=chance.choice([Eligibility.ANY] * 4 + [Eligibility.FIRST_VISIT, Eligibility.RETURNING]),
        once_per_patient=chance.choice([None, None, True]),
        weekday_only=chance.choice([None, False, True]),
    ).terms


@pytest.mark.parametrize("first", range(0, RANDOM_CASES, 500))
def test_no_difference_to_highs(first: int) -> None:
    covered = left_over = 0
    for number in range(first, first + 500):
        menu, wants, reader = random_menu(number)
        found = cheapest_mix(menu, wants, ON, reader)
        least = highs([one.terms for one in menu if stands(one.terms, reader)], wants)
        assert (weight(found) if found.complete else None) == least, f"menu {number}"
        if found.complete:
            adds_up(found, wants)
            covered += 1
            left_over += bool(found.left_over)
    assert covered > 100
    assert left_over > 50


def stands(terms: OfferTerms, reader: Reader) -> bool:
    """May this reader buy it, at a price that can stand?"""
    if terms.tax is Tax.UNKNOWN or (terms.weekday_only and not reader.weekdays):
        return False
    visit = {Eligibility.FIRST_VISIT: True, Eligibility.RETURNING: False}.get(terms.eligibility)
    return visit is None or reader.first_visit is visit


def factor(terms: OfferTerms) -> int:
    added = terms.tax_rate if terms.tax is Tax.EXCLUSIVE and terms.tax_rate is not None else Decimal(0)
    return int(SCALE * (100 + added) / 100)


def asked(terms: OfferTerms) -> int:
    if terms.consultation_fee is None or terms.consultation_waived:
        return 0
    return terms.consultation_fee.amount * factor(terms)


def weight(mix: Mix) -> int:
    """What a mix costs before its taxes are rounded, in minor units × SCALE."""
    sums = [
        factor(one.terms)
        * (
            one.each.amount * one.count
            + one.visits * sum(fee.amount.amount for fee in one.terms.other_fees or ())
        )
        for one in mix.purchases
        if one.each is not None
    ]
    return sum(sums) + max(asked(one.terms) for one in mix.purchases)


def adds_up(mix: Mix, wants: Sequence[Want]) -> None:
    """The total is its lines, and each tax its rate of what is stated without it, half up, once."""
    assert mix.total is not None
    assert mix.total.amount == sum(line.amount.amount for line in mix.lines)
    for tax in (line for line in mix.lines if line.kind is LineKind.TAX):
        assert tax.rate is not None
        stated = sum(line.amount.amount for line in mix.lines if line.kind is not LineKind.TAX)
        exact = stated * tax.rate / 100
        assert tax.amount.amount <= exact.quantize(Decimal(1), ROUND_HALF_UP)
    # Rounding moves each of the two taxes by half a minor unit at most.
    assert abs(mix.total.amount * SCALE - weight(mix)) <= SCALE
    held = sum(part.sessions * one.count for one in mix.purchases for part in one.terms.parts)
    assert held - sum(row.sessions for row in mix.left_over) == sum(want.sessions for want in wants)
    for one in mix.purchases:
        assert one.count == 1 or not one.terms.once


def highs(menu: Sequence[OfferTerms], wants: Sequence[Want]) -> int | None:
    """The least weight, or None where the menu does not cover the wants."""
    if not menu:
        return None
    most = sum(want.sessions for want in wants)
    costs: list[int] = []
    upper: list[int] = []
    rows: list[tuple[dict[int, int], int]] = []  # coefficients by column, and what their sum is at least

    def column(cost: int, bound: int) -> int:
        costs.append(cost)
        upper.append(bound)
        return len(costs) - 1

    dearest = column(1, max(map(asked, menu)))
    given: list[list[int]] = [[] for _ in wants]
    for terms in menu:
        assert terms.price is not None
        fee = sum(one.amount.amount for one in terms.other_fees or ())
        bought = column(terms.price.amount * factor(terms), 1 if terms.once else most)
        visits = column(fee * factor(terms), most)
        is_bought = column(0, 1)
        rows.append(({is_bought: most, bought: -1}, 0))
        rows.append(({dearest: 1, is_bought: -asked(terms)}, 0))
        per_want: list[list[int]] = [[] for _ in wants]
        for part in terms.parts:
            used = [
                column(0, want.sessions) if serves(part.areas, part.treatment, want) else None
                for want in wants
            ]
            columns = [(number, one) for number, one in enumerate(used) if one is not None]
            rows.append(({bought: part.sessions, **{one: -1 for _, one in columns}}, 0))
            for number, one in columns:
                per_want[number].append(one)
                given[number].append(one)
        # A visit holds one session of each want.
        rows += [({visits: 1, **dict.fromkeys(columns, -1)}, 0) for columns in per_want if columns]
    rows += [(dict.fromkeys(columns, 1), want.sessions) for columns, want in zip(given, wants, strict=True)]
    answer = milp(
        costs,
        constraints=LinearConstraint(
            [[row.get(number, 0) for number in range(len(costs))] for row, _ in rows],
            [least for _, least in rows],
        ),
        integrality=[1] * len(costs),
        bounds=Bounds(0, upper),
        options={"mip_rel_gap": 0},
    )
    if answer.x is None:
        return None
    counts: list[int] = [round(value) for value in answer.x]
    return sum(cost * count for cost, count in zip(costs, counts, strict=True))


def serves(areas: Sequence[str], treatment: str | None, want: Want) -> bool:
    return treatment == want.treatment and (want.area is None or tuple(areas) == (want.area,))
