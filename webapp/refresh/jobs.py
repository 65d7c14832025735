"""What a worker carries from the claim of a run over the network to its end; no row of the database is in it."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from webapp.clients.fetcher import AddressPolicy
from webapp.domain.listing_diff import Contact
from webapp.moderation.services.proposals import Change
from webapp.refresh.feed_data import Shelf


@dataclass(frozen=True, slots=True)
class PageListing:
    """What a page is read against: the clinic's contact data, and its names in other languages."""

    country: str
    contact: Contact
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed run. `owner` proves the claim. `against` says whether it is a feed or a page.

    `etag`, `last_modified` and `body_sha256` are None where the question is to be an unconditional one. `robots`
    are the robots.txt texts by origin, to which the fetch adds; `robots_known` are those there from the start.
    """

    run_id: int
    owner: str
    attempts: int
    clinic_id: int
    url: str
    against: Shelf | PageListing
    user_agent: str
    policy: AddressPolicy
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    robots: MutableMapping[str, str] = field(default_factory=dict)
    robots_known: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return "feed" if isinstance(self.against, Shelf) else "page"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One difference as a proposal; `small`: may be accepted by itself where the clinic says so."""

    change: Change
    small: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The feed or page was read. `code` "not_modified" where there was nothing new to read."""

    status: int
    body_sha256: str
    etag: str | None
    last_modified: str | None
    size: int | None = None
    rows: int = 0
    unchanged: int = 0
    refused: tuple[str, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """Nothing was read; `code` says why, `problems` where in the feed. `temporary`: worth another attempt."""

    code: str
    temporary: bool = False
    status: int | None = None
    size: int | None = None
    refused: int = 0
    problems: tuple[dict[str, Any], ...] = ()


Outcome = Answered | Missed
