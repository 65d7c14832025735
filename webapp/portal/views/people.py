"""Who keeps the clinic: colleagues, invitations, and the page behind a mailed invitation."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.accounts import session
from webapp.extensions import csrf
from webapp.i18n import current_language, utc_now
from webapp.moderation.models import ClinicLink
from webapp.moderation.services import links as clinic_links
from webapp.portal import queries
from webapp.portal.blueprint import blueprint, links
from webapp.portal.forms.people import InviteForm, invite_form
from webapp.portal.membership import actor, current_account, current_clinic
from webapp.portal.models import Invitation, Membership
from webapp.portal.services import addresses
from webapp.portal.services import people as members
from webapp.portal.words import ROLES
from webapp.unit_of_work import unit_of_work


@blueprint.get("/<slug>/people")
@open_to(Audience.CLINIC)
def people(slug: str) -> str:
    """Colleagues with what they are, and who was asked to join."""
    return _page(_form())


@blueprint.post("/<slug>/people")
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC_OWNER)
def invite(slug: str) -> Response | tuple[str, int]:
    """Ask a colleague by mail to join."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    chosen = form.branches.data or []
    try:
        with unit_of_work():
            here = current_clinic()
            # Read again here: only clinics that she owns and that are of this brand.
            also = [
                clinic for clinic in queries.branches(current_account().id, here) if clinic.slug in chosen
            ]
            members.invite(
                [here, *also], form.email.data or "", form.role.data, actor(), utc_now(), form.language.data
            )
    except members.AlreadyThere:
        form.email.errors = [_("Whoever reads mail there keeps the clinic already.")]
        return _page(form), 422
    except members.TooManyInvitations:
        form.email.errors = [_("That was too often for today. Try again tomorrow.")]
        return _page(form), 429
    flash(_("We wrote to %(address)s.", address=form.email.data))
    return redirect(url_for("portal.people", slug=slug), 303)


@blueprint.post("/<slug>/people/invitations/<int:invitation_id>/resend")
@open_to(Audience.CLINIC_OWNER)
def resend_invitation(slug: str, invitation_id: int) -> Response:
    """Mail an invitation once more."""
    try:
        with unit_of_work():
            asked = _invitation(invitation_id)
            members.resend(current_clinic(), asked, actor(), utc_now(), current_language())
            address = asked.email
        flash(_("We wrote to %(address)s.", address=address))
    except members.TooManyInvitations:
        flash(_("This invitation was mailed often enough. Take it back and write a new one."))
    return redirect(url_for("portal.people", slug=slug), 303)


@blueprint.post("/<slug>/people/invitations/<int:invitation_id>/revoke")
@open_to(Audience.CLINIC_OWNER)
def revoke_invitation(slug: str, invitation_id: int) -> Response:
    """Take an invitation back."""
    with unit_of_work():
        members.revoke(current_clinic(), _invitation(invitation_id), actor(), utc_now())
    flash(_("The invitation is taken back; its link opens nothing any more."))
    return redirect(url_for("portal.people", slug=slug), 303)


@blueprint.post("/<slug>/people/<int:member_id>/role")
@open_to(Audience.CLINIC_OWNER)
def change_role(slug: str, member_id: int) -> Response:
    """Make a colleague an owner, or an owner a colleague."""
    role = request.form.get("role", "")
    if role not in members.ROLES:
        abort(400)
    try:
        with unit_of_work():
            members.change_role(current_clinic(), _member(member_id), role, actor(), utc_now())
    except members.LastOwner:
        flash(_("Somebody must stay an owner. Make a colleague an owner first."))
    return redirect(url_for("portal.people", slug=slug), 303)


