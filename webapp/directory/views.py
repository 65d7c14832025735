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
from webapp.clinics.models import Clinic
from webapp.directory import results as results_page
from webapp.directory.blueprint import blueprint as blueprint
from webapp.directory.cards import heading_label, more_offers, treatment_names
from webapp.directory.clinic_page import clinic_page
from webapp.directory.compare.views import compare as compare
from webapp.directory.forms import (
    MAX_COMPARED,
    RADII_M,
    clinic_slugs,
    read_search,
)
from webapp.directory.json_ld import json_ld
from webapp.directory.labels import AUTHORITY, MARKETS, SORTS, radius_words
from webapp.directory.map_data import features, map_data
from webapp.directory.plan.views import plan as plan
from webapp.directory.results import Asks, Choice, Understood, starting_points
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
            asks=understood.asks.value,
            understood=understood,
            # A place that was only alike leads to its point; a place to start from is a name.
            suggested=understood.asks is Asks.PLACE_UNKNOWN
            and any(choice.change.get("lat") for choice in understood.choices),
            choices=[(choice, _address(choice)) for choice in understood.choices],
            search=_search_form(understood),
            treatment_options=_options(names),
            tray=tray,
        )
    understood, page = results_page.find(understood, names)
    addresses = {card.slug: url_for("directory.clinic", slug=card.slug) for card in page.cards}
    return render_template(
        "directory/clinics.html",
        understood=understood,
        page=page,
        treatment_label=_label(understood.treatment) if understood.treatment else None,
        choices=[(choice, _address(choice)) for choice in understood.choices],
        maybe=[(choice, _address(choice)) for choice in understood.maybe],
        search=_search_form(understood),
        treatment_options=_options(names),
        radii=[(radius, radius_words(radius)) for radius in _radii(understood)],
        sorts=[
            (sort.value, words)
            for sort, words in SORTS.items()
            if sort is not Sort.DISTANCE or understood.point
        ],
        markets=MARKETS,
        authority=AUTHORITY,
        more_offers=more_offers,
        tray=tray,
        next_page=_changed({"cursor": page.found.next}) if page.found.next else None,
        map=map_data(
            (card.clinic for card in page.cards),
            addresses,
            understood.point,
            understood.place_name,
            understood.radius_m,
        ),
    )


@blueprint.get("/clinics.geojson")
@open_to(Audience.ANYONE)
def clinics_geojson() -> Response:
    """The clinics of /clinics with the same query as points (RFC 7946); those without a place are left out."""
    names = treatment_names()
    understood = results_page.understand(read_search(request.args), names)
    found: list[Clinic] = []
    if not understood.asks:
        understood, page = results_page.find(understood, names)
        found = [row.clinic for row in page.found.rows]
    answer = jsonify(features(found, {row.slug: url_for("directory.clinic", slug=row.slug) for row in found}))
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
        map=map_data([row], {row.slug: ""}) if centre else None,
    )


def _by_market(choices: Sequence[Choice]) -> dict[str, list[tuple[Choice, str]]]:
    groups: dict[str, list[tuple[Choice, str]]] = {}
    for choice in choices:
        groups.setdefault(choice.hint, []).append((choice, _address(choice)))
    return groups


def _label(treatment: Treatment) -> str:
    return heading_label(treatment, _COUNTRIES)


def _options(names: Mapping[str, Treatment]) -> list[tuple[str, str]]:
    """(slug, label) of every treatment, products before classes and devices."""
    rank = {"product": 0, "class": 1, "device": 2}
    rows = sorted(names.values(), key=lambda row: (rank.get(row.kind, 3), row.id))
    return [(row.slug, _label(row)) for row in rows]


def _search_form(understood: Understood | None = None) -> dict[str, Any]:
    """What stands in the boxes: as typed, with the place moved to its own box."""
    if understood is None:
        return {"what": "", "near": "", "treatment": "", "radius_m": None, "sort": "", "market": ""}
    query = understood.query
    what = query.what
    if not query.near and understood.place_text and what:
        label = [_label(understood.treatment)] if understood.treatment else []
        what = " ".join([*label, understood.words or understood.unknown_words]).strip()
    if not what and understood.treatment:
        what = _label(understood.treatment)
    return {
        "what": what,
        "near": query.near or understood.place_text,
        "treatment": understood.treatment.slug if understood.treatment else "",
        "radius_m": understood.radius_m,
        "sort": query.sort.value if query.sort else "",
        "market": query.market or "",
    }


def _radii(understood: Understood) -> list[int]:
    return sorted({*RADII_M, *([understood.radius_m] if understood.radius_m else [])})


def _address(choice: Choice) -> str:
    return _changed(choice.change)


def _changed(change: Mapping[str, str | float | int | None]) -> str:
    """The results page with this request's query, changed; None takes a field away."""
    kept: dict[str, Any] = {
        name: [value[:MAX_LENGTH] for value in request.args.getlist(name)[:MAX_COMPARED]]
        for name in ("q", "near", "lat", "lng", "radius_m", "treatment", "market", "sort", "clinic")
        if request.args.get(name)
    }
    kept.update(change)
    return url_for("directory.clinics", **{name: value for name, value in kept.items() if value is not None})
