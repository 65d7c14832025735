"""Which clinics can be asked now, and why the others cannot: the market's rules and the clinic's own day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.clinics.labels import ENQUIRY_REFUSALS
from webapp.clinics.models import Clinic
from webapp.domain.market import EnquiryRefusal
from webapp.enquiries import queries
from webapp.enquiries.choices import ASKS_FOR, asked_for
from webapp.i18n import day_start, today_in
from webapp.settings import current_settings, market_policy

MAX_CLINICS = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """The clinics of one form. `refused` are the others, each with the reason in the reader's language."""

    clinics: Sequence[Clinic]
    refused: Sequence[tuple[Clinic, str]]

    @property
    def asks(self) -> dict[str, list[Clinic]]:
        """What any of the clinics asks for, in the order of the form, and which of them do."""
        wanted = {code: [one for one in self.clinics if code in asked_for(one)] for code in ASKS_FOR}
        return {code: clinics for code, clinics in wanted.items() if clinics}


def choose(clinics: Sequence[Clinic], now: datetime) -> Chosen:
    """Those that can be asked now, in their order and at most five, and the others with the reason."""
    chosen: list[Clinic] = []
    refused: list[tuple[Clinic, str]] = []
    for clinic in clinics:
        reason = refusal(clinic, now)
        if reason:
            refused.append((clinic, str(ENQUIRY_REFUSALS[reason])))
        elif len(chosen) == MAX_CLINICS:
            refused.append((clinic, _("One enquiry goes to at most %(max)s clinics.", max=MAX_CLINICS)))
        else:
            chosen.append(clinic)
    return Chosen(chosen, refused)


def refusal(clinic: Clinic, now: datetime) -> EnquiryRefusal | None:
    """Why the clinic cannot be asked now; None when it can. A day is one of the clinic's own zone."""
    by_the_rules = market_policy(clinic.country).enquiry_refusal(clinic, today_in(clinic.country, now))
    if by_the_rules is not None:
        return by_the_rules
    most = ceiling(clinic)
    full = queries.asked_since(clinic.id, day_start(clinic.country, now), most) >= most
    return EnquiryRefusal.FULL_TODAY if full else None


def ceiling(clinic: Clinic) -> int:
    """How many enquiries it takes in a day."""
    if clinic.enquiries_per_day is not None:
        return clinic.enquiries_per_day
    return current_settings().enquiries_per_clinic_per_day
