"""What a clinic's published offers come to for a basket under the market's rules: the public side of a comparison.

A price that the market keeps off public pages enters no sum; the offer is named with the reason instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from webapp.clinics.models import Clinic
from webapp.domain.basket import Mix, Offered, Reader, mixes, stated_amounts
from webapp.domain.market import Hidden
from webapp.domain.offers import OfferTerms, PriceKind, Want
from webapp.domain.units import Quantity
from webapp.i18n import today_in
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments
from webapp.treatments.models import Treatment

# Where neither the reader nor the catalogue nor any clinic says how much a session is: a session.
_ONE_SESSION = Quantity.parse("1 session")


class AmountFrom(StrEnum):
    """Who settled how much of a treatment one session is."""

    READER = "reader"
    CATALOGUE = "catalogue"
    CLINICS = "clinics"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Basket:
    """What is compared: wants with settled amounts, and for each of them who settled it."""

    wants: tuple[Want, ...]
    settled_by: tuple[AmountFrom, ...]


def settle(wants: Sequence[Want], names: Mapping[str, Treatment], offers: Iterable[PublishedOffer]) -> Basket:
    """Put an amount to every want: the reader's, else the catalogue's usual one, else what most offers state.

    1 ml and 2 ml are not alike, so nothing is compared before the amount is said; the page shows who said it.
    """
    known = (
        [Offered(offer.ref, offer.terms) for offer in offers]
        if any(w.quantity is None for w in wants)
        else []
    )
    found: list[tuple[Want, AmountFrom]] = []
    for want in wants:
        if want.quantity is not None:
            found.append((want, AmountFrom.READER))
        elif (usual := treatments.usual_quantity(names[want.treatment])) is not None:
            found.append((replace(want, quantity=usual), AmountFrom.CATALOGUE))
        elif stated := stated_amounts(known, want.treatment):
            found.append((replace(want, quantity=stated[0]), AmountFrom.CLINICS))
        else:
            found.append((replace(want, quantity=_ONE_SESSION), AmountFrom.NOBODY))
    return Basket(tuple(want for want, _ in found), tuple(by for _, by in found))


@dataclass(frozen=True, slots=True)
class Public:
    """A clinic's offers as a public page may reckon with them on one day; made once, asked for several baskets."""

    clinic: Clinic
    on: date
    offered: tuple[Offered, ...]
    offers: Mapping[str, PublishedOffer]
    hidden: Mapping[str, Hidden]

    @classmethod
    def of(cls, clinic: Clinic, published: Sequence[PublishedOffer], now: datetime) -> "Public":
        """Without the prices that the market's rules hide."""
        policy, on = market_policy(clinic.country), today_in(clinic.country, now)
        shown = published if policy.shows_offers(clinic.authority) else ()
        beside_others = policy.cross_clinic_prices(clinic.authority)
        offered: list[Offered] = []
        hidden: dict[str, Hidden] = {}
        for offer in shown:
            why = policy.price_hidden(offer.terms, clinic, on)
            if not beside_others:
                why = why or Hidden.NOT_AUTHORISED
            if why is None:
                offered.append(Offered(offer.ref, offer.terms))
            else:
                hidden[offer.ref] = why
                offered.append(Offered(offer.ref, _without_price(offer.terms)))
        return cls(clinic, on, tuple(offered), {offer.ref: offer for offer in shown}, hidden)

    def mixes(self, wants: Sequence[Want], reader: Reader, families: Mapping[str, str]) -> tuple[Mix, ...]:
        """The cheapest mix per currency. Raises TooLarge."""
        return mixes(self.offered, wants, self.on, reader, current_settings().price_age_days, families)


def families(slugs: Iterable[str]) -> Mapping[str, str]:
    """The family of each treatment, by slug: variants of one maker's name stand beside each other as different."""
    return {slug: treatments.family(slug) for slug in slugs}


def _without_price(terms: OfferTerms) -> OfferTerms:
    return replace(terms, price=None, regular_price=None, price_kind=PriceKind.ON_REQUEST)
