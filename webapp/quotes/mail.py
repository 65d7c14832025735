"""Mails of the quotes room."""

from email.message import EmailMessage
from typing import Literal

from webapp.clinics.models import Clinic
from webapp.enquiries.mail import clinic_language, page_address
from webapp.enquiries.models import Enquiry
from webapp.outbox.letters import compose
from webapp.quotes.models import Quote
from webapp.settings import current_settings

# What the patient did: asked a question, answered the clinic's, accepted its quote, decided against it.
NewsForClinic = Literal["asked", "explained", "accepted", "declined"]
# What a clinic did beside answering the enquiry: asked, answered her question, took its quote back.
NewsForPatient = Literal["asked", "explained", "withdrawn"]


def clinic_answered(enquiry: Enquiry, clinic: Clinic, quote: Quote, token: str) -> EmailMessage:
    """To the patient: a clinic has answered. The answer itself stays behind the link."""
    return compose(
        "quotes/email/clinic_answered",
        enquiry.language,
        enquiry=enquiry,
        clinic=clinic,
        quote=quote,
        link=page_address(enquiry.language, "e", token),
    )


def news_for_clinic(enquiry: Enquiry, clinic: Clinic, token: str, news: NewsForClinic) -> EmailMessage:
    """To a clinic: what the patient did. No words of hers and no amount: they stay behind the link."""
    language = clinic_language(clinic)
    return compose(
        "quotes/email/news_for_clinic",
        language,
        enquiry=enquiry,
        clinic=clinic,
        news=news,
        link=page_address(language, "q", token),
        days=current_settings().quote_link_days,
    )


def news_for_patient(enquiry: Enquiry, clinic: Clinic, token: str, news: NewsForPatient) -> EmailMessage:
    """To the patient: what one clinic did, beside answering. Its words stay behind the link."""
    return compose(
        "quotes/email/news_for_patient",
        enquiry.language,
        enquiry=enquiry,
        clinic=clinic,
        news=news,
        link=page_address(enquiry.language, "e", token),
    )
