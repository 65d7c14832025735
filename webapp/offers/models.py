"""Tables of the offers room. Amounts are integer minor units of the offer's currency; None is "not stated"."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base


class Offer(Base):
    """One line of a clinic's price list: a single, or a combo of two parts and more."""

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("clinic_id", "ref"),
        CheckConstraint("price_amount is not null or price_kind = 'on_request'", name="price_or_on_request"),
        CheckConstraint("price_amount > 0", name="price_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    ref: Mapped[str] = mapped_column(String(128))
    title: Mapped[str] = mapped_column(String(300))
    price_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    price_basis: Mapped[str] = mapped_column(String(16))
    tax: Mapped[str] = mapped_column(String(16))
    # Per cent, 9 for 9 %.
    tax_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    price_kind: Mapped[str] = mapped_column(String(16))
    regular_price_amount: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    event_target: Mapped[str | None] = mapped_column(Text)
    event_scope: Mapped[str | None] = mapped_column(Text)
    eligibility: Mapped[str] = mapped_column(String(16))
    weekday_only: Mapped[bool | None]
    once_per_patient: Mapped[bool | None]
    # included, or fee with its amount; None is "not stated".
    consultation: Mapped[str | None] = mapped_column(String(16))
    consultation_fee_amount: Mapped[int | None] = mapped_column(BigInteger)
    consultation_waived: Mapped[bool | None]
    # [["medicine", 2000], …] in minor units; None is "not stated", [] is none.
    other_fees: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    numbing: Mapped[str | None] = mapped_column(String(16))
    injector: Mapped[str | None] = mapped_column(String(16))
    same_price_for_foreigners: Mapped[bool | None]
    parts_complete: Mapped[bool]
    expires_after_days: Mapped[int | None]
    refund_terms: Mapped[str | None] = mapped_column(Text)
    # What these terms come to, as the clinic answered: nothing, pro_rata or less_singles.
    refund_basis: Mapped[str | None] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    # Who said it, as in ClinicFact; None: the import that brought it.
    origin: Mapped[str | None] = mapped_column(String(16))
    # When it was last read at its source; `verified_on` is when somebody last confirmed it, `confirmed_by` who.
    seen_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(200))
    # Off the public price list since; the row stays for the quotes and proposals that name it.
    retired_on: Mapped[date | None]
    # The newest OfferVersion's number; 0 until the first is recorded.
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    parts: Mapped[list["OfferPart"]] = relationship(
        back_populates="offer", cascade="all, delete-orphan", order_by="OfferPart.position"
    )


class OfferVersion(Base):
    """What an offer said from `recorded_at` on, until the next number. Never changed: comparisons point at it."""

    __tablename__ = "offer_version"
    __table_args__ = (
        UniqueConstraint("offer_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    number: Mapped[int]
    # As offers.terms_json writes it. Source and date of the price are those of the day it was recorded.
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]


class OfferPart(Base):
    """What an offer holds: a treatment, how much of it, how often. treatment_id None is the file's `other`."""

    __tablename__ = "offer_part"
    __table_args__ = (UniqueConstraint("offer_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    position: Mapped[int]
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"), index=True)
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    unit: Mapped[str | None] = mapped_column(String(16))
    sessions: Mapped[int]
    interval_weeks: Mapped[int | None]
    # "face;neck"
    areas: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str | None] = mapped_column(Text)

    offer: Mapped[Offer] = relationship(back_populates="parts")
