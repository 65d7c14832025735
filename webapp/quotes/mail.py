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


def fresh_link(enquiry: Enquiry, clinic: Clinic, token: str) -> EmailMessage:
    """To a clinic: a new link in place of one that has ended, as somebody who held that one asked."""
    language = clinic_language(clinic)
    return compose(
        "quotes/email/fresh_link",
        language,
        enquiry=enquiry,
        clinic=clinic,
        link=page_address(language, "q", token),
        days=current_settings().quote_link_days,
    )


def quote_ends_soon(enquiry: Enquiry, clinic: Clinic, quote: Quote, token: str) -> EmailMessage:
    """To the patient: a quote's last day is near. Its amounts stay behind the link."""
    return compose(
        "quotes/email/quote_ends_soon",
        enquiry.language,
        enquiry=enquiry,
        clinic=clinic,
        quote=quote,
        link=page_address(enquiry.language, "e", token),
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


def clinic_wrote(enquiry: Enquiry, clinic: Clinic, token: str) -> EmailMessage:
    """To the patient: a clinic pressed Reply in its mail program. Its words stay behind the link."""
    return compose(
        "quotes/email/clinic_wrote",
        enquiry.language,
        enquiry=enquiry,
        clinic=clinic,
        link=page_address(enquiry.language, "e", token),
    )


def link_again(enquiry: Enquiry, clinic: Clinic, token: str) -> EmailMessage:
    """To a clinic that pressed Reply: its words arrived, and this is the link for a quote that can be compared."""
    language = clinic_language(clinic)
    return compose(
        "quotes/email/link_again",
        language,
        enquiry=enquiry,
        clinic=clinic,
        link=page_address(language, "q", token),
        days=current_settings().quote_link_days,
    )


def reply_not_passed_on(enquiry: Enquiry, token: str) -> EmailMessage:
    """To the patient who pressed Reply: nobody read it, and this is where she can write."""
    return compose(
        "quotes/email/reply_not_passed_on",
        enquiry.language,
        enquiry=enquiry,
        link=page_address(enquiry.language, "e", token),
    )