@blueprint.post("/<slug>/people/<int:member_id>/remove")
@open_to(Audience.CLINIC_OWNER)
def remove_member(slug: str, member_id: int) -> Response:
    """End a colleague's access at once."""
    try:
        with unit_of_work():
            members.remove(current_clinic(), _member(member_id), actor(), utc_now())
        flash(_("The access has ended."))
    except members.LastOwner:
        flash(_("Somebody must stay an owner. Make a colleague an owner first."))
    return redirect(url_for("portal.people", slug=slug), 303)


@blueprint.post("/<slug>/people/leave")
@open_to(Audience.CLINIC)
def leave(slug: str) -> Response:
    """End one's own access."""
    try:
        with unit_of_work():
            clinic = current_clinic()
            mine = queries.membership_of(clinic.id, current_account().id)
            if mine is not None:
                members.remove(clinic, mine, actor(), utc_now())
    except members.LastOwner:
        flash(_("Somebody must stay an owner. Make a colleague an owner first."))
        return redirect(url_for("portal.people", slug=slug), 303)
    return redirect(url_for("portal.home"), 303)


@links.get("/invitation/<token>")
@open_to(Audience.LINK_HOLDER)
def invitation(token: str) -> str | tuple[str, int]:
    """Which clinics the invitation is for; nothing changes until the button is pressed."""
    asked = members.behind(_link(token, clinic_links.INVITATION), utc_now())
    if not asked:
        return render_template("portal/link_ended.html"), 410
    clinics = [clinic for _invitation, clinic in asked]
    return render_template("portal/invitation.html", token=token, clinics=clinics, role=asked[0][0].role)


@links.post("/invitation/<token>")
@open_to(Audience.LINK_HOLDER)
def accept_invitation(token: str) -> Response | tuple[str, int]:
    """Join, and sign in as the account of the invited address."""
    with unit_of_work():
        link = _link(token, clinic_links.INVITATION)
        joined = members.accept(link, utc_now(), current_language())
    if joined is None:
        return render_template("portal/link_ended.html"), 410
    goal = url_for("portal.overview", slug=joined.clinics[0].slug)
    if session.begin(joined.account, goal):
        return redirect(goal, 303)
    return redirect(url_for("accounts.second_factor"), 303)


@links.get("/address/<token>")
@open_to(Audience.LINK_HOLDER)
def confirm_address(token: str) -> str | tuple[str, int]:
    """Which clinic asks; nothing changes until the button is pressed."""
    link = _link(token, clinic_links.CONFIRM_ADDRESS)
    clinic = addresses.clinic_behind(link, utc_now())
    if clinic is None:
        return render_template("portal/link_ended.html"), 410
    return render_template("portal/confirm_address.html", token=token, clinic=clinic)


@links.post("/address/<token>")
@open_to(Audience.LINK_HOLDER)
def address_confirmed(token: str) -> str | tuple[str, int]:
    """From now on enquiries go to this address."""
    with unit_of_work():
        clinic = addresses.confirm(_link(token, clinic_links.CONFIRM_ADDRESS), utc_now())
    if clinic is None:
        return render_template("portal/link_ended.html"), 410
    return render_template("portal/address_confirmed.html", clinic=clinic)


def _link(token: str, purpose: str) -> ClinicLink:
    """The row behind a token; 404 for one that was never ours."""
    link = clinic_links.find(token, purpose)
    if link is None:
        abort(404)
    return link


def _member(member_id: int) -> Membership:
    found = queries.member(current_clinic().id, member_id)
    if found is None:
        abort(404)
    return found


def _invitation(invitation_id: int) -> Invitation:
    found = queries.invitation(current_clinic().id, invitation_id)
    if found is None:
        abort(404)
    return found


def _form() -> InviteForm:
    return invite_form(queries.branches(current_account().id, current_clinic()))


def _page(form: InviteForm) -> str:
    clinic, now = current_clinic(), utc_now()
    return render_template(
        "portal/people.html",
        form=form,
        members=queries.members(clinic.id),
        invitations=members.open_invitations(clinic, now),
        me=current_account(),
        roles=ROLES,
        now=now,
    )
