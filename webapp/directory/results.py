"""What the results page says: what was understood, what must be asked, and the clinics that answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.directory.cards import ClinicCard, Names, clinic_card, treatment_label
from webapp.directory.forms import SearchQuery
from webapp.directory.labels import MARKETS, PLACE_KINDS, PRICE_ORDER_REFUSED, radius_words
from webapp.domain.geo import Point, country_at, distance_m
from webapp.domain.market import Country
from webapp.domain.text import name_key
from webapp.geocoding import queries as geocoding
from webapp.geocoding.gazetteer import Place, PlaceSearch
from webapp.i18n import current_language, format_distance, utc_now
from webapp.search import one_box
from webapp.search.queries import ClinicResults, InvalidCursor, Sort, find_clinics
from webapp.settings import market_policy
from webapp.treatments import queries as treatments
from webapp.treatments.models import Treatment

DEFAULT_RADIUS_M = 1_500
# Of cards, so that a page stays under 60 KB.
PAGE = 20
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


@dataclass(frozen=True, slots=True)
class Choice:
    """One link to go on with: its words, and what it changes in the query of the page."""

    label: str
    hint: str
    change: Mapping[str, str | float | int | None]


@dataclass(frozen=True, slots=True)
class Understood:
    """The two boxes, understood. Exactly one of `asks` and a search follows."""

    query: SearchQuery
    treatment: Treatment | None
    place: Place | None
    place_name: str
    point: Point | None
    radius_m: int | None
    words: str
    asks: Asks | None
    place_text: str
    outside: str
    choices: list[Choice]
    # Other readings to offer beside the results.
    maybe: list[Choice]
    # Words that are no treatment, no place, no clinic.
    unknown_words: str


def understand(query: SearchQuery, names: Names) -> Understood:
    """Read the boxes, and decide what has to be asked first."""
    box = one_box.parse(query.what, "" if query.point else query.near, query.market, current_language())
    treatment = names.get(box.treatment.slug or "")
    chosen = names.get(query.treatment or "")
    if treatment is None:
        treatment = chosen or _by_label(box.words, names)
    state = _State(query, treatment, box)
    if treatment is None and box.treatment.choices:
        return state.ask(
            Asks.WHICH_TREATMENT, [_treatment_choice(names[slug]) for slug in box.treatment.choices]
        )
    if query.point:
        return _at_point(state, query.point)
    if query.point_given:
        return state.ask(Asks.PLACE_UNKNOWN, [])
    if box.place is None:
        return state.done(None)
    return _at_place(state, box.place)


@dataclass(frozen=True, slots=True)
class _State:
    query: SearchQuery
    treatment: Treatment | None
    box: one_box.OneBox

    def ask(self, asks: Asks, choices: list[Choice], outside: str = "") -> Understood:
        return replace(self.done(None), asks=asks, choices=choices, outside=outside)

    def done(self, place: Place | None, point: Point | None = None, name: str = "") -> Understood:
        at = point or (place.point if place else None)
        radius = self.query.radius_m or (place.search_radius_m if place else DEFAULT_RADIUS_M)
        words = self.box.words
        if name_key(words) in map(name_key, _labels(self.treatment)):
            words = ""
        return Understood(
            query=self.query,
            treatment=self.treatment,
            place=place,
            place_name=name or (place_label(place) if place else ""),
            point=at,
            radius_m=radius if at else None,
            words=words,
            asks=None,
            place_text=self.box.place_text or self.query.near,
            outside="",
            choices=[],
            maybe=[],
            unknown_words="",
        )


def _by_label(words: str, names: Names) -> Treatment | None:
    """The treatment whose label, as our own pages write it, the words are; a class name is in no dictionary."""
    key = name_key(words)
    return next((row for row in names.values() if key and key in map(name_key, _labels(row))), None)


def _labels(treatment: Treatment | None) -> list[str]:
    if treatment is None:
        return []
    return [treatment_label(treatment, market_policy(country)) for country in Country]


def _at_point(state: _State, point: Point) -> Understood:
    if country_at(point) is None:
        return state.ask(Asks.OUTSIDE, starting_points())
    near = state.query.near
    named = geocoding.find_places(near, None, current_language()).matches if near else ()
    place = next((place for place in named if distance_m(place.point, point) <= _SAME_PLACE_M), None)
    return state.done(place, point, place_label(place) if place else _("the point you chose"))


def _at_place(state: _State, search: PlaceSearch) -> Understood:
    if search.intent != "place":
        return state.ask(Asks.OWN_PLACE, starting_points())
    if search.outside:
        return state.ask(Asks.OUTSIDE, starting_points(), search.outside)
    if search.best is None:
        offered = [_place_choice(place) for place in search.did_you_mean]
        return state.ask(Asks.PLACE_UNKNOWN, offered or starting_points())
    if search.ambiguous:
        return state.ask(Asks.WHICH_PLACE, [_place_choice(place) for place in search.matches])
    found = state.done(search.best)
    return replace(found, maybe=[_place_choice(place) for place in search.did_you_mean[:4]])


def _place_choice(place: Place) -> Choice:
    kind = str(PLACE_KINDS.get(place.kind, ""))
    hint = ", ".join(dict.fromkeys(text for text in (kind, place.within) if text))
    point = {"lat": round(place.lat, 3), "lng": round(place.lng, 3)}
    return Choice(place_label(place), hint, {"near": place.name, **point, "radius_m": place.search_radius_m})


def _treatment_choice(treatment: Treatment) -> Choice:
    return Choice(
        treatment_label(treatment, market_policy("SG")),
        treatment_label(treatment, market_policy("KR")),
        {"treatment": treatment.slug, "q": None},
    )


def starting_points() -> list[Choice]:
    """Places to start from in both markets, in the reader's language."""
    found = []
    for country, texts in STARTING_POINTS.items():
        for text in texts:
            place = geocoding.find_places(text, country, current_language()).best
            if place:
                change = {"near": text, "lat": None, "lng": None, "radius_m": None}
                found.append(Choice(place_label(place), str(MARKETS[country]), change))
    return found


