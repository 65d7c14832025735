"""Mails of the quotes room."""

from email.message import EmailMessage

from webapp.clinics.models import Clinic
from webapp.enquiries.mail import page_address
from webapp.enquiries.models import Enquiry
from webapp.outbox.letters import compose
from webapp.quotes.models import Quote


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
