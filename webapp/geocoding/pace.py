"""How providers are spared: one slot after another for all workers, a breaker and a daily quota per provider.

The slots are in Redis, where one script gives each out once; while Redis is away they are in the database. Breaker
and quota are rows, so that they outlive both.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

import redis
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db
from webapp.geocoding.models import ProviderQuota, ProviderState
from webapp.settings import current_settings

log = logging.getLogger(__name__)

# Failures in a row that open the breaker; how long it stays open at first, doubling up to the last. Seconds.
FAILURES, OPEN_AT_FIRST, OPEN_AT_MOST = 3, 60.0, 3_600.0
# After a refused key, and the longest that a provider's own Retry-After is believed.
REFUSED, BELIEVED = 900.0, 86_400.0
# Seconds that Redis may take to answer.
_REDIS_WAIT = 0.5

# Gives out the next free slot when it is near enough, by Redis' own clock, and says how many milliseconds off it
# is; a slot that is too far off is not taken, and its distance comes back negative. One script is one step.
_SLOT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free = tonumber(redis.call('GET', KEYS[1]) or '0')
if free < now then free = now end
local wait = free - now
if wait > tonumber(ARGV[2]) then return -wait end
redis.call('SET', KEYS[1], free + ARGV[1], 'PX', wait + ARGV[1] + 60000)
return wait
"""


def take_slot(provider: str, interval: float, longest: float, now: datetime) -> tuple[bool, float]:
    """(taken, seconds until the slot). Not taken when the next slot is more than `longest` seconds off.

    In the caller's transaction, which should be a short one: without Redis the slot is a row.
    """
    url = current_settings().redis_url
    if url:
        try:
            wait = _slot_of_redis(url, provider, interval, longest)
        except (redis.RedisError, ValueError) as error:
            log.warning("Redis gave no slot (%s); the database gives it", type(error).__name__)
        else:
            return wait >= 0, abs(wait)
    return _slot_of_database(provider, interval, longest, now)


def open_for(provider: str, now: datetime) -> float:
    """Seconds until the provider may be asked again; 0 when its breaker is closed."""
    until = db.session.scalar(select(ProviderState.open_until).where(ProviderState.provider == provider))
    return max(0.0, (until - now).total_seconds()) if until else 0.0


def spend(provider: str, limit: int, now: datetime) -> bool:
    """Count one request of today (UTC). False, and nothing counted, when `limit` of them were made."""
    day = now.date()
    insert = _dialect().insert(ProviderQuota).values(provider=provider, day=day, used=1)
    counted = db.session.scalar(
        insert.on_conflict_do_update(
            index_elements=["provider", "day"],
            set_={"used": ProviderQuota.used + 1},
            where=ProviderQuota.used < limit,
        ).returning(ProviderQuota.used)
    )
    return counted is not None


def answered(provider: str) -> None:
    """It answered: whatever failed before is over."""
    db.session.execute(
        update(ProviderState)
        .where(ProviderState.provider == provider)
        .values(failures=0, open_until=None, last_error=None)
    )


def failed(provider: str, code: str, now: datetime, closed_for: float | None = None) -> float:
    """It failed. Returns the seconds for which nobody asks it; 0 while the failures are few.

    `closed_for`: that long at once, for a refused key or a Retry-After.
    """
    _state_row(provider, now)
    row = db.session.scalars(
        select(ProviderState).where(ProviderState.provider == provider).with_for_update()
    ).one()
    row.failures += 1
    row.last_error = code
    if closed_for is None and row.failures >= FAILURES:
        closed_for = min(OPEN_AT_FIRST * 2 ** min(row.failures - FAILURES, 10), OPEN_AT_MOST)
    if closed_for is not None:
        closed_for = min(closed_for, BELIEVED)
        row.open_until = now + timedelta(seconds=closed_for)
        log.warning("%s is left alone for %.0f s (%s)", provider, closed_for, code)
    db.session.flush()
    return closed_for or 0.0


def _slot_of_redis(url: str, provider: str, interval: float, longest: float) -> float:
    # Celery writes a socket's address in its own way.
    plain = url.replace("redis+socket://", "unix://", 1)
    with redis.Redis.from_url(
        plain, socket_timeout=_REDIS_WAIT, socket_connect_timeout=_REDIS_WAIT
    ) as client:
        wait: Any = client.eval(
            _SLOT, 1, f"lfl:geocoder-slot:{provider}", str(round(interval * 1000)), str(round(longest * 1000))
        )
    return float(wait) / 1000


def _slot_of_database(provider: str, interval: float, longest: float, now: datetime) -> tuple[bool, float]:
    _state_row(provider, now)
    row = db.session.scalars(
        select(ProviderState).where(ProviderState.provider == provider).with_for_update()
    ).one()
    free = max(row.next_slot_at, now)
    wait = (free - now).total_seconds()
    if wait > longest:
        return False, wait
    row.next_slot_at = free + timedelta(seconds=interval)
    db.session.flush()
    return True, wait


def _state_row(provider: str, now: datetime) -> None:
    values = {"provider": provider, "next_slot_at": now, "failures": 0}
    statement = _dialect().insert(ProviderState).values(values)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["provider"]))


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
