"""What the boxes of the search mean: a treatment, a place or two, and words that are neither."""

from dataclasses import dataclass, field

from webapp.directory.cards import Names, heading_label, treatment_label
from webapp.directory.forms import PlaceBox, SearchQuery
from webapp.directory.results.places import Choice, UnderstoodPlace, read_place, understand_place
from webapp.domain.geo import distance_m
from webapp.domain.market import Country
from webapp.domain.text import name_key
from webapp.i18n import current_language, localised
from webapp.search import one_box
from webapp.settings import market_policy
from webapp.treatments.models import Treatment

# Two boxes that name points as near as this name one place: an address keeps a point to 100 m.
_ONE_PLACE_M = 100


@dataclass(frozen=True, slots=True)
class Understood:
    """The boxes, understood. Something is asked first, about the treatment or about a place, or a search follows.

    `places` are those that were named, at most two. `same_place`: both boxes named one place, which stands here
    once. `choices` are treatments to choose from. `unknown_words` are no treatment, no place, no clinic.
    """

    query: SearchQuery
    treatment: Treatment | None
    places: list[UnderstoodPlace]
    words: str
    same_place: bool = False
    which_treatment: bool = False
    choices: list[Choice] = field(default_factory=list)
    unknown_words: str = ""

    @property
    def asked(self) -> list[UnderstoodPlace]:
        """The places about which something has to be asked before there are results."""
        return [place for place in self.places if place.asks]

    @property
    def asks(self) -> bool:
        return self.which_treatment or bool(self.asked)

    def place_in(self, box: PlaceBox) -> UnderstoodPlace | None:
        return next((place for place in self.places if place.box is box), None)


def understand(query: SearchQuery, names: Names) -> Understood:
    """Read the boxes, and decide what has to be asked first."""
    near = query.near
    box = one_box.parse(query.what, "" if near.point else near.text, query.market, current_language())
    treatment = names.get(box.treatment.slug or "")
    chosen = names.get(query.treatment or "")
    if treatment is None:
        treatment = chosen or _by_label(box.words, names)
    which = treatment is None and bool(box.treatment.choices)
    places, same_place = _once(
        [understand_place(near, box.place, box.place_text or near.text), read_place(query.also)]
    )
    words = "" if name_key(box.words) in map(name_key, _labels(treatment)) else box.words
    return Understood(
        query=query,
        treatment=treatment,
        places=places,
        words=words,
        same_place=same_place,
        which_treatment=which,
        choices=[treatment_choice(names[slug]) for slug in box.treatment.choices] if which else [],
    )


def _once(read: list[UnderstoodPlace | None]) -> tuple[list[UnderstoodPlace], bool]:
    """The places that were named, and whether the second is the first again."""
    places = [place for place in read if place]
    points = [place.point for place in places if place.point]
    same = len(points) == 2 and distance_m(*points) <= _ONE_PLACE_M
    return places[:1] if same else places, same


def _by_label(words: str, names: Names) -> Treatment | None:
    """The treatment whose label, as our own pages write it, the words are; a class name is in no dictionary."""
    key = name_key(words)
    return next((row for row in names.values() if key and key in map(name_key, _labels(row))), None)


def _labels(treatment: Treatment | None) -> list[str]:
    if treatment is None:
        return []
    return [treatment_label(treatment, market_policy(country)) for country in Country]


def treatment_choice(treatment: Treatment) -> Choice:
    """A treatment to go on with. Both markets read it, so the stricter one names it; what it is stands beside it."""
    return Choice(
        heading_label(treatment, list(Country)),
        localised(treatment, "generic"),
        {"treatment": treatment.slug, "q": None},
    )
