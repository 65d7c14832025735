"""Tables of the outbox: the mail as a row with a state, what happened to it, and the breaker for all."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Delivery(Base):
    """One mail to one address. It ends sent, failed, expired or cancelled; nothing else is an end."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            "state in ('pending', 'sending', 'sent', 'deferred', 'failed', 'expired', 'cancelled')",
            name="state_known",
        ),
        # The sweep asks for what is due.
        Index("ix_delivery_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Says what the mail is about, so that the same mail cannot be queued twice: "enquiry-asks-clinic:12".
    key: Mapped[str] = mapped_column(String(128), unique=True)
    # The row of a room above that it ends with ("enquiry:12"): erased, it takes its mails along.
    about: Mapped[str | None] = mapped_column(String(32), index=True)
    # The Message-ID header without the angle brackets; stable over every attempt.
    message_id: Mapped[str] = mapped_column(String(128), unique=True)
    to_address: Mapped[str | None] = mapped_column(EncryptedText)
    # encryption.address_hash of it: mails to one address wait for each other, and a bounce finds its address.
    to_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    # Hash of the token in the address that replies and bounces of this mail come to.
    reply_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    # The whole rendered mail; wiped with the address once the row has ended. Empty in a row that has not
    # ended: the mail could not be written, and the worker will end the row as failed.
    mail: Mapped[str | None] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    # How many workers in a row were lost while they held this mail.
    leases_lost: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    # When the sweep last rang for this row, so that a backlog is not rung for at every sweep.
    rung_at: Mapped[datetime | None]
    # A mail that its reader may stop for good (RFC 8058), unlike one that she or somebody else asked for.
    optional: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # It had been taken, and then it came back.
    bounced_at: Mapped[datetime | None]


class DeliveryEvent(Base):
    """What happened to a mail, and when; only ever added to. Holds a code and our own words, no mail text."""

    __tablename__ = "delivery_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(32))
    smtp_code: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")


class MailBreaker(Base):
    """At most one row: nobody sends before `open_until`, because the mail server refused us, not a mail."""

    __tablename__ = "mail_breaker"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    open_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class Suppression(Base):
    """An address that gets no optional mail any more ("unsubscribed"), or none at all ("bounced")."""

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("address_hash", "reason"),
        CheckConstraint("reason in ('unsubscribed', 'bounced')", name="reason_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # encryption.address_hash of the address.
    address_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class InboundMail(Base):
    """That a mail came in, so that the same one is not heard twice. Its words stay with the room they are for."""

    __tablename__ = "inbound_mail"
    __table_args__ = (
        CheckConstraint("kind in ('bounce', 'delay', 'automatic', 'reply', 'unknown')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the whole mail.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))
    received_at: Mapped[datetime]
