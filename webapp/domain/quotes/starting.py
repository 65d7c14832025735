"""How a quote sheet begins: with what the clinic's own offers say of what is asked, and nothing that they do not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from webapp.domain.money import Money, zero
from webapp.domain.offers import (
    Consultation,
    Fee,
    Numbing,
    OfferTerms,
    Purchase,
    Tax,
    consultation_fee,
)
from webapp.domain.quotes.terms import FEE_INCLUSIONS, How, Inclusion, QuoteLine, QuoteTerms, Stated

_HOW = {Numbing.INCLUDED: How.INCLUDED, Numbing.EXTRA: How.EXTRA, Numbing.NONE: How.NOT_USED}
# The whole name of a fee, as price lists write it; anything else keeps its own words.
_CALLED = {
    "needle": Inclusion.NEEDLE, "needles": Inclusion.NEEDLE, "needle fee": Inclusion.NEEDLE,
    "바늘": Inclusion.NEEDLE, "니들": Inclusion.NEEDLE, "针": Inclusion.NEEDLE, "针头": Inclusion.NEEDLE,
    "medicine": Inclusion.MEDICINE, "medication": Inclusion.MEDICINE, "약": Inclusion.MEDICINE,
    "약값": Inclusion.MEDICINE, "药": Inclusion.MEDICINE, "药费": Inclusion.MEDICINE,
    "follow-up": Inclusion.FOLLOW_UP, "follow up": Inclusion.FOLLOW_UP, "review": Inclusion.FOLLOW_UP,
    "재진": Inclusion.FOLLOW_UP, "复诊": Inclusion.FOLLOW_UP,
    "numbing": Inclusion.NUMBING, "numbing cream": Inclusion.NUMBING, "마취크림": Inclusion.NUMBING,
    "麻药": Inclusion.NUMBING, "麻膏": Inclusion.NUMBING,
}  # fmt: skip


def starting_terms(purchases: Sequence[Purchase], currency: str, on: date) -> QuoteTerms | None:
    """The quote that these purchases come to, all in `currency`; None where none of them has a price.

    A combo has one price: it stands in its first line, the others are in it. What has no known price is left out.
    Terms on which the offers do not agree are left open, except the consultation: the dearest is charged, as in every
    bill.

    >>> from webapp.domain.offers import Part
    >>> trio = OfferTerms("Trio", "SGD", Money(130000, "SGD"), (Part("rejuran_healer", sessions=3),), other_fees=())
    >>> quote = starting_terms([Purchase("a", trio, 2, 4, trio.price)], "SGD", date(2026, 3, 1))
    >>> [(line.part.sessions, line.price.major()) for line in quote.lines], quote.other_fees
    ([(6, '2600.00')], ())
    """
    priced = [(purchase, amount) for purchase in purchases if (amount := purchase.amount) is not None]
    lines = tuple(line for purchase, amount in priced for line in _lines(purchase, amount))
    if not lines:
        return None
    offers = [purchase.terms for purchase, _ in priced]
    first = offers[0]
    one_tax = len({(offer.tax, offer.tax_rate) for offer in offers}) == 1
    asked = _consultation(offers)
    injectors = {offer.injector for offer in offers}
    ends = [offer.valid_until for offer in offers if offer.valid_until is not None]
    inclusions, fees = _fees(offers)
    return QuoteTerms(
        currency=currency,
        lines=lines,
        answered_on=on,
        tax=first.tax if one_tax else Tax.UNKNOWN,
        tax_rate=first.tax_rate if one_tax else None,
        consultation=asked.consultation if asked else None,
        consultation_fee=asked.consultation_fee if asked else None,
        consultation_waived=asked.consultation_waived if asked else None,
        inclusions=inclusions,
        named_fees=fees,
        injector=first.injector if len(injectors) == 1 else None,
        valid_until=min(ends, default=None),
    )


def _named(fees: Iterable[Fee]) -> tuple[Mapping[Inclusion, Stated], tuple[Fee, ...]]:
    """Fees in a clinic's words: those that are an inclusion of the sheet, and the others."""
    inclusions: dict[Inclusion, Stated] = {}
    others: list[Fee] = []
    for fee in fees:
        inclusion = _CALLED.get(fee.name.strip().casefold())
        if inclusion is None or inclusion in inclusions:
            others.append(fee)
        else:
            inclusions[inclusion] = Stated(How.EXTRA, fee.amount)
    return inclusions, tuple(others)


def _lines(purchase: Purchase, amount: Money) -> Iterable[QuoteLine]:
    terms = purchase.terms
    for number, part in enumerate(terms.parts):
        bought = replace(part, sessions=part.sessions * purchase.count)
        price = zero(amount.currency) if number else amount
        yield QuoteLine(bought, price, part.words or terms.title)


def _consultation(offers: Sequence[OfferTerms]) -> OfferTerms | None:
    """The offer whose consultation is charged; None where one leaves it open."""
    if any(offer.consultation is None and offer.consultation_waived is not True for offer in offers):
        return None
    # Of those that ask nothing, one that says "waived" says more than "included".
    return max(
        offers, key=lambda offer: (consultation_fee(offer), offer.consultation is not Consultation.INCLUDED)
    )


def _fees(offers: Sequence[OfferTerms]) -> tuple[Mapping[Inclusion, Stated], tuple[Fee, ...] | None]:
    """What is in the price, and the fees beside it; an offer that names its fees names all of them."""
    # Everything of a quote is taken in the same visits, so a fee that two offers name is asked once.
    named: Counter[Fee] = Counter()
    for offer in offers:
        named |= Counter(offer.other_fees or ())
    inclusions, others = _named(named.elements())
    found = dict(inclusions)
    all_named = all(offer.other_fees is not None for offer in offers)
    if all_named:
        for inclusion in FEE_INCLUSIONS:
            found.setdefault(inclusion, Stated(How.INCLUDED))
    numbing = {offer.numbing for offer in offers}
    only = numbing.pop() if len(numbing) == 1 else None
    if only is not None:
        found.setdefault(Inclusion.NUMBING, Stated(_HOW[only]))
    return found, others if all_named else None
