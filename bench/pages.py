"""What a page costs the server: /compare, the search and the JSON API beside bare Flask and Jinja, in one run.

Run by `make bench`, which also tells glibc not to trim its heap: with that, SQLite's times come in two kinds.
By hand: `MALLOC_TRIM_THRESHOLD_=134217728 python -m bench.pages [--json]`, from the project's folder.
"""

import json
import sys
import time
from collections.abc import Sequence

from flask import Flask

from bench.anchors import bare_app, content_of
from bench.measuring import ROUNDS, Case, Refused, ask, measure
from bench.site import PLACE, NotBuilt, throw_away_site

INVENTED = 200
HEALER, BOOSTER = "want=rejuran_healer:3x2ml", "want=rejuran_hb:1x1ml"
# Five of the sample clinics of both markets; the first two of each market come back in every set.
_SETS = (
    "larch-linden-skin-clinic quillwort-aesthetics chameoksae-clinic mulkkachi-clinic yunseul-gorae-clinic",
    "larch-linden-skin-clinic saltmarsh-dermal-clinic chameoksae-clinic mulkkachi-clinic mosinabi-clinic",
    "quillwort-aesthetics ninefern-medical-aesthetics tern-tansy-clinic chameoksae-clinic hoeyangmok-clinic",
)
TRAVEL = "currency=SGD&home=SG&trip=450&night=120&nights=2"


def compared(*more: str) -> list[str]:
    """Addresses of comparisons of five clinics and two treatments."""
    sets = ["&".join(f"clinic={slug}" for slug in slugs.split()) for slugs in _SETS]
    return ["/compare?" + "&".join((slugs, HEALER, BOOSTER, *more)) for slugs in sets]


def cases(app: Flask, invented: int) -> list[Case]:
    """What is asked of a site with so many invented clinics, the anchors too. Raises Refused where an address does
    not answer, or not with all of them."""
    near = "near=" + PLACE.replace(" ", "+")
    wide = f"/api/v1/compare?{HEALER}&{BOOSTER}&{near}&radius_m=5000&limit={invented}"
    few = [address.replace("/compare", "/api/v1/compare", 1) for address in compared("currency=SGD")]
    answer = json.loads(ask(app, wide)[0])
    if len(answer["results"]) != invented:
        raise Refused(f"{wide}: {len(answer['results'])} of {invented} clinics")
    bare = bare_app(content_of(ask(app, compared("currency=SGD")[0])[0].decode()), answer)
    return [
        Case(HELLO, bare, ["/hello"], 50),
        Case(PREPARED, bare, ["/page"], 20),
        Case("/compare, 5 clinics, 2 treatments", app, compared("currency=SGD"), 15, goal_ms=30),
        Case("/compare, the same with journeys", app, compared(TRAVEL), 15, goal_ms=30),
        Case("/compare, by place, 30 listed", app, [f"/compare?{HEALER}&{BOOSTER}&{near}"], 3),
        Case("/clinics, near a place", app, [f"/clinics?treatment=rejuran_healer&{near}"], 5),
        Case(PREPARED_JSON, bare, ["/json"], 5),
        Case("/api/v1/compare, 5 clinics", app, few, 10),
        Case(f"/api/v1/compare, {INVENTED} clinics", app, [wide], 5, goal_ms=150),
    ]


HELLO = "bare Flask, hello"
PREPARED = "bare Flask and Jinja, that page prepared"
PREPARED_JSON = f"bare Flask, the JSON of {INVENTED} prepared"


def table(measured: Sequence[Case]) -> list[dict[str, str | float | int | None]]:
    """A row per case: figures in milliseconds of process time, ratios to the medians of the anchors."""
    median = {case.name: case.quantile(0.5) for case in measured}
    return [
        {
            "case": case.name,
            "requests": len(case.taken),
            "p50_ms": round(case.quantile(0.5), 2),
            "p99_ms": round(case.quantile(0.99), 2),
            "goal_p99_ms": case.goal_ms,
            "times_hello": round(case.quantile(0.5) / median[HELLO], 1),
            "times_prepared_page": round(case.quantile(0.5) / median[PREPARED], 1),
        }
        for case in measured
    ]


def _progress(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    began = time.monotonic()
    _progress(f"Building a site with {INVENTED} invented clinics … ")
    try:
        with throw_away_site(INVENTED) as app:
            asked = cases(app, INVENTED)
            _progress(f"{time.monotonic() - began:.0f} s\nMeasuring, {ROUNDS} rounds ")
            measure(asked, lambda done: _progress("."))
    except (NotBuilt, Refused) as error:
        _progress(f"\nNot measured: {error}\n")
        return 1
    _progress(f" {time.monotonic() - began:.0f} s\n")
    rows = table(asked)
    if "--json" in arguments:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return 0
    sys.stdout.write("\nMilliseconds of the server's process time per request; ratios of medians.\n")
    sys.stdout.write(f"{'':42}{'p50':>9}{'p99':>9}{'goal':>7}{'× hello':>10}{'× prepared page':>17}\n")
    for row in rows:
        goal = f"≤ {row['goal_p99_ms']}" if row["goal_p99_ms"] else ""
        sys.stdout.write(
            f"{row['case']:42}{row['p50_ms']:>9}{row['p99_ms']:>9}{goal:>7}{row['times_hello']:>10}"
            f"{row['times_prepared_page']:>17}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
