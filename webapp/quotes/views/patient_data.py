"""/e/: the patient takes everything with her as a file, or has everything erased."""

import json

from flask import make_response, render_template
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound
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
    """What will be gone, and the button; once it is gone, the receipt."""
    number = erasing.number_for(token)
    if erasing.find_receipt(number) is not None:
        return _receipt(number)
    found = opened(token)
    return render_template("quotes/patient/erase.html", token=token, enquiry=found.enquiry)


@blueprint.post("/e/<token>/erase")
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def erase_enquiry(token: str) -> str:
    """Everything goes; the receipt stands on this page, also when it is pressed twice or loaded again."""
    number = erasing.number_for(token)
    try:
        opened(token)
        try:
            _erase(token, number)
        except OperationalError:
            _erase(token, number)
    except NotFound:
        if erasing.find_receipt(number) is None:
            raise
    return _receipt(number)


def _receipt(number: str) -> str:
    return render_template("quotes/patient/erased.html", number=number)


def _erase(token: str, number: str) -> None:
    """All of it, under that number of the receipt.

    A worker that is just writing down what became of one of its mails may wait for us while we wait for it: then the
    database lets one of the two go, and it tries again.
    """
    with unit_of_work():
        erasing.erase(acting(token, to_delete=True).enquiry, erasing.PATIENT, utc_now(), number=number)
