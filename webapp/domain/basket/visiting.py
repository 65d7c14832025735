"""The visits of a course: one session of every treatment at a time, so that a basket can be divided between places."""

from collections.abc import Sequence
from dataclasses import replace

from webapp.domain.basket.gate import Offered
from webapp.domain.offers import Eligibility, PriceKind, Want


def visits(wants: Sequence[Want]) -> int:
    """How many visits a basket takes: as many as its longest course, since treatments share a visit.

    >>> visits([Want("rejuran_healer", 3), Want("ha_booster_generic", 1)])
    3
    """
    return max((want.sessions for want in wants), default=0)


def wants_of_visits(wants: Sequence[Want], first: int, last: int) -> tuple[Want, ...]:
    """What is wanted at the visits `first` to `last` (from 1 on, both included) of a basket.

    Every course begins with the first visit. A want with no session in these visits is left out.

    >>> basket = [Want("rejuran_healer", 3), Want("ha_booster_generic", 1)]
    >>> [(want.treatment, want.sessions) for want in wants_of_visits(basket, 1, 2)]
    [('rejuran_healer', 2), ('ha_booster_generic', 1)]
    >>> [(want.treatment, want.sessions) for want in wants_of_visits(basket, 3, 3)]
    [('rejuran_healer', 1)]
    """
    return tuple(
        replace(want, sessions=sessions)
        for want in wants
        if (sessions := min(want.sessions, last) - first + 1) > 0
    )


def on_later_visits(offers: Sequence[Offered]) -> tuple[Offered, ...]:
    """What of a price list may be reckoned with months later: not what is for the first visit or once per patient,
    and not what is asked only until a day.
    """
    return tuple(
        offer
        for offer in offers
        if offer.terms.eligibility is not Eligibility.FIRST_VISIT
        and offer.terms.once_per_patient is not True
        and offer.terms.price_kind is not PriceKind.EVENT
        and offer.terms.valid_until is None
    )
