"""The words a patient agrees to, per clinic, in her language; what stood on the page is what is stored."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.clinics.models import Clinic
from webapp.enquiries.models import Consent, ConsentText
from webapp.extensions import db
from webapp.settings import current_settings

_COUNTRY_NAMES = {"SG": lambda: _("Singapore"), "KR": lambda: _("South Korea")}


def country_name(code: str) -> str:
    return _COUNTRY_NAMES[code]()


def terms() -> str:
    """What holds for every clinic: purpose, items, retention, the right to refuse (domain: consent per clinic)."""
    words = _(
        "Each clinic you tick gets the treatments, what you say about them, your questions and the name you give,"
        " so that it can answer with a quote, and may read them until they are deleted. It gets your contact"
        " only when you release it. A clinic whose box is empty gets nothing."
    )
    return f"{words} {retention()}"


def retention() -> str:
    """The promise of the retention clocks, in the consent and on the page about privacy."""
    settings = current_settings()
    return _(
        "Everything is deleted %(unanswered)s days after you asked if no clinic answers, otherwise %(quiet)s days"
        " after you or a clinic last did something, and %(longest)s days after you sent it at the latest;"
        " at once if you erase it.",
        unanswered=settings.retention_unanswered_days,
        quiet=settings.retention_quiet_days,
        longest=settings.retention_longest_days,
    )


def clinic_consent(clinic_name: str, country: str) -> str:
    """The named recipient, beside its box."""
    return _("Send my enquiry to %(clinic)s, %(country)s", clinic=clinic_name, country=country_name(country))


def health_consent() -> str:
    return _(
        "My concerns, my message and whether I had it before may say something about my health."
        " Clinics that I ticked may read them."
    )


def abroad_consent(countries: Sequence[str]) -> str:
    """The words for these countries' codes; "" for none."""
    if not countries:
        return ""
    return _(
        "What I send may be read in these countries, under their laws: %(countries)s.",
        countries=", ".join(map(country_name, countries)),
    )


def contact_consent(clinic_name: str, country: str) -> str:
    """The words beside the button with which she releases her contact."""
    return _(
        "%(clinic)s, %(country)s, may read my e-mail address and the other way to reach me that I gave.",
        clinic=clinic_name,
        country=country_name(country),
    )


def countries_abroad(countries: Iterable[str], language: str) -> list[str]:
    """Those of the clinics' countries that lie outside the reader's own, as far as her language tells it."""
    home = "KR" if language == "ko" else "SG"
    return sorted(set(countries) - {home})


def agreed(
    clinics: Sequence[Clinic], language: str, *, health: bool, abroad: bool
) -> dict[int, dict[str, str]]:
    """The words that were ticked for these clinics, per clinic id and matter."""
    far = countries_abroad({clinic.country for clinic in clinics}, language)
    words: dict[int, dict[str, str]] = {}
    for clinic in clinics:
        words[clinic.id] = {"enquiry": f"{clinic_consent(clinic.name, clinic.country)}\n{terms()}"}
        if health:
            words[clinic.id]["health"] = health_consent()
        if abroad and clinic.country in far:
            words[clinic.id]["abroad"] = abroad_consent(far)
    return words


def remember(text: str, language: str, now: datetime) -> ConsentText:
    """The stored row of exactly this text; made when it is used for the first time."""
    digest = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()
    row = db.session.scalar(select(ConsentText).where(ConsentText.sha256 == digest))
    if row is None:
        row = ConsentText(language=language, sha256=digest, text=text, first_used_at=now)
        db.session.add(row)
        db.session.flush()
    return row


def given(agreed: Mapping[str, str], language: str, now: datetime) -> list[Consent]:
    """What was agreed to for one clinic: a row per matter ("enquiry", "health", "abroad", "contact") with its words."""
    return [
        Consent(matter=matter, text=remember(words, language, now), given_at=now)
        for matter, words in agreed.items()
    ]
