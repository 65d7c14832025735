"""Where mail to a clinic may go."""

from webapp.clinics.models import Clinic


def confirmed_address(clinic: Clinic) -> str | None:
    """The address that somebody at the clinic confirmed; None where nobody did, or mail to it came back (ADR 0014).

    Enquiries, links and news about patients go here and nowhere else. Whether the clinic has left is asked apart.
    """
    return clinic.enquiry_email if clinic.enquiry_email_confirmed_on is not None else None
