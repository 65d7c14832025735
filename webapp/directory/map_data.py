"""What the map draws: clinics as GeoJSON points, and stations and districts as names on a plain ground."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.directory.cards import clinic_name
from webapp.directory.labels import MARKETS
from webapp.domain.geo import Point, bounding_box, country_at
from webapp.geocoding.landmarks import landmarks_in
from webapp.i18n import current_language
from webapp.settings import current_settings

# How far around the pins names are sent, in metres, and how many at most: a phone draws them all.
_MARGIN_M = 1_500
_MAX_NAMES = 160


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Clinics to draw, and the place they were looked for around, if any: its point, its name, how far in metres."""

    clinics: Sequence[Clinic]
    centre: Point | None = None
    name: str = ""
    radius_m: int | None = None


def features(groups: Iterable[MapGroup], addresses: Mapping[str, str]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (RFC 7946: longitude first). `addresses` are the clinics' pages by slug."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [clinic.lng, clinic.lat]},
                "properties": {
                    "slug": clinic.slug,
                    "name": clinic_name(clinic),
                    "market": clinic.country,
                    "precision": clinic.precision,
                    "sample": clinic.sample,
                    "url": addresses.get(clinic.slug, ""),
                    "near": group.name or None,
                },
            }
            for group in groups
            for clinic in group.clinics
            if _is_placed(clinic)
        ],
    }


def map_data(groups: Sequence[MapGroup], addresses: Mapping[str, str]) -> dict[str, Any]:
    """Everything the map script needs, as JSON in the page.

    `fits` are the frames to look through, each with its clinics' slugs, its places and names: one, or one for each
    place where the places lie in two markets, since four thousand kilometres on one map would show two dots.
    """
    settings = current_settings()
    note = ""
    counts = Counter(clinic.country for group in groups for clinic in group.clinics if _is_placed(clinic))
    if len(groups) == 1 and len(counts) > 1:
        market = counts.most_common(1)[0][0]
        note = _("The map shows %(market)s. Choose a market to see the other.", market=MARKETS[market])
        groups = [
            replace(group, clinics=[clinic for clinic in group.clinics if clinic.country == market])
            for group in groups
        ]
    apart = len({country_at(group.centre) for group in groups if group.centre}) > 1
    fits = [[group] for group in groups] if apart else [list(groups)]
    return {
        "clinics": features(groups, addresses),
        "note": note,
        "fits": [_fit(fit, named=not settings.tiles_url) for fit in fits],
        "tiles": {"url": settings.tiles_url, "attribution": settings.tiles_attribution}
        if settings.tiles_url
        else None,
    }


def _fit(groups: Sequence[MapGroup], *, named: bool) -> dict[str, Any]:
    return {
        "slugs": [clinic.slug for group in groups for clinic in group.clinics if _is_placed(clinic)],
        "places": [
            {
                "lat": group.centre.lat,
                "lng": group.centre.lng,
                "name": group.name,
                "radius_m": group.radius_m,
            }
            for group in groups
            if group.centre
        ],
        "names": _names(groups) if named else [],
    }


def _is_placed(clinic: Clinic) -> bool:
    return clinic.lat is not None and clinic.lng is not None


def _names(groups: Sequence[MapGroup]) -> list[dict[str, Any]]:
    """Stations, and districts, around the clinics and places."""
    language = current_language()
    points = [
        Point(row.lat, row.lng)
        for group in groups
        for row in group.clinics
        if row.lat is not None and row.lng is not None
    ]
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for point in [*points, *(group.centre for group in groups if group.centre)]:
        for landmark in landmarks_in(bounding_box(point, _MARGIN_M)):
            name = landmark.names[language]
            # A station on two lines stands in the table once for each.
            found.setdefault(
                (name, landmark.station),
                {
                    "name": name,
                    "station": landmark.station,
                    "lat": landmark.point.lat,
                    "lng": landmark.point.lng,
                },
            )
    return list(found.values())[:_MAX_NAMES]
