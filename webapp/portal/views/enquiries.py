"""What a clinic was asked, the way to its answers, and an enquiry that it sends itself to see how one arrives."""

import secrets
from datetime import datetime, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import Audience, open_to
from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.enquiries import consent, links
from webapp.enquiries import queries as enquiries
from webapp.enquiries.behind import remember_opened
from webapp.enquiries.choices import RECIPIENT_STATES
from webapp.enquiries.services import sending
from webapp.enquiries.services.holding import hold
from webapp.i18n import current_language, today_in, utc_now
from webapp.moderation.services import decisions
from webapp.offers import queries as offers
from webapp.portal.blueprint import blueprint
from webapp.portal.membership import actor, current_account, current_clinic
from webapp.quotes import queries as quotes
from webapp.quotes.decisions import known_to_clinic, known_until
from webapp.quotes.outcomes import counted
from webapp.row_ids import row_id
from webapp.settings import current_settings
from webapp.treatments import queries as treatments
from webapp.unit_of_work import unit_of_work

_PAGE = 50
# Whoever is signed in gets a new link with every press, so one need not live long.
_LINK_DAYS = 1
# A clinic needs few of them.
_TESTS_A_DAY = 5


@blueprint.get("/<slug>/enquiries")
@open_to(Audience.CLINIC)
def clinic_enquiries(slug: str) -> str:
    """The enquiries of the clinic, newest first, with their state. What patients wrote stands behind a button."""
    clinic = current_clinic()
    stage = request.args.get("stage", type=enquiries.Stage)
    now = utc_now()
    known = known_until(now)
    rows = enquiries.of_clinic(clinic.id, known, _PAGE + 1, request.args.get("before", type=row_id), stage)
    shown = rows[:_PAGE]
    ids = [row.id for row in shown]
    year = today_in(clinic.country, now).replace(month=1, day=1)
    return render_template(
        "portal/enquiries.html",
        recipients=shown,
        older=shown[-1].id if len(rows) > _PAGE else None,
        stage=stage,
        counts=enquiries.count_by_stage(clinic.id, known),
        given=quotes.latest(ids),
        drafts=quotes.drafts(ids),
        today=today_in(clinic.country, now),
        treatments={row.id: row for row in treatments.everything()},
        states=RECIPIENT_STATES,
        now=now,
        known_to_clinic=known_to_clinic,
        counted=counted(quotes.outcomes_known(clinic, year, known)),
        is_listed=_is_listed(clinic),
        can_test=_can_test(clinic),
        tests_left=_tests_left(clinic, now),
    )


@blueprint.post("/<slug>/enquiries/<ref>/answer")
@open_to(Audience.CLINIC)
def answer_enquiry(slug: str, ref: str) -> ResponseReturnValue:
    """Open the quote page of one enquiry, as the mailed link would, with what the patient wrote."""
    if not _is_listed(current_clinic()):
        abort(410)  # it left: what patients wrote is not for it any more
    with unit_of_work():
        recipient = enquiries.for_clinic(current_clinic().id, ref)
        if recipient is None or not hold(recipient.enquiry_id):
            abort(404)
        account = current_account()
        token = links.mint_for_clinic(
            recipient, utc_now(), _LINK_DAYS, mailed=False, label=account.name or account.email
        )
    remember_opened(token)
    return redirect(url_for("quotes.quote_page", token=token), 303)


@blueprint.post("/<slug>/test-enquiry")
@open_to(Audience.CLINIC)
def test_enquiry(slug: str) -> ResponseReturnValue:
    """Send the clinic an enquiry as a patient's would arrive; its answer goes to the reader's own address."""
    settings, account = current_settings(), current_account()
    with unit_of_work():
        clinic, now = current_clinic(), utc_now()
        if not _is_listed(clinic):
            flash(_("Nothing is sent to a clinic that is not listed."))
        elif not _can_test(clinic):
            flash(_("Confirm the address for enquiries first: a test goes there too."))
        elif _tests_left(clinic, now) == 0:
            flash(_("These were the tests for today. Send another one tomorrow."))
        else:
            draft = _test_draft(clinic, account.name or clinic.name, account.email)
            enquiry = sending.send_enquiry(
                draft,
                key=secrets.token_urlsafe(32),
                typed="",
                patient_token=secrets.token_urlsafe(32),
                now=now,
                answer_days=settings.quote_link_days,
            )
            decisions.log("enquiry.tested", actor(), now, clinic=clinic, subject=enquiry.ref)
            flash(
                _(
                    "The test %(ref)s is on its way to %(address)s. Your answer to it goes to %(you)s.",
                    ref=enquiry.ref,
                    address=clinic.enquiry_email,
                    you=account.email,
                )
            )
    return redirect(url_for("portal.clinic_enquiries", slug=slug), 303)


def _is_listed(clinic: Clinic) -> bool:
    return clinic.authority == "authorised"


def _can_test(clinic: Clinic) -> bool:
    return _is_listed(clinic) and confirmed_address(clinic) is not None


def _tests_left(clinic: Clinic, now: datetime) -> int:
    return max(0, _TESTS_A_DAY - enquiries.tests_since(clinic.id, now - timedelta(days=1)))


def _test_draft(clinic: Clinic, name: str, email: str) -> sending.EnquiryDraft:
    """An enquiry for what the clinic offers first, in the reader's name."""
    catalogue = treatments.everything()
    ids = {row.slug: row.id for row in catalogue}
    offered = (
        ids[part.treatment]
        for offer in offers.for_clinics([clinic.id])[clinic.id]
        for part in offer.terms.parts
        if part.treatment
    )
    return sending.EnquiryDraft(
        wants=(sending.WantDraft(next(offered, catalogue[0].id), 3),),
        concerns=(),
        earliest_on=None,
        latest_on=None,
        message=_("This is a test from the portal. How would you answer it?"),
        name=name,
        email=email,
        other_channel=None,
        other_handle=None,
        language=current_language(),
        consents={clinic.id: {"enquiry": consent.clinic_consent(clinic.name, clinic.country)}},
        is_test=True,
    )
