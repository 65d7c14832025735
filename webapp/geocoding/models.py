"""Tables of the geocoding room: points an operator loaded, answers kept of providers, and how they are spared."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base


class ImportedPoint(Base):
    """A point from a list of the operator's own, kept apart from what is shipped. Keys are what it is found by."""

    __tablename__ = "imported_point"
    __table_args__ = (
        CheckConstraint("country in ('SG', 'KR')", name="country_known"),
        Index("ix_imported_point_road_key_number", "road_key", "number"),
        Index("ix_imported_point_dong_lot_main", "dong", "lot_main"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of everything below but the file: the same row, loaded again, is the row that is already there.
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(32))
    # As the list writes it; "" where it names nothing.
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str | None] = mapped_column(String(200), index=True)
    # The street's or road's key (addresses.keys) and the number on it: main number, then the rest ("-3", "A").
    road: Mapped[str] = mapped_column(String(128))
    road_key: Mapped[str | None] = mapped_column(String(128))
    number: Mapped[int | None]
    number_rest: Mapped[str] = mapped_column(String(16))
    gu: Mapped[str] = mapped_column(String(32))
    # A Korean lot: legal dong, main number, sub-number (0: none).
    dong: Mapped[str | None] = mapped_column(String(32))
    lot_main: Mapped[int | None]
    lot_sub: Mapped[int | None]
    postal: Mapped[str | None] = mapped_column(String(6), index=True)
    lat: Mapped[float]
    lng: Mapped[float]
    # The name of the file it came with.
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime]


class ProviderAnswer(Base):
    """What a provider that lets us keep its answers said about one text, until when it may be believed."""

    __tablename__ = "provider_answer"
    __table_args__ = (UniqueConstraint("provider", "query_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    # Of the normalised text; the text itself is not kept.
    query_hash: Mapped[str] = mapped_column(String(64))
    # None: a clean empty answer.
    answer: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    stored_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ProviderState(Base):
    """One row per provider, shared by all workers: its next free slot and its breaker."""

    __tablename__ = "provider_state"

    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    # When the next request may start; used while Redis, which otherwise allocates the slots, is not there.
    next_slot_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    # While this is ahead nobody asks the provider.
    open_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class ProviderQuota(Base):
    """Requests made to a provider on one day (UTC)."""

    __tablename__ = "provider_quota"

    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(default=0)
