"""Which offers of a clinic may serve a basket: what each holds of it, and who may buy it at its price.

What is alike and what differs is told by the one rule in offers/alike.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from webapp.domain.offers import (
    NO_FAMILIES,
    Condition,
    Difference,
    Eligibility,
    Incomplete,
    OfferTerms,
    Part,
    Want,
    differences,
    parts_for,
    reasons_against,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer of a clinic under the caller's own reference (which sorts: it settles ties).

    `reasons` are what the caller holds against it beyond what is held against every offer.
    """

    ref: str
    terms: OfferTerms
    reasons: tuple[Incomplete, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reader says of herself; None is "not said", and then only what is open to anyone counts.

    `first_visit` False is a returning patient. `weekdays`: she can come on weekdays. `foreign`: from abroad.
    """

    first_visit: bool | None = None
    weekdays: bool | None = None
    foreign: bool | None = None


@dataclass(frozen=True, slots=True)
class NotComparable:
    """An offer that holds something like what is wanted: the nearest part, and in what it differs."""

    ref: str
    want: Want
    part: Part
    differs_in: tuple[Difference, ...]


class Admitted(NamedTuple):
    """An offer with a part that is wanted. `serves` are, per part of the offer, the numbers of the wants.

    `reasons` not empty: what the parts or the price leave open; such an offer never enters a total.
    `unmet` not empty: the price is tied to what the reader did not say, or is not.
    """

    ref: str
    terms: OfferTerms
    serves: tuple[tuple[int, ...], ...]
    reasons: tuple[Incomplete, ...]
    unmet: tuple[Condition, ...]


def not_comparable(
    offer: Offered, wants: Sequence[Want], families: Mapping[str, str] = NO_FAMILIES
) -> NotComparable | None:
    """The pair of part and want that differ in least; None when the offer holds nothing like what is wanted.

    For offers that `admit` does not admit.
    """
    found = [
        NotComparable(offer.ref, want, part, differs_in)
        for want in wants
        for part in offer.terms.parts
        if (differs_in := differences(part, want, families))
    ]
    # A variant is further away than any number of other differences.
    return min(
        found, key=lambda row: (Difference.VARIANT in row.differs_in, len(row.differs_in)), default=None
    )


def admit(
    offer: Offered, wants: Sequence[Want], on: date, reader: Reader, max_price_age_days: int | None
) -> tuple[Admitted, ...]:
    """What the offer can contribute to the wants on the day `on`; () when none of its parts is wanted.

    One entry for the parts that state what is wanted. A part that leaves it open is looked at only where the
    offer has no part of the first kind for a want: then a second entry, with its reason, holds it as well.
    """
    parts = offer.terms.parts
    sure: list[tuple[int, ...]] = [()] * len(parts)
    with_open: list[tuple[int, ...]] = [()] * len(parts)
    area_open = False
    held = {part.treatment for part in parts}
    for number, want in enumerate(wants):
        if want.treatment not in held:
            continue
        stated, left_open = parts_for(parts, want)
        for index in stated:
            sure[index] += (number,)
        for index in stated or left_open:
            with_open[index] += (number,)
            area_open = area_open or (want.area is not None and not parts[index].areas)
    if not any(with_open):
        return ()
    conditions_unmet = unmet(offer.terms, reader)
    entries: list[Admitted] = []
    ways = [(sure, False), (with_open, area_open)]
    for serves, without_area in ways if with_open != sure else ways[:1]:
        used = [part for part, numbers in zip(parts, serves, strict=True) if numbers]
        if used:
            reasons = reasons_against(offer.terms, used, on, max_price_age_days, without_area) + offer.reasons
            entries.append(Admitted(offer.ref, offer.terms, tuple(serves), reasons, conditions_unmet))
    return tuple(entries)


def unmet(terms: OfferTerms, reader: Reader) -> tuple[Condition, ...]:
    """The conditions of the price that the reader does not meet, or has not said whether she does.

    >>> from webapp.domain.money import Money
    >>> weekdays = OfferTerms("Tuesdays", "SGD", Money(38000, "SGD"), (), weekday_only=True)
    >>> unmet(weekdays, Reader()), unmet(weekdays, Reader(weekdays=True))
    ((<Condition.WEEKDAYS_ONLY: 'weekdays_only'>,), ())
    """
    found: list[Condition] = []
    if terms.eligibility is Eligibility.FIRST_VISIT and reader.first_visit is not True:
        found.append(Condition.FIRST_VISIT_ONLY)
    if terms.eligibility is Eligibility.RETURNING and reader.first_visit is not False:
        found.append(Condition.RETURNING_ONLY)
    if terms.weekday_only is True and reader.weekdays is not True:
        found.append(Condition.WEEKDAYS_ONLY)
    if terms.same_price_for_foreigners is False and reader.foreign is not False:
        found.append(Condition.OTHER_PRICE_FOR_FOREIGNERS)
    return tuple(found)
