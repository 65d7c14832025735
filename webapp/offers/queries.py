"""Reads of the offers room: what clinics sell, as the domain's terms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
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

# Terms and parts that were read lately are kept: most price lists say today what they said an hour ago, and a
# comparison reads up to two hundred of them. What an entry is found by is all that it says, so it is never old.
_KEPT = 5_000

_COLUMNS = (*SAME_NAME, *AMOUNTS.values())
_values = attrgetter(*_COLUMNS)
# As columns: rows of the mapper take several times as long.
_LISTED = (
    select(
        Offer.id,
        Offer.clinic_id,
        Offer.ref,
        Offer.version,
        Offer.other_fees,
        *(getattr(Offer, name) for name in _COLUMNS),
    )
    .where(Offer.retired_on.is_(None))
    .order_by(Offer.id)
)
_LISTED_PARTS = (
    select(
        OfferPart.offer_id, Treatment.slug, OfferPart.quantity, OfferPart.unit, OfferPart.sessions, OfferPart.areas,
        OfferPart.interval_weeks, OfferPart.words,
    )
    .join(Offer, Offer.id == OfferPart.offer_id)
    .outerjoin(Treatment, Treatment.id == OfferPart.treatment_id)
    .where(Offer.retired_on.is_(None))
    .order_by(OfferPart.offer_id, OfferPart.position)
)  # fmt: skip


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


def for_clinics(
    clinic_ids: Sequence[int], treatments: Collection[str] | None = None
) -> Mapping[int, Sequence[PublishedOffer]]:
    """The offers on these clinics' price lists, in their order: two statements, however many clinics.

    `treatments`: only the offers with a part of one of these, by slug; all their parts are there.
    """
    offers: dict[int, list[PublishedOffer]] = defaultdict(list)
    if not clinic_ids:
        return offers
    wanted: list[ColumnElement[bool]] = [Offer.clinic_id.in_(clinic_ids)]
    if treatments is not None:
        held = aliased(OfferPart)
        kinds = select(Treatment.id).where(Treatment.slug.in_(treatments))
        wanted.append(exists().where(held.offer_id == Offer.id, held.treatment_id.in_(kinds)))
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in db.session.execute(_LISTED_PARTS.where(*wanted)):
        parts[part[0]].append(_part(*part[1:]))
    for row in db.session.execute(_LISTED.where(*wanted)):
        number, clinic_id, ref, version, fees = row[:5]
        terms = _kept_terms(tuple(row[5:]), _hashable(fees), tuple(parts[number]))
        offers[clinic_id].append(PublishedOffer(number, clinic_id, ref, version, terms))
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


def offering(*treatment_slugs: str) -> Select[int]:
    """Ids of the clinics with an offer that holds one of the treatments, alone or in a combo; a subquery."""
    return (
        select(Offer.clinic_id)
        .join(Offer.parts)
        .join(Treatment, Treatment.id == OfferPart.treatment_id)
        .where(Treatment.slug.in_(treatment_slugs), Offer.retired_on.is_(None))
        .distinct()
    )


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
    parts = [
        _part(
            names[part.treatment_id] if part.treatment_id is not None else None,
            part.quantity,
            part.unit,
            part.sessions,
            part.areas,
            part.interval_weeks,
            part.words,
        )
        for part in row.parts
    ]
    return _terms(_values(row), _hashable(row.other_fees), tuple(parts))


_Fees = tuple[tuple[str | int, ...], ...]


def _hashable(fees: list[list[str | int]] | None) -> _Fees | None:
    return None if fees is None else tuple(map(tuple, fees))


def _terms(values: tuple[Any, ...], fees: _Fees | None, parts: tuple[Part, ...]) -> OfferTerms:
    """The terms from the values of _COLUMNS, the stored fees and the parts."""
    row = dict(zip(_COLUMNS, values, strict=True))
    currency = row["currency"]
    stated = {name: row[name] for name in SAME_NAME}
    for name, words in WORDS.items():
        if stated[name] is not None:
            stated[name] = words(stated[name])
    for name, column in AMOUNTS.items():
        stated[name] = None if row[column] is None else Money(row[column], currency)
    return OfferTerms(parts=parts, other_fees=fees_from_json(fees, currency), **stated)


_kept_terms = lru_cache(maxsize=_KEPT)(_terms)


def fees_from_json(fees: Iterable[Sequence[str | int]] | None, currency: str) -> tuple[Fee, ...] | None:
    """Stored fees ([[name, minor units], …]) as the domain's; None is "not stated" and stays so."""
    if fees is None:
        return None
    return tuple(Fee(str(name), Money(int(amount), currency)) for name, amount in fees)


@lru_cache(maxsize=_KEPT)
def _part(
    slug: str | None,
    quantity: Decimal | None,
    unit: str | None,
    sessions: int,
    areas: str | None,
    interval_weeks: int | None,
    words: str | None,
) -> Part:
    return Part(
        treatment=slug,
        quantity=quantity.normalize() if quantity is not None else None,
        unit=Unit(unit) if unit else None,
        sessions=sessions,
        areas=tuple(areas.split(";")) if areas else (),
        interval_weeks=interval_weeks,
        words=words,
    )
