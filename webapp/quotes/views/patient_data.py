"""/e/: the patient takes everything with her as a file, or has everything erased."""

import json

from flask import make_response, render_template
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.enquiries.services import erasing
from webapp.extensions import limiter
from webapp.i18n import utc_now
from webapp.quotes.blueprint import blueprint
from webapp.quotes.services import exporting
from webapp.quotes.views.patient_page import acting, opened
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work


@blueprint.post("/e/<token>/export")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def export_enquiry(token: str) -> Response:
    """All that is kept of the enquiry, as JSON to be saved."""
    enquiry = opened(token).enquiry
    response = make_response(json.dumps(exporting.export(enquiry), ensure_ascii=False, indent=2) + "\n")
    response.content_type = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{enquiry.ref}.json"'
    return response


@blueprint.get("/e/<token>/erase")
@open_to(Audience.LINK_HOLDER)
def confirm_erasure(token: str) -> str:
    """What will be gone, and the button."""
    found = opened(token)
    return render_template("quotes/patient/erase.html", token=token, enquiry=found.enquiry)


@blueprint.post("/e/<token>/erase")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def erase_enquiry(token: str) -> str:
    """Everything goes; the receipt stands on this page and nowhere else."""
    opened(token)
    try:
        number = _erased(token)
    except OperationalError:
        number = _erased(token)
    return render_template("quotes/patient/erased.html", number=number)


def _erased(token: str) -> str:
    """The receipt's number.

    A worker that is just writing down what became of one of its mails may wait for us while we wait for it: then the
    database lets one of the two go, and it tries again.
    """
    with unit_of_work():
        return erasing.erase(acting(token, to_delete=True).enquiry, erasing.PATIENT, utc_now())
