"""Why a patient does not take a quote: codes of Recipient.decision_reason. Each clinic reads it in its language."""

from flask_babel import lazy_gettext as _l

# What she may choose from, and what the other button says for her.
GIVEN = {
    "too_dear": _l("The price is too high"),
    "too_far": _l("It is too far away"),
    "dates": _l("The dates do not fit"),
    "another_clinic": _l("Another clinic suits better"),
    "no_reason": _l("No reason"),
}
REASONS = {**GIVEN, "none_suited": _l("None of the quotes suited")}
