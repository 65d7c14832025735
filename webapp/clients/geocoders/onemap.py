"""OneMap, the Singapore Land Authority's geocoder. Search results carry strings, and "NIL" for nothing."""

import threading
from typing import Any, ClassVar
from urllib.parse import urlencode

from geopy.exc import GeocoderAuthenticationFailure, GeocoderParseError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from webapp.clients.geocoders.adapter import OneTryAdapter
from webapp.domain.geo import Point

_SEARCH = "/api/common/elastic/search"
_TOKEN = "/api/auth/post/getToken"  # noqa: S105 - the address that gives one


class OneMap(Geocoder):  # type: ignore[misc]  # geopy has no types
    """Asks with a token that an account of the operator's gets; one token per process, refreshed once on a 401."""

    _tokens: ClassVar[dict[tuple[str, str], str]] = {}
    _lock = threading.Lock()

    def __init__(self, *, base_url: str, email: str, password: str, timeout: float, user_agent: str) -> None:
        super().__init__(timeout=timeout, user_agent=user_agent, proxies={}, adapter_factory=OneTryAdapter)
        self._base = base_url.rstrip("/")
        self._email, self._password = email, password

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL) -> Any:
        """The locations of a text, None for a clean empty answer. Raises geopy's errors."""
        asked = {"searchVal": query, "returnGeom": "Y", "getAddrDetails": "Y", "pageNum": 1}
        url = f"{self._base}{_SEARCH}?{urlencode(asked)}"

        def ask(token: str) -> Any:
            return self._call_geocoder(
                url, lambda answer: _locations(answer, exactly_one), timeout=timeout,
                headers={"Authorization": token},
            )  # fmt: skip

        try:
            return ask(self._token())
        except GeocoderAuthenticationFailure:
            return ask(self._token(new=True))

    def _token(self, *, new: bool = False) -> str:
        key = (self._base, self._email)
        with self._lock:
            if new or key not in self._tokens:
                self._tokens.pop(key, None)
                self._tokens[key] = self._get_token()
            return self._tokens[key]

    def _get_token(self) -> str:
        try:
            answer = self.adapter.post_json(
                self._base + _TOKEN,
                {"email": self._email, "password": self._password},
                timeout=self.timeout,
                headers=self.headers,
            )
        except Exception as error:
            self._adapter_error_handler(error)
            raise
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise GeocoderParseError("the answer holds no token")
        return token


def _locations(answer: Any, exactly_one: bool) -> Any:
    found = []
    try:
        for row in answer["results"]:
            # Checked before geopy sees it, which turns a longitude of 200 into one of -160.
            point = Point(float(row["LATITUDE"]), float(row["LONGITUDE"]))
            found.append(Location(row["ADDRESS"], (point.lat, point.lng), _plain(row)))
    except (KeyError, TypeError, ValueError):
        raise GeocoderParseError("the answer has another shape") from None
    if not found:
        return None
    return found[0] if exactly_one else found


def _plain(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value in (None, "NIL") else str(value) for name, value in row.items()}
