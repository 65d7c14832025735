"""Claims that a person judges, and wishes never to be listed of somebody whose domain does not prove it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.extensions import db
from webapp.i18n import utc_now
from webapp.moderation.models import Claim, NeverListRequest
from webapp.moderation.services import claims as service
from webapp.moderation.services import do_not_list
from webapp.staff import answer, queries
from webapp.staff.blueprint import actor, blueprint
from webapp.staff.labels import CLAIM_PROOFS
from webapp.unit_of_work import unit_of_work


@blueprint.get("/claims")
@open_to(Audience.STAFF)
def claims() -> str:
    """Claims and wishes with a proven address, oldest first."""
    return _page(wrong=None)


@blueprint.post("/claims/<int:number>")
@open_to(Audience.STAFF)
def decide_claim(number: int) -> ResponseReturnValue:
    """Let somebody speak for a clinic, or refuse it with a reason that goes to her by mail."""
    given = answer.given()
    if given.missing:
        return _page(wrong=f"claim-{number}"), 422
    with unit_of_work():
        claim = db.session.get(Claim, number)
        if claim is None:
            abort(404)
        if given.yes:
            done = service.accept(claim, actor(), utc_now())
        else:
            done = service.refuse(claim, given.reason, actor(), utc_now())
    return _back(done, _("Accepted: she gets a mail.") if given.yes else _("Refused: she gets your reason."))


@blueprint.post("/claims/never-list/<int:number>")
@open_to(Audience.STAFF)
def decide_never_list(number: int) -> ResponseReturnValue:
    """Take a clinic off every page for good, or refuse it with a reason that goes to the asker by mail."""
    given = answer.given()
    if given.missing:
        return _page(wrong=f"never-{number}"), 422
    with unit_of_work():
        wish = db.session.get(NeverListRequest, number)
        if wish is None:
            abort(404)
        if given.yes:
            done = do_not_list.accept(wish, actor(), utc_now())
        else:
            done = do_not_list.refuse(wish, given.reason, actor(), utc_now())
    return _back(
        done, _("Done: it is not listed any more.") if given.yes else _("Refused: she gets your reason.")
    )


def _back(done: bool, message: str) -> ResponseReturnValue:
    flash(message if done else _("Somebody decided this one already."))
    return redirect(url_for("staff.claims"), 303)


def _page(wrong: str | None) -> str:
    return render_template(
        "staff/claims.html",
        claims=queries.with_clinics(service.waiting()),
        wishes=do_not_list.waiting(),
        wrong=wrong,
        CLAIM_PROOFS=CLAIM_PROOFS,
    )
