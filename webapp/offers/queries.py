"""Reads of the offers room: what clinics sell, as the domain's terms."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import aliased, selectinload

from webapp.domain.money import Money
from webapp.domain.offers import Fee, OfferTerms, Part
from webapp.domain.units import Unit
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart, OfferVersion
from webapp.offers.term_columns import AMOUNTS, SAME_NAME, WORDS
from webapp.offers.terms_json import terms_from_json
from webapp.row_ids import LARGEST
from webapp.treatments.models import Treatment


@dataclass(frozen=True, slots=True)
class PublishedOffer:
    """An offer as a page uses it: whose it is, its terms, and the number of their version (see `versions`)."""

    id: int
    clinic_id: int
    ref: str
    version: int
    terms: OfferTerms


@dataclass(frozen=True, slots=True)
class KeptOffer:
    """What an offer said in its version `number`, and what it says today: `current`, None once it has left the
    price list, on `retired_on`.
    """

    offer_id: int
    clinic_id: int
    number: int
    terms: OfferTerms
    current: PublishedOffer | None
    retired_on: date | None


def for_clinics(clinic_ids: Sequence[int]) -> Mapping[int, Sequence[PublishedOffer]]:
    """The offers on these clinics' price lists, in their order: three queries, however many clinics."""
    offers: dict[int, list[PublishedOffer]] = defaultdict(list)
    if not clinic_ids:
        return offers
    names = slugs()
    rows = db.session.scalars(
        select(Offer)
        .where(Offer.clinic_id.in_(clinic_ids), Offer.retired_on.is_(None))
        .order_by(Offer.id)
        .options(selectinload(Offer.parts))
    )
    for row in rows:
        offers[row.clinic_id].append(
            PublishedOffer(row.id, row.clinic_id, row.ref, row.version, terms_of(row, names))
        )
    return offers


def versions(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], KeptOffer]:
    """What these (offer id, version number) said, in one statement; a pair that never was is left out.

    Whether a clinic's offers may be shown at all is the caller's to ask.
    """
    asked = [pair for pair in pairs if all(0 < number <= LARGEST for number in pair)]
    if not asked:
        return {}
    kept, newest = aliased(OfferVersion), aliased(OfferVersion)
    rows = db.session.execute(
        select(
            kept.number, kept.terms, newest.terms, Offer.id, Offer.clinic_id, Offer.ref, Offer.version,
            Offer.source, Offer.verified_on, Offer.retired_on,
        )
        .join(Offer, Offer.id == kept.offer_id)
        .join(newest, and_(newest.offer_id == Offer.id, newest.number == Offer.version))
        .where(tuple_(kept.offer_id, kept.number).in_(asked))
    )  # fmt: skip
    found: dict[tuple[int, int], KeptOffer] = {}
    for number, then, now, offer_id, clinic_id, ref, version, source, verified_on, retired_on in rows:
        current = None
        if retired_on is None:
            # A confirmation is no version: source and date of the price are the row's.
            terms = replace(terms_from_json(now), source=source, verified_on=verified_on)
            current = PublishedOffer(offer_id, clinic_id, ref, version, terms)
        found[offer_id, number] = KeptOffer(
            offer_id, clinic_id, number, terms_from_json(then), current, retired_on
        )
    return found


def offering(treatment_slug: str) -> Select[int]:
    """Ids of the clinics with an offer that holds the treatment, alone or in a combo; a subquery."""
    return (
        select(Offer.clinic_id)
        .join(Offer.parts)
        .join(Treatment, Treatment.id == OfferPart.treatment_id)
        .where(Treatment.slug == treatment_slug, Offer.retired_on.is_(None))
        .distinct()
    )


def clinics_offering(treatment_slug: str) -> set[int]:
    """Ids of the clinics with an offer that holds the treatment, alone or in a combo."""
    return set(db.session.scalars(offering(treatment_slug)))


def clinics_per_treatment(clinic_ids: Sequence[int]) -> dict[str, int]:
    """How many of these clinics offer each treatment, by slug."""
    rows = db.session.execute(
        select(Treatment.slug, func.count(Offer.clinic_id.distinct()))
        .join(OfferPart, OfferPart.treatment_id == Treatment.id)
        .join(Offer, Offer.id == OfferPart.offer_id)
        .where(Offer.clinic_id.in_(clinic_ids), Offer.retired_on.is_(None))
        .group_by(Treatment.slug)
        .order_by(Treatment.slug)
    )
    return dict(rows.all())


def with_retired(clinic_id: int) -> list[tuple[Offer, OfferTerms]]:
    """Every offer that a clinic has or had, in its order, with its row: for those who keep the price list."""
    names = slugs()
    rows = db.session.scalars(
        select(Offer)
        .where(Offer.clinic_id == clinic_id)
        .order_by(Offer.id)
        .options(selectinload(Offer.parts))
    )
    return [(row, terms_of(row, names)) for row in rows]


def slugs() -> dict[int, str]:
    """The catalogue's slugs by row id."""
    return dict(db.session.execute(select(Treatment.id, Treatment.slug)).all())


def terms_of(row: Offer, names: Mapping[int, str] | None = None) -> OfferTerms:
    """The terms of one offer's row. `names` are `slugs()`, for who reads many."""
    if names is None:
        names = slugs()

    stated = dict(zip(SAME_NAME, _same_name(row), strict=True))
    for name, words in WORDS.items():
        if stated[name] is not None:
            stated[name] = words(stated[name])
    for name, column in AMOUNTS.items():
        amount = getattr(row, column)
        stated[name] = None if amount is None else Money(amount, row.currency)
    return OfferTerms(
        parts=tuple(_part(part, names) for part in row.parts),
        other_fees=fees_from_json(row.other_fees, row.currency),
        **stated,
    )


_same_name = attrgetter(*SAME_NAME)


def fees_from_json(fees: list[list[str | int]] | None, currency: str) -> tuple[Fee, ...] | None:
    """Stored fees ([[name, minor units], …]) as the domain's; None is "not stated" and stays so."""
    if fees is None:
        return None
    return tuple(Fee(str(name), Money(int(amount), currency)) for name, amount in fees)


def _part(row: OfferPart, names: Mapping[int, str]) -> Part:
    return Part(
        treatment=names[row.treatment_id] if row.treatment_id is not None else None,
        quantity=row.quantity.normalize() if row.quantity is not None else None,
        unit=Unit(row.unit) if row.unit else None,
        sessions=row.sessions,
        areas=tuple(row.areas.split(";")) if row.areas else (),
        interval_weeks=row.interval_weeks,
        words=row.words,
    )
