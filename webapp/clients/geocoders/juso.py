"""juso.go.kr, the Korean government's address service: a search with one key, then the entrance with another."""

from typing import Any
from urllib.parse import urlencode

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderParseError,
    GeocoderQuotaExceeded,
    GeocoderServiceError,
)
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from webapp.clients.geocoders.adapter import OneTryAdapter
from webapp.clients.geocoders.korean_grid import from_grid

_SEARCH = "/addrlink/addrLinkApi.do"
_ENTRANCE = "/addrlink/addrCoordApi.do"
# What the second call wants of the first one's answer.
_BUILDING = ("admCd", "rnMgtSn", "udrtYn", "buldMnnm", "buldSlno")
_OK = "0"
# Error codes of the published guide: keys, too many calls, and texts that it cannot search for.
_KEY_ERRORS = frozenset({"E0001", "E0002", "E0003", "E0004", "E0014"})
_TOO_MANY = frozenset({"E0007"})
_UNSEARCHABLE = frozenset({"E0005", "E0006", "E0008", "E0009", "E0010", "E0011", "E0012", "E0013", "E0015"})


class Juso(Geocoder):  # type: ignore[misc]  # geopy has no types
    """Two keys and two calls per answer."""

    def __init__(
        self, *, base_url: str, search_key: str, coordinate_key: str, timeout: float, user_agent: str
    ) -> None:
        super().__init__(timeout=timeout, user_agent=user_agent, proxies={}, adapter_factory=OneTryAdapter)
        self._base = base_url.rstrip("/")
        self._search_key, self._coordinate_key = search_key, coordinate_key

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL) -> Any:
        """The location of a text's first address, None for a clean empty answer. Raises geopy's errors."""
        asked = {"currentPage": 1, "countPerPage": 5, "keyword": query}
        rows = self._ask(_SEARCH, self._search_key, asked, timeout)
        if not rows:
            return None
        first = rows[0]
        try:
            building = {name: first[name] for name in _BUILDING}
        except (KeyError, TypeError):
            raise GeocoderParseError("the answer has another shape") from None
        entrances = self._ask(_ENTRANCE, self._coordinate_key, building, timeout)
        if not entrances:
            return None
        try:
            point = from_grid(float(entrances[0]["entX"]), float(entrances[0]["entY"]))
            found = Location(first["roadAddr"], (point.lat, point.lng), first)
        except (KeyError, TypeError, ValueError):
            raise GeocoderParseError("the answer has another shape") from None
        return found if exactly_one else [found]

    def _ask(self, path: str, key: str, asked: dict[str, Any], timeout: Any) -> list[dict[str, Any]]:
        url = f"{self._base}{path}?{urlencode({'confmKey': key, 'resultType': 'json'} | asked)}"
        rows: list[dict[str, Any]] = self._call_geocoder(url, _rows, timeout=timeout)
        return rows


def _rows(answer: Any) -> list[dict[str, Any]]:
    try:
        code = answer["results"]["common"]["errorCode"]
        rows = answer["results"]["juso"] or []
    except (KeyError, TypeError):
        raise GeocoderParseError("the answer has another shape") from None
    if code in _KEY_ERRORS:
        raise GeocoderAuthenticationFailure(code)
    if code in _TOO_MANY:
        raise GeocoderQuotaExceeded(code)
    if code in _UNSEARCHABLE:
        return []
    if code != _OK or not isinstance(rows, list):
        raise GeocoderServiceError(str(code))
    return rows
