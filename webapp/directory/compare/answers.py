"""What each clinic answers to a basket: its cheapest mix, and the order of all of them.

Under the market's rules, that is webapp.offers.public; here its answers get their names and stand in an order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from webapp.clinics.models import Clinic
from webapp.directory.cards import clinic_name
from webapp.domain.basket import Mix, Reader
from webapp.domain.exchange import NoRate, Ranking, Rates, rank
from webapp.domain.market import Hidden
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Want
from webapp.offers.own_quotes import own_mixes
from webapp.offers.public import Public
from webapp.offers.queries import PublishedOffer


@dataclass(frozen=True, slots=True)
class Answer:
    """One clinic's answer in one currency; `clinic` None is what the reader was told herself.

    `offers` are those that were looked at, by reference; `hidden` why a public page shows no price of some.
    """

    key: str
    name: str
    clinic: Clinic | None
    mix: Mix
    terms: Mapping[str, OfferTerms]
    offers: Mapping[str, PublishedOffer] = field(default_factory=dict)
    hidden: Mapping[str, Hidden] = field(default_factory=dict)

    @property
    def total(self) -> Money | None:
        return self.mix.total


def answers_of(
    public: Public, wants: Sequence[Want], reader: Reader, families: Mapping[str, str]
) -> tuple[Answer, ...]:
    """A clinic's mixes, each with its name and offers. Raises TooLarge."""
    terms = {one.ref: one.terms for one in public.offered}
    found = public.mixes(wants, reader, families)
    return tuple(
        Answer(
            public.clinic.slug if number == 0 else f"{public.clinic.slug}-{mix.currency}",
            clinic_name(public.clinic),
            public.clinic,
            mix,
            terms,
            public.offers,
            public.hidden,
        )
        for number, mix in enumerate(found)
    )


def own_answers(
    quotes: Sequence[OfferTerms], wants: Sequence[Want], reader: Reader, families: Mapping[str, str], on: date
) -> list[Answer]:
    """What the reader was told herself, one answer per name and currency. Raises TooLarge."""
    return [
        Answer(f"own-{number}", name, None, mix, {one.ref: one.terms for one in offered})
        for number, (name, mix, offered) in enumerate(own_mixes(quotes, wants, reader, families, on))
    ]


def in_order(answers: Sequence[Answer], rates: Rates, currency: str, on: date) -> Ranking[int]:
    """The answers ranked by what they are in `currency`; the keys are their numbers in `answers`."""
    return rank([(number, answer.total) for number, answer in enumerate(answers)], rates, currency, on)


def converted(total: Money | None, rates: Rates, currency: str) -> Money | None:
    """A total in another currency, None without a rate."""
    if total is None:
        return None
    try:
        return rates.convert(total, currency).money
    except NoRate:
        return None
