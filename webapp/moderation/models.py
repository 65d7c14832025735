"""Tables of the moderation room: who may speak for a clinic, what is proposed, held and decided."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Account
from webapp.clinics.models import ORIGINS
from webapp.encryption import EncryptedText
from webapp.extensions import Base


class AuthorityText(Base):
    """The words under which a clinic lets itself be listed, as they stood on the page."""

    __tablename__ = "authority_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class AuthorityRecord(Base):
    """One change of a clinic's authority; only ever added to. The newest is what Clinic.authority says."""

    __tablename__ = "authority_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    authority: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    # What it covers, as codes joined by ";": "listing;prices;enquiries".
    scope: Mapped[str] = mapped_column(String(64))
    # claim, staff, portal, import: how it was given.
    way: Mapped[str] = mapped_column(String(16))
    text_id: Mapped[int | None] = mapped_column(ForeignKey("authority_text.id"))


class Claim(Base):
    """Somebody says that a listing is theirs. Their name and address are kept encrypted."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(
            "state in ('proof_asked', 'waiting', 'accepted', 'refused', 'expired')", name="state_known"
        ),
        Index("ix_claim_clinic_id_state", "clinic_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(EncryptedText)
    email: Mapped[str] = mapped_column(EncryptedText)
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    # What she does at the clinic, and what else she says.
    position: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(8))
    text_id: Mapped[int] = mapped_column(ForeignKey("authority_text.id"))
    # domain: her address is at the clinic's own domain, and the link sent there was used; judgement: staff decides.
    proof: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)


class ClinicLink(Base):
    """A link that acts for a clinic without an account. Several may live, since each mail mints its own."""

    __tablename__ = "clinic_link"
    __table_args__ = (
        CheckConstraint(
            "purpose in ('claim', 'confirm_address', 'confirm_prices', 'confirm_listing', 'withdraw',"
            " 'invitation', 'never_list', 'unsubscribe')",
            name="purpose_known",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    # None where somebody asks for a clinic that we do not list.
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    # The row of the purpose's own table: a claim, an invitation, a request.
    subject_id: Mapped[int | None]
    # What the link confirms, where the clinic may have changed it since: a keyed hash of the address.
    subject_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class DoNotList(Base):
    """A clinic that asked never to be listed, by everything it may be known by, kept for good."""

    __tablename__ = "do_not_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    # None after the row of the clinic itself is gone.
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id", ondelete="SET NULL"), unique=True)
    # "" for a clinic that was never listed here.
    ref: Mapped[str] = mapped_column(String(128), index=True)
    country: Mapped[str] = mapped_column(String(2))
    # The names as services.do_not_list.name_keys makes them comparable, joined by "|".
    name_keys: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(String(16))
    unit: Mapped[str | None] = mapped_column(String(64))
    website_host: Mapped[str | None] = mapped_column(String(253), index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))


class NeverListRequest(Base):
    """Somebody asks, without an account, that a clinic is never listed. What they wrote is kept encrypted."""

    __tablename__ = "never_list_request"
    __table_args__ = (
        CheckConstraint(
            "state in ('proof_asked', 'waiting', 'accepted', 'refused', 'expired')", name="state_known"
        ),
        Index("ix_never_list_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # None for a clinic that we do not list; the columns below then say which one is meant.
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    clinic_name: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(16))
    website: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(EncryptedText)
    email: Mapped[str] = mapped_column(EncryptedText)
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(8))
    # As in Claim.
    proof: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)


class Proposal(Base):
    """A change that a feed, a page or an import wants, and that a person accepts or refuses."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state in ('open', 'accepted', 'refused', 'superseded')", name="state_known"),
        CheckConstraint(
            "action in ('change_clinic', 'change_practitioner', 'add_offer', 'change_offer', 'retire_offer')",
            name="action_known",
        ),
        CheckConstraint(f"origin in {ORIGINS}", name="origin_known"),
        # The same difference, found again, is the proposal that is already there.
        Index(
            "uq_proposal_open",
            "clinic_id",
            "action",
            "subject",
            "field",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(24))
    # An offer's ref or a practitioner's name; "" for the clinic itself.
    subject: Mapped[str] = mapped_column(String(200))
    # Which fact of the clinic; "" where the proposal is about the whole offer or practitioner.
    field: Mapped[str] = mapped_column(String(32))
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)
    # Of `after`: what was refused once is not proposed again while the source says the same.
    after_hash: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    seen_on: Mapped[date]
    # Why it may not be accepted by itself, as a code ("ratio", "currency"); None: within bounds.
    out_of_bounds: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))


class HeldText(Base):
    """A clinic's text that a rule wants a person to read before it is public."""

    __tablename__ = "held_text"
    __table_args__ = (
        CheckConstraint("state in ('held', 'released', 'refused', 'superseded')", name="state_known"),
        Index("ix_held_text_clinic_id_state", "clinic_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    # An offer's ref; "" for the clinic itself.
    subject: Mapped[str] = mapped_column(String(128))
    # The field, or "parts.0.words" for the clinic's words of an offer's part.
    field: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    # [{"rule": …, "matched": …, "why": …}, …]
    findings: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    by_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)


class GeocodeJob(Base):
    """Where a clinic's address stands on its way to a point; the row is the truth, a bell only says "look now"."""

    __tablename__ = "geocode_job"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'working', 'done')", name="state_known"),
        # The sweep asks for what is due.
        Index("ix_geocode_job_state_next_at", "state", "next_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), primary_key=True)
    # Of the country, address and postal code that were asked about: only another address is asked about again.
    address_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    # When the sweep last rang for this row, so that a backlog is not rung for at every sweep.
    rung_at: Mapped[datetime | None]
    # Why the last attempt came to nothing, as a code: "timeout", "refused", "quota" …
    last_error: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]


class PositionReview(Base):
    """A position that a person decides: the points that came up, and why no worker chose between them."""

    __tablename__ = "position_review"
    __table_args__ = (
        CheckConstraint("state in ('open', 'decided', 'superseded')", name="state_known"),
        Index(
            "uq_position_review_open",
            "clinic_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    # [{"lat": …, "lng": …, "precision": …, "confidence": …, "radius_m": …, "source": …, "matched_text": …}, …]
    candidates: Mapped[list[Any]] = mapped_column(JSON)
    # moved, unsure, conflict or nowhere.
    reason: Mapped[str] = mapped_column(String(16))
    # As in GeocodeJob: once a person has decided, no worker asks about the same address again.
    address_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(200))


class Decision(Base):
    """What somebody decided; the database refuses to change or delete a row (migration 0003)."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # clinic, staff, operator or system, and the name under which it was decided.
    by_kind: Mapped[str] = mapped_column(String(16))
    by_name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None]
    # "claim.accepted", "offer.changed", "text.released" …
    what: Mapped[str] = mapped_column(String(48))
    clinic_ref: Mapped[str | None] = mapped_column(String(128), index=True)
    subject: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text)
    # The values before and after, where the decision changed any; no personal data of patients.
    details: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
