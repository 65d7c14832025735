"""/q/: the clinic's links to one enquiry: passed to a colleague, revoked, sent anew."""

from urllib.parse import quote

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.domain.plain_text import plain_text
from webapp.enquiries import links
from webapp.enquiries.mail import page_address
from webapp.extensions import limiter
from webapp.i18n import current_language, utc_now
from webapp.quotes.blueprint import blueprint
from webapp.quotes.services import colleagues
from webapp.quotes.views.clinic_sheet import at, pressed, render, within
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work


@blueprint.post("/q/<token>/links")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def pass_on(token: str) -> str | tuple[str, int]:
    """A link for a colleague, shown this once: to copy, and as a mail to be sent from the reader's own program."""
    found, sheet = pressed(token)
    label = plain_text(request.form.get("label", ""))
    if not label or len(label) > links.LONGEST_LABEL:
        error = _("Say for whom the link is, in at most %(max)s characters.", max=links.LONGEST_LABEL)
        return render(found, sheet, sheet.form(), link_error=error, label=label), 422
    with unit_of_work():
        made = colleagues.pass_on(within(token), label, utc_now(), current_settings().quote_link_days)
    found, sheet = at(token)
    if made is None:
        error = _("There are %(max)s open links: revoke one first.", max=colleagues.MAX_LIVING)
        return render(found, sheet, sheet.form(), link_error=error, label=label), 422
    address = page_address(current_language(), "q", made)
    subject = _("Please answer enquiry %(ref)s", ref=sheet.enquiry.ref)
    body = _(
        "Answer the enquiry by this link. An answer by this link counts as our clinic's: %(link)s",
        link=address,
    )
    draft = f"mailto:?subject={quote(subject)}&body={quote(body)}"
    return render(found, sheet, sheet.form(), made_link=address, made_for=label, mail_draft=draft)


@blueprint.post("/q/<token>/links/<int:link_id>/revoke")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def revoke_link(token: str, link_id: int) -> Response:
    """End one of this clinic's links to the enquiry; somebody else's is left alone without a word."""
    pressed(token)
    with unit_of_work():
        colleagues.revoke(within(token), link_id, utc_now())
    return redirect(url_for("quotes.quote_page", token=token) + "#links", 303)


@blueprint.post("/q/<token>/send-anew")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def send_anew(token: str) -> str:
    """A new link to the clinic's address in place of one that has ended. The same answer to whatever was asked."""
    with unit_of_work():
        colleagues.send_anew(token, utc_now(), current_settings().quote_link_days)
    return render_template("quotes/quote_link_asked.html")
