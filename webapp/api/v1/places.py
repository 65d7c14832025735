"""/api/v1/places: where a text lies, and what to suggest while it is typed."""

from collections.abc import Iterable

from flask import Blueprint

from webapp.access import Audience, open_to
from webapp.api.v1.operation import operation
from webapp.api.v1.parameters import PlacesParameters, SuggestParameters
from webapp.api.v1.schemas import Place, Places, SuggestedPlaces
from webapp.geocoding import gazetteer
from webapp.geocoding import queries as geocoding
from webapp.i18n import current_language
from webapp.search import one_box

blueprint = Blueprint("places", __name__)


@blueprint.get("/places")
@operation("The places and the treatment in a text", PlacesParameters, Places)
@open_to(Audience.ANYONE)
def find(asked: PlacesParameters) -> Places:
    language = current_language()
    box = one_box.parse(asked.q, country=asked.country, lang=language)
    search = box.place
    if search is None and box.words:
        # No place stands in it as it was typed; as a whole it may be a misspelt one.
        search = geocoding.find_places(box.treatment.rest or asked.q, asked.country, language)
    return Places(
        places=places(search.matches if search else ()),
        treatment=box.treatment.slug,
        treatment_choices=list(box.treatment.choices or box.treatment.suggestions),
        did_you_mean=places(search.did_you_mean if search else ()),
        outside=(search.outside if search else "") or None,
        needs_device_location=search is not None and search.intent == "needs_device_location",
    )


@blueprint.get("/places/suggest")
@operation("Up to eight places for a text that is being typed", SuggestParameters, SuggestedPlaces)
@open_to(Audience.ANYONE)
def suggest(asked: SuggestParameters) -> SuggestedPlaces:
    return SuggestedPlaces(places=places(geocoding.suggest_places(asked.q, current_language())))


def places(found: Iterable[gazetteer.Place]) -> list[Place]:
    """The gazetteer's places as the API writes them."""
    return [
        Place.model_validate(
            {
                "name": row.name,
                "name_local": row.name_local,
                "within": row.within,
                "kind": row.kind,
                "country": row.country,
                "lat": round(row.lat, 6),
                "lng": round(row.lng, 6),
                "radius_m": row.radius_m,
                "precision": row.precision,
                "confidence": round(row.confidence, 3),
            }
        )
        for row in found
    ]
