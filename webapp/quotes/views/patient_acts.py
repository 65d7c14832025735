"""What the patient does on her page: decide, ask, answer, give her contact, share, stop mails. Each a POST of its own.

Every act needs the page opened in this browser by its button, so that a program that follows links does none of them.
"""

from collections.abc import Callable
from datetime import datetime

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.domain.money import InvalidAmount, Money, parse_major
from webapp.domain.plain_text import plain_text
from webapp.enquiries import consent, links, ticked
from webapp.enquiries.behind import held
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import contact, keeping
from webapp.extensions import limiter
from webapp.i18n import utc_now
from webapp.quotes import queries
from webapp.quotes.blueprint import blueprint
from webapp.quotes.decisions import GIVEN
from webapp.quotes.services import asking, deciding, releasing
from webapp.quotes.views.patient_page import Problem, acting, opened, recipient_of, render
from webapp.row_ids import row_id
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

# Links to share that may live at once.
MAX_SHARES = 5


def _often() -> str:
    return current_settings().quote_limit_per_address


@blueprint.post("/e/<token>/accept")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def accept_quote(token: str) -> Response:
    """Take one clinic's quote, in the version that stood on the page."""
    version = request.form.get("version", 0, type=row_id)
    return _decide(token, lambda recipient, now: deciding.accept(recipient, version, now), "accepted")


@blueprint.post("/e/<token>/decline")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def decline_quote(token: str) -> Response:
    """Decide against one, with a reason or none."""
    reason = request.form.get("reason", "")
    code = reason if reason in GIVEN else "no_reason"
    return _decide(token, lambda recipient, now: deciding.decline(recipient, code, now), "declined")


@blueprint.post("/e/<token>/undo")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def undo_decision(token: str) -> Response:
    """As if she had not decided, while the clinic has not been told."""
    return _decide(token, deciding.undo, "undone")


@blueprint.post("/e/<token>/none-suited")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def none_suited(token: str) -> Response:
    """None of the quotes suited her."""
    return _close(token, deciding.none_suited, "none_suited")


@blueprint.post("/e/<token>/go-on")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def go_on(token: str) -> Response:
    """She thought again."""
    return _close(token, deciding.go_on, "going_on")


@blueprint.post("/e/<token>/paid")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def say_paid(token: str) -> Response | tuple[str, int]:
    """What she paid in the end at the clinic whose quote she took; nothing typed takes it back."""
    recipient = recipient_of(opened(token))
    quote = queries.latest([recipient.id]).get(recipient.id)
    typed = request.form.get("amount", "").strip()
    paid: Money | None = None
    if typed and quote is not None:
        try:
            paid = parse_major(typed, quote.currency)
        except InvalidAmount:
            return _again(token, "paid", _("Write the amount in figures, for example 1,200."), typed)
    return _decide(token, lambda recipient, now: deciding.say_paid(recipient, paid, now), "paid")


@blueprint.post("/e/<token>/ask")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def ask_clinics(token: str) -> Response | tuple[str, int]:
    """Ask every clinic the same; each answers on its own page."""
    opened(token)
    text = request.form.get("text", "")
    try:
        with unit_of_work():
            asking.ask_all(acting(token).enquiry, text, utc_now())
    except asking.NotAsked:
        return _again(token, "ask", _not_asked(), text)
    return _back(token, "asked", "questions")


@blueprint.post("/e/<token>/explain")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def answer_clinic(token: str) -> Response | tuple[str, int]:
    """Answer what a clinic asked; every clinic that was asked reads it."""
    opened(token)
    text, question = request.form.get("text", ""), request.form.get("question", 0, type=row_id)
    try:
        with unit_of_work():
            asking.answer_as_patient(acting(token).enquiry, question, text, utc_now())
    except asking.NotAsked:
        return _again(token, f"explain-{question}", _not_asked(), text)
    return _back(token, "explained", "questions")


