"""How the sheet begins: the terms of an answer as the fields of the form."""

from collections.abc import Sequence
from typing import Any

from webapp.domain.offers import Want
from webapp.domain.quotes import Inclusion, QuoteLine, QuoteTerms, answer
from webapp.domain.units import Quantity, number_text


def fields_of(terms: QuoteTerms | None, wants: Sequence[Want]) -> dict[str, Any]:
    """The form's data: the lines of `terms`, and a row without a price for what of `wants` they leave out.

    A want's quantity None: not said. An area that a line leaves open is the one that is wanted, where it is wanted in
    one only.
    """
    rows = [_row(line, wants) for line in terms.lines] if terms else []
    rows += [
        {
            "treatment": want.treatment,
            "sessions": missing,
            "area": want.area or "",
            **_amount(want.quantity),
        }
        for want, missing in _missing(terms, wants)
        if missing > 0
    ]
    return {"lines": rows} | (_terms(terms) if terms else {})


def _missing(terms: QuoteTerms | None, wants: Sequence[Want]) -> list[tuple[Want, int]]:
    """How many sessions of each want no line holds, as the bill will say it: each session serves one want only."""
    if terms is None:
        return [(want, want.sessions) for want in wants]
    return [(one.want, one.short) for one in answer(terms, wants, terms.answered_on).covered]


def _row(line: QuoteLine, wants: Sequence[Want]) -> dict[str, Any]:
    part = line.part
    areas = {want.area or "" for want in wants if want.treatment == part.treatment}
    asked = areas.pop() if len(areas) == 1 else ""
    return {
        "treatment": part.treatment or "",
        "words": part.words or ("" if part.treatment else line.title),
        "sessions": part.sessions,
        "area": ";".join(part.areas) or asked,
        "price": line.price.major(),
        "quantity": part.quantity,
        "unit": part.unit or "",
    }


def _amount(quantity: Quantity | None) -> dict[str, Any]:
    return {} if quantity is None else {"quantity": quantity.value, "unit": quantity.unit.value}


def _terms(terms: QuoteTerms) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tax": terms.tax.value,
        "tax_rate": number_text(terms.tax_rate) if terms.tax_rate is not None else None,
        "consultation": terms.consultation or "",
        "consultation_fee": terms.consultation_fee.major() if terms.consultation_fee else "",
        "consultation_waived": bool(terms.consultation_waived),
        "no_other_fees": terms.named_fees == (),
        "fees": [{"name": fee.name, "amount": fee.amount.major()} for fee in terms.named_fees or ()],
        "injector": terms.injector or "",
        "injector_name": terms.injector_name or "",
        "aftercare": terms.aftercare or "",
        "aftercare_language": terms.aftercare_language or "",
        "conditions": terms.conditions or "",
        "valid_until": terms.valid_until,
    }
    for inclusion in Inclusion:
        stated = terms.inclusions.get(inclusion)
        found[inclusion.value] = stated.how.value if stated else ""
        found[f"{inclusion.value}_amount"] = stated.amount.major() if stated and stated.amount else ""
    return found
