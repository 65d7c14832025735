"""Texts of a clinic that a person still has to read: what the clinic itself goes on working with meanwhile.

The public keeps the earlier text. Whoever edits the offer sees the newer one, so that saving something else does
not take it back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.clinics.models import Clinic
from webapp.domain.offers import OfferTerms
from webapp.moderation.models import HeldText
from webapp.moderation.services import texts


def by_ref(clinic: Clinic) -> Mapping[str, Sequence[HeldText]]:
    """The waiting texts of the clinic's offers, by the offer's ref."""
    found: dict[str, list[HeldText]] = {}
    for held in texts.waiting(clinic):
        if held.subject:
            found.setdefault(held.subject, []).append(held)
    return found


def kept(terms: OfferTerms, before: OfferTerms, waiting: Iterable[HeldText]) -> OfferTerms:
    """The terms with each waiting text where they say what is public (`before`): there nobody wrote another one."""
    given, public = texts.texts_of(terms), texts.texts_of(before)
    for held in waiting:
        if held.field in given and given[held.field] == public.get(held.field):
            terms = _with(terms, held.field, held.text)
    return terms


def _with(terms: OfferTerms, field: str, text: str) -> OfferTerms:
    """One text of the terms replaced. `field` is as texts_of names it: "title", "parts.0.words"."""
    rows, _dot, rest = field.partition(".")
    if not rest:
        changes: dict[str, Any] = {field: text}
        return replace(terms, **changes)
    number = int(rest.partition(".")[0])
    if rows == "parts":
        parts = list(terms.parts)
        parts[number] = replace(parts[number], words=text)
        return replace(terms, parts=tuple(parts))
    fees = list(terms.other_fees or ())
    fees[number] = replace(fees[number], name=text)
    return replace(terms, other_fees=tuple(fees))
