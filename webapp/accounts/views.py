"""Sign in by a mailed link and a second factor, sign out, and the pages of one's own account. GET changes nothing."""

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.accounts import services
from webapp.accounts import session as who
from webapp.accounts.forms import AccountForm, CodeForm, SignInForm, own_path
from webapp.accounts.models import Account
from webapp.accounts.security import totp
from webapp.domain.plain_text import plain_text
from webapp.encryption import address_hash
from webapp.extensions import csrf, db, limiter
from webapp.i18n import utc_now
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

blueprint = Blueprint("accounts", __name__, template_folder="templates")

# The secret that is being set up, encrypted, until the app has shown its first code.
_SETTING_UP = "setting_up"


@blueprint.after_request
def _kept_by_nobody(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _limit() -> str:
    return current_settings().sign_in_limit_per_address


def _typed_address() -> str:
    # As the form reads it: characters that show as nothing do not make another address.
    return "sign-in:" + address_hash(plain_text(request.form.get("email", "")))


def _account_of_code() -> str:
    found = who.half_way()
    account = found[0] if found else who.owes_second_factor() or who.current()
    return f"code:{account.id if account else 'nobody'}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: _limit(), methods=["POST"])
@limiter.limit(lambda: _limit(), key_func=_typed_address, methods=["POST"])
@open_to(Audience.ANYONE)
def sign_in() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same for an address that has no account."""
    if request.method != "POST":
        asked = own_path(request.args.get("next"))
        if who.half_way() is not None or who.owes_second_factor() is not None:
            return redirect(url_for("accounts.second_factor", next=asked), 303)
        mine = who.current()
        if mine is not None:
            return redirect(_goal(mine, asked), 303)
    form = SignInForm(data={"next": request.args.get("next", "")} if request.method == "GET" else None)
    if request.method == "POST":
        if form.validate():
            with unit_of_work():
                services.ask_for_link(form.email.data or "", own_path(form.next.data) or "", utc_now())
            return redirect(url_for("accounts.link_sent"), 303)
        return render_template("accounts/sign_in.html", form=form), 422
    return render_template("accounts/sign_in.html", form=form)


def _goal(account: Account, asked: str | None) -> str:
    """The page that somebody asked for, else her first one, in the language of the address."""
    return asked or request.script_root + (services.STAFF_HOME if account.is_staff else services.HOME)


@blueprint.get("/sign-in/sent")
@open_to(Audience.ANYONE)
def link_sent() -> str:
    """Look into your mail: the same page whoever asked."""
    return render_template("accounts/link_sent.html", minutes=current_settings().sign_in_minutes)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
@open_to(Audience.LINK_HOLDER)
def use_link(token: str) -> ResponseReturnValue:
    """GET: a button, and nothing about whose link it is. POST: sign in with it, once."""
    if request.method != "POST":
        link = services.link_behind(token)
        acts = link is not None and services.is_open(link, utc_now())
        return render_template("accounts/use_link.html", acts=acts, token=token), 200 if acts else 410
    with unit_of_work():
        used = services.use_link(token, utc_now())
    if used is None:
        return render_template("accounts/use_link.html", acts=False, token=token), 410
    account, asked = used
    goal = _goal(account, asked)
    if who.begin(account, goal):
        return redirect(goal, 303)
    return redirect(url_for("accounts.second_factor"), 303)


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"])
@limiter.limit(lambda: _limit(), methods=["POST"])
@limiter.limit(lambda: _limit(), key_func=_account_of_code, methods=["POST"])
@open_to(Audience.ANYONE)
def second_factor() -> ResponseReturnValue:
    """The code of the authenticator app after the link; who has none yet sets it up here first."""
    found = who.half_way()
    if found is None:
        owing = who.owes_second_factor()
        if owing is None:
            return redirect(url_for("accounts.sign_in"), 303)
        found = owing, _goal(owing, None)
    account, next_path = found
    next_path = own_path(request.args.get("next")) or next_path
    if account.totp_secret is None:
        return _set_up(account, next_path)
    form = CodeForm()
    if request.method == "POST" and form.validate():
        with unit_of_work():
            account = services.locked(account.id)
            right = services.check_second_factor(account, form.code.data or "")
        if right:
            who.finish(account)
            return redirect(next_path, 303)
        form.code.errors = [_("This is not the code of just now. Wait for the next one and type it.")]
    status = 422 if form.errors else 200
    return render_template("accounts/second_factor.html", form=form), status


def _set_up(account: Account, next_path: str) -> ResponseReturnValue:
    """Show the secret as picture and text until a first code proves that the app has it."""
    secret = session.get(_SETTING_UP)
    if secret is None:
        secret = session[_SETTING_UP] = totp().generate_totp_secret()
    form = CodeForm()
    if request.method == "POST" and form.validate():
        with unit_of_work():
            account = services.locked(account.id)
            codes = services.set_second_factor(account, secret, form.code.data or "")
        if codes is not None:
            who.finish(account)
            return render_template("accounts/recovery_codes.html", codes=codes, next_path=next_path)
        form.code.errors = [_("This is not the code of just now. Wait for the next one and type it.")]
    status = 422 if form.errors else 200
    page = render_template(
        "accounts/set_up_second_factor.html", form=form, values=totp().fetch_setup_values(secret, account)
    )
    return page, status


@blueprint.route("/account", methods=["GET", "POST"])
@csrf.exempt  # as above
@open_to(Audience.SIGNED_IN)
def account() -> ResponseReturnValue:
    """One's own name and language, the second factor, and every session's end."""
    mine = who.current()
    assert mine is not None  # the guard let somebody in
    form = AccountForm(
        data={"name": mine.name, "language": mine.language} if request.method == "GET" else None
    )
    if request.method == "POST":
        if not form.validate():
            return _account_page(form, mine), 422
        with unit_of_work():
            row = db.session.get_one(Account, mine.id)
            row.name, row.language = form.name.data or None, form.language.data
        flash(_("Saved."))
        return redirect(url_for("accounts.account"), 303)
    return _account_page(form, mine)


def _account_page(form: AccountForm, mine: Account) -> str:
    return render_template(
        "accounts/account.html", form=form, account=mine, codes_left=services.recovery_codes_left(mine)
    )


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@limiter.limit(lambda: _limit(), methods=["POST"])
@limiter.limit(lambda: _limit(), key_func=_account_of_code, methods=["POST"])
@open_to(Audience.SIGNED_IN)
def add_second_factor() -> ResponseReturnValue:
    """Set up an authenticator app although nothing asks for it yet."""
    mine = who.current()
    if mine is None or mine.totp_secret is not None:
        return redirect(url_for("accounts.account"), 303)
    return _set_up(mine, url_for("accounts.account"))


@blueprint.post("/account/recovery-codes")
@open_to(Audience.SIGNED_IN)
def renew_recovery_codes() -> ResponseReturnValue:
    """New recovery codes; the old ones are worth nothing from now on."""
    mine = who.current()
    if mine is None or mine.totp_secret is None:
        return redirect(url_for("accounts.account"), 303)
    with unit_of_work():
        codes = services.renew_recovery_codes(services.locked(mine.id))
    return render_template("accounts/recovery_codes.html", codes=codes, next_path=url_for("accounts.account"))


@blueprint.post("/account/sign-out-everywhere")
@open_to(Audience.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the account, this one too."""
    mine = who.current()
    if mine is not None:
        with unit_of_work():
            services.sign_out_everywhere(db.session.get_one(Account, mine.id), utc_now())
    who.end()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/sign-out")
@open_to(Audience.ANYONE)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    who.end()
    return redirect(url_for("directory.home"), 303)
