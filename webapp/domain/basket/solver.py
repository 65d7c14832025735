"""The cheapest purchases that cover a basket: an exact search over whole numbers that knows nothing of clinics.

A choice is a vector of sessions (one number per need) and a cost. What serves one need alone is settled by a
small table per need. Choices that serve several needs, and those that may be bought once, are looked at one
after the other: after each, the needs that may then be open and the least cost of coming there. What could not
get cheaper than the best found so far is dropped on the way.

How cheap it could still get is told by a table per need as well: the cost of a choice is divided among the needs
it serves, and each need is covered by itself at those shares. A real purchase pays all its shares, so the sum
never exceeds a real cost. All is integers: equal sums are equal, and among them the one with fewer purchases
wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from operator import ge, getitem
from typing import NamedTuple

# Baskets: 4 treatments × 6 sessions are 2,401 combinations of open sessions. Beyond this a page would wait.
MAX_STATES = 20_000
# Purchases tried. 4 × 6 needs some hundreds, at worst some thousands; this many take about 0.1 s.
MAX_STEPS = 100_000

# Cost and number of purchases are compared as one number: cost × _COST + purchases.
_COST = 1 << 16
# Above every sum: "cannot be covered".
_NEVER = 1 << 120

_Vector = tuple[int, ...]
# How one need is served: how many sessions, at what weight, by which choice.
_Serving = tuple[int, int, int]
# Per need and number of open sessions: a weight.
_Tables = list[list[int]]
# Needs that may be open, each with the least weight of coming there and the choices bought for it.
_Reached = dict[_Vector, tuple[int, _Vector]]


class TooLarge(Exception):
    """More needs at once than can be searched exactly in the time of a page."""


class Choice(NamedTuple):
    """What one purchase covers, per need, and its cost, 0 or more. (A tuple, since many thousands are made.)

    Of all choices with the same `only_one_of` at most one purchase is made in all; None: as many as one likes.
    """

    covers: tuple[int, ...]
    cost: int
    only_one_of: str | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """How often each choice is bought, in their order, and the sum of costs."""

    counts: tuple[int, ...]
    cost: int


def check_size(needs: Sequence[int]) -> None:
    """Raises TooLarge for a basket that no clinic's offers should be searched for."""
    if prod(need + 1 for need in needs) > MAX_STATES:
        raise TooLarge


