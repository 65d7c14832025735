"""What one purchase of an offer can be used for: sessions per want, and the visits they take.

The parts of one offer are taken in the same visits, so a purchase takes as many visits as the want it serves
longest; what is bought apart is taken apart. Fees per visit are paid for the visits taken, not for sessions
left over: with such fees an offer of three sessions can be used for one, two or three visits.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from webapp.domain.basket.gate import Admitted
from webapp.domain.basket.solver import TooLarge
from webapp.domain.offers import Part

# Ways to use one offer: more come only from many wants that one part could serve.
MAX_USES = 200


class Use(NamedTuple):
    """One way to use a purchase. `covers` per want; `given` are (number of the part, of the want, sessions).

    (A tuple, since many thousands are made; as what is admitted and what is chosen from.)
    """

    covers: tuple[int, ...]
    visits: int
    given: tuple[tuple[int, int, int], ...]


def uses(offer: Admitted, wanted: Sequence[int], fee_per_visit: int) -> tuple[Use, ...]:
    """The ways to use the offer for `wanted` sessions per want. Raises TooLarge.

    `fee_per_visit` 0: fewer visits than possible save nothing, so only the longest use is given.
    """
    if not fee_per_visit and max(map(len, offer.serves)) == 1:
        return (_only_use(offer, wanted),)
    found: dict[tuple[int, ...], Use] = {}
    for given in _divisions(offer):
        full = _covers(given, wanted)
        longest = max(full)
        for visits in range(1, longest + 1) if fee_per_visit else (longest,):
            covers = tuple([min(sessions, visits) for sessions in full])
            if covers not in found:
                found[covers] = Use(covers, visits, _within(given, covers))
    if len(found) > MAX_USES:
        raise TooLarge
    return tuple(found.values())


def _only_use(offer: Admitted, wanted: Sequence[int]) -> Use:
    """The use of an offer whose parts serve one want at most and whose visits cost nothing: by far the most."""
    covers = [0] * len(wanted)
    given: list[tuple[int, int, int]] = []
    for index, wants in enumerate(offer.serves):
        if wants:
            want = wants[0]
            sessions = min(offer.terms.parts[index].sessions, wanted[want] - covers[want])
            covers[want] += sessions
            given.append((index, want, sessions))
    return Use(tuple(covers), max(covers), tuple(given))


def _divisions(offer: Admitted) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Every way to divide the parts' sessions among the wants that each part serves."""
    serving = [(index, wants) for index, wants in enumerate(offer.serves) if wants]
    parts = offer.terms.parts
    if all(len(wants) == 1 for _, wants in serving):
        yield tuple((index, wants[0], parts[index].sessions) for index, wants in serving)
        return
    ways = [tuple(_divided(index, wants, parts[index])) for index, wants in serving]
    for count, chosen in enumerate(product(*ways)):
        if count >= MAX_USES:
            raise TooLarge
        yield tuple(entry for way in chosen for entry in way)


def _divided(index: int, wants: Sequence[int], part: Part) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Every way to divide one part's sessions, all of them, among `wants`."""

    def divide(left: int, among: Sequence[int]) -> Iterator[tuple[tuple[int, int, int], ...]]:
        if len(among) == 1:
            yield ((index, among[0], left),)
            return
        for first in range(left + 1):
            for rest in divide(left - first, among[1:]):
                yield ((index, among[0], first), *rest)

    return divide(part.sessions, wants)


def _covers(given: Sequence[tuple[int, int, int]], wanted: Sequence[int]) -> tuple[int, ...]:
    covers = [0] * len(wanted)
    for _, want, sessions in given:
        covers[want] += sessions
    return tuple([min(got, most) for got, most in zip(covers, wanted, strict=True)])


def _within(given: Sequence[tuple[int, int, int]], covers: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    """As much of `given` as `covers` allows."""
    left = list(covers)
    kept: list[tuple[int, int, int]] = []
    for part, want, sessions in given:
        taken = min(sessions, left[want])
        left[want] -= taken
        if taken:
            kept.append((part, want, taken))
    return tuple(kept)
