"""Tables of the accounts room: people who sign in, and the links they ask for and sign in with."""

from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Account(Base, UserMixin):
    """One person who signs in by mail. What she may do at which clinic is the portal's to know."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower case. A business address that colleagues see, unlike a patient's.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))
    # BCP 47 prefix in which she reads our mails: en, zh, ko.
    language: Mapped[str] = mapped_column(String(8), default="en")
    # One of the operator's people.
    is_staff: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    # What a session refers to (Flask-Security): a new one ends every session.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    # The shared secret of her authenticator app; None: no second factor yet.
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    # The time step of the last code that was used: none is used twice (RFC 6238, 5.2).
    totp_counter: Mapped[int | None]
    # Keyed hashes of the recovery codes that are left, joined by ";".
    recovery_codes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class SignInRequest(Base):
    """Somebody typed an address to sign in with. A worker looks whether it has an account, and deletes the row: the
    page does the same work, and takes the same time, for every address."""

    __tablename__ = "sign_in_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(EncryptedText)
    # Where to go afterwards: a path of ours, or "" for her first page.
    next_path: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]


class SignInLink(Base):
    """A mailed link that signs one account in, once, within minutes, after a press of a button."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    # Where to go afterwards: a path of ours, or "" for her first page.
    next_path: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
