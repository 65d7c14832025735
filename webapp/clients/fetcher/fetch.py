"""`fetch`: one address, every rule of ours on every step of the way there."""

import contextlib
import ssl
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from webapp.clients.fetcher import robots as robots_txt
from webapp.clients.fetcher.addresses import PUBLIC, Address, AddressPolicy
from webapp.clients.fetcher.decoding import ACCEPTED, read_body
from webapp.clients.fetcher.errors import (
    BrokenAnswer,
    BrokenEncoding,
    HttpStatus,
    RobotsDenied,
    RobotsUnavailable,
    TooLarge,
    TooManyRedirects,
)
from webapp.clients.fetcher.urls import Target, follow, parse_url
from webapp.clients.fetcher.wire import Deadline, Resolver, addresses_of, answer, connection, system_resolver

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Head of an answer and the framing of its body, beside the body itself.
_HEAD_BYTES = 256 * 1024
_LONGEST_VALIDATOR = 256


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Of one fetch: seconds over everything, robots.txt and redirects too; bytes unpacked; redirects."""

    seconds: float = 20.0
    most_bytes: int = 2 * 1024 * 1024
    redirects: int = 3


LIMITS = FetchLimits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `url` is where it came from in the end; etag and last_modified are for the next question."""

    url: str
    content_type: str
    body: bytes = field(repr=False)
    etag: str | None = None
    last_modified: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what was fetched last time still stands."""

    url: str
    status: int = 304


def fetch(
    url: str,
    *,
    user_agent: str,
    accept: str = "*/*",
    etag: str | None = None,
    last_modified: str | None = None,
    robots: MutableMapping[str, str] | None = None,
    alone_at: Callable[[str], AbstractContextManager[object]] = nullcontext,
    policy: AddressPolicy = PUBLIC,
    limits: FetchLimits = LIMITS,
    resolver: Resolver = system_resolver,
    tls: ssl.SSLContext | None = None,
) -> Fetched | NotModified:
    """GET `url`, within every bound, or raise a FetchError that says which one it broke.

    `etag` and `last_modified` are what the last answer gave. `robots` holds the robots.txt texts by origin that
    are known already; new ones are put in. `alone_at(host)` is entered around each exchange with a host and may
    raise HostBusy. `policy`, `resolver` and `tls` are for tests; a site leaves them as they are.
    """
    way = _Way(
        user_agent=user_agent,
        policy=policy,
        resolver=resolver,
        limits=limits,
        deadline=Deadline(limits.seconds),
        tls=tls or ssl.create_default_context(),
        robots=robots if robots is not None else {},
        alone_at=alone_at,
    )
    asked = {"Accept": accept}
    if etag:
        asked["If-None-Match"] = etag
    if last_modified:
        asked["If-Modified-Since"] = last_modified
    return way.page(parse_url(url), asked)


@dataclass(slots=True)
class _Way:
    """One fetch under way."""

    user_agent: str
    policy: AddressPolicy
    resolver: Resolver
    limits: FetchLimits
    deadline: Deadline
    tls: ssl.SSLContext
    robots: MutableMapping[str, str]
    alone_at: Callable[[str], AbstractContextManager[object]]
    # A host is resolved once: what was checked is what is connected to, for robots.txt and the page alike.
    addresses: dict[tuple[str, int], list[Address]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def page(self, target: Target, asked: Mapping[str, str]) -> Fetched | NotModified:
        conditional = bool({"If-None-Match", "If-Modified-Since"} & asked.keys())
        for _step in range(self.limits.redirects + 1):
            with self._alone(target.host):
                self._ask_robots(target)
                reply = self._exchange(target, asked, self.limits.most_bytes)
            if reply.status == 304 and conditional:
                return NotModified(target.url)
            if reply.status == 200:
                return Fetched(
                    target.url, reply.content_type, reply.body, reply.etag, reply.last_modified, reply.status
                )
            target = self._next(target, reply)
        raise TooManyRedirects(f"more than {self.limits.redirects}")

    def _ask_robots(self, target: Target) -> None:
        """Raises RobotsDenied or RobotsUnavailable."""
        if target.origin not in self.robots:
            self.robots[target.origin] = self._robots_text(target)
        if not robots_txt.allows(self.robots[target.origin], target.url):
            raise RobotsDenied("robots.txt asks us not to")

    def _robots_text(self, target: Target) -> str:
        target = Target(target.scheme, target.host, target.port, "/robots.txt")
        for _step in range(self.limits.redirects + 1):
            try:
                with self._alone(target.host):
                    reply = self._exchange(target, {"Accept": "text/plain"}, robots_txt.MOST_BYTES, cut=True)
            except BrokenEncoding:
                raise RobotsUnavailable("robots.txt cannot be unpacked") from None
            if reply.status == 200:
                return reply.body.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")
            if 400 <= reply.status < 500:
                # There is none, or none for us: RFC 9309 (2.3.1.3) lets us in.
                return ""
            if reply.status not in _REDIRECTS:
                raise RobotsUnavailable(f"status {reply.status}", status=reply.status)
            target = self._next(target, reply)
        raise RobotsUnavailable("robots.txt leads on and on")

    def _next(self, target: Target, reply: "_Reply") -> Target:
        if reply.status not in _REDIRECTS:
            raise HttpStatus(f"status {reply.status}", status=reply.status)
        if not reply.location:
            raise BrokenAnswer("a redirect to nowhere", status=reply.status)
        return follow(target, reply.location)

    def _exchange(
        self, target: Target, asked: Mapping[str, str], most: int, *, cut: bool = False
    ) -> "_Reply":
        """One question and its answer; only the body of a 200 is read."""
        key = (target.host, target.port)
        if key not in self.addresses:
            self.addresses[key] = addresses_of(
                target.host, target.port, self.policy, self.resolver, self.deadline
            )
        headers = {"User-Agent": self.user_agent, "Accept-Encoding": ACCEPTED, **asked}
        with (
            connection(target, self.addresses[key], self.deadline, self.tls) as sock,
            answer(sock, target, headers, self.deadline, most + _HEAD_BYTES) as response,
        ):
            body = b""
            if response.status == 200:
                if not cut and response.length is not None and response.length > most:
                    raise TooLarge("says that it is larger than the limit")
                body = read_body(response, most, cut=cut)
            return _Reply(
                status=response.status,
                location=_as_utf8(response.headers.get("Location")),
                content_type=response.headers.get("Content-Type", "")[:200],
                body=body,
                etag=_validator(response.headers.get("ETag")),
                last_modified=_validator(response.headers.get("Last-Modified")),
            )

    @contextlib.contextmanager
    def _alone(self, host: str) -> Iterator[None]:
        if host in self.held:
            yield
            return
        with self.alone_at(host):
            self.held.add(host)
            try:
                yield
            finally:
                self.held.discard(host)


@dataclass(frozen=True, slots=True)
class _Reply:
    """One answer, as far as anything of it counts."""

    status: int
    location: str | None
    content_type: str
    body: bytes
    etag: str | None
    last_modified: str | None


def _validator(text: str | None) -> str | None:
    """A header that is sent back next time: only one that is short and plain."""
    if text and len(text) <= _LONGEST_VALIDATOR and text.isascii() and text.isprintable():
        return text
    return None


def _as_utf8(text: str | None) -> str | None:
    """A header as its sender meant it: http.client reads every byte as one letter."""
    if text is None:
        return None
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
