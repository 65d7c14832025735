"""Tables of the room of exchange rates: each day's rates, and what the source answered last."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base


class ExchangeRate(Base):
    """One major unit of `base` was `rate` major units of `quote` (ISO 4217) on one day."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        # A pair has one rate on a day, whoever gave it. The day comes first: the newest is looked for by it.
        UniqueConstraint("as_of", "base", "quote"),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("base <> quote", name="two_currencies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base: Mapped[str] = mapped_column(String(3))
    quote: Mapped[str] = mapped_column(String(3))
    # 15 figures in all: SQLite keeps a number as a double, which gives so many back exactly.
    rate: Mapped[Decimal] = mapped_column(Numeric(15, 6))
    as_of: Mapped[date]
    # Who published it, in words for the page.
    source: Mapped[str] = mapped_column(String(200))
    # None: it came with the snapshot that is shipped.
    fetched_at: Mapped[datetime | None]


class ExchangeSource(Base):
    """What an address of rates answered last, so that the next question can be a conditional one."""

    __tablename__ = "exchange_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    etag: Mapped[str | None] = mapped_column(String(256))
    last_modified: Mapped[str | None] = mapped_column(String(256))
    # When it was last read whole or found unchanged.
    checked_at: Mapped[datetime]
