"""The HTTP client under the geocoders: one try, a time for the whole answer, a bound on its size.

geopy's RequestsAdapter sends again beneath whoever counts requests (max_retries=2), and its time-out is per read,
so a server that drips a byte at a time holds it for ever.
"""

import json
import time
from typing import Any

import requests
import urllib3
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable

MAX_BYTES = 1024 * 1024


class OneTryAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """Requests without retries, redirects, cookies of earlier answers or proxies from the environment."""

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        return self._send("GET", url, timeout, headers)

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        return _parsed(self.get_text(url, timeout=timeout, headers=headers))

    def post_json(self, url: str, body: Any, *, timeout: float, headers: dict[str, str]) -> Any:
        """Post JSON and read JSON; geopy's adapters only get."""
        return _parsed(self._send("POST", url, timeout, headers, body))

    def _send(self, method: str, url: str, timeout: float, headers: dict[str, str], body: Any = None) -> str:
        ends = time.monotonic() + timeout
        try:
            with requests.Session() as session:
                session.trust_env = False
                response = session.request(
                    method,
                    url,
                    json=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    read = _read(response, ends)
        except requests.Timeout:
            raise GeocoderTimedOut("no answer in time") from None
        except requests.ConnectionError:
            raise GeocoderUnavailable("no connection") from None
        except urllib3.exceptions.ReadTimeoutError:
            raise GeocoderTimedOut("no answer in time") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise GeocoderServiceError(type(error).__name__) from None
        if response.status_code != requests.codes.ok:
            # Without the body: geopy would log it, and it may quote the address.
            raise AdapterHTTPError(
                f"status {response.status_code}",
                status_code=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                text=None,
            )
        return read


def _read(response: requests.Response, ends: float) -> str:
    received = bytearray()
    # One read of the socket at a time: more would wait until so many bytes are there, however slowly they come.
    while part := response.raw.read1(16 * 1024, decode_content=True):
        received += part
        if len(received) > MAX_BYTES:
            raise GeocoderServiceError("the answer is too large")
        if time.monotonic() > ends:
            raise GeocoderTimedOut("the answer did not end in time")
    return received.decode("utf-8", errors="replace")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise GeocoderParseError("the answer is not JSON") from None
