"""What the map script of the clinic's pin needs: where to begin, and names around it where there are no tiles."""

from typing import Any

from webapp.domain.geo import Point, bounding_box
from webapp.geocoding.landmarks import landmarks_in
from webapp.i18n import current_language
from webapp.settings import current_settings

_AROUND_M = 3_000
_MOST = 120


def pin_map(centre: Point | None) -> dict[str, Any]:
    """JSON for the page; without a point to begin at there is no map, only the fields."""
    tiles, language = current_settings(), current_language()
    names: dict[tuple[str, bool], dict[str, Any]] = {}
    for landmark in landmarks_in(bounding_box(centre, _AROUND_M)) if centre and not tiles.tiles_url else ():
        name = landmark.names[language]
        # A station on two lines stands in the table once for each.
        names.setdefault(
            (name, landmark.station),
            {
                "name": name,
                "station": landmark.station,
                "lat": landmark.point.lat,
                "lng": landmark.point.lng,
            },
        )
    return {
        "centre": {"lat": centre.lat, "lng": centre.lng} if centre else None,
        "names": list(names.values())[:_MOST],
        "tiles": {"url": tiles.tiles_url, "attribution": tiles.tiles_attribution}
        if tiles.tiles_url
        else None,
    }
