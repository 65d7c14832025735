"""The words for what the rules decide of a clinic, and for its opening hours."""

from flask_babel import lazy_gettext as _l

from webapp.domain.listing_csv.hours import Weekday
from webapp.domain.market import EnquiryRefusal

ENQUIRY_REFUSALS = {
    EnquiryRefusal.NOT_AUTHORISED: _l("This clinic has not joined, so it cannot be asked from here."),
    EnquiryRefusal.NOT_ACCEPTING: _l("This clinic does not take enquiries at the moment."),
    EnquiryRefusal.PAUSED: _l("This clinic takes no enquiries for a while."),
    EnquiryRefusal.FULL_TODAY: _l("This clinic takes no more enquiries today."),
    EnquiryRefusal.NO_ADDRESS: _l("This clinic has given no address for enquiries."),
    EnquiryRefusal.ADDRESS_NOT_CONFIRMED: _l("This clinic has not confirmed its address for enquiries."),
    EnquiryRefusal.FOREIGN_ENQUIRIES_OFF: _l("We may not pass enquiries to clinics in Korea at the moment."),
    EnquiryRefusal.NO_FOREIGN_PATIENT_REGISTRATION: _l(
        "This clinic is not registered to receive patients from abroad."
    ),
}

# What is stored as the source of a fact that was typed here; everything else is a source's own name or address.
SAID_HERE = "the clinic itself"
SAID_BY_STAFF = "checked by our staff"
_SAID = {SAID_HERE: _l("the clinic itself"), SAID_BY_STAFF: _l("checked by our staff")}


def source_words(source: str) -> str:
    """A stored source in the reader's language."""
    return str(_SAID.get(source, source))


WEEKDAYS = {
    Weekday.MO: _l("Monday"),
    Weekday.TU: _l("Tuesday"),
    Weekday.WE: _l("Wednesday"),
    Weekday.TH: _l("Thursday"),
    Weekday.FR: _l("Friday"),
    Weekday.SA: _l("Saturday"),
    Weekday.SU: _l("Sunday"),
}
