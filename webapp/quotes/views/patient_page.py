"""/e/: the patient's own page, behind the link in her mail, and what she may show of it to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.enquiries import consent, links
from webapp.enquiries.behind import Behind, behind, held, remember_opened
from webapp.enquiries.choices import channel_words, concern_words, had_before_words, question_words
from webapp.enquiries.models import Recipient
from webapp.enquiries.services import contact
from webapp.extensions import csrf, limiter
from webapp.i18n import utc_now
from webapp.offers.own_quotes import (
    CURRENCIES,
    MAX_QUOTES,
    OwnQuotes,
    blank_quote,
    read_own_quotes,
    wanted_areas,
)
from webapp.outbox import queries as outbox
from webapp.outbox.services import BOUNCED
from webapp.quotes.blueprint import blueprint
from webapp.quotes.decisions import GIVEN, REASONS
from webapp.quotes.history import range_words
from webapp.quotes.patient.page import Order, Page, build
from webapp.quotes.services.asking import MAX_LENGTH
from webapp.settings import current_settings
from webapp.treatments import queries as treatments
from webapp.unit_of_work import unit_of_work


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong with something she typed: the id of its field, why, and what she had typed."""

    field: str
    message: str
    typed: str


@blueprint.get("/e/<token>")
@open_to(Audience.LINK_HOLDER)
def patient_page(token: str) -> str:
    """What was asked, each clinic's state and answer, the comparison. ?by=total&currency=KRW orders it."""
    return render(token, behind(token, links.PATIENT))


@blueprint.post("/e/<token>/beside")
@csrf.exempt  # it computes from what it brings and changes nothing
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.LINK_HOLDER)
def own_quotes(token: str) -> str | tuple[str, int]:
    """The page with quotes that she was told elsewhere beside the others. They are in the form and nowhere else."""
    found = behind(token, links.PATIENT)
    own = read_own_quotes(request.form, treatments.choices(), _areas(found))
    page = render(token, found, own=own)
    return (page, 422) if own.errors else page


@blueprint.post("/e/<token>/open")
@open_to(Audience.LINK_HOLDER)
def open_patient_page(token: str) -> Response:
    """Show what the patient herself wrote, in this browser from now on; a mailed link proves her address by it."""
    with unit_of_work():
        found = held(token, links.PATIENT)
        if found.link.mailed:
            contact.confirm_address(found.enquiry, utc_now())
    remember_opened(token)
    return redirect(url_for("quotes.patient_page", token=token), 303)


@blueprint.get("/e/shared/<token>")
@open_to(Audience.LINK_HOLDER)
def shared_page(token: str) -> str:
    """The comparison alone, for whoever she sent the link to: nothing of hers, and nothing to press."""
    found = behind(token, links.SHARE)
    # She passed it on by hand, and what a clinic says of itself belongs to the comparison.
    page = build(found.enquiry, order(), (), utc_now(), words=True)
    return render_template("quotes/shared_page.html", page=page, until=found.link.expires_at)


def opened(token: str) -> Behind:
    """What is behind the token: whoever did not press the button is sent back to it."""
    return _is_opened(token, behind(token, links.PATIENT))


def acting(token: str, *, to_delete: bool = False) -> Behind:
    """As `opened`, for an act of hers, at the beginning of its unit of work; `to_delete` as in behind.held."""
    return _is_opened(token, held(token, links.PATIENT, to_delete=to_delete))


def _is_opened(token: str, found: Behind) -> Behind:
    if not found.is_opened:
        abort(redirect(url_for("quotes.patient_page", token=token), 303))
    return found


def recipient_of(found: Behind) -> Recipient:
    """The clinic that a form is about; 404 for one that this enquiry did not go to."""
    wanted = request.form.get("recipient", "")
    for recipient in found.enquiry.recipients:
        if str(recipient.id) == wanted:
            return recipient
    abort(404)


def order() -> Order:
    """The order that the address asks for; what cannot be read is the order in which she asked."""
    currency = request.args.get("currency", "")
    return Order(request.args.get("by") == "total", currency if currency in CURRENCIES else None)


def render(
    token: str, found: Behind, *, own: OwnQuotes | None = None, problem: Problem | None = None, **more: Any
) -> str:
    """The page; `own` are quotes that she typed, `problem` what was wrong with something else."""
    options = treatments.choices()
    areas = _areas(found)
    own = own or read_own_quotes(None, options, areas)
    page = build(found.enquiry, order(), own.terms, utc_now(), words=found.is_opened)
    enquiry = found.enquiry
    blank = blank_quote(len(own.rows), options, page.currency, areas) if len(own.rows) < MAX_QUOTES else None
    return render_template(
        "quotes/patient_page.html",
        token=token,
        page=page,
        found=found,
        order=order(),
        own=own,
        blank_quote=blank,
        problem=problem,
        written=_written(found, page),
        said=request.args.get("said", ""),
        reasons=REASONS,
        reasons_given=GIVEN,
        max_length=MAX_LENGTH,
        longest_label=links.LONGEST_LABEL,
        range_words=range_words,
        contact_words=consent.contact_consent,
        mark=consent.mark,
        address_refused=enquiry.email_refused_at is not None,
        mail_comes_back=BOUNCED in outbox.suppressions_of(enquiry.email_hash or ""),
        **more,
    )


def _areas(found: Behind) -> tuple[str, ...]:
    """The areas that she asked for."""
    return wanted_areas(want.area for want in found.enquiry.wants)


def _written(found: Behind, page: Page) -> Mapping[str, Any]:
    """What she wrote, once this browser opened the page; nothing before."""
    if not found.is_opened:
        return {}
    enquiry = page.enquiry
    return {
        "name": enquiry.name,
        "email": enquiry.email,
        "channel": channel_words(enquiry),
        "concerns": concern_words(enquiry),
        "questions": question_words(enquiry),
        "had_before": had_before_words(enquiry),
        "message": enquiry.message,
    }
