"""Flask-Security behind our own pages: its users, sessions and one-time codes, without its routes.

Its mailed link signs in on a GET, which mail scanners follow; ours asks for a press of a button first. So none of its
blueprints is registered, and every page of ours says itself who may use it.
"""

from typing import Any

from flask import Flask, current_app
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore, Totp, UserMixin

from config import Settings
from webapp.accounts.models import Account
from webapp.extensions import db

ISSUER = "Like for Like"
# Seconds that a phone's clock may be off, to either side.
_WINDOW = 30
_TOTP = "account_totp"


class OnceTotp(Totp):
    """One-time codes that are good once: the step of the last one is kept with the account."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        assert isinstance(user, Account)
        return user.totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        assert isinstance(user, Account)
        user.totp_counter = tmatch.counter


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_TWO_FACTOR=False,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_ANONYMOUS_USER_DISABLED=False,
        # The session cookie ends with the browser: nobody is remembered on a machine she shares.
        SECURITY_DEFAULT_REMEMBER_ME=False,
    )
    # Nobody has one of its roles: memberships and Account.is_staff say what somebody may do.
    datastore = SQLAlchemyUserDatastore(db, Account, RoleMixin)
    Security(app, datastore, register_blueprint=False)
    # The secrets are encrypted in their column already (EncryptedText), with keys that rotate.
    app.extensions[_TOTP] = OnceTotp({"1": settings.secret_key}, ISSUER)


def totp() -> OnceTotp:
    """The one-time codes of the running application."""
    codes: OnceTotp = current_app.extensions[_TOTP]
    return codes


def is_right_code(account: Account, secret: str, code: str) -> bool:
    """Does the code belong to the secret just now, and was it not used before? Uses it up, in the caller's
    transaction."""
    return totp().verify_totp(code.replace(" ", ""), secret, account, window=_WINDOW)
