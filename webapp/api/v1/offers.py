"""Offers as the API writes them: what the market's rules hide is null, with the reason."""

from webapp.api.v1.schemas import Event, Fee, Money, Offer, OfferPart
from webapp.clinics.models import Clinic
from webapp.directory.cards import Names, name_is_public, offer_title, treatment_label
from webapp.domain.market import Hidden, MarketPolicy, PriceLine
from webapp.domain.offers import TERM_TYPES, OfferTerms, Part
from webapp.domain.units import number_text
from webapp.i18n import today_in, utc_now
from webapp.offers.labels import answers_of
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings, market_policy

NOT_APPLICABLE = "not_applicable"
_OTHER_TREATMENT = "other"
# These are written in the API's own way, or as the market's rules let them; the others as the clinic states them.
_OWN_WAY = frozenset(
    {
        "title", "price", "price_basis", "tax", "tax_rate", "parts", "parts_complete", "consultation_fee",
        "other_fees",
    }
)  # fmt: skip
_AS_STATED = tuple(name for name in TERM_TYPES if name in Offer.model_fields and name not in _OWN_WAY)


def offer(published: PublishedOffer, clinic: Clinic, names: Names, *, beside_others: bool) -> Offer:
    """One offer. `beside_others`: it stands next to other clinics' prices, which a market may limit."""
    policy, terms = market_policy(clinic.country), published.terms
    on = today_in(clinic.country, utc_now())
    line = policy.price_line(terms, clinic, on, current_settings().price_age_days)
    amounts = policy.shows_prices(clinic.authority) and (
        not beside_others or policy.cross_clinic_prices(clinic.authority)
    )
    reasons = {"event": NOT_APPLICABLE}
    if line.hidden:
        reasons["price"] = line.hidden
    if not amounts:
        reasons |= dict.fromkeys(("price", "consultation_fee", "other_fees"), Hidden.NOT_AUTHORISED)
    elif terms.consultation is not None and terms.consultation_fee is None:
        reasons["consultation_fee"] = NOT_APPLICABLE
    if terms.consultation is not None and terms.consultation_fee is None:
        reasons["consultation_waived"] = NOT_APPLICABLE
    if not terms.is_prepaid:
        reasons |= dict.fromkeys(answers_of("prepaid"), NOT_APPLICABLE)
    return Offer(
        ref=published.ref,
        title=offer_title(terms, names, policy),
        price=Money.of(line.amount) if amounts else None,
        price_basis=line.basis,
        tax=line.tax,
        tax_rate=number_text(line.tax_rate) if line.tax_rate is not None else None,
        event=event(line) if amounts else None,
        conditions=list(line.conditions),
        combo=terms.is_combo,
        parts=[offer_part(part, names, policy) for part in terms.parts],
        parts_complete=terms.parts_complete and bool(terms.parts),
        consultation_fee=Money.of(terms.consultation_fee) if amounts else None,
        other_fees=_fees(terms) if amounts else None,
        confirmed_on=line.confirmed_on,
        unconfirmed=line.unconfirmed,
        reasons=reasons,
        **{name: getattr(terms, name) for name in _AS_STATED},
    )


def offer_part(part: Part, names: Names, policy: MarketPolicy) -> OfferPart:
    row = names.get(part.treatment or "")
    if row is not None:
        name = treatment_label(row, policy)
    else:
        name = (part.words if name_is_public(None, names, policy) else None) or _OTHER_TREATMENT
    return OfferPart(
        treatment=part.treatment,
        name=name,
        quantity=number_text(part.quantity) if part.quantity is not None else None,
        unit=part.unit,
        sessions=part.sessions,
        interval_weeks=part.interval_weeks,
        areas=list(part.areas) or None,
        reasons={"treatment": _OTHER_TREATMENT},
    )


def event(line: PriceLine) -> Event | None:
    """All of it or nothing: the line carries the terms only where the market wants them and none is missing."""
    regular = Money.of(line.regular)
    if (
        not line.is_event
        or regular is None
        or line.discount_percent is None
        or line.valid_from is None
        or line.valid_until is None
    ):
        return None
    return Event(
        regular_price=regular,
        discount_percent=line.discount_percent,
        valid_from=line.valid_from,
        valid_until=line.valid_until,
        target=line.event_target or "",
        scope=line.event_scope or "",
    )


def _fees(terms: OfferTerms) -> list[Fee] | None:
    if terms.other_fees is None:
        return None
    return [
        Fee(name=fee.name, amount=Money(amount=fee.amount.major(), currency=fee.amount.currency))
        for fee in terms.other_fees
    ]