def place_label(place: Place) -> str:
    """A subway station says that it is one: Gangnam alone is the district."""
    return _("%(name)s Station", name=place.name) if place.kind == "station" else place.name


@dataclass(frozen=True, slots=True)
class Results:
    """The list: `heading` counts, `order` says how it is ordered, `notes` what the reader should know first.

    `unplaced` is about the clinics at the end whose place is not exact; empty where there are none.
    """

    heading: str
    unplaced: str
    order: Sort
    notes: list[str]
    cards: list[ClinicCard]
    found: ClinicResults


def find(understood: Understood, names: Names) -> tuple[Understood, Results]:
    """The clinics for what was understood. Words that no clinic's name holds are set aside, and said."""
    found = _search(understood)
    if understood.words and not found.total:
        alike = (
            one_box.families_alike(understood.words, treatments.names()) if not understood.treatment else ()
        )
        understood = replace(
            understood,
            words="",
            unknown_words=understood.words,
            choices=[_treatment_choice(names[slug]) for slug in alike if slug in names],
        )
        found = _search(understood)
    cards = [clinic_card(row, understood.treatment, names) for row in found.rows]
    return understood, Results(
        heading=_heading(understood, found),
        unplaced=_unplaced(found),
        order=found.ordered_by,
        notes=_notes(understood, found),
        cards=cards,
        found=found,
    )


def _search(understood: Understood) -> ClinicResults:
    query = understood.query

    def ask(cursor: str | None) -> ClinicResults:
        return find_clinics(
            understood.point,
            understood.radius_m,
            understood.treatment.slug if understood.treatment else None,
            query.market,
            understood.words,
            query.sort,
            limit=PAGE,
            cursor=cursor,
            box=query.box,
            now=utc_now(),
        )

    try:
        return ask(query.cursor)
    except InvalidCursor:
        return ask(None)


def _heading(understood: Understood, found: ClinicResults) -> str:
    placed = found.total - found.unplaced
    if understood.point is None or understood.radius_m is None:
        return ngettext("%(num)s clinic", "%(num)s clinics", found.total)
    place, radius = understood.place_name, radius_words(understood.radius_m).replace(" ", "\u00a0")
    if found.widened_to_m or not placed:
        return _("No clinic within %(radius)s of %(place)s", radius=radius, place=place)
    return ngettext(
        "%(num)s clinic within %(radius)s of %(place)s",
        "%(num)s clinics within %(radius)s of %(place)s",
        placed,
        radius=radius,
        place=place,
    )


def _unplaced(found: ClinicResults) -> str:
    if not found.unplaced:
        return ""
    return ngettext(
        "and %(num)s clinic whose exact place we do not know, at the end",
        "and %(num)s clinics whose exact place we do not know, at the end",
        found.unplaced,
    )


def _notes(understood: Understood, found: ClinicResults) -> list[str]:
    notes = []
    if understood.unknown_words:
        notes.append(
            _("We know no treatment and no clinic called “%(words)s”.", words=understood.unknown_words)
        )
    if found.widened_to_m:
        notes.append(
            ngettext(
                "The nearest %(num)s is shown, %(distance)s away.",
                "The nearest %(num)s are shown, up to %(distance)s away.",
                found.total,
                distance=format_distance(found.widened_to_m),
            )
        )
    if found.price_refused:
        notes.append(str(PRICE_ORDER_REFUSED[found.price_refused]))
    return notes
