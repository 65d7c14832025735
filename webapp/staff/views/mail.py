"""The queue's front page, and mails: whether they get out, and what becomes of those that did not arrive."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.i18n import utc_now
from webapp.moderation.services import decisions
from webapp.outbox import queries as outbox
from webapp.outbox import services
from webapp.outbox.models import Delivery
from webapp.quotes.services.again import write_again
from webapp.refresh import queries as refresh
from webapp.refresh.labels import KINDS, words
from webapp.settings import current_settings
from webapp.staff import queries
from webapp.staff.blueprint import actor, blueprint
from webapp.staff.labels import MAIL_STATES, SUPPRESSIONS
from webapp.unit_of_work import unit_of_work

# As long as what somebody may paste there; a reference has twelve signs.
_LONGEST_REF = 40


@blueprint.get("/")
@open_to(Audience.STAFF)
def queue() -> str:
    """What waits in each queue, whether mail is getting out, and which clinics' feeds cannot be read."""
    return render_template(
        "staff/queue.html",
        progress=outbox.progress(),
        unreadable=outbox.unreadable(),
        failing=[(clinic, KINDS[run.kind], words(run)) for run, clinic in refresh.failing()],
    )


@blueprint.get("/letters")
@open_to(Audience.STAFF)
def letters() -> str:
    """Whether mail is getting out, mails that ended undelivered and that nobody has looked at, and, with `enquiry`,
    every mail of one enquiry. Nobody's address and no mail's words."""
    ref = request.args.get("enquiry", "").strip()[:_LONGEST_REF]
    return render_template(
        "staff/letters.html",
        letters=queries.letters(),
        ref=ref,
        of_enquiry=queries.letters_of(ref) if ref else None,
        progress=outbox.progress(),
        counts=outbox.counts_by_state(),
        bounced=outbox.bounced(),
        unreadable=outbox.unreadable(),
        suppressed=outbox.suppressed_by_reason(),
        MAIL_STATES=MAIL_STATES,
        SUPPRESSIONS=SUPPRESSIONS,
    )


@blueprint.post("/letters/<int:number>")
@open_to(Audience.STAFF)
def decide_letter(number: int) -> ResponseReturnValue:
    """Have a mail written once more, take it out of the queue, or take its address off the list of those that get no
    mail because one came back."""
    answer = request.form.get("answer")
    if answer not in {"again", "seen", "lift"}:
        abort(422)
    with unit_of_work():
        letter = queries.letter(number)
        now = utc_now()
        match answer:
            case _ if letter is None:
                message = _("Somebody decided this one already.")
            case "lift":
                lifted = letter.to_hash is not None and services.lift(letter.to_hash, services.BOUNCED)
                if lifted:
                    decisions.log(queries.ADDRESS_LIFTED, actor(), now, subject=letter.key)
                message = (
                    _("Mail goes to this address again.") if lifted else _("This address is on no list.")
                )
            case "again":
                message = _send_again(letter, now)
            case _ if queries.dead_letter(number) is None:
                message = _("Somebody decided this one already.")
            case _:
                decisions.log(queries.LETTER_SEEN, actor(), now, subject=letter.key)
                message = _("Out of the queue.")
    flash(message)
    return redirect(url_for("staff.letters", enquiry=request.form.get("enquiry") or None), 303)


def _send_again(letter: Delivery, now: datetime) -> str:
    """What became of the wish."""
    if queries.dead_letter(letter.id) is None:
        return _("Somebody decided this one already.")
    if outbox.suppressed([letter.id]).get(letter.id, frozenset()) & {services.BOUNCED}:
        return _("Mail to this address came back: take it off the list first.")
    if not write_again(letter, now, current_settings().quote_link_days):
        return _("This mail cannot be sent again.")
    decisions.log(queries.LETTER_AGAIN, actor(), now, subject=letter.key)
    return _("It is on its way again.")
