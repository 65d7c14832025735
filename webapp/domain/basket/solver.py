"""The cheapest purchases that cover a basket: an exact search over whole numbers that knows nothing of clinics.

A choice is a vector of sessions (one number per need) and a cost. What serves one need alone is settled by a
small table per need. Only choices that serve several needs, and those that may be bought once, are searched:
depth first, and a branch is left once even the least that it can still cost is no better than what was found.

That least is a table per need as well: the cost of a choice is divided among the needs it serves, and each
need is covered by itself at those shares. A real purchase pays all its shares, so the sum never exceeds a
real cost. All is integers: equal sums are equal, and among them the one with fewer purchases wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

# Baskets: 4 treatments × 6 sessions are 2,401 combinations of open sessions. Beyond this a page would wait.
MAX_STATES = 20_000
# Branches looked at. 4 × 6 needs some tens, at worst some hundreds; this many take about 0.1 s.
MAX_STEPS = 10_000

# Cost and number of purchases are compared as one number: cost × _COST + purchases.
_COST = 1 << 16
# Above every sum: "cannot be covered".
_NEVER = 1 << 120

_Vector = tuple[int, ...]
# How one need is served: how many sessions, at what weight, by which choice.
_Serving = tuple[int, int, int]
# A purchase: the choice, its weight, what it covers, the stage that follows, and the least tables from there on.
_Move = tuple[int, int, _Vector, int, list[list[int]]]


class TooLarge(Exception):
    """More needs at once than can be searched exactly in the time of a page."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one purchase covers, per need, and its cost, 0 or more.

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
    found = _search(offered)
    if found.weight >= _NEVER:
        return None
    counts = [0] * len(choices)
    for number in (*found.bought, *offered.chosen_alone(found.open_needs)):
        counts[number] += 1
    return Solution(tuple(counts), found.weight // _COST)


class _Branch(NamedTuple):
    """What was bought in the stages so far and its weight, the needs still open, and the stage to go on with.

    `bound`: it cannot cost less. (A tuple, since thousands are made and compared.)
    """

    bound: int
    weight: int
    open_needs: _Vector
    stage: int
    bought: _Vector


class _Offered:
    """The choices, sorted into what serves one need alone and what has to be searched.

    `stages` are gone through in order: first, for each thing that may be bought once, its choices, of which
    one or none is taken; from `repeatable` on, each choice that serves several needs, as often as it helps.
    """

    def __init__(self, needs: _Vector, choices: Sequence[Choice]) -> None:
        self.needs = needs
        # What exceeds a need is worth nothing.
        self.covers = [tuple(map(min, choice.covers, needs)) for choice in choices]
        self.weights = [choice.cost * _COST + 1 for choice in choices]
        alone: list[list[_Serving]] = [[] for _ in needs]
        several: list[int] = []
        once: dict[str, list[int]] = {}
        for number, choice in enumerate(choices):
            covers = self.covers[number]
            served = [need for need, sessions in enumerate(covers) if sessions]
            if choice.only_one_of is not None:
                once.setdefault(choice.only_one_of, []).append(number)
            elif len(served) == 1:
                alone[served[0]].append((covers[served[0]], self.weights[number], number))
            elif served:
                several.append(number)
        self.tables, self._picks = _tables(needs, alone)
        several = [number for number in several if self._saves(number)]
        several = [number for number in several if not self._beaten(number, several)]
        # What saves most is tried first: a good mix found early cuts the most branches.
        several.sort(key=lambda number: self.weights[number] / self.cost_alone(self.covers[number]))
        kept = [
            [number for number in group if self._saves(number) and not self._beaten(number, several)]
            for group in once.values()
        ]
        groups = [group for group in kept if group]
        self.repeatable = len(groups)
        self.stages = [*groups, *([number] for number in several)]

    def cost_alone(self, open_needs: _Vector) -> int:
        """The weight of covering each need by choices that serve it alone; _NEVER or more where none do."""
        return sum([table[need] for table, need in zip(self.tables, open_needs, strict=True)])

    def chosen_alone(self, open_needs: _Vector) -> Iterator[int]:
        """The choices behind `cost_alone`."""
        for picks, need in zip(self._picks, open_needs, strict=True):
            left = need
            while left:
                number, left = picks[left]
                yield number

    def moves(self) -> list[list[_Move]]:
        """For each stage, and for the end, every purchase of it and of the later ones."""
        least = self._least()
        moves: list[list[_Move]] = [[]]
        for stage in reversed(range(len(self.stages))):
            following = stage + 1 if stage < self.repeatable else stage
            here = [
                (number, self.weights[number], self.covers[number], following, least[following])
                for number in self.stages[stage]
            ]
            moves.append(here + moves[-1])
        return moves[::-1]

    def _least(self) -> list[list[list[int]]]:
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

    def _saves(self, number: int) -> bool:
        """Does it cost less than the same sessions from choices that serve one need alone?"""
        return self.weights[number] < self.cost_alone(self.covers[number]) and any(self.covers[number])

    def _beaten(self, number: int, repeatable: Sequence[int]) -> bool:
        """Is there another choice, to be bought as often as one likes, that covers as much and costs no more?"""
        covers = self.covers[number]
        mine = (self.weights[number], number)
        return any(
            (self.weights[other], other) < mine
            and all(theirs >= ours for theirs, ours in zip(self.covers[other], covers, strict=True))
            for other in repeatable
        )


def _search(offered: _Offered) -> _Branch:
    """The best branch; its open needs are covered by choices that serve one need alone."""
    best_weight = offered.cost_alone(offered.needs)
    best = _Branch(best_weight, best_weight, offered.needs, 0, ())
    if not offered.stages:
        return best
    moves, tables = offered.moves(), offered.tables
    # The lowest weight at which a branch came to these open needs at this stage.
    seen: dict[tuple[_Vector, int], int] = {}
    waiting = [_Branch(0, 0, offered.needs, 0, ())]
    steps = 0
    while waiting:
        bound, weight_before, open_needs, stage, bought = waiting.pop()
        if bound >= best_weight:
            continue
        steps += 1
        if steps > MAX_STEPS:
            raise TooLarge
        further: list[_Branch] = []
        for number, price, covers, following, least in moves[stage]:
            weight = weight_before + price
            if weight >= best_weight:
                continue
            rest = tuple(
                [need - got if need > got else 0 for need, got in zip(open_needs, covers, strict=True)]
            )
            if seen.get((rest, following), _NEVER) <= weight:
                continue
            seen[rest, following] = weight
            bound = weight + sum([table[need] for table, need in zip(least, rest, strict=True)])
            if bound >= best_weight:
                continue
            onward = _Branch(bound, weight, rest, following, (*bought, number))
            further.append(onward)
            total = weight + sum([table[need] for table, need in zip(tables, rest, strict=True)])
            if total < best_weight:
                best_weight, best = total, onward
        # The most promising is looked at next.
        further.sort(reverse=True)
        waiting.extend(further)
    return best._replace(weight=best_weight)


def _with_serving(table: Sequence[int], covered: int, weight: int) -> list[int]:
    """A table of least weights per number of sessions, with one more way, as often as it helps."""
    found = [0]
    for sessions in range(1, len(table)):
        via = weight + found[sessions - covered if sessions > covered else 0]
        found.append(min(via, table[sessions]))
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
