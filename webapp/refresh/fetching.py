"""The part of a run that speaks to the world: fetch, read, compare. Touches no database."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from webapp.clients.fetcher import FetchError, FetchLimits, HttpStatus, NotModified, fetch
from webapp.domain.listing_csv import RowError
from webapp.domain.listing_diff import OfferChange, OfferDifference, contact_differences
from webapp.moderation.services import proposals
from webapp.moderation.services.proposals import Change
from webapp.offers.terms_json import terms_as_json
from webapp.refresh.feed_data import FeedUnreadable, Shelf, read_feed
from webapp.refresh.jobs import Answered, Job, Missed, Outcome, PageListing, Wanted
from webapp.refresh.page_data import PageUnreadable, read_page

log = logging.getLogger(__name__)

# Row errors that are kept for the clinic to see.
MAX_PROBLEMS = 50

_ACCEPT = {
    "feed": "text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;q=0.9, */*;q=0.1",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
}
_ACTIONS = {
    OfferChange.ADD: proposals.ADD_OFFER,
    OfferChange.CHANGE: proposals.CHANGE_OFFER,
    OfferChange.RETIRE: proposals.RETIRE_OFFER,
}


def attempt(
    job: Job, alone_at: Callable[[str], AbstractContextManager[object]], limits: FetchLimits | None = None
) -> Outcome:
    """Fetch what the job is about, read it and compare it; never raises for what others sent.

    `alone_at(host)` is entered while a host is spoken to, and may raise HostBusy.
    """
    try:
        answer = fetch(
            job.url,
            user_agent=job.user_agent,
            accept=_ACCEPT[job.kind],
            etag=job.etag,
            last_modified=job.last_modified,
            robots=job.robots,
            alone_at=alone_at,
            policy=job.policy,
            limits=limits or FetchLimits(),
        )
    except HttpStatus as error:
        return Missed(error.code, error.may_pass, error.status)
    except FetchError as error:
        return Missed(error.code, error.temporary, error.status)
    if isinstance(answer, NotModified):
        return Answered(304, job.body_sha256 or "", job.etag, job.last_modified, code="not_modified")
    seen = hashlib.sha256(answer.body).hexdigest()
    if seen == job.body_sha256:
        return Answered(
            answer.status, seen, answer.etag, answer.last_modified, len(answer.body), code="not_modified"
        )
    try:
        return _read(
            job, answer.body, answer.content_type, answer.status, (seen, answer.etag, answer.last_modified)
        )
    except FeedUnreadable as error:
        problems = tuple(_problem(row) for row in error.errors[:MAX_PROBLEMS])
        return Missed(
            error.code,
            status=answer.status,
            size=len(answer.body),
            refused=len(error.errors) + error.more,
            problems=problems,
        )
    except PageUnreadable as error:
        return Missed(error.code, status=answer.status, size=len(answer.body))
    except Exception as error:
        # Others' bytes reached code of ours, or of a package, that was not ready for them. The run ends and says
        # so; the exception's own words may quote the bytes and stay out of the log.
        log.error("refresh run %s could not be read (%s)", job.run_id, type(error).__name__)
        return Missed("unreadable", status=answer.status, size=len(answer.body))


def _read(
    job: Job, body: bytes, content_type: str, status: int, validators: tuple[str, str | None, str | None]
) -> Answered:
    """Raises FeedUnreadable or PageUnreadable."""
    if isinstance(job.against, Shelf):
        diff = read_feed(body, job.against)
        wanted = tuple(_of_offer(difference) for difference in diff.differences)
        refused = tuple(diff.refused)
        retired = sum(difference.change is OfferChange.RETIRE for difference in diff.differences)
        rows, unchanged = len(wanted) - retired + len(refused) + diff.unchanged, diff.unchanged
    else:
        wanted, rows = _of_page(job.against, body, content_type)
        refused, unchanged = (), rows - len(wanted)
    return Answered(status, *validators, len(body), rows, unchanged, refused, wanted)


def _of_offer(difference: OfferDifference) -> Wanted:
    terms = difference.terms
    after = proposals.offer_after(terms_as_json(terms)) if terms is not None else None
    bound = difference.out_of_bounds
    change = Change(_ACTIONS[difference.change], difference.ref, "", after, bound.value if bound else None)
    return Wanted(change, difference.small)


def _of_page(against: PageListing, body: bytes, content_type: str) -> tuple[tuple[Wanted, ...], int]:
    """The differences, and how many facts the page states."""
    found = read_page(body, content_type, country=against.country, listed=against.contact)
    differences = contact_differences(against.contact, found, other_names=against.other_names)
    stated = sum(value is not None for value in (found.name, found.phone, found.address, found.hours))
    wanted = [Wanted(Change(proposals.CHANGE_CLINIC, "", fact, after)) for fact, after in differences.items()]
    return tuple(wanted), stated


def _problem(error: RowError) -> dict[str, Any]:
    """A row's error as it is stored; `queries.problems` makes it one again."""
    return {
        "file": error.file,
        "line": error.line,
        "column": error.column,
        "code": error.code,
        "params": dict(error.params),
        "rule": error.rule,
    }
