"""Writes of the accounts room: make an account, mail it a link, sign in with it once, add a second factor."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from webapp import queue
from webapp.accounts import mail
from webapp.accounts.models import Account, SignInLink, SignInRequest
from webapp.accounts.security import is_right_code, totp
from webapp.encryption import keyed_hash
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.settings import current_settings
from webapp.signing import new_token, token_hash
from webapp.unit_of_work import ring_after_commit

# First pages of clinics' people and of staff.
HOME, STAFF_HOME = "/portal/", "/staff/"
RECOVERY_CODES = 8
# Whoever tries the service on a development machine signs in to /staff with it; nobody owns such an address.
DEMO_STAFF = "staff@likeforlike.example"
# A link that has ended is kept for so long, to say that it was used or is too old.
_LINKS_ARE_KEPT = timedelta(days=7)
_BETWEEN_DIGITS = re.compile(r"[\s-]")


def find(email: str) -> Account | None:
    """The account of an address, in any case; None when it has none."""
    return db.session.scalar(select(Account).where(Account.email == _key(email)))


def find_or_create(email: str, now: datetime, *, name: str | None = None, language: str = "en") -> Account:
    """The account of an address, made when it is new. What an account says of itself already stays."""
    account = find(email)
    if account is not None:
        account.name = account.name or name
        return account
    account = Account(
        email=_key(email), name=name, language=language, fs_uniquifier=secrets.token_hex(32), created_at=now
    )
    try:
        # Two requests for one new address make one account.
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError:
        return db.session.scalars(select(Account).where(Account.email == _key(email))).one()
    return account


def invite_staff(email: str, now: datetime, minutes: int, *, language: str = "en") -> Account:
    """Make somebody one of the operator's people and mail her a link, in the caller's transaction."""
    account = find_or_create(email, now, language=language)
    account.is_staff, account.active = True, True
    send_link(account, now, minutes, next_path=STAFF_HOME)
    return account


def ensure_demo_staff(now: datetime) -> str | None:
    """One of the operator's people to try /staff as, in the caller's transaction; twice changes nothing.

    Returns her address. On a development machine only: None elsewhere, and nothing is made.
    """
    if not current_settings().is_development:
        return None
    account = find_or_create(DEMO_STAFF, now, name="Sample staff")
    account.is_staff = True
    return account.email


def ask_for_link(email: str, next_path: str, now: datetime) -> None:
    """Note that somebody wants to sign in with an address; a worker answers by mail if it has an account.

    `next_path` is "" where she asked for no page. In the caller's transaction, and the same for every address.
    """
    row = SignInRequest(email=email.strip(), next_path=next_path, created_at=now)
    db.session.add(row)
    db.session.flush()
    ring_after_commit(queue.ANSWER_SIGN_IN, row.id)


def answer_request(request_id: int, now: datetime, minutes: int) -> None:
    """Mail a link to the account behind a request, if there is one, and forget the request. Answered once, however
    many workers are asked."""
    asked = db.session.execute(
        delete(SignInRequest)
        .where(SignInRequest.id == request_id)
        .returning(SignInRequest.email, SignInRequest.next_path)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    account = find(asked.email) if asked else None
    if asked and account and account.active:
        send_link(account, now, minutes, next_path=asked.next_path)


def unanswered(limit: int) -> Sequence[int]:
    """Requests that wait for an answer, the oldest first."""
    return db.session.scalars(select(SignInRequest.id).order_by(SignInRequest.id).limit(limit)).all()


def send_link(account: Account, now: datetime, minutes: int, *, next_path: str = HOME) -> None:
    """Mail an account a link to sign in, in the caller's transaction. Several may be open at once."""
    token = mint_sign_in_link(account, now, minutes=minutes, next_path=next_path)
    outbox.post(f"sign-in:{token_hash(token)}", account.email, lambda: mail.sign_in(account, token, minutes))


