"""The enquiry form: one page, one POST, then the patient's own page."""

import json
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.want_syntax import MAX_WANTS, UnreadWant, read_want
from webapp.enquiries import asking, consent, ticked
from webapp.enquiries.asking import Chosen
from webapp.enquiries.behind import BY_HAND, remember_opened
from webapp.enquiries.blueprint import blueprint
from webapp.enquiries.choices import Missing
from webapp.enquiries.forms import enquiry_form, is_too_fast
from webapp.enquiries.services import sending
from webapp.enquiries.started import mark_start, read_start
from webapp.extensions import csrf, limiter
from webapp.i18n import current_language, utc_now
from webapp.settings import current_settings
from webapp.signing import derived_token
from webapp.treatments import queries as treatments
from webapp.unit_of_work import unit_of_work

Answer = Response | str | tuple[str, int]

# What differs between two copies of one form though nobody typed anything else.
_NOT_TYPED = frozenset({"csrf_token", "started", ticked.WORDS, BY_HAND})
_MORE_CLINICS_THAN_ANYBODY_ASKS = 50


def enquiry_limit() -> str:
    """How often one network address may send the form, in the notation of Flask-Limiter."""
    return current_settings().enquiry_limit_per_address


def _asks_for_a_row() -> bool:
    return "more" in request.args


@blueprint.route("/enquiries/new", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: enquiry_limit(), methods=["POST"], exempt_when=_asks_for_a_row)
@open_to(Audience.ANYONE)
def new() -> Answer:
    """GET: the form for the clinics and treatments in the query. POST: send it, or with `more` add a row to it."""
    chosen = _chosen()
    form = _form_for(chosen)
    if request.method == "GET":
        _prefill(form)
        return _page(form, chosen)
    if _asks_for_a_row():
        form.add_row({})
        _note_boxes(form, chosen)
        return _page(form, chosen)
    return _send(form, chosen)


def _send(form: Any, chosen: Chosen) -> Answer:
    """Check the form and store the enquiry; with findings the page again, and everything that was typed."""
    valid = form.validate()
    is_noted = _note_boxes(form, chosen)
    start = read_start(form.started.data)
    if start is None:
        form.started.data = mark_start()
        form.form_errors.append(_quick())
        return _page(form, chosen), 422
    try:
        # Whoever sends it again gets the same answer, also when a clinic could not be asked any more by now.
        sent = sending.find_sent(start.key, _typed()) if not form.csrf_token.errors else None
    except sending.KeyUsedForOtherWords:
        return _other_words(form, chosen)
    if sent is not None:
        return _to_her_page(start.key)
    consents = _consents(form, chosen)
    if is_noted:
        valid = False
    elif not consents:
        form.form_errors.append(_("Tick at least one clinic; without your consent nothing is sent."))
    elif _lacks_abroad(form, chosen, consents):
        form.consent_abroad.errors = [
            _("Tick the box about other countries, or leave out the clinics there.")
        ]
        valid = False
    # Whoever has something else to mend will have taken long enough when the form comes back.
    if valid and not form.form_errors and is_too_fast(start.at, utc_now()):
        form.form_errors.append(_quick())
    if not valid or form.form_errors:
        return _page(form, chosen), 422
    return _store(form, chosen, consents, start.key)


def _store(form: Any, chosen: Chosen, consents: dict[int, dict[str, str]], key: str) -> Answer:
    draft = _draft(form, consents)
    settings = current_settings()
    for attempt in (1, 2):
        try:
            with unit_of_work():
                sending.send_enquiry(
                    draft,
                    key=key,
                    typed=_typed(),
                    patient_token=_patient_token(key),
                    now=utc_now(),
                    answer_days=settings.quote_link_days,
                )
            break
        except sending.KeyUsedForOtherWords:
            return _other_words(form, chosen)
        except sending.CannotBeAsked:
            # It could when the form was read, a moment ago.
            chosen = _chosen()
            form = _form_for(chosen)
            _note_boxes(form, chosen)
            return _page(form, chosen), 422
        except sending.TooManyForAddress:
            form.email.errors = [
                _(
                    "This address has been named in many enquiries lately. Wait until tomorrow, or give another one;"
                    " what you typed stays here."
                )
            ]
            return _page(form, chosen), 429
        except IntegrityError:
            # The same form arrived twice at once and the other one was first: look again, and find it.
            if attempt == 2:
                raise
    return _to_her_page(key)


