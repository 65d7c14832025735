"""Everybody is asked for the basket: the clinics under their market's rules, and what the reader was told herself.

Whoever is asked can be asked again with other numbers of sessions, for the course as a whole or for a later visit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from webapp.directory.cards import Names
from webapp.directory.compare.answers import Answer, answers_of, own_answers
from webapp.directory.compare.chosen import Chosen
from webapp.domain.basket import Mix, Offered, Reader, TooLarge, cheapest_mix, on_later_visits
from webapp.domain.offers import OfferTerms, Want
from webapp.offers.public import Basket, Public, families
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings

# The mix of a basket at one clinic; None where it is too large to be searched.
MixOf = Callable[[Sequence[Want]], Mix | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared: clinics with their offers, and the reader's own quotes."""

    chosen: Sequence[Chosen]
    published: Mapping[int, Sequence[PublishedOffer]]
    own: Sequence[OfferTerms]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer, and what the same offers come to for other baskets: bought `now`, or on a `later` visit.

    What is not comparable is told in the answer only.
    """

    answer: Answer
    distance_m: float | None
    now: MixOf
    later: MixOf


def ask_all(told: Told, basket: Basket, reader: Reader, names: Names, now: datetime) -> list[Asked]:
    """Clinics in the order chosen, then her own quotes. Raises TooLarge."""
    kin, max_age = families(names), current_settings().price_age_days
    found: list[Asked] = []
    for one in told.chosen:
        public = Public.of(one.clinic, told.published.get(one.clinic.id, ()), now)
        found += [
            _asked(answer, one.distance_m, basket, reader, public.on, max_age)
            for answer in answers_of(public, basket.wants, reader, kin)
        ]
    # A quote has its own validity, not the age of a public price.
    found += [
        _asked(answer, None, basket, reader, now.date(), None)
        for answer in own_answers(told.own, basket.wants, reader, kin, now.date())
    ]
    return found


def _asked(
    answer: Answer,
    distance_m: float | None,
    basket: Basket,
    reader: Reader,
    on: date,
    max_price_age_days: int | None,
) -> Asked:
    wanted = {want.treatment for want in basket.wants}
    # No other offer can enter a mix, and many baskets are searched.
    offers = [
        Offered(ref, terms)
        for ref, terms in answer.terms.items()
        if answer.mix.currency in (None, terms.currency)
        and any(part.treatment in wanted for part in terms.parts)
    ]
    later_offers, returning = on_later_visits(offers), replace(reader, first_visit=False)
    return Asked(
        answer,
        distance_m,
        _once_each(
            lambda wants: cheapest_mix(offers, wants, on, reader, max_price_age_days),
            {basket.wants: answer.mix},
        ),
        _once_each(lambda wants: cheapest_mix(later_offers, wants, on, returning, max_price_age_days), {}),
    )


def _once_each(mix: Callable[[Sequence[Want]], Mix], known: Mapping[tuple[Want, ...], Mix]) -> MixOf:
    """A page asks for one basket several times (a year may hold just the course), so each is searched once."""
    answers: dict[tuple[Want, ...], Mix | None] = dict(known)

    def asked(wants: Sequence[Want]) -> Mix | None:
        basket = tuple(wants)
        if basket not in answers:
            try:
                answers[basket] = mix(basket)
            except TooLarge:
                answers[basket] = None
        return answers[basket]

    return asked
