"""/e/: the patient's own page, behind the link in her mail."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.enquiries import links
from webapp.enquiries.behind import behind, remember_opened
from webapp.enquiries.choices import concern_words
from webapp.enquiries.services import contact
from webapp.i18n import utc_now
from webapp.quotes import patient_page as presenter
from webapp.quotes.blueprint import blueprint
from webapp.unit_of_work import unit_of_work


@blueprint.get("/e/<token>")
@open_to(Audience.LINK_HOLDER)
def patient_page(token: str) -> str:
    """The patient's own page: each clinic's state, and the answers side by side beside the published offers."""
    found = behind(token, links.PATIENT)
    return render_template(
        "quotes/patient_page.html",
        token=token,
        page=presenter.build(found.enquiry),
        found=found,
        concerns=concern_words(found.enquiry),
    )


@blueprint.post("/e/<token>/open")
@open_to(Audience.LINK_HOLDER)
def open_patient_page(token: str) -> Response:
    """Show what the patient herself wrote, in this browser from now on.

    Behind a link that went by mail, the button also says that the address is hers.
    """
    with unit_of_work():
        found = behind(token, links.PATIENT)
        if found.link.mailed:
            contact.confirm_address(found.enquiry, utc_now())
    remember_opened(token)
    return redirect(url_for("quotes.patient_page", token=token), 303)


@blueprint.post("/e/<token>/release")
@open_to(Audience.LINK_HOLDER)
def release_contact(token: str) -> Response:
    """Give one clinic the patient's contact."""
    with unit_of_work():
        found = behind(token, links.PATIENT)
        wanted = request.form.get("recipient", "")
        for recipient in found.enquiry.recipients:
            if str(recipient.id) == wanted:
                contact.release_contact(recipient, utc_now())
    return redirect(url_for("quotes.patient_page", token=token), 303)


@blueprint.post("/e/<token>/not-me")
@open_to(Audience.LINK_HOLDER)
def not_me(token: str) -> Response:
    """The owner of the address says that she asked for nothing: it gets no further mail."""
    with unit_of_work():
        contact.refuse_mail(behind(token, links.PATIENT).enquiry, utc_now())
    return redirect(url_for("quotes.patient_page", token=token), 303)
