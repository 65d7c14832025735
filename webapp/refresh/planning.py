"""Which clinics are to be asked, and when: rules over what is known, no writes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from webapp.clinics.models import Clinic
from webapp.domain.hosts import host_of, is_shared
from webapp.i18n import today_in

FEED, PAGE = "feed", "page"


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a clinic's feed or page was last asked, and at which address."""

    at: datetime
    url: str | None


def addresses(clinic: Clinic) -> dict[str, str]:
    """What may be fetched of a clinic, by kind: only of one that joined.

    A sample clinic has no page to ask, and a page on a service that many share is not the clinic's own.
    """
    if clinic.authority != "authorised":
        return {}
    host = host_of(clinic.website)
    has_page = host is not None and not is_shared(host) and not clinic.sample
    found = {FEED: clinic.feed_url, PAGE: clinic.website if has_page else None}
    return {kind: url for kind, url in found.items() if url}


def due_slot(
    url: str, country: str, last: LastRun | None, now: datetime, *, days: Iterable[int], every: int
) -> str | None:
    """The slot in which to ask now, None where it is not time.

    Asked are: what was never asked, a new address, everything on `days` of the month (Korean menus change when the
    month turns), and what was last asked `every` days ago. The slot is the market's day, so that whoever computes
    it twice finds the same.
    """
    today = today_in(country, now)
    slot = today.isoformat()
    if last is None:
        return slot
    if last.url != url:
        return f"{slot} {hashlib.sha256(url.encode()).hexdigest()[:8]}"
    if today.day in set(days) or _days_since(last, country, today) >= every:
        return slot
    return None


def _days_since(last: LastRun, country: str, today: date) -> int:
    return (today - today_in(country, last.at)).days
