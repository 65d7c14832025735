"""Mails of the enquiries room. They name the treatment and a first name; words and contact stay behind the link."""

from collections.abc import Sequence
from email.message import EmailMessage

from webapp.clinics.models import Clinic
from webapp.domain.units import Quantity, Unit
from webapp.enquiries.models import Enquiry, EnquiryWant
from webapp.extensions import db
from webapp.i18n import LANGUAGES, language_prefix, listed
from webapp.offers.labels import area_names, quantity_words
from webapp.outbox.letters import compose
from webapp.settings import current_settings
from webapp.treatments.models import Treatment


def clinic_language(clinic: Clinic) -> str:
    """The first language of the clinic's own list that our mails speak, else English."""
    spoken = (clinic.languages or "").split(";")
    return next((code for tag in spoken if (code := tag.split("-")[0].lower()) in LANGUAGES), "en")


def asks_clinic(enquiry: Enquiry, clinic: Clinic, token: str, days: int) -> EmailMessage:
    """To a clinic: somebody asks for a quote; answer by the link, which is open for `days` (clocks.open_days)."""
    language = clinic_language(clinic)
    return compose(
        "enquiries/email/asks_clinic",
        language,
        enquiry=enquiry,
        clinic=clinic,
        wants=_wants(enquiry),
        how_much=how_much,
        link=page_address(language, "q", token),
        days=days,
    )


def patient_page(enquiry: Enquiry, clinics: Sequence[Clinic], token: str) -> EmailMessage:
    """To the patient: where her enquiry and its answers stand."""
    return compose(
        "enquiries/email/patient_page",
        enquiry.language,
        enquiry=enquiry,
        clinics=clinics,
        link=page_address(enquiry.language, "e", token),
    )


def enquiry_copy(enquiry: Enquiry, clinics: Sequence[Clinic], token: str) -> EmailMessage:
    """To the patient, at an address that is hers: what she asked, and of whom. None of her own words: mail is
    readable on its way.
    """
    prefix = language_prefix(enquiry.language)
    return compose(
        "enquiries/email/enquiry_copy",
        enquiry.language,
        enquiry=enquiry,
        wants=_wants(enquiry),
        how_much=how_much,
        listings=[
            (clinic, f"{current_settings().base_url}{prefix}/clinics/{clinic.slug}") for clinic in clinics
        ],
        link=page_address(enquiry.language, "e", token),
    )


def clinic_unreachable(enquiry: Enquiry, clinic: Clinic, token: str) -> EmailMessage:
    """To the patient: one clinic's mailbox did not take the enquiry."""
    return compose(
        "enquiries/email/clinic_unreachable",
        enquiry.language,
        enquiry=enquiry,
        clinic=clinic,
        link=page_address(enquiry.language, "e", token),
    )


def enquiry_erased(clinic: Clinic, ref: str) -> EmailMessage:
    """To a clinic: the patient erased her enquiry, so what was copied of it should go too."""
    return compose("enquiries/email/enquiry_erased", clinic_language(clinic), ref=ref)


def erased(language: str, ref: str, number: str, clinics: int) -> EmailMessage:
    """To the patient: her enquiry is gone; the receipt's number, and how many clinics were asked to delete it too."""
    return compose("enquiries/email/erased", language, ref=ref, number=number, clinics=clinics)


def _wants(enquiry: Enquiry) -> list[tuple[EnquiryWant, Treatment]]:
    """What is asked for, each with its treatment."""
    return [(want, db.session.get_one(Treatment, want.treatment_id)) for want in enquiry.wants]


def how_much(want: EnquiryWant) -> str:
    """2 ml · face, neck: what she wants of it in one session, and where; "" where she leaves it to the clinic."""
    amount = Quantity(want.quantity.normalize(), Unit(want.unit)) if want.quantity and want.unit else None
    areas = listed(area_names(tuple(want.area.split(";")))) if want.area else None
    return " · ".join(part for part in (quantity_words(amount), areas) if part)


def page_address(language: str, page: str, token: str) -> str:
    """Only ever from the configured base URL, never from a request's Host header."""
    return f"{current_settings().base_url}{language_prefix(language)}/{page}/{token}"
