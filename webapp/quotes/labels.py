"""The words for the codes of a quote, in every language; no page spells a code itself."""

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.offers import Line, LineKind
from webapp.domain.quotes import How, Inclusion, QuoteState
from webapp.offers import labels as offers

INCLUSIONS = {
    Inclusion.NUMBING: _l("Numbing cream"),
    Inclusion.NEEDLE: _l("Needle or injector"),
    Inclusion.MEDICINE: _l("Medicine"),
    Inclusion.FOLLOW_UP: _l("Follow-up visit"),
}

HOW = {
    How.INCLUDED: _l("Included"),
    How.EXTRA: _l("Costs extra"),
    How.NOT_USED: _l("Not used"),
}

STATES = {
    QuoteState.ACTIVE: _l("Valid"),
    QuoteState.EXPIRED: _l("No longer valid"),
    QuoteState.WITHDRAWN: _l("Withdrawn"),
}


class AnswerKind(StrEnum):
    """The three answers that a clinic may give; the codes of Quote.kind."""

    QUOTE = "quote"
    CONSULTATION_FIRST = "consultation_first"
    DECLINE = "decline"


KINDS = {
    AnswerKind.QUOTE: _l("Quote"),
    AnswerKind.CONSULTATION_FIRST: _l("Consultation first"),
    AnswerKind.DECLINE: _l("Declined"),
}

# Why a clinic declines, if it says so; the codes of Quote.decline_reason.
DECLINE_REASONS = {
    "not_offered": _l("We do not offer this treatment."),
    "no_dates": _l("We have no appointment on these dates."),
    "not_suitable": _l("From what was written, we would not advise this treatment."),
    "language": _l("Nobody here speaks the patient's language."),
    "other": _l("Another reason."),
}

# In which the clinic sees a patient once she is home; each in its own words, as everybody looks for her own.
AFTERCARE_LANGUAGES = {
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "ja": "日本語",
    "ms": "Bahasa Melayu",
    "id": "Bahasa Indonesia",
    "th": "ไทย",
    "vi": "Tiếng Việt",
}


def line_words(line: Line) -> str:
    """What a line of a quote's bill is for; a fee that is an inclusion of the sheet in the reader's language."""
    if line.kind is LineKind.OTHER_FEE and line.label in set(Inclusion):
        return _("%(what)s, per visit", what=INCLUSIONS[Inclusion(line.label)])
    return offers.line_words(line)
