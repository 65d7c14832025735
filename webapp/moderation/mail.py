"""Mails of the moderation room: to whoever claims a clinic or wants it gone, and to clinics whose facts age."""

from email.message import EmailMessage

from webapp.clinics.models import Clinic
from webapp.enquiries.mail import page_address
from webapp.i18n import language_prefix
from webapp.moderation.listed import PriceRow, Row
from webapp.outbox.letters import compose
from webapp.settings import current_settings


def claim_asked(clinic: Clinic, language: str, token: str, days: int) -> EmailMessage:
    """To whoever claims a listing: press the button behind the link, if that was you."""
    return compose(
        "moderation/email/claim_asked",
        language,
        clinic=clinic,
        link=page_address(language, "c", token),
        days=days,
    )


def claim_accepted(clinic: Clinic, language: str, withdraw_token: str) -> EmailMessage:
    """The listing is hers: where she signs in, and how she leaves again."""
    return compose(
        "moderation/email/claim_accepted",
        language,
        clinic=clinic,
        link=_page(language, "/portal/"),
        withdraw=page_address(language, "c", withdraw_token),
    )


def claim_refused(clinic: Clinic, language: str, reason: str) -> EmailMessage:
    """We did not accept the claim, and why."""
    return compose("moderation/email/claim_refused", language, clinic=clinic, reason=reason)


def withdrawn(clinic: Clinic, language: str, by_name: str) -> EmailMessage:
    """To the clinic's address for enquiries: it is listed no longer, and who decided so."""
    return compose(
        "moderation/email/withdrawn",
        language,
        clinic=clinic,
        by_name=by_name,
        link=_page(language, "/portal/"),
    )


def never_list_asked(clinic_name: str, language: str, token: str, days: int) -> EmailMessage:
    """To whoever asks that a clinic is never listed: press the button behind the link, if that was you."""
    return compose(
        "moderation/email/never_list_asked",
        language,
        clinic_name=clinic_name,
        link=page_address(language, "c", token),
        days=days,
    )


def never_list_done(clinic_name: str, language: str) -> EmailMessage:
    """The clinic will not be listed."""
    return compose(
        "moderation/email/never_list_done",
        language,
        clinic_name=clinic_name,
        link=_page(language, "/for-clinics"),
    )


def never_list_refused(clinic_name: str, language: str, reason: str) -> EmailMessage:
    """We did not do it, and why."""
    return compose("moderation/email/never_list_refused", language, clinic_name=clinic_name, reason=reason)


def prices_age(
    clinic: Clinic, language: str, rows: list[PriceRow], *, confirm: str, unsubscribe: str, again: bool
) -> EmailMessage:
    """To a clinic: are these prices still right? `confirm` and `unsubscribe` are tokens; `again`: asked before."""
    return compose(
        "moderation/email/prices_age",
        language,
        unsubscribe=page_address(language, "u", unsubscribe),
        clinic=clinic,
        rows=rows,
        link=page_address(language, "c", confirm),
        portal=_page(language, f"/portal/{clinic.slug}/prices"),
        days=current_settings().price_age_days,
        again=again,
    )


def listing_ages(
    clinic: Clinic, language: str, rows: list[Row], *, confirm: str, unsubscribe: str, again: bool
) -> EmailMessage:
    """To a clinic: is what stands on its page still right? See `prices_age`."""
    return compose(
        "moderation/email/listing_ages",
        language,
        unsubscribe=page_address(language, "u", unsubscribe),
        clinic=clinic,
        rows=rows,
        link=page_address(language, "c", confirm),
        portal=_page(language, f"/portal/{clinic.slug}/profile"),
        days=current_settings().listing_age_days,
        again=again,
    )


def _page(language: str, path: str) -> str:
    return f"{current_settings().base_url}{language_prefix(language)}{path}"
