"""A kept comparison: its link names the versions of the offers it rested on, so it can say what changed since.

Nothing is stored for it: the versions stand in the address, like the rest of the question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.directory.cards import Names, clinic_name, offer_title, part_chip
from webapp.directory.compare.answers import Answer
from webapp.domain.market import MarketPolicy
from webapp.domain.offers import Part, same_terms
from webapp.i18n import format_day, today_in
from webapp.offers import queries as offers
from webapp.offers.change_words import public_differences
from webapp.offers.queries import KeptOffer
from webapp.settings import current_settings, market_policy


@dataclass(frozen=True, slots=True)
class ChangedOffer:
    """An offer that no longer says what the kept comparison rested on; `changes` in words."""

    clinic: str
    title: str
    changes: list[str]


def versions_used(answers: Iterable[Answer]) -> str:
    """The offers that the bills rest on with their versions, as `seen=` takes them."""
    used = [
        answer.offers[purchase.ref]
        for answer in answers
        for purchase in answer.mix.purchases
        if purchase.ref in answer.offers
    ]
    return "_".join(f"{offer.id}.{offer.version}" for offer in used)


def changed_since(
    seen: Sequence[tuple[int, int]], clinics: Mapping[int, Clinic], names: Names, now: datetime
) -> list[ChangedOffer]:
    """What changed in the offers of these clinics since those versions; one statement, none where `seen` is empty."""
    found: list[ChangedOffer] = []
    for kept in offers.versions(seen).values():
        clinic = clinics.get(kept.clinic_id)
        if clinic is not None and (changed := _changed(kept, clinic, names, now)) is not None:
            found.append(changed)
    return found


def _part(part: Part, names: Names, policy: MarketPolicy) -> str:
    """Rejuran Healer 2 ml × 3."""
    chip = part_chip(part, names, policy)
    times = f"× {chip.sessions}" if chip.sessions > 1 else None
    return " ".join(filter(None, (chip.name, chip.quantity, times)))


def _changed(kept: KeptOffer, clinic: Clinic, names: Names, now: datetime) -> ChangedOffer | None:
    policy = market_policy(clinic.country)
    if not policy.shows_prices(clinic.authority):
        return None
    # Its title of today: the old one may have been taken down for a reason.
    title = offer_title((kept.current or kept).terms, names, policy)
    if kept.current is None:
        gone = (
            _("It left the price list on %(day)s.", day=format_day(kept.retired_on))
            if kept.retired_on
            else ""
        )
        return ChangedOffer(clinic_name(clinic), title, [gone])
    on = today_in(clinic.country, now)
    line = policy.price_line(kept.current.terms, clinic, on, current_settings().price_age_days)
    rows = public_differences(
        kept.terms, kept.current.terms, line, policy, lambda part: _part(part, names, policy)
    )
    words = [
        _("%(what)s: %(now)s", what=row.label, now=row.after or _("not stated"))
        if row.before is None
        else _(
            "%(what)s: %(then)s before, %(now)s now",
            what=row.label,
            then=row.before or _("not stated"),
            now=row.after or _("not stated"),
        )
        for row in rows
    ]
    if not words and same_terms(kept.terms, kept.current.terms):
        return None
    # What changed may be what a public page of this market does not say.
    return ChangedOffer(clinic_name(clinic), title, words or [_("Its terms are other ones now.")])
