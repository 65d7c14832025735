"""Like for like: which parts of an offer are the very thing that is wanted, and what differs where they are not.

Variant, quantity, unit and area are equal, or the offer is not compared. What a clinic does not state is
neither equal nor different: it is open, and no sum that rests on it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from webapp.domain.offers import (
    Condition,
    Eligibility,
    Incomplete,
    OfferTerms,
    Part,
    Want,
    reasons_against,
)

NO_FAMILIES: Mapping[str, str] = MappingProxyType({})


class Difference(StrEnum):
    """In what an offer differs from what is wanted."""

    VARIANT = "variant"
    QUANTITY = "quantity"
    UNIT = "unit"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer of a clinic under the caller's own reference (which sorts: it settles ties)."""

    ref: str
    terms: OfferTerms


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


@dataclass(frozen=True, slots=True)
class Admitted:
    """An offer with a part that is wanted. `serves` are, per part of the offer, the numbers of the wants.

    `reasons` not empty: what the parts or the price leave open; such an offer never enters a total.
    `unmet` not empty: the price is tied to what the reader did not say, or is not.
    """

    ref: str
    terms: OfferTerms
    serves: tuple[tuple[int, ...], ...]
    reasons: tuple[Incomplete, ...]
    unmet: tuple[Condition, ...]

    @property
    def once(self) -> bool:
        """May it be bought once at most?"""
        return self.terms.once_per_patient is True or self.terms.eligibility is Eligibility.FIRST_VISIT


def differences(
    part: Part, want: Want, families: Mapping[str, str] = NO_FAMILIES
) -> tuple[Difference, ...] | None:
    """In what a part differs from a want; () when in nothing that both state; None for another thing altogether.

    `families` leads from a treatment's slug to the name of its family: variants of one family differ, members
    of two families are strangers. Areas are equal when they are the same set (`face;neck` names two): 4 ml for
    face and neck are not 4 ml for the face.
    """
    found: list[Difference] = []
    if part.treatment != want.treatment:
        family = families.get(want.treatment)
        if family is None or part.treatment is None or families.get(part.treatment) != family:
            return None
        found.append(Difference.VARIANT)
    if want.quantity is not None:
        if part.unit is not None and part.unit is not want.quantity.unit:
            found.append(Difference.UNIT)
        elif part.quantity is not None and part.quantity != want.quantity.value:
            found.append(Difference.QUANTITY)
    if want.area is not None and part.areas and set(part.areas) != set(want.area.split(";")):
        found.append(Difference.AREA)
    return tuple(found)


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
    held_here = {part.treatment for part in parts}
    sure: list[tuple[int, ...]] = [()] * len(parts)
    with_open: list[tuple[int, ...]] = [()] * len(parts)
    area_open = False
    for number, want in enumerate(wants):
        if want.treatment not in held_here:
            continue
        alike = [
            index
            for index, part in enumerate(parts)
            if part.treatment == want.treatment and not differences(part, want)
        ]
        stated = [index for index in alike if not _leaves_open(parts[index], want)]
        for index in stated:
            sure[index] += (number,)
        for index in stated or alike:
            with_open[index] += (number,)
            area_open = area_open or (want.area is not None and not parts[index].areas)
    if not any(with_open):
        return ()
    conditions_unmet = unmet(offer.terms, reader)
    entries: list[Admitted] = []
    for serves in [sure, with_open] if with_open != sure else [sure]:
        used = [part for part, numbers in zip(parts, serves, strict=True) if numbers]
        if not used:
            continue
        reasons = reasons_against(offer.terms, used, on, max_price_age_days)
        if area_open and serves is with_open:
            found = {*reasons, Incomplete.AREA_UNKNOWN}
            reasons = tuple(reason for reason in Incomplete if reason in found)
        entries.append(Admitted(offer.ref, offer.terms, tuple(serves), reasons, conditions_unmet))
    return tuple(entries)


def _leaves_open(part: Part, want: Want) -> bool:
    return part.quantity is None or part.unit is None or (want.area is not None and not part.areas)


def unmet(terms: OfferTerms, reader: Reader) -> tuple[Condition, ...]:
    """The conditions of the price that the reader does not meet, or has not said whether she does."""
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