def _draft(form: Any, consents: dict[int, dict[str, str]]) -> sending.EnquiryDraft:
    catalogue = {row.slug: row.id for row in treatments.everything()}
    return sending.EnquiryDraft(
        wants=tuple(
            sending.WantDraft(catalogue[want.treatment], want.sessions, want.quantity, want.area)
            for want in form.asked_wants()
        ),
        concerns=tuple(form.said("concerns") or ()),
        earliest_on=form.said("earliest_on"),
        latest_on=form.said("latest_on"),
        message=form.said("message"),
        name=form.name.data or "",
        email=form.email.data or "",
        other_channel=form.said("other_channel"),
        other_handle=form.handle,
        language=current_language(),
        consents=consents,
        questions=tuple(form.questions.data or ()),
        had_before=form.said("had_before"),
    )


def _chosen() -> Chosen:
    slugs = request.values.getlist("clinic")[:_MORE_CLINICS_THAN_ANYBODY_ASKS]
    return asking.choose(clinics.by_slugs([*slugs, *ticked.slugs()]), utc_now())


def _form_for(chosen: Chosen) -> Any:
    return enquiry_form(chosen, treatments.public_choices({clinic.country for clinic in chosen.clinics}))


def _consents(form: Any, chosen: Chosen) -> dict[int, dict[str, str]]:
    """The words that were ticked, per clinic and matter."""
    return consent.agreed(
        [clinic for clinic in chosen.clinics if form[consent.box(clinic)].data],
        consent.shown(chosen.clinics, current_language()),
        current_language(),
        health=form.consent_health.data,
        abroad=form.consent_abroad.data,
    )


def _lacks_abroad(form: Any, chosen: Chosen, consents: dict[int, dict[str, str]]) -> bool:
    countries = {clinic.country for clinic in chosen.clinics if clinic.id in consents}
    return bool(consent.countries_abroad(countries, current_language())) and not form.consent_abroad.data


def _note_boxes(form: Any, chosen: Chosen) -> bool:
    """Name what became of her boxes since the page was handed out; False where all stands as she read it.

    A clinic that she ticked and that cannot be asked any more, or words that are others by now: nothing goes out
    without her knowing.
    """
    gone = ticked.gone({clinic.slug for clinic in chosen.clinics}, chosen.refused)
    changed = ticked.untick_changed(form, consent.shown(chosen.clinics, current_language()))
    form.form_errors.extend([*gone, *changed])
    if not chosen.clinics:
        # The boxes are not on the page then, so nothing may lead to them.
        form.consent_health.errors = []
        form.form_errors.append(
            _("None of these clinics can be asked. Choose at least one that takes enquiries.")
        )
    elif gone and not changed and _consents(form, chosen):
        form.form_errors.append(_("Press the button again to ask the others."))
    return bool(gone or changed or not chosen.clinics)


def _typed() -> str:
    """What came with the form's key, in one order: the same words give the same text."""
    return json.dumps(
        sorted((name, values) for name, values in request.form.lists() if name not in _NOT_TYPED)
    )


def _prefill(form: Any) -> None:
    form.prefill(_wants_of_the_address())
    if not len(form.wants):
        form.add_row({})
    form.ask([code for code in Missing if code in request.args.getlist("missing")])
    form.started.data = mark_start()


def _wants_of_the_address() -> list[Want]:
    """`want` as often as it stands there, else `treatment` and `sessions`; what is unknown is left out."""
    known = {row.slug for row in treatments.everything()}
    wants = []
    for text in request.args.getlist("want")[:MAX_WANTS]:
        try:
            wants.append(read_want(text))
        except UnreadWant:
            continue
    slug, sessions = request.args.get("treatment", ""), request.args.get("sessions", "")
    if not wants and slug:
        readable = sessions.isascii() and sessions.isdigit() and 1 <= int(sessions[:3]) <= MAX_SESSIONS
        wants.append(Want(slug, int(sessions[:3]) if readable else 1))
    return [want for want in wants if want.treatment in known]


def _quick() -> str:
    return _("That was very quick. Please look once more and press the button again.")


def _other_words(form: Any, chosen: Chosen) -> Answer:
    form.form_errors.append(
        _("This form was sent before with other words. Open your page from the mail, or start a new enquiry.")
    )
    return _page(form, chosen), 422


def _patient_token(key: str) -> str:
    return derived_token(current_settings().secret_key, "patient", key)


def _to_her_page(key: str) -> Response:
    token = _patient_token(key)
    remember_opened(token)
    return redirect(url_for("quotes.patient_page", token=token), 303)


def _page(form: Any, chosen: Chosen) -> str:
    words = consent.shown(chosen.clinics, current_language())
    return render_template(
        "enquiries/new.html",
        form=form,
        clinics=chosen.clinics,
        refused=chosen.refused,
        is_kept=request.method == "POST",
        asks=chosen.asks,
        terms=consent.terms(),
        words=words,
        marks=[consent.mark(text) for text in words.values()],
        max_wants=MAX_WANTS,
    )
