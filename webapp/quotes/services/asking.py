"""Questions about an enquiry: the patient asks all her clinics one thing, a clinic asks her one; all see the answer.

A clinic never learns who else was asked, nor which of them wants to know.
"""

from datetime import datetime
from functools import partial

from sqlalchemy import select

from webapp.clinics import queries as clinics
from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.domain.plain_text import plain_text
from webapp.enquiries import clinic_keys
from webapp.enquiries.clinic_keys import ToClinic
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import contact, keeping
from webapp.extensions import db
from webapp.quotes import mail
from webapp.quotes.models import Clarification, ClarificationAnswer
from webapp.row_ids import LARGEST
from webapp.settings import current_settings

MAX_LENGTH = 2000
# More would be a conversation, which belongs where the patient released her contact.
MAX_QUESTIONS = 10


class NotAsked(Exception):
    """The text is empty, longer than MAX_LENGTH, or there were MAX_QUESTIONS already."""


def ask_all(enquiry: Enquiry, text: str, now: datetime) -> Clarification:
    """The patient asks every clinic the same; each gets a mail with a link and none of the words. Raises NotAsked."""
    question = _ask(enquiry, None, text, now)
    at = _still_listed(enquiry)
    for recipient in enquiry.recipients:
        if recipient.clinic_id in at:
            key = clinic_keys.key(ToClinic.QUESTION, recipient.id, question.id)
            _tell_clinic(recipient, at[recipient.clinic_id], key, now, "asked")
    return question


def ask_patient(recipient: Recipient, text: str, now: datetime) -> Clarification:
    """A clinic asks the patient; she gets a mail that somebody did. Raises NotAsked."""
    question = _ask(recipient.enquiry, recipient, text, now)
    enquiry = recipient.enquiry
    clinic = db.session.get_one(Clinic, recipient.clinic_id)
    contact.tell_patient(
        enquiry,
        f"clinic-asks:{question.id}",
        partial(mail.news_for_patient, enquiry, clinic, news="asked"),
        now,
    )
    return question


def answer_as_clinic(
    recipient: Recipient, clarification_id: int, text: str, now: datetime
) -> ClarificationAnswer | None:
    """A clinic answers the patient's question; a second answer replaces its first. None: no such question of hers.

    Raises NotAsked for an empty text or one that is too long.
    """
    question = _question(recipient.enquiry, clarification_id)
    if question is None or question.recipient_id is not None:
        return None
    answer, is_new = _answer(question, recipient, text, now)
    if is_new:
        clinic = db.session.get_one(Clinic, recipient.clinic_id)
        contact.tell_patient(
            recipient.enquiry,
            f"clinic-explains:{answer.id}",
            partial(mail.news_for_patient, recipient.enquiry, clinic, news="explained"),
            now,
        )
    return answer


def answer_as_patient(
    enquiry: Enquiry, clarification_id: int, text: str, now: datetime
) -> ClarificationAnswer | None:
    """The patient answers a clinic's question; every clinic that was asked may read it. None: no such question.

    The clinic that asked is told by mail. Raises NotAsked for an empty text or one that is too long.
    """
    question = _question(enquiry, clarification_id)
    if question is None or question.recipient_id is None:
        return None
    answer, is_new = _answer(question, None, text, now)
    at = _still_listed(enquiry)
    for recipient in enquiry.recipients:
        if is_new and recipient.id == question.recipient_id and recipient.clinic_id in at:
            key = clinic_keys.key(ToClinic.EXPLANATION, recipient.id, answer.id)
            _tell_clinic(recipient, at[recipient.clinic_id], key, now, "explained")
    return answer


def _ask(enquiry: Enquiry, by: Recipient | None, text: str, now: datetime) -> Clarification:
    words = _words(text)
    asker = by.id if by else None
    before = db.session.scalars(
        select(Clarification).where(
            Clarification.enquiry_id == enquiry.id, Clarification.recipient_id.is_not_distinct_from(asker)
        )
    ).all()
    # The button pressed twice asks once.
    for question in before:
        if question.text == words:
            return question
    if len(before) >= MAX_QUESTIONS:
        raise NotAsked
    question = Clarification(enquiry_id=enquiry.id, recipient_id=asker, text=words, asked_at=now)
    db.session.add(question)
    db.session.flush()
    keeping.note_act(enquiry, now, answered=by is not None)
    return question


def _answer(
    question: Clarification, by: Recipient | None, text: str, now: datetime
) -> tuple[ClarificationAnswer, bool]:
    words = _words(text)
    speaker = by.id if by else None
    given = next((one for one in question.answers if one.recipient_id == speaker), None)
    is_new = given is None
    if given is None:
        given = ClarificationAnswer(recipient_id=speaker, text=words, answered_at=now)
        question.answers.append(given)
    else:
        given.text, given.answered_at = words, now
    db.session.flush()
    keeping.note_act(db.session.get_one(Enquiry, question.enquiry_id), now, answered=by is not None)
    return given, is_new


def _words(text: str) -> str:
    words = plain_text(text, keep_lines=True)
    if not words or len(words) > MAX_LENGTH:
        raise NotAsked
    return words


def _question(enquiry: Enquiry, clarification_id: int) -> Clarification | None:
    if not 0 < clarification_id <= LARGEST:
        return None
    return db.session.scalar(
        select(Clarification).where(
            Clarification.id == clarification_id, Clarification.enquiry_id == enquiry.id
        )
    )


def _still_listed(enquiry: Enquiry) -> dict[int, Clinic]:
    """The clinics that may still be written to, by id."""
    asked = clinics.by_ids([recipient.clinic_id for recipient in enquiry.recipients])
    return {
        key: clinic
        for key, clinic in asked.items()
        if clinic.authority == "authorised" and confirmed_address(clinic)
    }


def _tell_clinic(
    recipient: Recipient, clinic: Clinic, key: str, now: datetime, news: mail.NewsForClinic
) -> None:
    contact.tell_clinic(
        recipient,
        confirmed_address(clinic) or "",
        key,
        partial(mail.news_for_clinic, recipient.enquiry, clinic, news=news),
        now,
        current_settings().quote_link_days,
    )
