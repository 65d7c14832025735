"""Which clinics answer a search, in which order: by distance when a place is given, else by name.

Price order comes only when it is asked for and only within one currency. Nothing else moves a clinic up or
down. At most six statements, however many clinics there are.
"""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.domain.geo import Box, Point, bounding_box, country_at, distance_m
from webapp.domain.money import Money
from webapp.domain.offers import Eligibility, Want, course_sum
from webapp.domain.text import fold, name_key
from webapp.extensions import db
from webapp.i18n import today_in
from webapp.offers import queries as offers
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments

# How many clinics an empty search widens to.
NEAREST = 3
MAX_LIMIT = 100
MAX_RADIUS_M = 50_000
# Every clinic of the directory offers one; a search for it is a search for clinics.
ANY_TREATMENT = "skin_booster_category"
# A point that stands for a street or a whole area gives no distance that could be trusted to 100 m.
_EXACT = frozenset({"building", "interpolated", "postcode"})


class Sort(StrEnum):
    """The orders a reader can ask for."""

    DISTANCE = "distance"
    NAME = "name"
    PRICE = "price"


class InvalidCursor(ValueError):
    """Not a cursor that `ClinicResults.next` gave."""


class PriceOrderRefused(StrEnum):
    """Why results are not ordered by price although it was asked for."""

    NO_TREATMENT = "no_treatment"
    TWO_CURRENCIES = "two_currencies"


@dataclass(frozen=True, slots=True)
class FoundClinic:
    """A clinic of a result: its row, how far it is, all its offers.

    `distance_m` is None without a place, and where the clinic's own place is approximate or unknown.
    `price` is what the price order went by: the lowest complete total of one session that anyone may buy.
    """

    clinic: Clinic
    distance_m: float | None
    offers: Sequence[PublishedOffer]
    price: Money | None


@dataclass(frozen=True, slots=True)
class ClinicResults:
    """`total` clinics answer, of which `rows` are shown; `unplaced` of them have no exact place and come last.

    `widened_to_m` is set when nothing lay within the radius: rows are then the nearest, and it is how far the
    farthest of them is. `next` is a cursor, None at the end. `counted` are those that answer and
    whose offers may be shown (see `treatment_counts`). `elsewhere` are those that would stand here, had the search
    no second place that they stand under; where it took all of them, `rows` is empty.
    """

    rows: Sequence[FoundClinic]
    ordered_by: Sort
    total: int
    unplaced: int
    widened_to_m: int | None
    price_refused: PriceOrderRefused | None
    next: str | None
    counted: Sequence[int]
    by_market: Mapping[str, int]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """The other place of a search for two, which takes the clinics within its radius that are nearer to it.

    `takes_even`: it also takes a clinic that is as far from both, and one that might stand under either because
    nobody knows how far it is.
    """

    point: Point
    radius_m: int
    takes_even: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    treatments: tuple[str, ...]
    market: str | None
    words: str


class _Listed(NamedTuple):
    id: int
    name: str
    name_zh: str | None
    name_ko: str | None
    country: str
    lat: float | None
    lng: float | None
    precision: str | None
    authority: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    name: str
    country: str
    authority: str
    distance_m: float | None

    @property
    def key(self) -> str:
        return name_key(self.name)


def find_clinics(
    point: Point | None = None,
    radius_m: int | None = None,
    treatment: str | None = None,
    market: str | None = None,
    words: str = "",
    sort: Sort | None = None,
    limit: int = 30,
    cursor: str | None = None,
    box: Box | None = None,
    *,
    now: datetime,
    other: OtherPlace | None = None,
) -> ClinicResults:
    """Clinics around `point` within `radius_m` metres (WGS 84), or all of them by name.

    `treatment` is a slug, `market` "SG" or "KR", `words` parts of a clinic's name in any language, `box` the
    map's frame. Sort None means distance with a point, else name. Ties keep the order of the rows' ids, so
    pages do not overlap. `now` is aware and decides which prices count. What `other` takes is left out. Raises
    InvalidCursor.
    """
    wanted = _Wanted((treatment,) if treatment else (), market, words)
    rows, elsewhere = _candidates(point, radius_m, box, wanted, other)
    placed = [row for row in rows if point is None or row.distance_m is not None]
    widened = None
    if point is not None and radius_m is not None and not placed and not elsewhere:
        placed, elsewhere = _nearest(point, wanted, other)
        if placed:
            widened = round(max(row.distance_m or 0 for row in placed))
    unplaced = [row for row in rows if point is not None and row.distance_m is None] if not widened else []
    found = [*placed, *unplaced]
    ordered_by, refused = _order(sort, point, treatment, found)
    prices: Mapping[int, Money | None] = {}
    published: Mapping[int, Sequence[PublishedOffer]] = {}
    loaded: Mapping[int, Clinic] = {}
    if ordered_by is Sort.PRICE and treatment:
        ids = [row.id for row in found]
        published, loaded = offers.for_clinics(ids), clinics.by_ids(ids)
        prices = _prices(loaded, published, treatment, now)
    keyed = sorted((_sort_key(row, ordered_by, prices), row) for row in found)
    after = _read_cursor(cursor) if cursor else None
    limit = max(1, min(limit, MAX_LIMIT))
    page = [pair for pair in keyed if after is None or pair[0] > after][: limit + 1]
    more, page = len(page) > limit, page[:limit]
    ids = [row.id for _key, row in page]
    if ordered_by is not Sort.PRICE:
        published, loaded = offers.for_clinics(ids), clinics.by_ids(ids)
    return ClinicResults(
        rows=[
            FoundClinic(loaded[row.id], row.distance_m, published.get(row.id, ()), prices.get(row.id))
            for _key, row in page
        ],
        ordered_by=ordered_by,
        total=len(found),
        unplaced=len(unplaced),
        widened_to_m=widened,
        price_refused=refused,
        next=_write_cursor(page[-1][0]) if more else None,
        counted=[row.id for row in found if market_policy(row.country).shows_offers(row.authority)],
        by_market=Counter(row.country for row in found),
        elsewhere=elsewhere,
    )


