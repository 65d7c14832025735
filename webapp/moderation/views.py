"""Pages without an account: claim a clinic, ask never to be listed, act by a link from a mail, stop our reminders.

GET and HEAD change nothing, since mail programs open links too; what a link does, its button does.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.extensions import csrf, limiter
from webapp.i18n import current_language, utc_now
from webapp.moderation import authority_text, link_pages, queries
from webapp.moderation.forms import ClaimForm, NeverListAnyForm, NeverListForm
from webapp.moderation.models import ClinicLink
from webapp.moderation.services import claims, do_not_list, links, reminders
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

blueprint = Blueprint("moderation", __name__, template_folder="templates")


def _limit() -> str:
    """How often one address may send one of these forms, in the notation of Flask-Limiter."""
    return current_settings().claim_limit_per_address


@blueprint.route("/clinics/<slug>/claim", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: _limit(), methods=["POST"])
@open_to(Audience.ANYONE)
def claim(slug: str) -> Response | str | tuple[str, int]:
    """GET: the form, with the text that is agreed to. POST: a link goes to the address."""
    clinic = _clinic(slug)
    form = ClaimForm()
    if not form.validate_on_submit():
        page = render_template(
            "moderation/claim.html",
            form=form,
            clinic=clinic,
            is_shown=clinics.by_slug(slug) is not None,
            paragraphs=authority_text.paragraphs(),
            version=authority_text.VERSION,
        )
        return (page, 422) if form.is_submitted() else page
    draft = claims.ClaimDraft(
        name=form.name.data or "",
        position=form.position.data or "",
        email=form.email.data or "",
        note=form.note.data,
        language=current_language(),
    )
    with unit_of_work():
        claims.file(_clinic(slug), draft, utc_now())
    return redirect(url_for("moderation.sent", what="claim"), 303)


@blueprint.route("/clinics/<slug>/never-list", methods=["GET", "POST"])
@csrf.exempt  # as above
@limiter.limit(lambda: _limit(), methods=["POST"])
@open_to(Audience.ANYONE)
def never_list_clinic(slug: str) -> Response | str | tuple[str, int]:
    """The same for a clinic of ours that wants to be gone."""
    clinic = clinics.by_slug(slug)
    if clinic is None:
        abort(404)
    form = NeverListForm()
    if not form.validate_on_submit():
        page = render_template("moderation/never_list.html", form=form, clinic=clinic)
        return (page, 422) if form.is_submitted() else page
    draft = do_not_list.RequestDraft(
        name=form.name.data or "",
        email=form.email.data or "",
        note=form.note.data,
        language=current_language(),
    )
    with unit_of_work():
        do_not_list.ask(clinics.by_slug(slug), draft, utc_now())
    return redirect(url_for("moderation.sent", what="never-list"), 303)


@blueprint.route("/never-list", methods=["GET", "POST"])
@csrf.exempt  # as above
@limiter.limit(lambda: _limit(), methods=["POST"])
@open_to(Audience.ANYONE)
def never_list() -> Response | str | tuple[str, int]:
    """The same for a clinic by its name, also for one that we do not list."""
    form = NeverListAnyForm()
    if not form.validate_on_submit():
        page = render_template("moderation/never_list.html", form=form, clinic=None)
        return (page, 422) if form.is_submitted() else page
    draft = do_not_list.RequestDraft(
        name=form.name.data or "",
        email=form.email.data or "",
        note=form.note.data,
        language=current_language(),
        country=form.country.data,
        clinic_name=form.clinic_name.data or "",
        postal_code=form.postal_code.data or None,
        website=form.website.data or None,
        phone=form.phone.data or None,
    )
    with unit_of_work():
        do_not_list.ask(None, draft, utc_now())
    return redirect(url_for("moderation.sent", what="never-list"), 303)


@blueprint.get("/sent/<any(claim, 'never-list'):what>")
@open_to(Audience.ANYONE)
def sent(what: str) -> str:
    """The same page whatever there was before, so that it tells nothing about others."""
    return render_template("moderation/sent.html", what=what, days=current_settings().claim_days)


@blueprint.get("/c/<token>")
@open_to(Audience.LINK_HOLDER)
def link_page(token: str) -> str:
    """What the link from a mail does, and the button that does it."""
    link = _open_link(token)
    return render_template("moderation/link.html", token=token, page=link_pages.page_of(link))


@blueprint.post("/c/<token>")
@open_to(Audience.LINK_HOLDER)
def use_link(token: str) -> Response | tuple[str, int]:
    """Do it, once; pressed again, the page says what became of it."""
    with unit_of_work():
        link = _open_link(token)
        as_looked_at = link_pages.use(link, request.form, utc_now())
    if not as_looked_at:
        page = link_pages.page_of(_open_link(token))
        return render_template("moderation/link.html", token=token, page=page, has_changed=True), 409
    return redirect(url_for("moderation.link_page", token=token), 303)


@blueprint.route("/u/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs press this button for their reader, without a page before it (RFC 8058)
@open_to(Audience.LINK_HOLDER)
def unsubscribe(token: str) -> str:
    """GET: the button. POST: no further mail that was not asked for goes to the address of this link.

    It works however old the link is, and answers without a redirect, which such programs do not follow.
    """
    if request.method == "POST":
        with unit_of_work():
            reminders.unsubscribe(_unsubscribe_link(token), utc_now())
    is_done = reminders.is_unsubscribed(_unsubscribe_link(token))
    return render_template("moderation/unsubscribe.html", token=token, is_done=is_done)


def _clinic(slug: str) -> Clinic:
    """Also one that is not shown: it may come back. Its page then names nothing that is not shown elsewhere."""
    clinic = queries.claimable(slug)
    if clinic is None:
        abort(404)
    return clinic


def _unsubscribe_link(token: str) -> ClinicLink:
    link = links.find(token, links.UNSUBSCRIBE)
    if link is None:
        abort(404)
    return link


def _open_link(token: str) -> ClinicLink:
    """Answers 404 for a token that was never ours, or does something elsewhere, and 410 for one that has ended."""
    link = links.find(token)
    if link is None or link.purpose not in link_pages.PURPOSES:
        abort(404)
    if not links.is_open(link, utc_now()):
        abort(410)
    return link
