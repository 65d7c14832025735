"""The words a patient agrees to, per clinic, in her language; what stood on the page is what is stored."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.clinics.models import Clinic
from webapp.enquiries.models import Consent, ConsentText
from webapp.extensions import db
from webapp.i18n import listed
from webapp.settings import current_settings

# The boxes of a form: one per clinic, and those of the matters that hold for all of them.
BOX = "consent_"
HEALTH, ABROAD = f"{BOX}health", f"{BOX}abroad"

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
        countries=listed(map(country_name, countries)),
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


def box(clinic: Clinic) -> str:
    """The name of the clinic's box."""
    return BOX + clinic.slug


def shown(clinics: Sequence[Clinic], language: str, *, health: bool = True) -> dict[str, str]:
    """What stands beside each box of a form for these clinics, under the box's name, as it is stored once ticked."""
    words = {box(clinic): f"{clinic_consent(clinic.name, clinic.country)}\n{terms()}" for clinic in clinics}
    if health:
        words[HEALTH] = health_consent()
    far = countries_abroad({clinic.country for clinic in clinics}, language)
    if far:
        words[ABROAD] = abroad_consent(far)
    return words


def mark(text: str) -> str:
    """16 hex digits that a form carries for each text on it, to say on its way back which words were read.

    It is not signed: whoever invents one claims to have read what she has not, in a record that is about her alone.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def agreed(
    clinics: Sequence[Clinic], words: Mapping[str, str], language: str, *, health: bool, abroad: bool
) -> dict[int, dict[str, str]]:
    """What was ticked for these clinics, per clinic id and matter, out of the `words` that `shown` gave the page."""
    given: dict[int, dict[str, str]] = {}
    for clinic in clinics:
        given[clinic.id] = {"enquiry": words[box(clinic)]}
        if health and HEALTH in words:
            given[clinic.id]["health"] = words[HEALTH]
        if abroad and countries_abroad([clinic.country], language):
            given[clinic.id]["abroad"] = words[ABROAD]
    return given


def remember(text: str, language: str, now: datetime) -> ConsentText:
    """The stored row of exactly this text; made when it is used for the first time.

    Two may be the first at once: the second one waits for the first, and takes the row that is there then.
    """
    digest = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()
    stored = select(ConsentText).where(ConsentText.sha256 == digest)
    row = db.session.scalar(stored)
    if row is not None:
        return row
    new = _dialect().insert(ConsentText)
    db.session.execute(
        new.values(language=language, sha256=digest, text=text, first_used_at=now).on_conflict_do_nothing(
            index_elements=["sha256"]
        )
    )
    return db.session.scalars(stored).one()


def _dialect() -> Any:
    """Where the INSERT … ON CONFLICT of the database in use comes from; both spell it alike."""
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite


def given(agreed: Mapping[str, str], language: str, now: datetime) -> list[Consent]:
    """What was agreed to for one clinic: a row per matter ("enquiry", "health", "abroad", "contact") with its words."""
    return [
        Consent(matter=matter, text=remember(words, language, now), given_at=now)
        for matter, words in agreed.items()
    ]
