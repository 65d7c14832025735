"""What providers answered, kept as long as it may be believed; never an error, and never of one that forbids it."""

import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.clients.geocoders import Hit
from webapp.domain.text import fold
from webapp.extensions import db
from webapp.geocoding.models import ProviderAnswer

# Buildings stay where they are; a new one may be listed within the week.
FOUND_DAYS, EMPTY_DAYS = 180, 7


def kept(provider: str, query: str, now: datetime) -> tuple[bool, Hit | None]:
    """(known, the hit): a known None is a clean empty answer."""
    row = db.session.execute(
        select(ProviderAnswer.answer).where(
            ProviderAnswer.provider == provider,
            ProviderAnswer.query_hash == query_hash(query),
            ProviderAnswer.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return False, None
    return True, Hit(**row.answer) if row.answer is not None else None


def keep(provider: str, query: str, hit: Hit | None, now: datetime) -> None:
    """Keep an answer, or that there was none."""
    values = {
        "answer": asdict(hit) if hit else None,
        "stored_at": now,
        "expires_at": now + timedelta(days=FOUND_DAYS if hit else EMPTY_DAYS),
    }
    statement = _dialect().insert(ProviderAnswer)
    statement = statement.values(provider=provider, query_hash=query_hash(query), **values)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["provider", "query_hash"], set_=values)
    )


def forget_expired(now: datetime) -> None:
    """Delete what nobody may believe any more."""
    db.session.execute(delete(ProviderAnswer).where(ProviderAnswer.expires_at <= now))


def query_hash(query: str) -> str:
    """Of the folded text; the text itself is not kept."""
    return hashlib.sha256(fold(query).encode()).hexdigest()


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
