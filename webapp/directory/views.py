"""Pages of the directory room: home, results, the clinic's page, compare, and the points of the map."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import (
    Response,
    abort,
    jsonify,
    render_template,
    request,
    url_for,
)

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics_queries
from webapp.directory import results as results_page
from webapp.directory.blueprint import blueprint as blueprint
from webapp.directory.cards import heading_label, more_offers, treatment_names
from webapp.directory.clinic_page import clinic_page
from webapp.directory.compare.views import compare as compare
from webapp.directory.forms import (
    MAX_COMPARED,
    RADII_M,
    PlaceBox,
    clinic_slugs,
    read_search,
)
from webapp.directory.json_ld import json_ld
from webapp.directory.labels import AUTHORITY, MARKETS, SORTS, radius_words
from webapp.directory.map_data import MapGroup, features, map_data
from webapp.directory.plan.views import plan as plan
from webapp.directory.results import Change, Choice, Results, Understood, starting_points
from webapp.directory.tray import read_tray
from webapp.domain.geo import Point
from webapp.domain.market import Country
from webapp.offers import queries as offers
from webapp.search.one_box import MAX_LENGTH
from webapp.search.queries import Sort
from webapp.treatments.models import Treatment

# What most readers of this directory look for; the treatments page has all of them.
_FEATURED = ("rejuran_healer", "ha_booster_generic", "rejuran_eye", "profhilo", "juvelook_skin", "rejuran_hb")
_COUNTRIES = tuple(country.value for country in Country)
# What links of the results page keep of its address; the cursors are kept only by those that turn one group's page.
_KEPT = (
    "q",
    *(box.value for box in PlaceBox),
    *(box.field(name) for box in PlaceBox for name in ("lat", "lng", "radius_m")),
    "treatment",
    "market",
    "sort",
    "clinic",
)


@blueprint.get("/")
@open_to(Audience.ANYONE)
def home() -> str:
    """What and where, and places and treatments to start from."""
    names = treatment_names()
    return render_template(
        "directory/home.html",
        search=_search_form(),
        tray=read_tray(request),
        places=_by_market(starting_points()),
        featured=[(names[slug].slug, _label(names[slug])) for slug in _FEATURED if slug in names],
        treatment_options=_options(names),
        markets=MARKETS,
        shows_sample=clinics_queries.any_sample(),
    )


@blueprint.get("/clinics")
@open_to(Audience.ANYONE)
def clinics() -> str:
    """Results: what was understood, or what must be asked first."""
    names = treatment_names()
    query = read_search(request.args)
    understood = results_page.understand(query, names)
    tray = read_tray(request)
    if understood.asks:
        return render_template(
            "directory/ask.html",
            understood=understood,
            choices=_links(understood.choices),
            place_choices={place.box: _links(place.choices) for place in understood.asked},
            without=_without(understood),
            search=_search_form(understood),
            treatment_options=_options(names),
            tray=tray,
        )
    understood, page = results_page.find(understood, names)
    return render_template(
        "directory/clinics.html",
        understood=understood,
        page=page,
        treatment_label=_label(understood.treatment) if understood.treatment else None,
        whole_course=_whole_course(understood),
        choices=_links(understood.choices),
        maybe={group.id: _links(group.place.maybe) for group in page.groups if group.place},
        search=_search_form(understood),
        treatment_options=_options(names),
        radii=[
            (place.box.field("radius_m"), place.name, place.radius_m, _radii(place.radius_m))
            for place in understood.places
            if place.radius_m
        ],
        sorts=[
            (sort.value, words)
            for sort, words in SORTS.items()
            if sort is not Sort.DISTANCE or understood.places
        ],
        markets=MARKETS,
        authority=AUTHORITY,
        more_offers=more_offers,
        tray=tray,
        next_pages={
            group.id: _changed(group.next, None if group.alone else group.id)
            for group in page.groups
            if group.next
        },
        map=map_data(_map_groups(page), {card.slug: _page_of(card.slug) for card in page.cards}),
    )


@blueprint.get("/clinics.geojson")
@open_to(Audience.ANYONE)
def clinics_geojson() -> Response:
    """The clinics of /clinics with the same query as points (RFC 7946); those without a place are left out."""
    names = treatment_names()
    understood = results_page.understand(read_search(request.args), names)
    groups: list[MapGroup] = []
    if not understood.asks:
        understood, page = results_page.find(understood, names)
        groups = _map_groups(page)
    answer = jsonify(
        features(groups, {row.slug: _page_of(row.slug) for group in groups for row in group.clinics})
    )
    answer.mimetype = "application/geo+json"
    return answer


@blueprint.get("/clinics/<slug>")
@open_to(Audience.ANYONE)
def clinic(slug: str) -> str:
    """One clinic: what it offers, what can be checked, and where each fact comes from."""
    row = clinics_queries.by_slug(slug) if clinic_slugs([slug]) else None
    if row is None:
        abort(404)
    names = treatment_names()
    page = clinic_page(row, offers.for_clinics([row.id]).get(row.id, ()), names)
    tray = read_tray(request)
    centre = Point(row.lat, row.lng) if row.lat is not None and row.lng is not None else None
    return render_template(
        "directory/clinic.html",
        page=page,
        json_ld=json_ld(page),
        authority=AUTHORITY,
        tray=tray,
        compare_with=tray.with_one(row.slug),
        map=map_data([MapGroup([row])], {row.slug: ""}) if centre else None,
    )


def _by_market(choices: Sequence[Choice]) -> dict[str, list[tuple[Choice, str]]]:
    groups: dict[str, list[tuple[Choice, str]]] = {}
    for choice in choices:
        groups.setdefault(choice.hint, []).append((choice, _changed(choice.change)))
    return groups


def _label(treatment: Treatment) -> str:
    return heading_label(treatment, _COUNTRIES)


def _options(names: Mapping[str, Treatment]) -> list[tuple[str, str]]:
    """(slug, label) of every treatment, products before classes and devices."""
    rank = {"product": 0, "class": 1, "device": 2}
    rows = sorted(names.values(), key=lambda row: (rank.get(row.kind, 3), row.id))
    return [(row.slug, _label(row)) for row in rows]


def _search_form(understood: Understood | None = None) -> dict[str, Any]:
    """What stands in the boxes: as typed, with a place out of the first box moved to its own."""
    if understood is None:
        return {"what": "", "near": "", "also": "", "market": "", "asked": {}}
    query = understood.query
    near = understood.place_in(PlaceBox.NEAR)
    what = query.what
    if not query.near.text and near and near.text and what:
        label = [_label(understood.treatment)] if understood.treatment else []
        what = " ".join([*label, understood.words or understood.unknown_words]).strip()
    if not what and understood.treatment:
        what = _label(understood.treatment)
    return {
        "what": what,
        "near": query.near.text or (near.text if near else ""),
        "also": query.also.text,
        "market": query.market or "",
        "asked": {place.box.value: place for place in understood.asked},
    }


def _without(understood: Understood) -> tuple[str, str] | None:
    """Where one of two places is asked about: the other's name, and the page with it alone."""
    asked, clear = understood.asked, [place for place in understood.places if not place.asks]
    if not asked or not clear:
        return None
    box = asked[0].box
    fields = (box.value, *(box.field(name) for name in ("lat", "lng", "radius_m")))
    # The place that is left out may stand in the first box.
    what = _search_form(understood)["what"] if box is PlaceBox.NEAR else understood.query.what
    return clear[0].name, _changed({**dict.fromkeys(fields), "q": what or None})


