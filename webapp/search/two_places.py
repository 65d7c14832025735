"""A search around two places ("Orchard" and also "Gangnam"): two answers, each by its own distance.

A clinic that lies within both radii stands under the place that it is nearer to, and nowhere twice.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from webapp.domain.geo import Box, Point
from webapp.search.queries import ClinicResults, InvalidCursor, OtherPlace, Sort, find_clinics


@dataclass(frozen=True, slots=True)
class Around:
    """One place of the search: its point, how far around it is looked in metres, the cursor of its own pages."""

    point: Point
    radius_m: int
    cursor: str | None = None


def find_around_two(
    first: Around,
    second: Around,
    treatment: str | None = None,
    words: str = "",
    sort: Sort | None = None,
    limit: int = 10,
    box: Box | None = None,
    *,
    now: datetime,
) -> tuple[ClinicResults, ClinicResults]:
    """The clinics around each place, `limit` of each; see `find_clinics` for the rest.

    There is no market to choose, since each place lies in one. A cursor that is not one starts from the first page.
    """

    def find(place: Around, other: OtherPlace, cursor: str | None) -> ClinicResults:
        return find_clinics(
            place.point,
            place.radius_m,
            treatment,
            None,
            words,
            sort,
            limit,
            cursor,
            box,
            now=now,
            other=other,
        )

    def find_page(place: Around, other: OtherPlace) -> ClinicResults:
        try:
            return find(place, other, place.cursor)
        except InvalidCursor:
            return find(place, other, None)

    near_first = find_page(first, OtherPlace(second.point, second.radius_m, takes_even=False))
    # An answer that had to be widened shows no clinic without an exact place, so the second may.
    takes_even = near_first.widened_to_m is None
    near_second = find_page(second, OtherPlace(first.point, first.radius_m, takes_even=takes_even))
    if near_first.widened_to_m is None or near_second.widened_to_m is None:
        return near_first, near_second
    return _apart(near_first, near_second)


def _apart(first: ClinicResults, second: ClinicResults) -> tuple[ClinicResults, ClinicResults]:
    """Two answers that were both widened may have reached the same clinics; each stays where it is nearer."""
    from_first = {row.clinic.id: row.distance_m or 0 for row in first.rows}
    from_second = {row.clinic.id: row.distance_m or 0 for row in second.rows}
    both = from_first.keys() & from_second.keys()
    nearer_first = {number for number in both if from_first[number] <= from_second[number]}
    return _without(first, both - nearer_first), _without(second, nearer_first)


def _without(found: ClinicResults, numbers: Set[int]) -> ClinicResults:
    """A widened answer, all of it on one page, without these clinics."""
    rows = [row for row in found.rows if row.clinic.id not in numbers]
    return replace(
        found,
        rows=rows,
        total=len(rows),
        widened_to_m=round(max(row.distance_m or 0 for row in rows)) if rows else found.widened_to_m,
        counted=[number for number in found.counted if number not in numbers],
        by_market=Counter(row.clinic.country for row in rows),
        elsewhere=found.elsewhere + len(found.rows) - len(rows),
    )
