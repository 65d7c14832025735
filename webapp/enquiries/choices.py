"""The coded lists of the form: what bothers the patient, and how else she may be reached."""

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
