"""Whether patients can ask the clinic, since when not, what they are asked for, and where their enquiries go."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics.labels import ENQUIRY_REFUSALS
from webapp.extensions import csrf
from webapp.i18n import current_language, format_day, today_in, utc_now
from webapp.moderation.services import editing
from webapp.portal.blueprint import blueprint
from webapp.portal.forms.pause import (
    AddressForm,
    NeedsForm,
    PauseForm,
    address_form,
    needs_form,
    pause_form,
)
from webapp.portal.membership import actor, current_clinic
from webapp.portal.services import addresses
from webapp.portal.words import ENQUIRY_RULES
from webapp.settings import current_settings, market_policy
from webapp.unit_of_work import unit_of_work


@blueprint.get("/<slug>/pause")
@open_to(Audience.CLINIC)
def pause(slug: str) -> str:
    """The switch, the pause, the needs and the address."""
    return _page()


@blueprint.post("/<slug>/pause")
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC)
def pause_until(slug: str) -> Response | tuple[str, int]:
    """No enquiries up to and including a day."""
    form = pause_form(today_in(current_clinic().country, utc_now()))
    if not form.validate() or form.until.data is None:
        return _page(pause=form), 422
    until = form.until.data
    with unit_of_work():
        editing.edit_clinic(current_clinic(), {"paused_until": until}, actor(), utc_now())
    flash(_("Patients cannot ask you up to and including %(day)s.", day=format_day(until)))
    return redirect(url_for("portal.pause", slug=slug), 303)


@blueprint.post("/<slug>/pause/end")
@open_to(Audience.CLINIC)
def resume(slug: str) -> Response:
    """End a pause before its day."""
    with unit_of_work():
        editing.edit_clinic(current_clinic(), {"paused_until": None}, actor(), utc_now())
    flash(_("The pause has ended."))
    return redirect(url_for("portal.pause", slug=slug), 303)


@blueprint.post("/<slug>/pause/accept")
@open_to(Audience.CLINIC)
def accept_enquiries(slug: str) -> Response:
    """Take enquiries."""
    return _switch(slug, on=True)


@blueprint.post("/<slug>/pause/refuse")
@open_to(Audience.CLINIC)
def refuse_enquiries(slug: str) -> Response:
    """Take no enquiries until somebody says otherwise."""
    return _switch(slug, on=False)


@blueprint.post("/<slug>/pause/needs")
@csrf.exempt  # as above
@open_to(Audience.CLINIC)
def enquiry_needs(slug: str) -> Response | tuple[str, int]:
    """What patients are asked for, and how many of them a day."""
    form = needs_form(current_clinic())
    if not form.validate():
        return _page(needs=form), 422
    values = {"asks_for": ";".join(form.asks_for.data or ()) or None, "enquiries_per_day": form.per_day.data}
    with unit_of_work():
        editing.edit_clinic(current_clinic(), values, actor(), utc_now())
    flash(_("Patients are asked for this from now on."))
    return redirect(url_for("portal.pause", slug=slug), 303)


@blueprint.post("/<slug>/address")
@csrf.exempt  # as above
@open_to(Audience.CLINIC_OWNER)
def enquiry_address(slug: str) -> Response | tuple[str, int]:
    """Ask a new address whether enquiries shall go there."""
    form = address_form()
    if not form.validate():
        return _page(address=form), 422
    try:
        with unit_of_work():
            addresses.ask(current_clinic(), form.email.data or "", actor(), utc_now(), current_language())
    except addresses.AlreadyConfirmed:
        form.email.errors = [_("Enquiries go to this address already.")]
        return _page(address=form), 422
    except addresses.TooManyChanges:
        form.email.errors = [_("That was too often for today. Try again tomorrow.")]
        return _page(address=form), 429
    flash(
        _("We wrote to %(address)s. Until the link there is used, nothing changes.", address=form.email.data)
    )
    return redirect(url_for("portal.pause", slug=slug), 303)


@blueprint.post("/<slug>/address/give-up")
@open_to(Audience.CLINIC_OWNER)
def give_up_address(slug: str) -> Response:
    """Keep the address that enquiries go to now."""
    with unit_of_work():
        addresses.give_up(current_clinic(), utc_now())
    return redirect(url_for("portal.pause", slug=slug), 303)


def _switch(slug: str, *, on: bool) -> Response:
    with unit_of_work():
        editing.edit_clinic(current_clinic(), {"accepts_enquiries": on}, actor(), utc_now())
    flash(_("You take enquiries.") if on else _("You take no enquiries until you say otherwise."))
    return redirect(url_for("portal.pause", slug=slug), 303)


def _page(
    pause: PauseForm | None = None, address: AddressForm | None = None, needs: NeedsForm | None = None
) -> str:
    clinic = current_clinic()
    today = today_in(clinic.country, utc_now())
    refusal = market_policy(clinic.country).enquiry_refusal(clinic, today)
    return render_template(
        "portal/pause.html",
        pause=pause or pause_form(today),
        address=address or address_form(),
        needs=needs or needs_form(clinic),
        our_limit=current_settings().enquiries_per_clinic_per_day,
        refusal=ENQUIRY_REFUSALS[refusal] if refusal else None,
        rule=ENQUIRY_RULES.get(refusal) if refusal else None,
        paused=clinic.paused_until if clinic.paused_until and clinic.paused_until >= today else None,
        waiting=addresses.waiting(clinic, utc_now()),
    )
