"""The search for the cheapest purchases against two oracles: every combination there is, and HiGHS."""

import random
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from webapp.domain.basket import solver
from webapp.domain.basket.solver import Choice, Solution, TooLarge, cheapest

pytestmark = pytest.mark.once

RANDOM_CASES = 5_000


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[int], list[Choice]]:
    """Up to four needs of up to six sessions; singles, courses, combos, some for once, some alike."""
    needs = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    covers = st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5]), min_size=len(needs), max_size=len(needs))
    choice = st.builds(
        Choice,
        covers.map(tuple),
        st.one_of(st.integers(0, 60), st.integers(0, 10**7)),
        st.sampled_from([None, None, "a", "b", "c"]),
    )
    return needs, draw(st.lists(choice, max_size=12))


def random_basket(number: int) -> tuple[list[int], list[Choice]]:
    """Baskets of the same kinds by their number: what hypothesis draws costs more than what is tested with it."""
    chance = random.Random(number)
    needs = [chance.randint(1, 6) for _ in range(chance.randint(1, 4))]
    choices = [
        Choice(
            tuple(chance.choice([0, 0, 0, 1, 1, 2, 3, 5]) for _ in needs),
            chance.choice([chance.randint(0, 60), chance.randint(0, 10**7)]),
            chance.choice([None, None, "a", "b", "c"]),
        )
        for _ in range(chance.randint(0, 12))
    ]
    return needs, choices


@pytest.mark.parametrize("first", range(0, RANDOM_CASES, 500))
def test_no_difference_to_highs(first: int) -> None:
    covered = 0
    for number in range(first, first + 500):
        needs, choices = random_basket(number)
        found = cheapest(needs, choices)
        assert (None if found is None else found.cost) == highs(needs, choices), f"basket {number}"
        if found is not None:
            holds(needs, choices, found)
            covered += 1
    assert covered > 250


@given(baskets())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_no_difference_to_every_combination(basket: tuple[list[int], list[Choice]]) -> None:
    needs = [min(need, 3) for need in basket[0]][:3]
    choices = [Choice(one.covers[:3], one.cost, one.only_one_of) for one in basket[1][:5]]
    found = cheapest(needs, choices)
    least = every_combination(needs, choices)
    assert (None if found is None else (found.cost, sum(found.counts))) == least


@pytest.mark.parametrize(
    ("needs", "choices", "found"),
    [
        ([], [], Solution((), 0)),
        ([1], [], None),
        ([1, 1], [Choice((1, 0), 5)], None),
        ([2], [Choice((1,), 5, "a")], None),
        ([2], [Choice((1,), 5, "a"), Choice((1,), 7, "a")], None),
        ([2], [Choice((1,), 5, "a"), Choice((1,), 7, "b")], Solution((1, 1), 12)),
        ([2], [Choice((1,), 5, "a"), Choice((2,), 7, "a"), Choice((1,), 6)], Solution((0, 1, 0), 7)),
        ([3], [Choice((1,), 0)], Solution((3,), 0)),
        ([2], [Choice((0,), 0), Choice((2,), 9), Choice((2,), 9)], Solution((0, 1, 0), 9)),
        # Equal sums: the fewer purchases.
        ([2, 1], [Choice((1, 0), 5), Choice((0, 1), 5), Choice((2, 1), 15)], Solution((0, 0, 1), 15)),
        ([1, 1], [Choice((1, 1), 10**12), Choice((1, 0), 10**12)], Solution((1, 0), 10**12)),
    ],
)
def test_small_cases(needs: list[int], choices: list[Choice], found: Solution | None) -> None:
    assert cheapest(needs, choices) == found


def test_too_many_needs_are_refused() -> None:
    assert cheapest([6] * 5, [Choice((1,) * 5, 7)]) == Solution((6,), 42)
    with pytest.raises(TooLarge):
        cheapest([6] * 6, [Choice((1,) * 6, 7)])


def test_a_search_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = [Choice((2, 0), 90), Choice((0, 2), 90), Choice((2, 1), 120), Choice((1, 2), 125)]
    assert cheapest([6, 6], choices) == Solution((0, 0, 2, 2), 490)
    monkeypatch.setattr(solver, "MAX_STEPS", 1)
    with pytest.raises(TooLarge):
        cheapest([6, 6], choices)


def holds(needs: Sequence[int], choices: Sequence[Choice], found: Solution) -> None:
    """The counts cover the needs, keep to what may be bought once, and cost what they say."""
    pairs = list(zip(choices, found.counts, strict=True))
    for index, need in enumerate(needs):
        assert sum(choice.covers[index] * count for choice, count in pairs) >= need
    for group in {choice.only_one_of for choice in choices} - {None}:
        assert sum(count for choice, count in pairs if choice.only_one_of == group) <= 1
    assert sum(choice.cost * count for choice, count in pairs) == found.cost


def highs(needs: Sequence[int], choices: Sequence[Choice]) -> int | None:
    """The same question to HiGHS, a solver of mixed-integer programmes."""
    if not choices:
        return None
    rows = [[choice.covers[index] for choice in choices] for index in range(len(needs))]
    groups = sorted({choice.only_one_of for choice in choices if choice.only_one_of is not None})
    rows += [[-int(choice.only_one_of == group) for choice in choices] for group in groups]
    answer = milp(
        [choice.cost for choice in choices],
        constraints=LinearConstraint(rows, [*needs, *([-1] * len(groups))]),
        integrality=[1] * len(choices),
        bounds=Bounds(0, max(needs)),
        options={"mip_rel_gap": 0},
    )
    if answer.x is None:
        return None
    counts: list[int] = [round(value) for value in answer.x]
    return sum(choice.cost * count for choice, count in zip(choices, counts, strict=True))


def every_combination(needs: Sequence[int], choices: Sequence[Choice]) -> tuple[int, int] | None:
    """The least cost, then the fewest purchases, over all counts that could help."""
    most = [1 if choice.only_one_of else max(needs) for choice in choices]
    groups = {choice.only_one_of for choice in choices} - {None}
    return min(
        (
            (sum(choice.cost * count for choice, count in pairs), sum(counts))
            for counts in product(*(range(limit + 1) for limit in most))
            for pairs in (list(zip(choices, counts, strict=True)),)
            if all(
                sum(choice.covers[index] * count for choice, count in pairs) >= need
                for index, need in enumerate(needs)
            )
            and all(
                sum(count for choice, count in pairs if choice.only_one_of == group) <= 1 for group in groups
            )
        ),
        default=None,
    )