def around(
    point: Point, radius_m: int, treatments: Sequence[str], limit: int
) -> list[tuple[int, float | None]]:
    """(clinic id, metres) of up to `limit` clinics that offer one of the treatments, as `find_clinics` finds and
    orders them by distance: those without an exact place last, the nearest where none lies within `radius_m`.

    For who shows something else than cards: no clinic and no offer is loaded. At most two statements.
    """
    wanted = _Wanted(tuple(treatments), None, "")
    found, _ = _candidates(point, radius_m, None, wanted, None)
    if all(row.distance_m is None for row in found):
        found = _nearest(point, wanted, None)[0] or found
    ordered_by, _ = _order(None, point, None, found)
    found.sort(key=lambda row: _sort_key(row, ordered_by, {}))
    return [(row.id, row.distance_m) for row in found[:limit]]


_Key = tuple[int, float, str, int]


def _sort_key(row: _Candidate, ordered_by: Sort, prices: Mapping[int, Money | None]) -> _Key:
    """Rank, figure, name, id. Clinics without an exact place, or without a price, come last."""
    if ordered_by is Sort.DISTANCE:
        return (0, row.distance_m, "", row.id) if row.distance_m is not None else (1, 0.0, row.key, row.id)
    if ordered_by is Sort.PRICE:
        price = prices.get(row.id)
        return (0, float(price.amount), "", row.id) if price else (1, 0.0, row.key, row.id)
    return (0, 0.0, row.key, row.id)


def _order(
    sort: Sort | None, point: Point | None, treatment: str | None, found: Sequence[_Candidate]
) -> tuple[Sort, PriceOrderRefused | None]:
    markets = {row.country for row in found}
    near = point is not None and all(market_policy(country).orders_by_distance for country in markets)
    usual = Sort.DISTANCE if near else Sort.NAME
    if sort is Sort.PRICE:
        if not treatment:
            return usual, PriceOrderRefused.NO_TREATMENT
        if len(markets) > 1:
            return usual, PriceOrderRefused.TWO_CURRENCIES
        return Sort.PRICE, None
    return (Sort.NAME if sort is Sort.NAME else usual), None


def _candidates(
    point: Point | None, radius_m: int | None, box: Box | None, wanted: _Wanted, other: OtherPlace | None
) -> tuple[list[_Candidate], int]:
    """The clinics that answer, lightly: no row is loaded that does not reach a page. And how many the other place
    took from within the radius."""
    conditions: list[ColumnElement[bool]] = []
    frames = [box] if box else []
    if point is not None and radius_m is not None:
        frames.append(bounding_box(point, radius_m))
    for frame in frames:
        inside = and_(
            Clinic.lat.between(frame.south, frame.north), Clinic.lng.between(frame.west, frame.east)
        )
        # A clinic whose place nobody states stays in the answer, at its end, where the reader's market is known.
        home = country_at(point) if point is not None and box is None else None
        conditions.append(or_(inside, and_(Clinic.lat.is_(None), Clinic.country == home)) if home else inside)
    found, taken = [], 0
    for row in _listed(conditions, wanted):
        metres = _distance(point, row)
        if metres is not None and radius_m is not None and metres > radius_m:
            continue
        if other and _takes(other, row, metres):
            taken += metres is not None
        else:
            found.append(_Candidate(row.id, row.name, row.country, row.authority, metres))
    return found, taken


