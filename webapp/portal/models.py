"""Tables of the portal: who keeps which clinic's listing, who was asked to join, and price lists on their way."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import Account
from webapp.encryption import EncryptedText
from webapp.extensions import Base

OWNER, STAFF = "owner", "staff"


class Membership(Base):
    """An account that keeps a clinic's listing: an owner also decides who else does, and withdraws."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("clinic_id", "account_id"),
        CheckConstraint("role in ('owner', 'staff')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    invited_by: Mapped[str | None] = mapped_column(String(200))


class Invitation(Base):
    """Somebody was asked by mail to keep a clinic's listing; the link in the mail is a row of ClinicLink."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("role in ('owner', 'staff')", name="role_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(16))
    invited_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When the last mail about it went out, and how many did.
    mailed_at: Mapped[datetime]
    mails: Mapped[int]
    # The same for what one person was asked at once (the branches of a brand): one mail, one link, one answer.
    sent_together: Mapped[str] = mapped_column(String(32), index=True)
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AddressChange(Base):
    """A new address for a clinic's enquiries, until the mail sent there is answered. The old one stays until then."""

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(EncryptedText)
    by_name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # Given up, or another one was asked for since.
    cancelled_at: Mapped[datetime | None]


class PriceListUpload(Base):
    """A price list that somebody sent, kept from the page that shows what it would change until she confirms it."""

    __tablename__ = "price_list_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    # Only whoever sent it confirms it.
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    # The file as it came; emptied when it was used.
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
