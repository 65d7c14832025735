"""Mails of the portal: to a colleague who is asked to join, to a new address for enquiries, and to the old one."""

from collections.abc import Sequence
from email.message import EmailMessage

from webapp.clinics.models import Clinic
from webapp.enquiries.mail import page_address
from webapp.i18n import language_prefix
from webapp.outbox.letters import compose
from webapp.portal.models import Invitation
from webapp.settings import current_settings


def invitation(
    asked: Invitation, clinics: Sequence[Clinic], token: str, language: str, days: int
) -> EmailMessage:
    """To a colleague: somebody asks you to keep these clinics' listings; accept by the link."""
    return compose(
        "portal/email/invitation",
        language,
        clinics=clinics,
        invited_by=asked.invited_by,
        role=asked.role,
        link=page_address(language, "c/invitation", token),
        days=days,
    )


def confirm_address(clinic: Clinic, by_name: str, token: str, language: str, days: int) -> EmailMessage:
    """To a new address for enquiries: does it belong to the clinic?"""
    return compose(
        "portal/email/confirm_address",
        language,
        clinic=clinic,
        by_name=by_name,
        link=page_address(language, "c/address", token),
        days=days,
    )


def address_replaced(clinic: Clinic, by_name: str, language: str) -> EmailMessage:
    """To the address that enquiries went to until now."""
    return compose(
        "portal/email/address_replaced",
        language,
        clinic=clinic,
        by_name=by_name,
        link=_portal_address(language, clinic),
    )


def _portal_address(language: str, clinic: Clinic) -> str:
    return f"{current_settings().base_url}{language_prefix(language)}/portal/{clinic.slug}/"
