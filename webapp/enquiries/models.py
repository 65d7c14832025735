"""Tables of the enquiries room. A patient's words and contact are encrypted fields."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Enquiry(Base):
    """What one patient asks, once, of one to five clinics."""

    __tablename__ = "enquiry"
    __table_args__ = (CheckConstraint("sessions > 0", name="sessions_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # What people may say on the telephone; no key to anything.
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    # BCP 47 prefix in which the patient reads our pages: en, zh, ko.
    language: Mapped[str] = mapped_column(String(8))
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"), index=True)
    sessions: Mapped[int]
    earliest_on: Mapped[date | None]
    latest_on: Mapped[date | None]
    # Codes joined by ";": a health matter, so encrypted like the words.
    concerns: Mapped[str | None] = mapped_column(EncryptedText)
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
    expires_at: Mapped[datetime]
    email_refused_at: Mapped[datetime | None]

    recipients: Mapped[list["Recipient"]] = relationship(
        back_populates="enquiry", cascade="all, delete-orphan", order_by="Recipient.id"
    )


class Recipient(Base):
    """One clinic that an enquiry went to, with what the patient agreed to for it."""

    __tablename__ = "recipient"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "clinic_id"),
        CheckConstraint(
            "state in ('asked', 'reached', 'unreachable', 'answered', 'declined')", name="state_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="asked")
    consent_text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    consented_at: Mapped[datetime]
    # Set when the patient gives this clinic her contact.
    contact_released_at: Mapped[datetime | None]

    enquiry: Mapped[Enquiry] = relationship(back_populates="recipients")
    consent_text: Mapped["ConsentText"] = relationship()


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
    __table_args__ = (CheckConstraint("purpose in ('patient', 'quote')", name="purpose_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"), index=True)
    # Set for the purpose "quote": the one clinic that this link speaks for.
    recipient_id: Mapped[int | None] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
