"""The coded lists of the form: what bothers the patient, what she asks, and how else she may be reached."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.clinics.models import Clinic
from webapp.domain.asks_for import AsksFor
from webapp.domain.telephone import shown_number
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


# What patients ask beside the price, each clinic reads it in its own language. Those of Missing come first.
QUESTIONS = {
    Missing.PRICE.value: _l("What is the price now?"),
    Missing.QUANTITY.value: _l("How much do I get per session?"),
    Missing.AREA.value: _l("Which areas is the price for?"),
    Missing.PARTS.value: _l("What exactly does the combination hold?"),
    Missing.TAX.value: _l("Is tax in the price, and if not, how much is it?"),
    Missing.CONSULTATION.value: _l(
        "What does the consultation cost, and is it taken off with the treatment?"
    ),
    Missing.FEES.value: _l("Are there other fees, for needle, medicine or aftercare?"),
    Missing.NUMBING.value: _l("Is numbing cream in the price, or how much is it?"),
    "injector": _l("Who injects: which doctor, and is it the one I meet before?"),
    "device": _l("Is it injected by hand or with a device, and with which needle?"),
    "downtime": _l("How many days will people see it?"),
    "aftercare": _l("Who sees me if something is wrong once I am home again?"),
    "language": _l("Which languages are spoken during the treatment?"),
    "same_day": _l("Can the consultation and the treatment be on one day?"),
    "payment": _l("How do I pay, and is there a deposit?"),
    "expiry": _l("By when do the sessions of a package have to be used?"),
    "refund": _l("What is paid back for sessions that I do not use?"),
}

HAD_BEFORE = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "unsure": _l("I am not sure"),
}

# What a clinic may need to know for a quote beyond the minimum, as its form says it. Codes are in clinic.asks_for.
ASKS_FOR = {
    AsksFor.CONCERNS.value: _l("What the patient would like to change"),
    AsksFor.DATES.value: _l("Between which days she could come"),
    AsksFor.HAD_BEFORE.value: _l("Whether she has had the treatment before"),
    AsksFor.AREA.value: _l("Which area is to be treated"),
    AsksFor.CHANNEL.value: _l("Another way to reach her, beside e-mail"),
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


# Those of the channels whose handle is a number of a telephone.
NUMBERED = frozenset({"phone", "whatsapp"})


def concern_words(enquiry: Enquiry) -> list[str]:
    """The enquiry's concerns in the reader's language."""
    return _words(enquiry.concerns, CONCERNS)


def question_words(enquiry: Enquiry) -> list[str]:
    """The enquiry's questions in the reader's language."""
    return _words(enquiry.questions, QUESTIONS)


def had_before_words(enquiry: Enquiry) -> str | None:
    """Whether she has had it before, in the reader's language; None where she does not say."""
    words = HAD_BEFORE.get(enquiry.had_before or "")
    return str(words) if words else None


def channel_words(enquiry: Enquiry) -> tuple[str, str] | None:
    """The other way to reach her: its name, and her number or name there; None where she gave none."""
    if not enquiry.other_channel or not enquiry.other_handle:
        return None
    handle = enquiry.other_handle
    if enquiry.other_channel in NUMBERED:
        handle = shown_number(handle)
    return str(CHANNELS.get(enquiry.other_channel, enquiry.other_channel)), handle


def asked_for(clinic: Clinic) -> list[str]:
    """Codes of what one clinic asks for beyond the minimum; one that nobody knows any more is left out."""
    return [code for code in ASKS_FOR if code in (clinic.asks_for or "").split(";")]


def _words(codes: str | None, words: Mapping[str, object]) -> list[str]:
    return [str(words[code]) for code in (codes or "").split(";") if code in words]
