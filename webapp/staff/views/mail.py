"""The queue's front page, and mails that ended undelivered."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.enquiries.services import sending
from webapp.i18n import utc_now
from webapp.moderation.services import decisions
from webapp.outbox import queries as outbox
from webapp.refresh import queries as refresh
from webapp.refresh.labels import KINDS, words
from webapp.settings import current_settings
from webapp.staff import queries
from webapp.staff.blueprint import actor, blueprint
from webapp.staff.labels import LETTER_STATES
from webapp.unit_of_work import unit_of_work


@blueprint.get("/")
@open_to(Audience.STAFF)
def queue() -> str:
    """What waits in each queue, whether mail is getting out, and which clinics' feeds cannot be read."""
    return render_template(
        "staff/queue.html",
        progress=outbox.progress(),
        failing=[(clinic, KINDS[run.kind], words(run)) for run, clinic in refresh.failing()],
    )


@blueprint.get("/letters")
@open_to(Audience.STAFF)
def letters() -> str:
    """Mails that ended undelivered and that nobody has looked at."""
    return render_template("staff/letters.html", letters=queries.letters(), LETTER_STATES=LETTER_STATES)


@blueprint.post("/letters/<int:number>")
@open_to(Audience.STAFF)
def decide_letter(number: int) -> ResponseReturnValue:
    """Send an enquiry to its clinic once more, or take the mail out of the queue."""
    answer = request.form.get("answer")
    if answer not in {"again", "seen"}:
        abort(422)
    with unit_of_work():
        letter = queries.dead_letter(number)
        if letter is None:
            flash(_("Somebody decided this one already."))
            return redirect(url_for("staff.letters"), 303)
        now, what = utc_now(), queries.LETTER_SEEN
        message = _("Out of the queue.")
        if answer == "again":
            recipient = queries.recipient_of(letter.id)
            if recipient is None or not sending.ask_again(recipient, now, current_settings().quote_link_days):
                flash(_("This mail cannot be sent again."))
                return redirect(url_for("staff.letters"), 303)
            what, message = queries.LETTER_AGAIN, _("It is on its way again.")
        decisions.log(what, actor(), now, subject=letter.key)
    flash(message)
    return redirect(url_for("staff.letters"), 303)
