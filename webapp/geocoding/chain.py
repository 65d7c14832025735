"""One address through the chain: gazetteer, kept answers, then each provider that is there, and what to believe.

Called from a worker, which hands in its unit of work: every look at the database is a short transaction of its
own, and none is open while a provider is asked.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.clients.geocoders import (
    Hit,
    Provider,
    ProviderError,
    RateLimited,
    Refused,
    providers_for,
)
from webapp.domain.geo import Point, country_at, distance_m
from webapp.domain.text import has_hangul
from webapp.geocoding import answers, pace, queries
from webapp.geocoding.addresses import Located
from webapp.geocoding.addresses.located import CONFLICT_M, exacter
from webapp.geocoding.addresses.texts import for_a_provider, take_apart
from webapp.settings import current_settings

# The gazetteer alone is enough from here on (places: provider chain).
ENOUGH = 0.85
_EXACT = ("building", "interpolated")
# Seconds that a worker waits for a slot; longer ones come back as a retry.
LONGEST_WAIT = 1.2
# Seconds after which a 429 without a Retry-After, and any other failure, is tried again at the earliest.
_LIMITED, _AGAIN = 120.0, 60.0
_SURE = {"building": 0.9, "street": 0.66, "area": 0.55}
_RADIUS_M = {"building": 50, "street": 300, "area": 1_000}

Transaction = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """The chain has ended. `others` are answers that disagree with `best`: a person compares them."""

    best: Located | None
    others: tuple[Located, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """A provider that may know better could not be asked: come back in `seconds`. `so_far` is what is known."""

    seconds: float
    code: str
    so_far: Located | None


def ask(text: str, country: str, transaction: Transaction) -> Found | Later:
    """Where an address lies, by whoever may know. Never raises for what a provider does."""
    with transaction():
        estimate = queries.locate(text, country)
    if estimate is not None and _is_enough(estimate):
        return Found(estimate)
    query = for_a_provider(text)
    if not query:
        return Found(estimate)
    put_off: Later | None = None
    others: list[Located] = []
    for provider in providers_for(country, current_settings()):
        answer = _ask_one(provider, query, estimate, transaction)
        if isinstance(answer, Later):
            put_off = answer if put_off is None or answer.seconds < put_off.seconds else put_off
            continue
        if answer is None:
            continue
        located = _located(provider.name, country, answer)
        if not _is_believable(text, country, answer, located.point) or _contradicts(estimate, located):
            others.append(located)
            continue
        if located.precision == "building":
            # An address that contradicts itself is not settled by who found one half of it.
            settled = estimate is None or not estimate.conflict
            return Found(located, tuple(others)) if settled else Found(estimate, (*others, located))
        if estimate is None or exacter(located.precision, estimate.precision):
            estimate = located
    if put_off is not None and not others:
        return put_off
    if estimate is None and others:
        return Found(others[0].contradicted(), tuple(others[1:]))
    return Found(estimate, tuple(others))


def _is_enough(estimate: Located) -> bool:
    return estimate.confidence >= ENOUGH and estimate.precision in _EXACT and not estimate.conflict


def _ask_one(
    provider: Provider, query: str, estimate: Located | None, transaction: Transaction
) -> Hit | Later | None:
    """The provider's answer, from what was kept if it is; None for a clean empty one."""
    now = datetime.now(UTC)
    with transaction():
        known, hit = answers.kept(provider.name, query, now)
        if known:
            return hit
        if closed := pace.open_for(provider.name, now):
            return Later(closed, f"{provider.name}:breaker", estimate)
        # The slot first: a request that has to wait for its turn has not been made and counts nothing.
        taken, wait = pace.take_slot(provider.name, provider.interval, LONGEST_WAIT, now)
        if not taken:
            return Later(wait, f"{provider.name}:slot", estimate)
        if not pace.spend(provider.name, current_settings().geocoding_per_day, now):
            return Later(_until_tomorrow(now), f"{provider.name}:quota", estimate)
    time.sleep(wait)
    try:
        hit = provider.ask(query)
    except ProviderError as error:
        with transaction():
            return _put_off(provider.name, error, estimate)
    with transaction():
        pace.answered(provider.name)
        if provider.can_store:
            answers.keep(provider.name, query, hit, datetime.now(UTC))
    return hit


def _put_off(provider: str, error: ProviderError, estimate: Located | None) -> Later:
    closed_for: float | None = None
    if isinstance(error, RateLimited):
        closed_for = _LIMITED if error.retry_after is None else max(1.0, float(error.retry_after))
    elif isinstance(error, Refused):
        closed_for = pace.REFUSED
    closed = pace.failed(provider, error.code, datetime.now(UTC), closed_for)
    return Later(max(closed, _AGAIN), f"{provider}:{error.code}", estimate)


def _located(provider: str, country: str, hit: Hit) -> Located:
    return Located(
        country=country, lat=hit.lat, lng=hit.lng, precision=hit.precision, confidence=_SURE[hit.precision],
        radius_m=_RADIUS_M[hit.precision], source=provider, matched_text=hit.label[:300], postal=hit.postal,
    )  # fmt: skip


def _is_believable(text: str, country: str, hit: Hit, at: Point) -> bool:
    """Inside the area covered, and in the gu or postal sector that the address states."""
    if country_at(at) != country:
        return False
    taken = take_apart(text)
    if country == "SG":
        stated = {code[:2] for code in taken.sg_postals}
        return not stated or not hit.postal or hit.postal[:2] in stated
    gu = queries.stated_gu(text)
    return gu is None or not has_hangul(hit.gu) or gu in hit.gu


def _contradicts(estimate: Located | None, other: Located) -> bool:
    """Further from the gazetteer's estimate than that can be wrong."""
    return estimate is not None and distance_m(estimate.point, other.point) > max(
        CONFLICT_M, 1.5 * estimate.radius_m
    )


def _until_tomorrow(now: datetime) -> float:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds() + 60
