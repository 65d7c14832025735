"""Tables of the quotes room. A quote is an answer to one person; it is never reused as a public price."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Quote(Base):
    """A clinic's answer. A later version replaces the earlier one on the page; both are kept."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("recipient_id", "version"),
        CheckConstraint("kind in ('quote', 'decline', 'consultation_first')", name="kind_known"),
        CheckConstraint("(range_low_amount is null) = (range_high_amount is null)", name="range_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    currency: Mapped[str] = mapped_column(String(3))
    tax: Mapped[str] = mapped_column(String(16))
    tax_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    # As in Offer: included, or fee with its amount; None is "not stated".
    consultation: Mapped[str | None] = mapped_column(String(16))
    consultation_fee_amount: Mapped[int | None] = mapped_column(BigInteger)
    consultation_waived: Mapped[bool | None]
    other_fees: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    numbing: Mapped[str | None] = mapped_column(String(16))
    injector: Mapped[str | None] = mapped_column(String(16))
    # What else belongs to it, by code (domain.quotes.Inclusion): {"needle": ["extra", 3000], "medicine": ["included"]}.
    inclusions: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    injector_name: Mapped[str | None] = mapped_column(EncryptedText)
    # Who sees the patient once she is home, and in which language (BCP 47).
    aftercare: Mapped[str | None] = mapped_column(EncryptedText)
    aftercare_language: Mapped[str | None] = mapped_column(String(16))
    conditions: Mapped[str | None] = mapped_column(EncryptedText)
    # Of a decline: a code of quotes.labels.DECLINE_REASONS, where the clinic gives one.
    decline_reason: Mapped[str | None] = mapped_column(String(32))
    # Of a "consultation first": between what and what it usually ends, in minor units.
    range_low_amount: Mapped[int | None] = mapped_column(BigInteger)
    range_high_amount: Mapped[int | None] = mapped_column(BigInteger)
    # What the clinic's published offers came to for the same on that day; empty where they gave no total.
    listed_amount: Mapped[int | None] = mapped_column(BigInteger)
    valid_until: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    # The clinic took it back; or its last day went by.
    withdrawn_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]

    lines: Mapped[list["QuoteLine"]] = relationship(
        back_populates="quote", cascade="all, delete-orphan", order_by="QuoteLine.position"
    )


class QuoteLine(Base):
    """One thing quoted, for the whole line and not per session."""

    __tablename__ = "quote_line"
    __table_args__ = (
        UniqueConstraint("quote_id", "position"),
        CheckConstraint("price_amount >= 0", name="price_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id", ondelete="CASCADE"))
    position: Mapped[int]
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"))
    words: Mapped[str | None] = mapped_column(EncryptedText)
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    unit: Mapped[str | None] = mapped_column(String(16))
    sessions: Mapped[int]
    # As in EnquiryWant.
    area: Mapped[str | None] = mapped_column(String(80))
    # 0 is a clinic's own word for "in the price of the other lines".
    price_amount: Mapped[int] = mapped_column(BigInteger)

    quote: Mapped[Quote] = relationship(back_populates="lines")


class QuoteDraft(Base):
    """A quote that is being written: what stands in the form, kept until it is sent."""

    __tablename__ = "quote_draft"

    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # The form's fields as JSON, as they were typed.
    fields: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime]


class Clarification(Base):
    """A question about an enquiry: the patient's to all its clinics, or one clinic's to the patient."""

    __tablename__ = "clarification"

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"), index=True)
    # The clinic that asks; None: the patient.
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(EncryptedText)
    asked_at: Mapped[datetime]

    answers: Mapped[list["ClarificationAnswer"]] = relationship(
        back_populates="clarification", cascade="all, delete-orphan", order_by="ClarificationAnswer.id"
    )


class ClarificationAnswer(Base):
    """One answer to it. The patient's own is shown to every clinic that was asked, without her name."""

    __tablename__ = "clarification_answer"
    __table_args__ = (UniqueConstraint("clarification_id", "recipient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clarification_id: Mapped[int] = mapped_column(ForeignKey("clarification.id", ondelete="CASCADE"))
    # The clinic that answers; None: the patient.
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime]

    clarification: Mapped[Clarification] = relationship(back_populates="answers")


class MailReply(Base):
    """What a clinic wrote by pressing Reply in its mail program, instead of using the quote page."""

    __tablename__ = "mail_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"), index=True)
    # Its own words, without what it quotes; and the whole mail with its headers, without the links that act.
    text: Mapped[str] = mapped_column(EncryptedText)
    raw: Mapped[str] = mapped_column(EncryptedText)
    # How many files hung on it: none is kept, and the patient is told so.
    attachments: Mapped[int] = mapped_column(default=0, server_default="0")
    received_at: Mapped[datetime]


class PriceOutcome(Base):
    """How often, in a month, a clinic's quotes and bills were what it lists. Counts only: they stay when an enquiry
    goes."""

    __tablename__ = "price_outcome"
    __table_args__ = (
        UniqueConstraint("clinic_id", "month", "kind"),
        CheckConstraint("count > 0", name="count_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    # Its first day, in the market's zone.
    month: Mapped[date]
    # A code of quotes.outcomes.KINDS: "asked", "quoted_above", "paid_as_quoted".
    kind: Mapped[str] = mapped_column(String(32))
    count: Mapped[int]
