"""Flask-Security behind our own pages: its users, sessions and one-time codes, without its routes and commands.

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

    def plain(self, secret: str) -> str:
        """A secret without the encryption by SECRET_KEY that generate_totp_secret() gives it, to be stored in an
        encrypted column: it then depends on FIELD_KEYS alone, and changing SECRET_KEY locks nobody out."""
        return str(self._totp.from_source(secret).to_json(encrypt=False))


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_TWO_FACTOR=False,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_ANONYMOUS_USER_DISABLED=False,
        # The session cookie ends with the browser: nobody is remembered on a machine she shares.
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    # Nobody has one of its roles: memberships and Account.is_staff say what somebody may do.
    datastore = SQLAlchemyUserDatastore(db, Account, RoleMixin)
    hooks: list[Any] = [app.before_request_funcs, app.after_request_funcs, app.template_context_processors]
    ours = [list(hook.get(None, ())) for hook in hooks]
    security = Security(app, datastore, register_blueprint=False)
    # It looks up who is signed in before every request and for every template: each page and each style sheet would
    # vary by cookie, and the page that says that the database is away would ask the database. Our guards ask instead.
    for hook, kept in zip(hooks, ours, strict=True):
        hook[None] = kept
    # Only a session says who somebody is: no token in an address, a header or a body.
    security.login_manager.request_loader(None)
    # For the secret on its way through the browser; what is stored is `plain` in an encrypted column.
    app.extensions[_TOTP] = OnceTotp({"1": settings.secret_key}, ISSUER)


def totp() -> OnceTotp:
    """The one-time codes of the running application."""
    codes: OnceTotp = current_app.extensions[_TOTP]
    return codes


def is_right_code(account: Account, secret: str, code: str) -> bool:
    """Does the code belong to the secret just now, and was it not used before? Uses it up, in the caller's
    transaction."""
    # Other scripts' digits pass for digits in passlib and then raise TypeError where they are compared.
    return code.isascii() and totp().verify_totp(code, secret, account, window=_WINDOW)
