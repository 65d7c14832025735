"""An offer's row from the domain's terms: what offers.queries.terms_of reads back."""

from collections.abc import Mapping

from sqlalchemy import select

from webapp.domain.offers import OfferTerms, Part
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart
from webapp.offers.term_columns import AMOUNTS, SAME_NAME
from webapp.treatments.models import Treatment

_OFFER_COLUMNS = tuple(attribute.key for attribute in Offer.__mapper__.column_attrs)


def treatment_ids() -> dict[str, int]:
    """The catalogue's row ids by slug."""
    return dict(db.session.execute(select(Treatment.slug, Treatment.id)).all())


def write_terms(offer: Offer, terms: OfferTerms, treatments: Mapping[str, int]) -> bool:
    """Copy terms and parts into the row; true when anything became different. Raises KeyError for a slug that the
    catalogue does not have."""
    before = {name: getattr(offer, name) for name in _OFFER_COLUMNS}
    for name in SAME_NAME:
        setattr(offer, name, getattr(terms, name))
    for name, column in AMOUNTS.items():
        sum_of_money = getattr(terms, name)
        setattr(offer, column, None if sum_of_money is None else sum_of_money.amount)
    offer.other_fees = (
        None if terms.other_fees is None else [[fee.name, fee.amount.amount] for fee in terms.other_fees]
    )
    parts_changed = write_parts(offer, terms.parts, treatments)
    return parts_changed or any(getattr(offer, name) != value for name, value in before.items())


def write_parts(offer: Offer, parts: tuple[Part, ...], treatments: Mapping[str, int]) -> bool:
    """Replace an offer's parts where they differ; true when they did."""
    wanted = [_part_values(position, part, treatments) for position, part in enumerate(parts)]
    there = [{name: getattr(row, name) for name in wanted[0]} for row in offer.parts] if wanted else []
    if wanted == there and len(offer.parts) == len(wanted):
        return False
    offer.parts.clear()
    db.session.flush()
    offer.parts.extend(OfferPart(**values) for values in wanted)
    return True


def _part_values(position: int, part: Part, treatments: Mapping[str, int]) -> dict[str, object]:
    return {
        "position": position,
        "treatment_id": treatments[part.treatment] if part.treatment else None,
        "quantity": part.quantity,
        "unit": part.unit.value if part.unit else None,
        "sessions": part.sessions,
        "interval_weeks": part.interval_weeks,
        "areas": ";".join(part.areas) or None,
        "words": part.words,
    }
