"""One place of a search, understood by itself: where it is, or what has to be asked before anybody can say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flask_babel import gettext as _

from webapp.directory.forms import PlaceBox, PlaceQuery
from webapp.directory.labels import MARKETS, PLACE_KINDS
from webapp.domain.geo import Point, country_at, distance_m
from webapp.geocoding import queries as geocoding
from webapp.geocoding.gazetteer import Place, PlaceSearch
from webapp.i18n import current_language, described

DEFAULT_RADIUS_M = 1_500
# A place named beside a point in the address is believed when it lies this near.
_SAME_PLACE_M = 300
# Names to start from when nothing was found; the gazetteer knows them in every language.
STARTING_POINTS = {
    "SG": ("Orchard", "Novena", "Tanjong Pagar", "Raffles Place", "Tampines"),
    "KR": ("Gangnam Station", "Sinsa Station", "Apgujeong Rodeo Station", "Cheongdam", "Yangjae Station"),
}


class Asks(StrEnum):
    """What stands in the way of results."""

    WHICH_TREATMENT = "which_treatment"
    WHICH_PLACE = "which_place"
    PLACE_UNKNOWN = "place_unknown"
    OUTSIDE = "outside"
    OWN_PLACE = "own_place"


# What a link changes in the query of the page; None takes a field away.
Change = Mapping[str, str | float | int | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One link to go on with: its words, and what it changes."""

    label: str
    hint: str
    change: Change


@dataclass(frozen=True, slots=True)
class UnderstoodPlace:
    """What one place box means. Exactly one of `asks` and `point` is set; `radius_m` goes with the point.

    `text` is what was read as the place. `choices` answer the question, `maybe` are other readings to offer beside
    the results, `outside` is a city that is not covered.
    """

    box: PlaceBox
    text: str
    name: str = ""
    point: Point | None = None
    radius_m: int | None = None
    asks: Asks | None = None
    outside: str = ""
    choices: list[Choice] = field(default_factory=list)
    maybe: list[Choice] = field(default_factory=list)

    @property
    def only_alike(self) -> bool:
        """The choices are names like the one that was typed, not places to start from."""
        return self.asks is Asks.PLACE_UNKNOWN and any(
            choice.change.get(self.box.field("lat")) for choice in self.choices
        )


def understand_place(query: PlaceQuery, search: PlaceSearch | None, text: str) -> UnderstoodPlace | None:
    """The place of one box; None where it is empty.

    `search` is what came of `text`, and is not needed where the query brings a point.
    """
    place = UnderstoodPlace(query.box, text)
    if query.point:
        return _at_point(place, query, query.point)
    if query.point_given:
        return replace(place, asks=Asks.PLACE_UNKNOWN)
    return _named(place, query, search) if search else None


def read_place(query: PlaceQuery) -> UnderstoodPlace | None:
    """The place of a box that holds nothing else, whichever market it is in; None where it is empty."""
    named = query.text and not query.point
    search = geocoding.find_places(query.text, None, current_language()) if named else None
    return understand_place(query, search, query.text)


def _at_point(place: UnderstoodPlace, query: PlaceQuery, point: Point) -> UnderstoodPlace:
    if country_at(point) is None:
        return replace(place, asks=Asks.OUTSIDE, choices=starting_points(query.box))
    named = geocoding.find_places(query.text, None, current_language()).matches if query.text else ()
    known = next((row for row in named if distance_m(row.point, point) <= _SAME_PLACE_M), None)
    radius = query.radius_m or (known.search_radius_m if known else DEFAULT_RADIUS_M)
    name = place_label(known) if known else _("the point you chose")
    return replace(place, name=name, point=point, radius_m=radius)


def _named(place: UnderstoodPlace, query: PlaceQuery, search: PlaceSearch) -> UnderstoodPlace:
    box = query.box
    if search.intent != "place":
        return replace(place, asks=Asks.OWN_PLACE, choices=starting_points(box))
    if search.outside:
        return replace(place, asks=Asks.OUTSIDE, choices=starting_points(box), outside=search.outside)
    if search.best is None:
        offered = [_place_choice(row, box) for row in search.did_you_mean]
        return replace(place, asks=Asks.PLACE_UNKNOWN, choices=offered or starting_points(box))
    if search.ambiguous:
        return replace(
            place, asks=Asks.WHICH_PLACE, choices=[_place_choice(row, box) for row in search.matches]
        )
    return replace(
        place,
        name=place_label(search.best),
        point=search.best.point,
        radius_m=query.radius_m or search.best.search_radius_m,
        maybe=[_place_choice(row, box) for row in search.did_you_mean[:4]],
    )


def _place_choice(place: Place, box: PlaceBox) -> Choice:
    kind = str(PLACE_KINDS.get(place.kind, ""))
    hint = described(dict.fromkeys([kind, place.within or ""]))
    change: Change = {
        box.value: place.name,
        box.field("lat"): round(place.lat, 3),
        box.field("lng"): round(place.lng, 3),
        box.field("radius_m"): place.search_radius_m,
    }
    return Choice(place_label(place), hint, change)


def starting_points(box: PlaceBox = PlaceBox.NEAR) -> list[Choice]:
    """Places to start from in both markets, in the reader's language."""
    found = []
    for country, texts in STARTING_POINTS.items():
        for text in texts:
            place = geocoding.find_places(text, country, current_language()).best
            if place:
                change: Change = {
                    box.value: text,
                    **{box.field(name): None for name in ("lat", "lng", "radius_m")},
                }
                found.append(Choice(place_label(place), str(MARKETS[country]), change))
    return found


def place_label(place: Place) -> str:
    """A subway station says that it is one: Gangnam alone is the district."""
    return _("%(name)s Station", name=place.name) if place.kind == "station" else place.name
