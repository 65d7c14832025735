"""The rates in use: those of the newest day that is known, as the domain has them."""

from decimal import Decimal

from sqlalchemy import func, select

from webapp.domain.exchange import Rate, Rates
from webapp.extensions import db
from webapp.fx.models import ExchangeRate


def current() -> Rates:
    """The rates of the newest day, in one statement; without any row, rates that convert nothing.

    How old they may be is the domain's to say (`Rate.is_stale`, `rank`): an old rate converts and is marked.
    """
    return Rates(published())


def published() -> tuple[Rate, ...]:
    """The newest day's rates as their source gave them, by quote; all of one day. One statement."""
    newest = select(func.max(ExchangeRate.as_of)).scalar_subquery()
    rows = db.session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.as_of == newest)
        .order_by(ExchangeRate.base, ExchangeRate.quote)
    )
    return tuple(Rate(row.base, row.quote, plain(row.rate), row.as_of, row.source) for row in rows)


def plain(rate: Decimal) -> Decimal:
    """The number without the zeros that the column pads it with: 1.4392, 1500."""
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate.normalize()
