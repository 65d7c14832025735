"""A web address taken apart so that it means one thing: what cannot be read in one way only is refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import NoReturn
from urllib.parse import quote, urljoin, urlsplit

from webapp.clients.fetcher.errors import BadScheme, BadUrl, UserInfo

MAX_URL = 2000
_PORTS = {"http": 80, "https": 443}
# urlsplit silently drops tabs and line breaks and strips controls; browsers take a backslash for a slash.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_LABELS = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)
# 127.1, 2130706433, 0x7f.1: numbers that some resolvers take for an address (WHATWG URL, "ends in a number").
_NUMERIC_END = re.compile(r"(?:\d+|0x[0-9a-f]*)\Z", re.ASCII)
_SAFE_PATH = "/%:@!$&'()*+,;=-._~"
_SAFE_QUERY = _SAFE_PATH + "?"


@dataclass(frozen=True, slots=True)
class Target:
    """One address to fetch. `host` is ASCII in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    # Path and query, percent-encoded.
    path: str

    @property
    def netloc(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def parse_url(text: str) -> Target:
    """Raises BadUrl, BadScheme or UserInfo. The fragment is dropped."""
    if not text or len(text) > MAX_URL or _FORBIDDEN.search(text):
        raise BadUrl("empty, too long, or with characters that no address has")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadUrl("not an address") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise BadScheme(f"{scheme[:20] or 'no scheme'}")
    if "@" in parts.netloc:
        raise UserInfo("a name or password in the address")
    if not host or port == 0:
        raise BadUrl("no host")
    path = quote(parts.path or "/", safe=_SAFE_PATH)
    if parts.query:
        path += "?" + quote(parts.query, safe=_SAFE_QUERY)
    if not path.startswith("/"):
        raise BadUrl("the path does not begin with a slash")
    return Target(scheme, _host(host, bracketed="[" in parts.netloc), port or _PORTS[scheme], path)


def origin_of(url: str) -> str:
    """ "https://clinic.example" of an address there. Raises as `parse_url` does."""
    return parse_url(url).origin


def follow(target: Target, location: str) -> Target:
    """The target of a redirect's Location, relative or absolute. Raises as `parse_url` does."""
    if _FORBIDDEN.search(location) or len(location) > MAX_URL:
        raise BadUrl("a redirect to what is no address")
    return parse_url(urljoin(target.url, location))


def _host(text: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            return str(IPv6Address(text)) if "%" not in text else _refuse("an address with a zone")
        except ValueError:
            _refuse("not an IPv6 address")
    try:
        # Lower case, full-width digits and dots folded, and ASCII for names in other scripts (RFC 3490).
        host = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        _refuse("not a host name")
    host = host.removesuffix(".")
    if len(host) > 253 or not _LABELS.fullmatch(host):
        _refuse("not a host name")
    if _NUMERIC_END.match(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            _refuse("a number that is not an IPv4 address")
    return host


def _refuse(reason: str) -> NoReturn:
    raise BadUrl(reason)
