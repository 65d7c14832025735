"""Tables of the enquiries room. A patient's words and contact are encrypted fields."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Enquiry(Base):
    """What one patient asks, once, of one to five clinics."""

    __tablename__ = "enquiry"
    __table_args__ = (CheckConstraint("closed_as in ('suited', 'none_suited')", name="closed_as_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # What people may say on the telephone; no key to anything.
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    # BCP 47 prefix in which the patient reads our pages: en, zh, ko.
    language: Mapped[str] = mapped_column(String(8))
    earliest_on: Mapped[date | None]
    latest_on: Mapped[date | None]
    # Codes joined by ";": a health matter, so encrypted like the words.
    concerns: Mapped[str | None] = mapped_column(EncryptedText)
    # Codes of choices.QUESTIONS, joined by ";"; each reader has them in her own language.
    questions: Mapped[str | None] = mapped_column(EncryptedText)
    # "yes", "no" or "unsure": has she had it before? A health matter too.
    had_before: Mapped[str | None] = mapped_column(EncryptedText)
    message: Mapped[str | None] = mapped_column(EncryptedText)
    name: Mapped[str | None] = mapped_column(EncryptedText)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    other_channel: Mapped[str | None] = mapped_column(String(16))
    other_handle: Mapped[str | None] = mapped_column(EncryptedText)
    # The form's own key: sending it twice makes one enquiry.
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    # A keyed hash of what was sent with that key, so that other words under it are noticed.
    body_hash: Mapped[str] = mapped_column(String(64))
    # A clinic sent it to itself, to see how one arrives.
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    # When somebody last did something with it, patient or clinic: the retention clock starts anew.
    last_act_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When a clinic first said something: an answer, a reply by mail, a question or an answer to one.
    heard_at: Mapped[datetime | None]
    email_refused_at: Mapped[datetime | None]
    # Set when somebody pressed a button behind a link that went to the address: until then little is mailed there.
    email_confirmed_at: Mapped[datetime | None]
    # The patient has finished with it: she found a quote that suits her, or none of them did.
    closed_as: Mapped[str | None] = mapped_column(String(16))
    closed_at: Mapped[datetime | None]

    wants: Mapped[list["EnquiryWant"]] = relationship(
        back_populates="enquiry", cascade="all, delete-orphan", order_by="EnquiryWant.position"
    )
    recipients: Mapped[list["Recipient"]] = relationship(
        back_populates="enquiry", cascade="all, delete-orphan", order_by="Recipient.id"
    )


class EnquiryWant(Base):
    """One treatment that an enquiry asks for: a domain Want. Quantity and area empty: whatever the clinic uses."""

    __tablename__ = "enquiry_want"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "position"),
        CheckConstraint("sessions > 0", name="sessions_positive"),
        CheckConstraint("(quantity is null) = (unit is null)", name="quantity_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"))
    position: Mapped[int]
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"), index=True)
    sessions: Mapped[int]
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    unit: Mapped[str | None] = mapped_column(String(16))
    # As domain.offers.Want has it: "face", "face;neck".
    area: Mapped[str | None] = mapped_column(String(80))

    enquiry: Mapped[Enquiry] = relationship(back_populates="wants")


class Recipient(Base):
    """One clinic that an enquiry went to, and how it stands between the two."""

    __tablename__ = "recipient"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "clinic_id"),
        CheckConstraint(
            "state in ('asked', 'reached', 'unreachable', 'answered', 'declined')", name="state_known"
        ),
        CheckConstraint("decision in ('accepted', 'declined')", name="decision_known"),
        CheckConstraint("(paid_amount is null) = (paid_currency is null)", name="paid_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="asked")
    # Later than the enquiry where the clinic was added to it.
    asked_at: Mapped[datetime]
    # Set when the patient gives this clinic her contact.
    contact_released_at: Mapped[datetime | None]
    # What the patient makes of the clinic's quote, with a code of quotes.decisions.REASONS.
    decision: Mapped[str | None] = mapped_column(String(16))
    decision_reason: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None]
    # When she was reminded that the quote ends soon.
    reminded_at: Mapped[datetime | None]
    # What she paid in the end, in minor units, if she says so.
    paid_amount: Mapped[int | None] = mapped_column(BigInteger)
    paid_currency: Mapped[str | None] = mapped_column(String(3))

    enquiry: Mapped[Enquiry] = relationship(back_populates="recipients")
    consents: Mapped[list["Consent"]] = relationship(
        back_populates="recipient", cascade="all, delete-orphan", order_by="Consent.id"
    )


class Consent(Base):
    """What the patient agreed to for one clinic, matter by matter, in the words that stood on the page."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("recipient_id", "matter"),
        CheckConstraint("matter in ('enquiry', 'health', 'abroad', 'contact')", name="matter_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    matter: Mapped[str] = mapped_column(String(16))
    consent_text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    given_at: Mapped[datetime]

    recipient: Mapped[Recipient] = relationship(back_populates="consents")
    text: Mapped["ConsentText"] = relationship()


class ConsentText(Base):
    """The words a patient agreed to, as they stood on the page."""

    __tablename__ = "consent_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class Link(Base):
    """A link that acts. Several may live for the same purpose, since each mail mints its own."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint("purpose in ('patient', 'quote', 'share')", name="purpose_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"), index=True)
    # Set for the purpose "quote": the one clinic that this link speaks for.
    recipient_id: Mapped[int | None] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), index=True
    )
    # It went by mail to the address it speaks for, so whoever uses it reads that address.
    mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    # For whom it was made, where somebody said so ("Dr Lim").
    label: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Erasure(Base):
    """That an enquiry was erased, for whoever holds the receipt. Nothing in it leads to a person."""

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint("reason in ('patient', 'operator', 'retention')", name="reason_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # signing.token_hash of the receipt's number.
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(16))
    # How many rows of which table were deleted or wiped.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    erased_at: Mapped[datetime]
