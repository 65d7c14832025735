"""How long a basket takes: the search alone and the whole answer, for one clinic and for 5,000.

Run from the project's folder: `python -m bench.basket [--json]`. Baskets want 4 treatments × 6 sessions; the
menus are invented, of two kinds: `dense` (a course per treatment and four combos that interlock at random
prices) and `menu` (singles, courses and combos at the discounts that clinics give, three of them for once).

Seconds differ from machine to machine and from hour to hour. So a plain loop, the anchor, is timed all through
the same run, and every figure stands as a multiple of it as well: these are to be compared.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from webapp.domain.basket import Offered, Reader, cheapest_mix
from webapp.domain.basket.solver import Choice, cheapest
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, Fee, OfferTerms, Part, Tax, Want
from webapp.domain.units import Quantity, Unit

TREATMENTS, SESSIONS, CLINICS = 4, 6, 5_000
ON = date(2026, 3, 10)
AMOUNT = Quantity(Decimal(2), Unit.ML)
SLUGS = [f"treatment_{number}" for number in range(TREATMENTS)]
WANTS = tuple(Want(slug, SESSIONS, AMOUNT) for slug in SLUGS)

# Numbers added up by one anchor, and clinics measured for each of them.
ANCHOR_LOOP, ANCHOR_EVERY = 1_000, 10

# Sessions per treatment, price in minor units, and whether it is sold once.
Row = tuple[tuple[int, ...], int, bool]


def dense(chance: random.Random) -> list[Row]:
    rows: list[Row] = []
    for treatment in range(TREATMENTS):
        sessions = chance.choice([1, 3, 1, 5])
        rows.append((_alone(treatment, sessions), chance.randint(300, 900) * 100, False))
    for _ in range(4):
        covers = tuple(chance.choice([0, 1, 1, 3]) for _ in SLUGS)
        rows.append((covers, chance.randint(500, 2500) * 100, False))
    return rows


def menu(chance: random.Random) -> list[Row]:
    single = [chance.randint(200, 900) * 100 for _ in SLUGS]
    rows: list[Row] = []
    for treatment, price in enumerate(single):
        for sessions in (1, 3, 6)[: chance.randint(1, 3)]:
            course = int(price * sessions * (1 if sessions == 1 else chance.uniform(0.8, 0.95)))
            rows.append((_alone(treatment, sessions), course, False))
    for number in range(6):
        covers = [0] * TREATMENTS
        for treatment in chance.sample(range(TREATMENTS), chance.randint(2, 3)):
            covers[treatment] = chance.choice([1, 1, 1, 2, 3])
        whole = sum(price * sessions for price, sessions in zip(single, covers, strict=True))
        rows.append((tuple(covers), int(whole * chance.uniform(0.7, 0.95)), number < 3))
    return rows


def _alone(treatment: int, sessions: int) -> tuple[int, ...]:
    return tuple(sessions if treatment == other else 0 for other in range(TREATMENTS))


def choices(rows: Sequence[Row]) -> list[Choice]:
    return [
        Choice(covers, cost, str(number) if once else None)
        for number, (covers, cost, once) in enumerate(rows)
    ]


def offers(rows: Sequence[Row], chance: random.Random) -> list[Offered]:
    """The rows as offers. A third of the clinics ask a fee per visit, a third one for the consultation."""
    terms = OfferTerms(
        title="",
        currency="SGD",
        price=Money(0, "SGD"),
        parts=(),
        tax=Tax.INCLUSIVE,
        tax_rate=Decimal(9),
        consultation=Consultation.INCLUDED,
        verified_on=ON,
    )
    kind = chance.randrange(3)
    if kind == 1:
        terms = replace(terms, other_fees=(Fee("medicine", Money(2_000, "SGD")),))
    if kind == 2:
        terms = replace(terms, consultation=Consultation.FEE, consultation_fee=Money(5_000, "SGD"))
    return [
        Offered(
            f"offer-{number:02}",
            replace(
                terms,
                title=f"Offer {number}",
                price=Money(cost, "SGD"),
                once_per_patient=once,
                parts=tuple(
                    Part(slug, AMOUNT.value, AMOUNT.unit, sessions=sessions)
                    for slug, sessions in zip(SLUGS, covers, strict=True)
                    if sessions
                ),
            ),
        )
        for number, (covers, cost, once) in enumerate(rows)
        if any(covers)
    ]


def anchor() -> int:
    """What everything is compared with: whole numbers added up by plain Python."""
    whole = 0
    for number in range(ANCHOR_LOOP):
        whole += number % 7
    return whole


def measure(work: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Each of CLINICS clinics once: p50 and p99 in microseconds, and all of them in seconds (process time).

    `anchor_us` is the median of the anchor in between; p50, p99 and all of them are given in anchors as well.
    """
    work[0]()
    # The menus of 5,000 clinics are no garbage: without this, most of the time is spent on looking through them.
    gc.collect()
    gc.freeze()
    taken: list[int] = []
    anchors: list[int] = []
    for number, one in enumerate(work):
        taken.append(_nanoseconds(one))
        if number % ANCHOR_EVERY == 0:
            anchors.append(_nanoseconds(anchor))
    taken.sort()
    unit = sorted(anchors)[len(anchors) // 2]
    half, most, whole = taken[CLINICS // 2], taken[CLINICS * 99 // 100], sum(taken)
    return {
        "p50_us": round(half / 1_000, 1),
        "p99_us": round(most / 1_000, 1),
        "max_us": round(taken[-1] / 1_000, 1),
        "all_s": round(whole / 1e9, 3),
        "anchor_us": round(unit / 1_000, 1),
        "p50_anchors": round(half / unit, 2),
        "p99_anchors": round(most / unit, 2),
        "all_anchors": round(whole / unit),
    }


def _nanoseconds(work: Callable[[], object]) -> int:
    start = time.process_time_ns()
    work()
    return time.process_time_ns() - start


def main(arguments: Sequence[str]) -> None:
    reader = Reader(first_visit=False)
    needs = [SESSIONS] * TREATMENTS
    table: dict[str, dict[str, float]] = {}
    for kind in (dense, menu):
        chance = random.Random(2026)  # noqa: S311  # menus, not secrets
        clinics = [kind(chance) for _ in range(CLINICS)]
        searched = [choices(rows) for rows in clinics]
        listed = [offers(rows, chance) for rows in clinics]
        table[f"search, {kind.__name__}"] = measure(
            [partial(cheapest, needs, offered) for offered in searched]
        )
        table[f"whole answer, {kind.__name__}"] = measure(
            [partial(cheapest_mix, offered, WANTS, ON, reader) for offered in listed]
        )
    if "--json" in arguments:
        sys.stdout.write(json.dumps(table, indent=1) + "\n")
        return
    sys.stdout.write(f"{TREATMENTS} treatments × {SESSIONS} sessions, {CLINICS:,} clinics, process time\n")
    heads = ("p50 µs", "p99 µs", "max µs", "all, s", "anchor µs", "p50 ÷", "p99 ÷", "all ÷")
    sys.stdout.write(f"{'':24}" + "".join(f"{head:>11}" for head in heads) + "   (÷: in anchors)\n")
    for name, row in table.items():
        sys.stdout.write(f"{name:24}" + "".join(f"{value:>11}" for value in row.values()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
