"""The coded lists of the form: what bothers the patient, and how else she may be reached."""

from collections.abc import Sequence
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.enquiries.models import Enquiry

# Codes follow the topics that the three source documents name; the clinic reads them in its own language.
CONCERNS = {
    "fine_lines": _l("Fine lines"),
    "texture": _l("Texture, crepey skin"),
    "large_pores": _l("Large pores"),
    "acne_scars": _l("Acne scars"),
    "pigmentation": _l("Uneven colour, pigmentation"),
    "redness": _l("Redness, sensitive skin"),
    "dryness": _l("Dryness"),
    "elasticity": _l("Less firm than it was"),
    "under_eyes": _l("Under the eyes"),
    "other": _l("Something else"),
}


class Missing(StrEnum):
    """What a published price may leave open; the form can be opened with questions about it."""

    PRICE = "price"
    QUANTITY = "quantity"
    AREA = "area"
    PARTS = "parts"
    TAX = "tax"
    CONSULTATION = "consultation"
    FEES = "fees"
    NUMBING = "numbing"


_QUESTIONS = {
    Missing.PRICE: _l("What is the price now?"),
    Missing.QUANTITY: _l("How much do I get per session?"),
    Missing.AREA: _l("Which areas is the price for?"),
    Missing.PARTS: _l("What exactly does the combination hold?"),
    Missing.TAX: _l("Is tax in the price, and if not, how much is it?"),
    Missing.CONSULTATION: _l("What does the consultation cost, and is it taken off with the treatment?"),
    Missing.FEES: _l("Are there other fees, for needle, medicine or aftercare?"),
    Missing.NUMBING: _l("Is numbing cream in the price, or how much is it?"),
}

# How a clinic stands in one enquiry until its answer stands there itself.
RECIPIENT_STATES = {
    "asked": _l("The enquiry is on its way"),
    "reached": _l("The enquiry has reached the clinic's mailbox"),
    "unreachable": _l("The clinic's mailbox did not take it"),
    "answered": _l("Answered"),
    "declined": _l("Declined"),
}

CHANNELS = {
    "phone": _l("Phone"),
    "whatsapp": _l("WhatsApp"),
    "kakaotalk": _l("KakaoTalk"),
    "line": _l("LINE"),
    "wechat": _l("WeChat"),
}


def concern_words(enquiry: Enquiry) -> list[str]:
    """The enquiry's concerns in the reader's language."""
    return [str(CONCERNS[code]) for code in (enquiry.concerns or "").split(";") if code in CONCERNS]


def questions_about(codes: Sequence[str]) -> str:
    """One question a line for those of the codes that are ones of Missing, in the reader's language."""
    return "\n".join(str(words) for code, words in _QUESTIONS.items() if code in codes)
