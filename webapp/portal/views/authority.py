"""Under which words the clinic is listed, since when, and how it leaves or joins again. For owners."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.extensions import csrf
from webapp.i18n import current_language, utc_now
from webapp.moderation import authority_text
from webapp.moderation.services import authority, do_not_list
from webapp.portal.blueprint import blueprint
from webapp.portal.forms.authority import JoinForm, NeverForm
from webapp.portal.membership import actor, current_clinic
from webapp.unit_of_work import unit_of_work

STATES = {
    authority.AUTHORISED: _l("listed"),
    authority.WITHDRAWN: _l("left"),
    authority.DO_NOT_LIST: _l("never to be listed"),
    authority.UNCLAIMED: _l("not joined"),
}
WAYS = {
    authority.CLAIM: _l("by a claim from the clinic’s own domain"),
    authority.STAFF: _l("after our staff looked at it"),
    authority.PORTAL: _l("here"),
    authority.LINK: _l("by a link in our mail"),
    "import": _l("by a list that the operator took over"),
}
SCOPES = {
    "listing": _l("the clinic’s page"),
    "prices": _l("its prices"),
    "enquiries": _l("enquiries of patients"),
}


@blueprint.get("/<slug>/authority", endpoint="authority")
@open_to(Audience.CLINIC_OWNER)
def authority_page(slug: str) -> str:
    """The records, the text, and the buttons."""
    return _page(JoinForm(), NeverForm())


@blueprint.post("/<slug>/authority/withdraw")
@open_to(Audience.CLINIC_OWNER)
def withdraw(slug: str) -> Response:
    """Leave at once; pressed twice it leaves once."""
    with unit_of_work():
        left = authority.withdraw(current_clinic(), actor(), utc_now(), way=authority.PORTAL)
    if left:
        flash(_("The clinic is on no page any more, and no enquiry goes to it."))
    return redirect(url_for("portal.authority", slug=slug), 303)


@blueprint.post("/<slug>/authority/join")
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC_OWNER)
def join_again(slug: str) -> Response | tuple[str, int]:
    """The clinic left and is listed again, under the text of today."""
    form = JoinForm()
    if not form.validate():
        return _page(form, NeverForm(formdata=None)), 422
    with unit_of_work():
        clinic, now = current_clinic(), utc_now()
        if clinic.authority in {authority.WITHDRAWN, authority.UNCLAIMED}:
            text = authority.remember_text(current_language(), now)
            name = form.position.data or ""
            authority.give(clinic, text.id, actor(), now, name=name, way=authority.PORTAL)
    flash(_("The clinic is listed again."))
    return redirect(url_for("portal.authority", slug=slug), 303)


@blueprint.post("/<slug>/authority/never")
@csrf.exempt  # as above
@open_to(Audience.CLINIC_OWNER)
def never_list(slug: str) -> Response | tuple[str, int]:
    """Leave for good."""
    form = NeverForm()
    if not form.validate():
        return _page(JoinForm(formdata=None), form), 422
    with unit_of_work():
        reason = "an owner asked for it"
        do_not_list.add(current_clinic(), reason, actor(), utc_now(), way=authority.PORTAL)
    flash(_("The clinic is on no page any more, and nothing brings it back."))
    return redirect(url_for("portal.authority", slug=slug), 303)


def _page(join: JoinForm, never: NeverForm) -> str:
    records = authority.records(current_clinic())
    return render_template(
        "portal/authority.html",
        join=join,
        never=never,
        records=records,
        texts=authority.texts(records),
        paragraphs=authority_text.paragraphs(),
        version=authority_text.VERSION,
        states=STATES,
        ways=WAYS,
        scopes=[SCOPES[code] for code in authority_text.SCOPE],
    )