def cheapest(needs: Sequence[int], choices: Sequence[Choice]) -> Solution | None:
    """The cheapest purchases that cover every need, more than needed or not; None when nothing does.

    Raises TooLarge for too many needs, or for too many choices that interlock.

    >>> cheapest([3], [Choice((1,), 500), Choice((3,), 1200)])
    Solution(counts=(0, 1), cost=1200)
    >>> cheapest([4], [Choice((1,), 500), Choice((3,), 1200)])
    Solution(counts=(1, 1), cost=1700)
    """
    check_size(needs)
    offered = _Offered(tuple(needs), choices)
    weight, bought, open_needs = _search(offered)
    if weight >= _NEVER:
        return None
    counts = [0] * len(choices)
    for number in (*bought, *offered.chosen_alone(open_needs)):
        counts[number] += 1
    return Solution(tuple(counts), weight // _COST)


class _Offered:
    """The choices, sorted into what serves one need alone and what has to be searched.

    `stages` are what is searched: a choice that serves several needs, as often as it helps, or the choices of one
    thing that may be bought once (their numbers are in `once`), of which one or none is taken.
    """

    def __init__(self, needs: _Vector, choices: Sequence[Choice]) -> None:
        self.needs = needs
        # What exceeds a need is worth nothing.
        self.covers = [tuple(map(min, choice.covers, needs)) for choice in choices]
        self.weights = [choice.cost * _COST + 1 for choice in choices]
        alone: list[list[_Serving]] = [[] for _ in needs]
        several: list[list[int]] = []
        groups: dict[str, list[int]] = {}
        for number, (choice, covers) in enumerate(zip(choices, self.covers, strict=True)):
            if choice.only_one_of is not None:
                groups.setdefault(choice.only_one_of, []).append(number)
            elif len(covers) - covers.count(0) == 1:
                sessions = max(covers)
                alone[covers.index(sessions)].append((sessions, self.weights[number], number))
            else:
                several.append([number])
        self.tables, self._picks = _tables(needs, alone)
        # What a choice saves beside the same sessions from choices that serve one need alone.
        self._savings = [
            self.cost_alone(covers) - weight for covers, weight in zip(self.covers, self.weights, strict=True)
        ]
        repeatable = [number for [number] in several if self._savings[number] > 0]
        self.once = {number for group in groups.values() for number in group}
        self.stages = [
            kept
            for group in (*several, *groups.values())
            if (kept := [number for number in group if self._is_worth_buying(number, repeatable)])
        ]
        # What saves most is tried first: a good mix found early ends the most of what is no better.
        self.stages.sort(key=lambda stage: max([self._savings[number] for number in stage]), reverse=True)

    def cost_alone(self, open_needs: _Vector) -> int:
        """The weight of covering each need by choices that serve it alone; _NEVER or more where none do."""
        return sum(map(getitem, self.tables, open_needs))

    def chosen_alone(self, open_needs: _Vector) -> Iterator[int]:
        """The choices behind `cost_alone`."""
        for picks, need in zip(self._picks, open_needs, strict=True):
            left = need
            while left:
                number, left = picks[left]
                yield number

    def after(self, number: int) -> list[_Vector]:
        """Per need, how many sessions are open after a purchase, by how many were before."""
        return list(map(_open_after, self.needs, self.covers[number]))

    def least(self) -> list[_Tables]:
        """For each stage, and for the end, tables per need: covering from there on costs no less than their sum.

        As if what may be bought once could be bought often: too low at worst, which is what a bound may be.
        """
        tables = self.tables
        found = [tables]
        for stage in reversed(self.stages):
            tables = list(tables)
            for number in stage:
                for need, share in self._shares(number):
                    tables[need] = _with_serving(tables[need], self.covers[number][need], share)
            found.append(tables)
        return found[::-1]

    def _shares(self, number: int) -> Iterator[tuple[int, int]]:
        """A choice's weight, divided among the needs it serves by what they would cost alone."""
        covers, left = self.covers[number], self.weights[number]
        served = [need for need, sessions in enumerate(covers) if sessions]
        parts = [self.tables[need][covers[need]] for need in served]
        if max(parts) >= _NEVER:
            # A need that nothing serves alone takes its part by sessions.
            parts = [covers[need] for need in served]
        whole = sum(parts)
        for need, part in zip(served[1:], parts[1:], strict=True):
            share = self.weights[number] * part // whole
            left -= share
            yield need, share
        yield served[0], left

    def _is_worth_buying(self, number: int, repeatable: Sequence[int]) -> bool:
        """Does it save, and does no choice to be bought as often as one likes cover as much and cost no more?"""
        if self._savings[number] <= 0:
            return False
        covers = self.covers[number]
        mine = (self.weights[number], number)
        return not any(
            (self.weights[other], other) < mine and all(map(ge, self.covers[other], covers))
            for other in repeatable
        )


def _search(offered: _Offered) -> tuple[int, _Vector, _Vector]:
    """The least weight, what is bought for it, and the needs left to choices that serve one need alone."""
    tables, least = offered.tables, offered.least()
    best: tuple[int, _Vector, _Vector] = (offered.cost_alone(offered.needs), (), offered.needs)
    reached: _Reached = {offered.needs: (0, ())}
    steps = 0
    for stage, numbers in enumerate(offered.stages):
        # What cannot get cheaper than the best found so far is dropped.
        reached = {
            open_needs: way
            for open_needs, way in reached.items()
            if way[0] + sum(map(getitem, least[stage], open_needs)) < best[0]
        }
        so_far = list(reached.items())
        repeatable = numbers[0] not in offered.once
        # What may follow a purchase of this stage: for a choice that may be repeated, the same again.
        least_after = least[stage if repeatable else stage + 1]
        for number in numbers:
            price, after = offered.weights[number], offered.after(number)
            for before, (weight, bought) in so_far:
                while True:
                    open_needs = tuple(map(getitem, after, before))
                    weight += price
                    steps += 1
                    known = reached.get(open_needs)
                    if known is not None and known[0] <= weight:
                        break
                    if weight + sum(map(getitem, least_after, open_needs)) >= best[0]:
                        break
                    bought = (*bought, number)
                    reached[open_needs] = weight, bought
                    total = weight + sum(map(getitem, tables, open_needs))
                    if total < best[0]:
                        best = total, bought, open_needs
                    if not repeatable:
                        break
                    before = open_needs
        if steps > MAX_STEPS:
            raise TooLarge
    return best


@lru_cache(maxsize=1_000)
def _open_after(need: int, covered: int) -> _Vector:
    return (*[0] * covered, *range(need + 1 - covered))


def _with_serving(table: list[int], covered: int, weight: int) -> list[int]:
    """A table of least weights per number of sessions, with one more way, as often as it helps."""
    if weight >= table[covered]:
        return table
    found = [0]
    for sessions, without in enumerate(table[1:], 1):
        via = weight + found[sessions - covered] if sessions > covered else weight
        found.append(via if via < without else without)
    return found


def _tables(
    needs: _Vector, servings: Sequence[Sequence[_Serving]]
) -> tuple[list[list[int]], list[list[tuple[int, int]]]]:
    """Per need and number of sessions: the least weight, and the choice that leads there with what it leaves."""
    tables: list[list[int]] = []
    picks: list[list[tuple[int, int]]] = []
    for need, row in zip(needs, servings, strict=True):
        table, pick = [0], [(-1, 0)]
        for sessions in range(1, need + 1):
            least, chosen = _NEVER, (-1, 0)
            for covered, weight, number in row:
                left = sessions - covered if sessions > covered else 0
                if weight + table[left] < least:
                    least, chosen = weight + table[left], (number, left)
            table.append(least)
            pick.append(chosen)
        tables.append(table)
        picks.append(pick)
    return tables, picks
