"""An offer's row from the domain's terms: the one place that knows both shapes."""

from collections.abc import Mapping

from sqlalchemy import select

from webapp.domain.offers import Consultation, OfferTerms, Part
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart
from webapp.treatments.models import Treatment

_TERMS_TAKEN_OVER = (
    "title", "currency", "price_basis", "tax", "tax_rate", "price_kind", "valid_from", "valid_until", "event_target",
    "event_scope", "eligibility", "weekday_only", "once_per_patient", "consultation", "consultation_waived", "numbing",
    "injector", "same_price_for_foreigners", "parts_complete", "expires_after_days", "refund_terms", "source",
    "verified_on",
)  # fmt: skip
_OFFER_COLUMNS = tuple(attribute.key for attribute in Offer.__mapper__.column_attrs)


def treatment_ids() -> dict[str, int]:
    """The catalogue's row ids by slug."""
    return dict(db.session.execute(select(Treatment.slug, Treatment.id)).all())


def write_terms(offer: Offer, terms: OfferTerms, treatments: Mapping[str, int]) -> bool:
    """Copy terms and parts into the row; true when anything became different. Raises KeyError for a slug that the
    catalogue does not have."""
    before = {name: getattr(offer, name) for name in _OFFER_COLUMNS}
    for name in _TERMS_TAKEN_OVER:
        setattr(offer, name, getattr(terms, name))
    offer.price_amount = terms.price.amount if terms.price else None
    offer.regular_price_amount = terms.regular_price.amount if terms.regular_price else None
    offer.consultation_fee_amount = (
        terms.consultation_fee.amount
        if terms.consultation is Consultation.FEE and terms.consultation_fee
        else None
    )
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
