"""The embedded gazetteer: places of Singapore and Seoul found by what people type, without key or network.

`search` answers a typed text, `phrases` finds the place inside a longer one, `suggest` answers while one types.
`store` opens the file that `build` makes of seed/places; `reading` takes a text apart; `places` says what an answer is.
"""

from webapp.geocoding.gazetteer.phrases import longest_place
from webapp.geocoding.gazetteer.places import Place, PlaceSearch
from webapp.geocoding.gazetteer.search import find, postal_point
from webapp.geocoding.gazetteer.store import Gazetteer, open_gazetteer
from webapp.geocoding.gazetteer.suggest import suggest

__all__ = [
    "Gazetteer",
    "Place",
    "PlaceSearch",
    "find",
    "longest_place",
    "open_gazetteer",
    "postal_point",
    "suggest",
]
