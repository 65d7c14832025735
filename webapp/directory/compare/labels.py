"""The words for the codes of a comparison, in every language."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.basket import Difference, Lacking
from webapp.offers.public import AmountFrom

LACKING = {
    Lacking.NOT_FOR_READER: _l("its price has a condition that you did not say you meet."),
    Lacking.CANNOT_REPEAT: _l("the price is for one purchase only."),
    Lacking.NOT_COMPARABLE: _l("it is offered only in another amount, variant or area."),
    Lacking.NOT_OFFERED: _l("it is not on the price list."),
}

AMOUNT_FROM = {
    AmountFrom.READER: _l("your choice"),
    AmountFrom.CATALOGUE: _l("how it is usually sold"),
    AmountFrom.CLINICS: _l("what most of these clinics state"),
    AmountFrom.NOBODY: _l("no clinic states an amount"),
}


def differs_words(difference: Difference, stated: str) -> str:
    """In what an offer differs, with what it states."""
    match difference:
        case Difference.VARIANT:
            return _("another variant: %(stated)s", stated=stated)
        case Difference.QUANTITY:
            return _("another amount: %(stated)s", stated=stated)
        case Difference.UNIT:
            return _("another unit: %(stated)s", stated=stated)
        case Difference.AREA:
            return _("another area: %(stated)s", stated=stated)
