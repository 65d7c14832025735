"""From any address to a point: which country it is of, what it names there, and a refusal where it is elsewhere."""

import re

from webapp.domain.geo import country_at
from webapp.domain.text import has_hangul
from webapp.geocoding.addresses import buildings, korea, singapore
from webapp.geocoding.addresses.located import GUESS, Located
from webapp.geocoding.addresses.points import KnownPoints, NoPoints
from webapp.geocoding.addresses.texts import AddressText, take_apart
from webapp.geocoding.gazetteer.reading import place_key, readings
from webapp.geocoding.gazetteer.search import by_name
from webapp.geocoding.gazetteer.store import Gazetteer

_ROMANISED = re.compile(r"(?:[a-z]|\b)(?:-|\s)?(?:daero|gil|gu|dong)\b|[a-z](?:-|\s)ro\b|[a-z]{3,}ro\b")


def locate(
    gazetteer: Gazetteer, text: str, country: str | None = None, points: KnownPoints | None = None
) -> Located | None:
    """Where the address lies, or None when it names nothing that is known here.

    `country` ("SG", "KR" or None) is what the listing says; a text that names the other country wins over it,
    with a conflict. `points` are the operator's own. Never raises for any text.
    """
    taken = take_apart(text)
    if not any(char.isalnum() for char in taken.whole):
        return None
    known = points or NoPoints()
    if _is_elsewhere(gazetteer, taken):
        return None
    found = None
    for one in _countries(taken, country):
        answer = (singapore if one == "SG" else korea).locate(gazetteer, known, taken)
        answer = answer or _area(gazetteer, taken, one)
        if answer is not None and (found is None or answer.confidence > found.confidence):
            found = answer
        if found is not None and found.confidence > GUESS:
            break
    if found is None or country_at(found.point) != found.country:
        return None
    if country is not None and found.country != country:
        return found.contradicted()
    return found


def _countries(taken: AddressText, country: str | None) -> tuple[str, ...]:
    """In which countries to look, the likeliest first."""
    says = taken.says
    if says is None and taken.sg_postals:
        says = "SG"
    if says is None and _ROMANISED.search(taken.bare):
        says = "KR"
    if says is None and country is None:
        return ("SG", "KR")
    first = says or country or "SG"
    if says is None:
        return (first,)
    return (first,) if country in (None, first) else (first, country or first)


def _is_elsewhere(gazetteer: Gazetteer, taken: AddressText) -> bool:
    """True when a part of the address is a city that is not covered: the last part, or a Korean address's first."""
    if any(gazetteer.postal("SG", code, 1, code) for code in taken.sg_postals):
        return False
    parts = [part.strip() for part in re.split(r"[,;]", taken.bare) if part.strip()]
    if not parts:
        return False
    candidates = [re.sub(r"\b[\d-]+\b", " ", part).strip() for part in parts[1:] or parts]
    if has_hangul(taken.bare):
        # Largest first: 경기도 성남시 분당구 …, 부산광역시 해운대구 ….
        candidates = [word for part in parts[:1] for word in part.split()[:2]]
        candidates = [word for word in candidates if not re.search(r"\d", word)]
        if len(candidates) > 1 and taken.whole.startswith("서울"):
            return False
    else:
        words = [word for part in candidates for word in part.split()]
        # "12 Nanjing Road Shanghai", but not "8 Jalan Batu" or "Sejong-daero 1": those are cities as well.
        named = singapore.names_street(gazetteer, taken) or korea.names_road(gazetteer, taken)
        if len(words) > 1 and not taken.says and not named:
            # Zhongshan Mall is a building here, whatever city its name reminds of.
            building = buildings.landmark(gazetteer, "SG", words)
            first, last = (building.start, building.end) if building else (len(words), 0)
            candidates = [part for part in candidates if building is None or part != " ".join(words)]
            if last < len(words):
                candidates += [words[-1], " ".join(words[-2:])]
            if first > 0:
                candidates += [words[0], " ".join(words[:2])]
    return any(gazetteer.outside(place_key(part)) for part in candidates if len(place_key(part)) > 1)


def _area(gazetteer: Gazetteer, taken: AddressText, country: str) -> Located | None:
    """A station or an area by its exact name, when that is all that is said; never more than an area."""
    if not taken.bare:
        return None
    ways = readings(taken.bare)
    if not ways[0].key:
        return None
    search = by_name(gazetteer, taken.bare, ways, country, "en")
    place = search.best if search else None
    if place is None or place.kind == "city":
        return None
    sure = GUESS if search is None or not search.ambiguous else 0.5
    return Located(
        country, place.lat, place.lng, "area", sure, max(place.radius_m, 400), "gazetteer", place.name
    )
