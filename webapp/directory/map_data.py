"""What the map draws: clinics as GeoJSON points, and stations and districts as names on a plain ground."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.directory.cards import clinic_name
from webapp.directory.labels import MARKETS
from webapp.domain.geo import Point, bounding_box
from webapp.geocoding.landmarks import landmarks_in
from webapp.i18n import current_language
from webapp.settings import current_settings

# How far around the pins names are sent, in metres, and how many at most: a phone draws them all.
_MARGIN_M = 1_500
_MAX_NAMES = 160


def features(clinics: Iterable[Clinic], addresses: dict[str, str]) -> dict[str, Any]:
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
                },
            }
            for clinic in clinics
            if clinic.lat is not None and clinic.lng is not None
        ],
    }


def map_data(
    clinics: Iterable[Clinic],
    addresses: dict[str, str],
    centre: Point | None = None,
    centre_name: str = "",
    radius_m: int | None = None,
) -> dict[str, Any]:
    """Everything the map script needs, as JSON in the page."""
    settings = current_settings()
    market, note = None, ""
    placed = [clinic for clinic in clinics if clinic.lat is not None]
    counts = Counter(clinic.country for clinic in placed)
    if len(counts) > 1:
        # Four thousand kilometres on one map would show two dots.
        market = counts.most_common(1)[0][0]
        note = _("The map shows %(market)s. Choose a market to see the other.", market=MARKETS[market])
    shown = features((row for row in placed if market in (None, row.country)), addresses)
    points = [feature["geometry"]["coordinates"] for feature in shown["features"]]
    if centre:
        points.append([centre.lng, centre.lat])
    return {
        "clinics": shown,
        "note": note,
        "centre": {"lat": centre.lat, "lng": centre.lng, "name": centre_name} if centre else None,
        "radius_m": radius_m if centre else None,
        "names": [] if settings.tiles_url else _names(points),
        "tiles": {"url": settings.tiles_url, "attribution": settings.tiles_attribution}
        if settings.tiles_url
        else None,
    }


def _names(points: list[list[float]]) -> list[dict[str, Any]]:
    """Stations, and districts, around the points: [longitude, latitude] each."""
    language = current_language()
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for lng, lat in points:
        for landmark in landmarks_in(bounding_box(Point(lat, lng), _MARGIN_M)):
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
