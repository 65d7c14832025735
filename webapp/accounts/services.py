"""Writes of the accounts room: make an account, mail it a link, sign in with it once, add a second factor."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from webapp.accounts import mail
from webapp.accounts.models import Account, SignInLink
from webapp.accounts.security import is_right_code, totp
from webapp.encryption import keyed_hash
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.signing import new_token, token_hash

HOME = "/portal/"
RECOVERY_CODES = 8


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
    send_link(account, now, minutes, next_path="/staff/")
    return account


def send_link(account: Account, now: datetime, minutes: int, *, next_path: str = HOME) -> None:
    """Mail an account a link to sign in, in the caller's transaction. Several may be open at once."""
    token = mint_sign_in_link(account, now, minutes=minutes, next_path=next_path)
    outbox.post(f"sign-in:{token_hash(token)}", account.email, lambda: mail.sign_in(account, token, minutes))


def mint_sign_in_link(account: Account, now: datetime, *, minutes: int, next_path: str = HOME) -> str:
    """A token that signs this account in once within so many minutes. Only its hash is stored."""
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


def set_second_factor(account: Account, secret: str, code: str) -> list[str] | None:
    """Take an authenticator app into use once it has shown a right code; returns the recovery codes, to be shown
    once. None for a wrong code."""
    if not is_right_code(account, secret, code):
        return None
    account.totp_secret = secret
    return renew_recovery_codes(account)


def renew_recovery_codes(account: Account) -> list[str]:
    """New recovery codes instead of the old; only their keyed hashes are stored, so they can be shown once."""
    codes = totp().generate_recovery_codes(RECOVERY_CODES)
    account.recovery_codes = ";".join(_code_hash(account, code) for code in codes)
    return codes


def check_second_factor(account: Account, code: str) -> bool:
    """Is it the app's code of just now, or a recovery code that is left? Uses it up, in the caller's transaction."""
    if account.totp_secret and is_right_code(account, account.totp_secret, code):
        return True
    left = [known for known in (account.recovery_codes or "").split(";") if known]
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


def deactivate(account: Account, now: datetime) -> None:
    """Nobody signs in with it any more, and whoever is signed in is not."""
    account.active = False
    sign_out_everywhere(account, now)


def _key(email: str) -> str:
    return email.strip().lower()


def _code_hash(account: Account, code: str) -> str:
    return keyed_hash(f"recovery:{account.id}:{code.strip().lower().replace(' ', '')}")
