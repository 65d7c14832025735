"""Between the offer form and the domain's terms: what is typed becomes terms, and terms fill the form again."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from webapp.domain.money import Money
from webapp.domain.offers import (
    TERM_TYPES,
    Consultation,
    Eligibility,
    Fee,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    Tax,
)
from webapp.domain.units import Unit
from webapp.offers.labels import ANSWERS, WORDS
from webapp.portal.forms.offers import MAX_FEES, NO_FEES, OTHER, SOME_FEES, OfferForm, PartForm

_BETWEEN_AREAS = re.compile(r"[;,、，；/]")
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Typed:
    """The terms, and which rows of the form their parts and fees come from: empty rows say nothing."""

    terms: OfferTerms
    part_rows: tuple[int, ...]
    fee_rows: tuple[int, ...]


def typed(form: OfferForm, currency: str) -> Typed:
    """The terms that a form without findings states. Source and date are not the form's to say."""
    part_rows = tuple(n for n, entry in enumerate(form.parts) if not entry.form.is_empty)
    fee_rows = tuple(n for n, entry in enumerate(form.other_fees) if not entry.form.is_empty)
    fee_amount = form.consultation_fee.money
    consultation = Consultation(form.consultation.data) if form.consultation.data else None
    if consultation is None and fee_amount is not None:
        consultation = Consultation.FEE
    terms = OfferTerms(
        title=form.title.data or "",
        currency=currency,
        price=form.price.money,
        parts=tuple(_part(form.parts[n].form) for n in part_rows),
        tax=Tax(form.tax.data),
        # A rate of a tax that nobody says is in the price or on top says nothing.
        tax_rate=None if form.tax.data == Tax.UNKNOWN else form.tax_rate.data,
        price_kind=PriceKind(form.price_kind.data),
        price_basis=PriceBasis(form.price_basis.data),
        regular_price=form.regular_price.money,
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
        event_target=form.event_target.data or None,
        event_scope=form.event_scope.data or None,
        consultation=consultation,
        consultation_fee=fee_amount if consultation is Consultation.FEE else None,
        consultation_waived=_YES_NO.get(form.consultation_waived.data or ""),
        other_fees=_fees(form, fee_rows, currency),
        parts_complete=not form.parts_missing.data,
        **{name: _stated(form[name].data, TERM_TYPES[name]) for name in ANSWERS},
    )
    return Typed(terms, part_rows, fee_rows)


def prefilled(terms: OfferTerms) -> dict[str, Any]:
    """What the form of an offer holds before anything is typed."""
    fees = [{"name": fee.name, "amount": fee.amount.major()} for fee in terms.other_fees or ()]
    return {
        "title": terms.title,
        "parts": [_part_cells(part) for part in terms.parts] or [{}],
        "parts_missing": not terms.parts_complete,
        "price": _major(terms.price),
        "tax": terms.tax.value,
        "tax_rate": terms.tax_rate,
        "price_kind": terms.price_kind.value,
        "price_basis": terms.price_basis.value,
        "regular_price": _major(terms.regular_price),
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "event_target": terms.event_target,
        "event_scope": terms.event_scope,
        "consultation": terms.consultation.value if terms.consultation else "",
        "consultation_fee": _major(terms.consultation_fee),
        "consultation_waived": _word(terms.consultation_waived),
        "fees": "" if terms.other_fees is None else SOME_FEES if fees else NO_FEES,
        "other_fees": [*fees, *({} for _row in range(MAX_FEES - len(fees)))],
        **{name: _typed_before(getattr(terms, name)) for name in ANSWERS},
    }


def blank(tax_rate: Decimal | None) -> dict[str, Any]:
    """What the form of a new offer holds: the commonest answers, each beside its question."""
    return {
        "parts": [{"sessions": 1}],
        "tax": Tax.INCLUSIVE.value,
        "tax_rate": tax_rate,
        "price_kind": PriceKind.REGULAR.value,
        "price_basis": PriceBasis.TOTAL.value,
        "eligibility": Eligibility.ANY.value,
    }


def _stated(data: Any, kind: Any) -> Any:
    """What the field of an answer holds as the terms have it; empty is None."""
    if kind is bool:
        return _YES_NO.get(data or "")
    return (kind(data) if kind in WORDS else data) if data else None


def _typed_before(value: Any) -> Any:
    """An answer of the terms as its field holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.value if isinstance(value, StrEnum) else value


def _part(row: PartForm) -> Part:
    areas = (area.strip() for area in _BETWEEN_AREAS.split(row.areas.data or ""))
    return Part(
        treatment=None if row.treatment.data == OTHER else row.treatment.data,
        quantity=row.quantity.data.normalize() if row.quantity.data is not None else None,
        unit=Unit(row.unit.data) if row.unit.data else None,
        sessions=row.sessions.data or 1,
        areas=tuple(dict.fromkeys(area for area in areas if area)),
        interval_weeks=row.interval_weeks.data,
        words=row.words.data or None,
    )


def _part_cells(part: Part) -> dict[str, Any]:
    return {
        "treatment": part.treatment or OTHER,
        "quantity": part.quantity,
        "unit": part.unit.value if part.unit else "",
        "sessions": part.sessions,
        "words": part.words,
        "areas": "; ".join(part.areas),
        "interval_weeks": part.interval_weeks,
    }


def _fees(form: OfferForm, rows: tuple[int, ...], currency: str) -> tuple[Fee, ...] | None:
    filled = [form.other_fees[n].form for n in rows]
    if not filled:
        return () if form.fees.data == NO_FEES else None
    return tuple(Fee(row.name.data or "", row.amount.money or Money(0, currency)) for row in filled)


def _major(money: Money | None) -> str:
    return money.major() if money is not None else ""


def _word(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"
