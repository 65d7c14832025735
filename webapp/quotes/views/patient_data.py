"""/e/: the patient takes everything with her as a file, or has everything erased."""

import json

from flask import make_response, render_template
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.enquiries.services import erasing
from webapp.extensions import limiter
from webapp.i18n import utc_now
from webapp.quotes.blueprint import blueprint
from webapp.quotes.services import exporting
from webapp.quotes.views.patient_page import opened
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
    with unit_of_work():
        number = erasing.erase(opened(token).enquiry, erasing.PATIENT, utc_now())
    return render_template("quotes/patient/erased.html", number=number)