@blueprint.post("/e/<token>/release")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def release_contact(token: str) -> Response | tuple[str, int]:
    """Give one clinic the patient's contact; a mail tells it so. She agrees in the words that she read."""
    with unit_of_work():
        recipient = recipient_of(acting(token))
        if not _has_read_of(recipient):
            words = _("The words beside the button changed. Please read them once more, and press it again.")
            return _again(token, f"release-{recipient.id}", words, "")
        told = releasing.release_contact(recipient, utc_now(), current_settings().quote_link_days)
        place = f"clinic-{recipient.id}"
    return _back(token, told, place)


@blueprint.post("/e/<token>/not-me")
@open_to(Audience.LINK_HOLDER)
def not_me(token: str) -> Response:
    """The owner of the address says that she asked for nothing, or wants no mail: it gets none any more."""
    with unit_of_work():
        contact.refuse_mail(held(token, links.PATIENT).enquiry, utc_now())
    return redirect(url_for("quotes.patient_page", token=token), 303)


@blueprint.post("/e/<token>/share")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def share(token: str) -> str | tuple[str, int]:
    """Make a link that shows the comparison and nothing of hers. It is shown this once: only its hash is stored."""
    label = plain_text(request.form.get("label", ""))
    if len(label) > links.LONGEST_LABEL:
        words = _("Say for whom the link is, in at most %(max)s characters.", max=links.LONGEST_LABEL)
        return _again(token, "share-label", words, label)
    with unit_of_work():
        enquiry = acting(token).enquiry
        if len(links.shared(enquiry, utc_now())) >= MAX_SHARES:
            new = None
        else:
            new = links.mint_to_share(enquiry, utc_now(), current_settings().quote_link_days, label or None)
            keeping.note_act(enquiry, utc_now())
    if new is None:
        return _again(token, "share", _("There are enough links: end one first."), label)
    address = url_for("quotes.shared_page", token=new)
    return render(token, opened(token), new_share=current_settings().base_url + address)


@blueprint.post("/e/<token>/unshare")
@limiter.limit(_often)
@open_to(Audience.LINK_HOLDER)
def unshare(token: str) -> Response:
    """End a link to share at once."""
    wanted = request.form.get("link", "")
    with unit_of_work():
        enquiry = acting(token).enquiry
        for link in links.shared(enquiry, utc_now()):
            if str(link.id) == wanted:
                link.revoked_at = utc_now()
                keeping.note_act(enquiry, utc_now())
    return _back(token, "unshared", "share")


def _decide(token: str, act: Callable[[Recipient, datetime], None], said: str) -> Response:
    opened(token)
    try:
        with unit_of_work():
            recipient = recipient_of(acting(token))
            act(recipient, utc_now())
            place = f"clinic-{recipient.id}"
    except deciding.CannotBeDecided:
        return _back(token, "cannot", "clinics")
    return _back(token, said, place)


def _close(token: str, act: Callable[[Enquiry, datetime], None], said: str) -> Response:
    opened(token)
    try:
        with unit_of_work():
            act(acting(token).enquiry, utc_now())
    except deciding.CannotBeDecided:
        return _back(token, "cannot", "clinics")
    return _back(token, said, "clinics")


def _has_read_of(recipient: Recipient) -> bool:
    """Did the words that now stand beside the button stand there when she pressed it? True where there is none."""
    clinic = clinics.by_ids([recipient.clinic_id])[recipient.clinic_id]
    if recipient.contact_released_at is not None or clinic.authority != "authorised":
        return True
    return ticked.has_read(consent.contact_consent(clinic.name, clinic.country))


def _back(token: str, said: str, place: str) -> Response:
    return redirect(url_for("quotes.patient_page", token=token, said=said) + f"#{place}", 303)


def _again(token: str, field: str, message: str, typed: str) -> tuple[str, int]:
    return render(token, opened(token), problem=Problem(field, message, typed)), 422


def _not_asked() -> str:
    return _(
        "Write something, in at most %(max)s characters; after %(most)s questions there are no more.",
        max=asking.MAX_LENGTH,
        most=asking.MAX_QUESTIONS,
    )