def _whole_course(understood: Understood) -> str | None:
    """The comparison around the same places; one that is only a point has no words to take along."""
    texts = [place.text for place in understood.places]
    if not texts or not all(texts):
        return None
    near, also = [*texts, None][:2]
    treatment = understood.treatment.slug if understood.treatment else None
    return url_for("directory.compare", near=near, also=also, treatment=treatment)


def _radii(chosen: int) -> list[tuple[int, str]]:
    return [(radius, radius_words(radius)) for radius in sorted({*RADII_M, chosen})]


def _map_groups(page: Results) -> list[MapGroup]:
    return [
        MapGroup(
            [card.clinic for card in group.cards],
            group.place.point if group.place else None,
            group.place.name if group.place else "",
            group.place.radius_m if group.place else None,
        )
        for group in page.groups
    ]


def _page_of(slug: str) -> str:
    return url_for("directory.clinic", slug=slug)


def _links(choices: Sequence[Choice]) -> list[tuple[Choice, str]]:
    return [(choice, _changed(choice.change)) for choice in choices]


def _changed(change: Change, anchor: str | None = None) -> str:
    """The results page with this request's query, changed; None takes a field away."""
    kept: dict[str, Any] = {
        name: [value[:MAX_LENGTH] for value in request.args.getlist(name)[:MAX_COMPARED]]
        for name in _KEPT
        if request.args.get(name)
    }
    kept.update(change)
    return url_for(
        "directory.clinics",
        _anchor=anchor,
        **{name: value for name, value in kept.items() if value is not None},
    )
