"""The words of the portal's own pages: its navigation, the public facts, what a member is."""

from flask_babel import lazy_gettext as _l

from webapp.domain.market import EnquiryRefusal
from webapp.portal.models import OWNER, STAFF

# A clinic's pages in their order: endpoint and label.
PAGES = (
    ("portal.overview", _l("Overview")),
    ("portal.profile", _l("Details")),
    ("portal.hours", _l("Opening hours")),
    ("portal.doctors", _l("Doctors")),
    ("portal.position", _l("Map")),
    ("portal.prices", _l("Prices")),
    ("portal.clinic_enquiries", _l("Enquiries")),
    ("portal.pause", _l("Taking enquiries")),
    ("portal.proposals", _l("Changes found")),
    ("portal.people", _l("People")),
    ("portal.authority", _l("Authority")),
)

# Those of them that are for owners alone.
OWNERS_PAGES = frozenset({"portal.authority"})

FACTS = {
    "name": _l("Name"),
    "address": _l("Address"),
    "hours": _l("Opening hours"),
    "phone": _l("Telephone"),
    "website": _l("Website"),
    "languages": _l("Languages"),
}

ROLES = {OWNER: _l("Owner"), STAFF: _l("Colleague")}

# The rule behind a clinic that cannot be asked; where there is none it is the clinic's own choice.
ENQUIRY_RULES = {
    EnquiryRefusal.NOT_AUTHORISED: "LISTING-AUTHORITY",
    EnquiryRefusal.NO_ADDRESS: "LISTING-AUTHORITY",
    EnquiryRefusal.ADDRESS_NOT_CONFIRMED: "LISTING-AUTHORITY",
    EnquiryRefusal.FOREIGN_ENQUIRIES_OFF: "KR-FOREIGN-PATIENTS",
    EnquiryRefusal.NO_FOREIGN_PATIENT_REGISTRATION: "KR-FOREIGN-PATIENTS",
}