def _takes(other: OtherPlace, row: _Listed, metres: float | None) -> bool:
    """Whether a clinic, `metres` from the one place, stands under the other."""
    if metres is None:
        return other.takes_even and _may_be_near(other, row)
    theirs = _distance(other.point, row)
    if theirs is None or theirs > other.radius_m:
        return False
    return theirs < metres or (theirs == metres and other.takes_even)


def _may_be_near(place: OtherPlace, row: _Listed) -> bool:
    """Whether a clinic without an exact place answers a search around a place (see `_candidates`)."""
    if row.lat is None or row.lng is None:
        return country_at(place.point) == row.country
    return bounding_box(place.point, place.radius_m).contains(Point(row.lat, row.lng))


def _nearest(point: Point, wanted: _Wanted, other: OtherPlace | None) -> tuple[list[_Candidate], int]:
    """The nearest clinics in the market of the point: a flight is no answer to a search around a station.

    Those within the other place's radius stand there; the second figure says how many of them are as near.
    """
    conditions: list[ColumnElement[bool]] = [Clinic.lat.is_not(None)]
    home = country_at(point)
    if home and not wanted.market:
        conditions.append(Clinic.country == home)
    rows, taken = [], []
    for row in _listed(conditions, wanted):
        metres = _distance(point, row)
        if metres is None:
            continue
        theirs = _distance(other.point, row) if other else None
        if other and theirs is not None and theirs <= other.radius_m:
            taken.append(metres)
        else:
            rows.append(_Candidate(row.id, row.name, row.country, row.authority, metres))
    rows = sorted(rows, key=lambda row: (row.distance_m or 0, row.id))[:NEAREST]
    reach = rows[-1].distance_m or 0 if rows else inf
    return rows, sum(metres <= reach for metres in taken)


def _listed(conditions: Sequence[ColumnElement[bool]], wanted: _Wanted) -> list[_Listed]:
    """The clinics under these conditions whose name, in any of its languages, holds every word, and whose offers
    may be shown at all."""
    query = select(
        Clinic.id, Clinic.name, Clinic.name_zh, Clinic.name_ko, Clinic.country, Clinic.lat, Clinic.lng,
        Clinic.precision, Clinic.authority,
    ).where(clinics.visible(), *conditions)  # fmt: skip
    if wanted.market:
        query = query.where(Clinic.country == wanted.market)
    if wanted.treatments and ANY_TREATMENT not in wanted.treatments:
        query = query.where(Clinic.id.in_(offers.offering(*wanted.treatments)))
    keys = [key for word in fold(wanted.words).split() if (key := name_key(word))]
    found = []
    for row in (_Listed(*columns) for columns in db.session.execute(query)):
        # A clinic that has not joined must not be found by what may not be shown of it.
        if wanted.treatments and not market_policy(row.country).shows_offers(row.authority):
            continue
        if not keys or _named(row, keys):
            found.append(row)
    return found


def _named(row: _Listed, keys: Sequence[str]) -> bool:
    names = " ".join(name_key(name) for name in (row.name, row.name_zh, row.name_ko) if name)
    return all(key in names for key in keys)


def _distance(point: Point | None, row: _Listed) -> float | None:
    if point is None or row.lat is None or row.lng is None or row.precision not in _EXACT:
        return None
    return distance_m(point, Point(row.lat, row.lng))


def _prices(
    loaded: Mapping[int, Clinic],
    published: Mapping[int, Sequence[PublishedOffer]],
    treatment_slug: str,
    now: datetime,
) -> Mapping[int, Money | None]:
    """The lowest complete total of one session per clinic, of offers that anyone may buy and a page may show."""
    treatment = treatments.by_slug(treatment_slug)
    usual = treatments.usual_quantity(treatment) if treatment else None
    want = Want(treatment_slug, 1, usual)
    max_age = current_settings().price_age_days
    prices: dict[int, Money | None] = {}
    for number, clinic in loaded.items():
        policy, on = market_policy(clinic.country), today_in(clinic.country, now)
        totals = [
            total
            for offer in published.get(number, ())
            if offer.terms.eligibility is Eligibility.ANY
            and policy.price_line(offer.terms, clinic, on, max_age).amount is not None
            and (total := course_sum(offer.terms, want, on, max_age).total) is not None
        ]
        prices[number] = min(totals, key=lambda total: total.amount, default=None)
    return prices


def treatment_counts(results: ClinicResults) -> dict[str, int]:
    """How many clinics of a result offer each treatment, by slug; one more statement."""
    return offers.clinics_per_treatment(results.counted)


def _write_cursor(key: _Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode("ascii")


def _read_cursor(cursor: str) -> _Key:
    try:
        key = json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, UnicodeError, binascii.Error, RecursionError) as error:
        raise InvalidCursor(cursor[:40]) from error
    match key:
        case [int() as rank, int() | float() as figure, str() as name, int() as number]:
            return rank, figure, name, number
    raise InvalidCursor(cursor[:40])
