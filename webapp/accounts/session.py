"""Who is signed in, and what that takes: a mailed link, and for some a second factor too."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, login_user, logout_user
from sqlalchemy import select

from webapp.access import Audience, guard
from webapp.accounts.models import Account
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.settings import current_settings

Rule = Callable[[Account], bool]

_RULES = "second_factor_rules"
# Set when the session was begun with a second factor.
_FACTOR = "second_factor"
# Of somebody who used her link and still owes the second factor: what a session of hers would refer to (so that
# signing out everywhere ends this too), where to go, since when.
_HALF_WAY = "half_way"
_HALF_WAY_LASTS = timedelta(minutes=15)
# Reserved by RFC 2606: nobody's address, so nobody real is let in without a second factor by the rule below.
_NOBODYS = (".example", "@example.com", "@example.net", "@example.org")


def init_app(app: Flask) -> None:
    app.extensions.setdefault(_RULES, [])
    second_factor_rule(app, lambda account: account.is_staff)
    guard(app, Audience.SIGNED_IN, _let_in)
    guard(app, Audience.STAFF, _let_staff_in)


def second_factor_rule(app: Flask, rule: Rule) -> None:
    """A room above says which accounts need a second factor: those for which any rule is true."""
    app.extensions.setdefault(_RULES, []).append(rule)


def requires_second_factor(account: Account) -> bool:
    """Staff, owners of clinics, and whoever set one up.

    On a development machine (BASE_URL unset or loopback) an address that nobody can own needs none, so that the
    sample clinics can be tried from the mailbox page alone.
    """
    if account.totp_secret:
        return True
    if current_settings().is_development and account.email.endswith(_NOBODYS):
        return False
    rules: list[Rule] = current_app.extensions[_RULES]
    return any(rule(account) for rule in rules)


def current() -> Account | None:
    """Who is signed in, the second factor included where she needs one."""
    if not current_user.is_authenticated:
        return None
    account = db.session.get(Account, current_user.id)
    if account is None or not account.active:
        return None
    if not session.get(_FACTOR) and requires_second_factor(account):
        return None
    return account


def begin(account: Account, next_path: str) -> bool:
    """The link was used: signed in, or half way to it where a second factor is owed (False)."""
    # Nothing of what this browser did before goes into the new session, and nothing that was set in it counts.
    session.clear()
    if requires_second_factor(account):
        session[_HALF_WAY] = [account.fs_uniquifier, next_path, utc_now().isoformat()]
        return False
    login_user(account)
    return True


def half_way() -> tuple[Account, str] | None:
    """Who used her link in this browser and owes the second factor, and where she wants to go."""
    kept = session.get(_HALF_WAY)
    if not kept or utc_now() - datetime.fromisoformat(kept[2]) > _HALF_WAY_LASTS:
        return None
    account = db.session.scalar(select(Account).where(Account.fs_uniquifier == kept[0]))
    return (account, kept[1]) if account is not None and account.active else None


def owes_second_factor() -> Account | None:
    """Who is signed in but has since come to need a second factor: as the first owner of a clinic does."""
    if current_user.is_authenticated and current() is None:
        return db.session.get(Account, current_user.id)
    return None


def finish(account: Account) -> None:
    """The second factor was right: signed in."""
    session.clear()
    login_user(account)
    session[_FACTOR] = True


def end() -> None:
    """Signed out, and nothing of the session is left in the browser."""
    logout_user()
    session.clear()


def to_sign_in() -> ResponseReturnValue:
    """Where a guard sends somebody who is not signed in; afterwards she comes back to the page she asked for."""
    # A form that was sent cannot be sent again by a redirect.
    asked = None
    if request.method in {"GET", "HEAD"}:
        # The language stands before the path (i18n.LanguagePrefix).
        asked = request.script_root + request.full_path.removesuffix("?")
    return redirect(url_for("accounts.sign_in", next=asked), 303)


def _let_in() -> ResponseReturnValue | None:
    return None if current() is not None else to_sign_in()


def _let_staff_in() -> ResponseReturnValue | None:
    account = current()
    if account is None:
        return to_sign_in()
    if not account.is_staff:
        abort(404)
    return None
