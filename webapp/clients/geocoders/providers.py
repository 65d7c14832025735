"""Which online geocoders there are under the operator's settings, how often each may be asked, and its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from geopy.geocoders import Nominatim
from geopy.location import Location

from config import Settings
from webapp.clients.geocoders.adapter import OneTryAdapter
from webapp.clients.geocoders.errors import Unavailable, as_provider_errors
from webapp.clients.geocoders.juso import Juso
from webapp.clients.geocoders.onemap import OneMap
from webapp.domain.geo import Point

# Seconds for a whole answer; geopy's own default of one is too short for any of them.
TIMEOUT = 8.0
_STREET_TYPES = frozenset({"road", "street", "highway"})
_BUILDING_TYPES = frozenset({"building", "house", "place", "amenity", "shop", "office", "tourism"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A provider's answer: degrees of WGS 84, building or street or area, and what it says lies there."""

    lat: float
    lng: float
    precision: str
    label: str
    postal: str = ""
    gu: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One online geocoder.

    interval: seconds between two requests over all our processes. can_store: may its answers be kept? `ask` gives
    the hit of a text, None for a clean empty answer, and raises ProviderError.
    """

    name: str
    interval: float
    can_store: bool
    ask: Callable[[str], Hit | None]


def providers_for(country: str, settings: Settings) -> list[Provider]:
    """The providers for a country in the order in which they are asked; one without a key is absent."""
    found = []
    agent = _user_agent(settings)
    if country == "SG" and settings.onemap_email and settings.onemap_password:
        onemap = OneMap(
            base_url=settings.onemap_url, email=settings.onemap_email, password=settings.onemap_password,
            timeout=TIMEOUT, user_agent=agent,
        )  # fmt: skip
        # OneMap allows 250 calls a minute.
        found.append(Provider("onemap", 0.25, True, lambda text: _ask(onemap, text, _onemap_hit)))
    if country == "KR" and settings.juso_search_key and settings.juso_coordinate_key:
        juso = Juso(
            base_url=settings.juso_url, search_key=settings.juso_search_key,
            coordinate_key=settings.juso_coordinate_key, timeout=TIMEOUT, user_agent=agent,
        )  # fmt: skip
        found.append(Provider("juso", 0.5, True, lambda text: _ask(juso, text, _juso_hit)))
    if settings.nominatim_url:
        # Its policy: one request a second over everything we run, a contact, a cache, no bulk, attribution.
        parts = urlsplit(settings.nominatim_url)
        nominatim = Nominatim(
            domain=parts.netloc + parts.path.rstrip("/"), scheme=parts.scheme, timeout=TIMEOUT, user_agent=agent,
            proxies={}, adapter_factory=OneTryAdapter,
        )  # fmt: skip
        asked = {"country_codes": country.lower(), "addressdetails": True}
        found.append(
            Provider("nominatim", 1.1, True, lambda text: _ask(nominatim, text, _nominatim_hit, **asked))
        )
    return found


def _user_agent(settings: Settings) -> str:
    contact = settings.contact_email or settings.base_url
    return f"LikeForLike/1.0 (+{settings.base_url}; {contact})"


def _ask(geocoder: Any, text: str, as_hit: Callable[[Location], Hit], **more: Any) -> Hit | None:
    try:
        with as_provider_errors():
            found = geocoder.geocode(text, timeout=TIMEOUT, **more)
        if found is None:
            return None
        hit = as_hit(found)
        Point(hit.lat, hit.lng)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("broken_answer") from None
    return hit


def _onemap_hit(found: Location) -> Hit:
    raw = found.raw
    precise = bool(raw.get("POSTAL") or raw.get("BLK_NO"))
    return Hit(
        found.latitude,
        found.longitude,
        "building" if precise else "street",
        found.address,
        raw.get("POSTAL", ""),
    )


def _juso_hit(found: Location) -> Hit:
    raw = found.raw
    return Hit(
        found.latitude, found.longitude, "building", found.address, raw.get("zipNo", ""), raw.get("sggNm", "")
    )


def _nominatim_hit(found: Location) -> Hit:
    raw = found.raw
    parts = raw.get("address", {})
    kind = raw.get("addresstype") or raw.get("type", "")
    if parts.get("house_number") or kind in _BUILDING_TYPES:
        precision = "building"
    else:
        precision = "street" if kind in _STREET_TYPES else "area"
    # From the answer itself: geopy makes 0, 0 of a place without coordinates.
    return Hit(
        float(raw["lat"]), float(raw["lon"]), precision, found.address, parts.get("postcode", "").replace(" ", ""),
        parts.get("borough", "") or parts.get("city_district", ""),
    )  # fmt: skip
