"""Mails of the quotes room."""

from email.message import EmailMessage
from typing import Any, Literal

from webapp.clinics.models import Clinic
from webapp.enquiries.mail import clinic_language, page_address
from webapp.enquiries.models import Enquiry
from webapp.outbox.letters import compose
from webapp.quotes.models import Quote

# What the patient did: asked a question, answered the clinic's, accepted its quote, decided against it, gave it her
# contact.
NewsForClinic = Literal["asked", "explained", "accepted", "declined", "released"]
# What a clinic did beside answering the enquiry: asked, answered her question, took its quote back.
NewsForPatient = Literal["asked", "explained", "withdrawn"]


def clinic_answered(enquiry: Enquiry, clinic: Clinic, quote: Quote, token: str) -> EmailMessage:
    """To the patient: a clinic has answered. The answer itself stays behind the link."""
    return _to_patient("clinic_answered", enquiry, token, clinic=clinic, quote=quote)


def news_for_clinic(
    enquiry: Enquiry, clinic: Clinic, token: str, days: int, news: NewsForClinic
) -> EmailMessage:
    """To a clinic: what the patient did. No words of hers, no contact, no amount: they stay behind the link."""
    return _to_clinic("news_for_clinic", enquiry, clinic, token, days, news=news)


def fresh_link(enquiry: Enquiry, clinic: Clinic, token: str, days: int) -> EmailMessage:
    """To a clinic: a new link in place of one that has ended, as somebody who held that one asked."""
    return _to_clinic("fresh_link", enquiry, clinic, token, days)


def quote_ends_soon(enquiry: Enquiry, clinic: Clinic, quote: Quote, token: str) -> EmailMessage:
    """To the patient: a quote's last day is near. Its amounts stay behind the link."""
    return _to_patient("quote_ends_soon", enquiry, token, clinic=clinic, quote=quote)


def news_for_patient(enquiry: Enquiry, clinic: Clinic, token: str, news: NewsForPatient) -> EmailMessage:
    """To the patient: what one clinic did, beside answering. Its words stay behind the link."""
    return _to_patient("news_for_patient", enquiry, token, clinic=clinic, news=news)


def clinic_wrote(enquiry: Enquiry, clinic: Clinic, token: str, *, got_link: bool) -> EmailMessage:
    """To the patient: a clinic pressed Reply, and, with `got_link`, it has the link to its form once more."""
    return _to_patient("clinic_wrote", enquiry, token, clinic=clinic, got_link=got_link)


def link_again(enquiry: Enquiry, clinic: Clinic, token: str, days: int) -> EmailMessage:
    """To a clinic that pressed Reply: its words arrived, and this is the link for a quote that can be compared."""
    return _to_clinic("link_again", enquiry, clinic, token, days)


def reply_not_passed_on(enquiry: Enquiry, token: str) -> EmailMessage:
    """To the patient who pressed Reply: nobody read it, and this is where she can write."""
    return _to_patient("reply_not_passed_on", enquiry, token)


def _to_patient(name: str, enquiry: Enquiry, token: str, **more: Any) -> EmailMessage:
    """In the language of her enquiry, with the link to her page."""
    language = enquiry.language
    link = page_address(language, "e", token)
    return compose(f"quotes/email/{name}", language, enquiry=enquiry, link=link, **more)


def _to_clinic(
    name: str, enquiry: Enquiry, clinic: Clinic, token: str, days: int, **more: Any
) -> EmailMessage:
    """In the clinic's language, with the link to its quote sheet, which is open for `days` (clocks.open_days)."""
    language = clinic_language(clinic)
    return compose(
        f"quotes/email/{name}",
        language,
        enquiry=enquiry,
        clinic=clinic,
        link=page_address(language, "q", token),
        days=days,
        **more,
    )
