"""Writes of the room of exchange rates: take over the snapshot that ships, ask the source for the next day's.

Asking has three steps, so that no transaction is open while the source is spoken to: `question`, `ask`, `keep`.
Whatever goes wrong leaves the table as it is: the rates in it grow old, and then they are marked.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from config import ROOT
from webapp.clients import fx_rates
from webapp.clients.fetcher import (
    AddressPolicy,
    FetchError,
    FetchLimits,
    HttpStatus,
    NotModified,
    address_policy,
    user_agent,
)
from webapp.clients.fx_rates import DailyRates, RatesError
from webapp.domain.exchange import Rate
from webapp.domain.money import EXPONENTS
from webapp.extensions import db
from webapp.fx import queries
from webapp.fx.models import ExchangeRate, ExchangeSource
from webapp.settings import current_settings

SNAPSHOT = ROOT / "seed" / "reference" / "exchange_rates.csv"
# The task comes every hour, so that a failure is tried again soon; after an answer the source has a rest.
ASK_EVERY = timedelta(hours=4)
# How far a rate may move from one that is not stale, and from one that is, either way. In a week none of our
# currencies has moved by a fifth: it is a slip of the source's, or not the source. In a longer time one may have.
MOST_MOVE = Decimal("1.2")
MOST_MOVE_FROM_STALE = Decimal(2)

# What makes a row the same row.
_KEY = ("as_of", "base", "quote")


class NotRenewed(Exception):
    """The source gave no rates that are kept; `code` is stable and says why."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason and reason != code else code)
        self.code = code


class OlderThanKnown(NotRenewed):
    """The source's day is older than the newest that is known."""

    def __init__(self, day: date, known: date) -> None:
        super().__init__("older_than_known", f"of {day}, {known} is known")


class RatesMoved(NotRenewed):
    """A rate moved further than is believed; none of that day's is kept. `moves` are (what was known, the new)."""

    def __init__(self, moves: tuple[tuple[Rate, Decimal], ...]) -> None:
        super().__init__(
            "rates_moved", "; ".join(f"{known.pair} from {known.rate} to {rate}" for known, rate in moves)
        )
        self.moves = moves


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask whom, as who. Without validators it is an unconditional question."""

    url: str
    user_agent: str
    policy: AddressPolicy
    etag: str | None = None
    last_modified: str | None = None


def load_snapshot(path: Path = SNAPSHOT) -> int:
    """Add the rates of a file in the shape of `SNAPSHOT`; how many were not there yet. Twice adds none.

    A rate that is known for that day stays, and a newer day stays the one in use: what was fetched is never
    replaced by what was shipped. Raises OSError, KeyError or ValueError for a file that is not the reviewed one.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rates = [
            Rate(
                row["base"],
                row["quote"],
                Decimal(row["rate"]),
                date.fromisoformat(row["as_of"]),
                row["source"],
            )
            for row in csv.DictReader(file)
        ]
    count = select(func.count()).select_from(ExchangeRate)
    before = db.session.scalar(count) or 0
    db.session.execute(_insert_rates(rates, None).on_conflict_do_nothing(index_elements=_KEY))
    return (db.session.scalar(count) or 0) - before


def question(now: datetime | None = None) -> Question | None:
    """What to ask the source of FX_RATES_URL; None where there is none, or with `now` while it has its rest."""
    settings = current_settings()
    url = settings.fx_rates_url
    if not url:
        return None
    state = db.session.scalar(select(ExchangeSource).where(ExchangeSource.url == url))
    if now is not None and state is not None and now - state.checked_at < ASK_EVERY:
        return None
    return Question(
        url=url,
        user_agent=user_agent(settings),
        policy=address_policy(settings),
        etag=state.etag if state else None,
        last_modified=state.last_modified if state else None,
    )


def ask(question: Question, now: datetime, limits: FetchLimits = fx_rates.LIMITS) -> DailyRates | NotModified:
    """Fetch and read; touches no database. Raises NotRenewed."""
    try:
        return fx_rates.ask(
            question.url,
            now,
            user_agent=question.user_agent,
            etag=question.etag,
            last_modified=question.last_modified,
            policy=question.policy,
            limits=limits,
        )
    except HttpStatus as error:
        raise NotRenewed(error.code, str(error.status)) from None
    except (FetchError, RatesError) as error:
        raise NotRenewed(error.code, str(error)) from None


def keep(
    question: Question, answer: DailyRates | NotModified, now: datetime, *, believe_moves: bool = False
) -> date | None:
    """Write down what was answered, in the caller's transaction; the day in use from now on. Twice changes nothing.

    A rate that the source corrected within its day is replaced. Raises OlderThanKnown, or, unless moves are to be
    believed, RatesMoved; then nothing is written, so that the same is asked again.
    """
    known = queries.published()
    day = known[0].as_of if known else None
    if isinstance(answer, NotModified):
        _answered(question, question.etag, question.last_modified, now)
        return day
    if day is not None and answer.as_of < day:
        raise OlderThanKnown(answer.as_of, day)
    moves = () if believe_moves else _moves(known, answer.rates, answer.as_of)
    if moves:
        raise RatesMoved(moves)
    rates = [
        Rate(fx_rates.BASE, code, rate, answer.as_of, fx_rates.SOURCE)
        for code, rate in answer.rates.items()
        # The bank publishes more currencies than clinics ask for, and ours have decimals that are known.
        if code in EXPONENTS
    ]
    insert = _insert_rates(rates, now)
    new = {name: insert.excluded[name] for name in ("rate", "source", "fetched_at")}
    db.session.execute(
        insert.on_conflict_do_update(
            index_elements=_KEY, set_=new, where=ExchangeRate.rate != insert.excluded.rate
        )
    )
    _answered(question, answer.etag, answer.last_modified, now)
    return answer.as_of


def _moves(
    known: Iterable[Rate], rates: Mapping[str, Decimal], day: date
) -> tuple[tuple[Rate, Decimal], ...]:
    """The rates that moved too far from the known ones."""
    return tuple(
        (rate, rates[rate.quote])
        for rate in known
        if rate.base == fx_rates.BASE
        and rate.quote in rates
        and max(rate.rate, rates[rate.quote]) / min(rate.rate, rates[rate.quote])
        > (MOST_MOVE_FROM_STALE if rate.is_stale(day) else MOST_MOVE)
    )


def _answered(question: Question, etag: str | None, last_modified: str | None, now: datetime) -> None:
    values = {"etag": etag, "last_modified": last_modified, "checked_at": now}
    insert = _dialect().insert(ExchangeSource).values(url=question.url, **values)
    db.session.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _insert_rates(rates: Iterable[Rate], fetched_at: datetime | None) -> Any:
    values = [
        {
            "base": rate.base,
            "quote": rate.quote,
            "rate": rate.rate,
            "as_of": rate.as_of,
            "source": rate.source,
            "fetched_at": fetched_at,
        }
        for rate in rates
    ]
    return _dialect().insert(ExchangeRate).values(values)


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite
