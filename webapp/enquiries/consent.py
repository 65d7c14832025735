"""The words a patient agrees to, per clinic, in her language; what stood on the page is what is stored."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.enquiries.models import Consent, ConsentText
from webapp.extensions import db

_COUNTRY_NAMES = {"SG": lambda: _("Singapore"), "KR": lambda: _("South Korea")}


def country_name(code: str) -> str:
    return _COUNTRY_NAMES[code]()


def terms(days: int) -> str:
    """What holds for every clinic: purpose, items, retention, the right to refuse (domain: consent per clinic)."""
    return _(
        "Each clinic you tick gets the treatment, sessions, dates, concerns, your question and the name you give"
        " here, so that it can answer with a quote, and may read them for at most %(days)s days. It gets your contact"
        " only when you release it. A clinic whose box is empty gets nothing.",
        days=days,
    )


def clinic_consent(clinic_name: str, country: str) -> str:
    """The named recipient, beside its box."""
    return _("Send my enquiry to %(clinic)s, %(country)s", clinic=clinic_name, country=country_name(country))


def health_consent() -> str:
    return _(
        "My concerns and my message may say something about my health. Clinics that I ticked may read them."
    )


def abroad_consent(countries: str) -> str:
    return _(
        "What I send may be read in these countries, under their laws: %(countries)s.", countries=countries
    )


def countries_abroad(countries: set[str], language: str) -> list[str]:
    """Those of the clinics' countries that lie outside the reader's own, as far as her language tells it."""
    home = "KR" if language == "ko" else "SG"
    return sorted(countries - {home})


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
