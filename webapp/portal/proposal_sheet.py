"""Changes that a feed or a page wants, in words: what is there now, what it would be, and where that was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.listing_diff import Bound
from webapp.domain.offers import OfferTerms
from webapp.moderation.models import Proposal
from webapp.moderation.services import proposals
from webapp.offers.change_words import Difference
from webapp.offers.terms_json import terms_from_json
from webapp.portal.differences import PriceStep, differences, price_step
from webapp.portal.price_sheet import Names, part_words

_ORIGINS = {
    "feed": _l("your price list on the web"),
    "page": _l("your web page"),
    "import": _l("a file that the operator imported"),
    "staff": _l("our staff"),
}

_COLUMNS = {
    "name": _l("Name"),
    "name_zh": _l("Name in Chinese"),
    "name_ko": _l("Name in Korean"),
    "name_local": _l("Name in the local script"),
    "address": _l("Address"),
    "unit": _l("Floor and unit"),
    "postal_code": _l("Postal code"),
    "hours": _l("Opening hours"),
    "phone": _l("Telephone"),
    "website": _l("Web page"),
    "languages": _l("Languages"),
    "licence_no": _l("Licence number"),
    "registration_no": _l("Registration number"),
    "register_url": _l("Entry in the public register"),
    "checked_on": _l("Checked on"),
}

# Why a change is only ever accepted by hand, by the code of the bound that it breaks.
_BOUNDS = {
    Bound.RATIO: _l(
        "The price would be a tenth of what it was, or ten times. Is a digit missing or too many?"
    ),
    Bound.CURRENCY: _l("The currency is another one."),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One proposal. `step` and `fields` are what is different; `holds` what a new offer holds."""

    number: int
    title: str
    what: str
    step: PriceStep | None
    fields: list[Difference]
    holds: list[str]
    origin: str
    source: str
    seen_on: date
    bound: str | None


def change(row: Proposal, names: Names) -> Change:
    """The proposal in words."""
    title, what, step, fields, holds = _said(row, names)
    return Change(
        number=row.id,
        title=title,
        what=what,
        step=step,
        fields=fields,
        holds=holds,
        origin=str(_ORIGINS.get(row.origin, row.origin)),
        source=row.source,
        seen_on=row.seen_on,
        bound=bound_words(row.out_of_bounds),
    )


def bound_words(code: str | None) -> str | None:
    """Why it needs a tick of its own; None: it is within bounds."""
    if code is None:
        return None
    return str(_BOUNDS[Bound(code)]) if code in set(Bound) else _("It is unlike what you had before.")


_Said = tuple[str, str, PriceStep | None, list[Difference], list[str]]


def _said(row: Proposal, names: Names) -> _Said:
    if row.action == proposals.CHANGE_CLINIC:
        return _("Your clinic"), _("another detail"), None, _columns(row.before, row.after), []
    if row.action == proposals.CHANGE_PRACTITIONER:
        what = _("a new doctor") if row.before is None else _("another detail of a doctor")
        return row.subject, what, None, _columns(row.before or {}, row.after), []
    before = _terms(row.before)
    if row.action == proposals.RETIRE_OFFER:
        return before.title if before else row.subject, _("no longer there: would be retired"), None, [], []
    after = _terms(row.after)
    if after is None:
        return row.subject, "", None, [], []
    step = price_step(before, after)
    if before is None:
        return after.title, _("a new offer"), step, [], [part_words(part, names) for part in after.parts]
    return (
        before.title,
        _("another price") if step else _("other terms"),
        step,
        differences(before, after, names),
        [],
    )


def _terms(values: Any) -> OfferTerms | None:
    return terms_from_json(values) if values else None


def _columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(name, str(_COLUMNS.get(name, name)), str(before.get(name) or ""), str(value or ""))
        for name, value in after.items()
        if before.get(name) != value
    ]
