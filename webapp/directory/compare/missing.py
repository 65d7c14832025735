"""From what a total lacks to what a clinic is asked: codes of the enquiry form's questions."""

from collections.abc import Mapping

from webapp.domain.offers import Field, Incomplete
from webapp.enquiries.choices import Missing

ASKED_BY: Mapping[Incomplete, Missing] = {
    Incomplete.PRICE_ON_REQUEST: Missing.PRICE,
    Incomplete.PRICE_STALE: Missing.PRICE,
    Incomplete.PRICE_UNCONFIRMED: Missing.PRICE,
    Incomplete.PRICE_EXPIRED: Missing.PRICE,
    Incomplete.EVENT_DATES_UNKNOWN: Missing.PRICE,
    Incomplete.EVENT_ENDED: Missing.PRICE,
    Incomplete.QUANTITY_UNKNOWN: Missing.QUANTITY,
    Incomplete.AREA_UNKNOWN: Missing.AREA,
    Incomplete.PARTS_INCOMPLETE: Missing.PARTS,
    Incomplete.TAX_UNKNOWN: Missing.TAX,
    Incomplete.TAX_RATE_UNKNOWN: Missing.TAX,
    Incomplete.CONSULTATION_FEE_UNKNOWN: Missing.CONSULTATION,
}
ASKED_BY_FIELD: Mapping[Field, Missing] = {
    Field.OTHER_FEES: Missing.FEES,
    Field.NUMBING: Missing.NUMBING,
}
