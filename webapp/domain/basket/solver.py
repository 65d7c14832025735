"""The cheapest purchases that cover a basket: an exact search over whole numbers that knows nothing of clinics.

A choice is a vector of sessions (one number per need) and a cost. What serves one need alone is settled by a
small table per need. Only choices that serve several needs, and those that may be bought once, are searched:
depth first, and a branch is left as soon as even the least it can still cost is no better than what was found.

That least is a table per need as well: the cost of a choice is divided among the needs it serves, and each
need is covered by itself at those shares. A real purchase pays all its shares, so the sum never exceeds a
real cost. All is integers: equal sums are equal, and among them the one with fewer purchases wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

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


@dataclass(frozen=True, slots=True)
class _Branch:
    """What was bought in the stages so far and its weight, the needs still open, and the stage to go on with."""

    weight: int
    bought: _Vector
    open_needs: _Vector
    stage: int


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
        self.alone: list[list[_Serving]] = [[] for _ in needs]
        several: list[int] = []
        once: dict[str, list[int]] = {}
        for number, choice in enumerate(choices):
            covers = self.covers[number]
            served = [need for need, sessions in enumerate(covers) if sessions]
            if choice.only_one_of is not None:
                once.setdefault(choice.only_one_of, []).append(number)
            elif len(served) == 1:
                self.alone[served[0]].append((covers[served[0]], self.weights[number], number))
            elif served:
                several.append(number)
        self.tables, self._picks = _tables(needs, self.alone)
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

    def least(self) -> list[list[list[int]]]:
        """For each stage, and for the end, tables per need: covering from there on costs no less than their sum."""
        servings = [list(row) for row in self.alone]
        self._add_shares(servings, self.stages[self.repeatable :])
        after = _tables(self.needs, servings)[0]
        if not self.repeatable:
            return [after] * (len(self.stages) + 1)
        # As if what may be bought once could be bought often: too low at worst, which is what a bound may be.
        self._add_shares(servings, self.stages[: self.repeatable])
        before = _tables(self.needs, servings)[0]
        return [before] * self.repeatable + [after] * (len(self.stages) - self.repeatable + 1)

    def _add_shares(self, servings: list[list[_Serving]], stages: Sequence[Sequence[int]]) -> None:
        """Divide each choice's weight among the needs it serves, by what they would cost alone."""
        for number in (number for stage in stages for number in stage):
            covers, weight = self.covers[number], self.weights[number]
            served = [need for need, sessions in enumerate(covers) if sessions]
            alone = [self.tables[need][covers[need]] for need in served]
            # A need that nothing serves alone takes its part by sessions.
            parts = alone if max(alone) < _NEVER else [covers[need] for need in served]
            left = weight
            for need, part in zip(served[1:], parts[1:], strict=True):
                share = weight * part // sum(parts)
                left -= share
                servings[need].append((covers[need], share, number))
            servings[served[0]].append((covers[served[0]], left, number))

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
    best = _Branch(offered.cost_alone(offered.needs), (), offered.needs, 0)
    stages, tables, weights = offered.stages, offered.tables, offered.weights
    if not stages:
        return best
    least = offered.least()
    # The lowest weight at which a branch came to these open needs at this stage.
    seen: dict[tuple[_Vector, int], int] = {}
    waiting = [(0, _Branch(0, (), offered.needs, 0))]
    steps = 0
    while waiting:
        bound, branch = waiting.pop()
        if bound >= best.weight:
            continue
        steps += 1
        if steps > MAX_STEPS:
            raise TooLarge
        further: list[tuple[int, _Branch]] = []
        for stage in range(branch.stage, len(stages)):
            following = stage + 1 if stage < offered.repeatable else stage
            for number in stages[stage]:
                weight = branch.weight + weights[number]
                covers = offered.covers[number]
                rest = tuple(
                    [
                        need - got if need > got else 0
                        for need, got in zip(branch.open_needs, covers, strict=True)
                    ]
                )
                bound = weight + sum(
                    [table[need] for table, need in zip(least[following], rest, strict=True)]
                )
                if bound >= best.weight or seen.get((rest, following), _NEVER) <= weight:
                    continue
                seen[rest, following] = weight
                onward = _Branch(weight, (*branch.bought, number), rest, following)
                total = weight + sum([table[need] for table, need in zip(tables, rest, strict=True)])
                if total < best.weight:
                    best = _Branch(total, onward.bought, rest, following)
                further.append((bound, onward))
        # The most promising is looked at next.
        further.sort(key=_bound, reverse=True)
        waiting.extend(further)
    return best


def _bound(entry: tuple[int, _Branch]) -> int:
    return entry[0]


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