def mint_sign_in_link(account: Account, now: datetime, *, minutes: int, next_path: str = HOME) -> str:
    """A token that signs this account in once within so many minutes. Only its hash is stored.

    Links of the account that ended long ago are deleted on the way.
    """
    db.session.execute(
        delete(SignInLink)
        .where(SignInLink.account_id == account.id, SignInLink.expires_at < now - _LINKS_ARE_KEPT)
        .execution_options(synchronize_session=False)
    )
    token = new_token()
    db.session.add(
        SignInLink(
            token_hash=token_hash(token),
            account_id=account.id,
            next_path=next_path,
            created_at=now,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    db.session.flush()
    return token


def link_behind(token: str) -> SignInLink | None:
    """The row behind a token, whether or not it still acts; None for one that was never ours."""
    hashed = token_hash(token)
    return (
        None
        if hashed is None
        else db.session.scalar(select(SignInLink).where(SignInLink.token_hash == hashed))
    )


def is_open(link: SignInLink, now: datetime) -> bool:
    """Not used, not ended by hand, not too old."""
    return link.used_at is None and link.revoked_at is None and now < link.expires_at


def use_link(token: str, now: datetime) -> tuple[Account, str] | None:
    """Spend a link: the account and where it wanted to go. None when it does not act (any more); pressed twice at
    once, it acts once."""
    row = db.session.execute(
        update(SignInLink)
        .where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.revoked_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.account_id, SignInLink.next_path)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    account = db.session.get_one(Account, row.account_id)
    return (account, row.next_path) if account.active else None


def locked(account_id: int) -> Account:
    """An account whose row nobody else changes until the caller's transaction ends: of two browsers that type the
    same code at once only one is let in."""
    # What the session read of the row before it was locked may be old by now.
    return db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def set_second_factor(account: Account, secret: str, code: str) -> list[str] | None:
    """Take an authenticator app into use once it has shown a right code; returns the recovery codes, to be shown
    once. None for a wrong code, and where an app is in use already. `account` is `locked`."""
    if account.totp_secret or not is_right_code(account, secret, _digits(code)):
        return None
    account.totp_secret = totp().plain(secret)
    return renew_recovery_codes(account)


def renew_recovery_codes(account: Account) -> list[str]:
    """New recovery codes instead of the old; only their keyed hashes are stored, so they can be shown once."""
    codes = totp().generate_recovery_codes(RECOVERY_CODES)
    account.recovery_codes = ";".join(_code_hash(account, code) for code in codes)
    return codes


def recovery_codes_left(account: Account) -> int:
    """How many recovery codes were not used yet."""
    return len(_known_codes(account))


def check_second_factor(account: Account, code: str) -> bool:
    """Is it the app's code of just now, or a recovery code that is left? Uses it up, in the caller's transaction.
    `account` is `locked`."""
    if account.totp_secret and is_right_code(account, account.totp_secret, _digits(code)):
        return True
    left = _known_codes(account)
    hashed = _code_hash(account, code)
    if hashed not in left:
        return False
    left.remove(hashed)
    account.recovery_codes = ";".join(left) or None
    return True


def sign_out_everywhere(account: Account, now: datetime) -> None:
    """End every session of an account, and every link that could begin one."""
    account.fs_uniquifier = secrets.token_hex(32)
    db.session.execute(
        update(SignInLink)
        .where(
            SignInLink.account_id == account.id, SignInLink.used_at.is_(None), SignInLink.revoked_at.is_(None)
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def forget_second_factor(account: Account, now: datetime) -> None:
    """For somebody who lost her phone and her recovery codes: she sets a new app up at her next sign-in.

    Ends her sessions. Whoever asks for this must have proven elsewhere who she is: her mailbox alone is then enough.
    """
    account.totp_secret = account.totp_counter = account.recovery_codes = None
    sign_out_everywhere(account, now)


def deactivate(account: Account, now: datetime) -> None:
    """Nobody signs in with it any more, and whoever is signed in is not."""
    account.active = False
    sign_out_everywhere(account, now)


def _key(email: str) -> str:
    return email.strip().lower()


def _known_codes(account: Account) -> list[str]:
    return [known for known in (account.recovery_codes or "").split(";") if known]


def _digits(code: str) -> str:
    """As it was meant: Korean and Chinese keyboards write full-width digits, and people group them."""
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", code)).lower()


def _code_hash(account: Account, code: str) -> str:
    return keyed_hash(f"recovery:{account.id}:{_digits(code)}")
