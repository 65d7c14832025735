"""The query of /compare: the basket, the clinics, what the reader is, her currency and her travel.

The whole question stands in the address, so a link is the comparison. What cannot be read is named beside its
field, with what was typed kept, and the rest is answered all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from webapp.directory.forms import (
    MAX_COMPARED,
    Query,
    clinic_slugs,
    plain_text,
    text_at,
    treatment_slug,
    whole_number,
)
from webapp.domain.basket import Reader
from webapp.domain.money import EXPONENTS, InvalidAmount, Money, parse_major
from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.units import InvalidQuantity, Quantity, UnknownUnit
from webapp.domain.want_syntax import (
    MAX_MONTHS,
    MAX_NIGHTS,
    MAX_WANTS,
    MAX_WEEKS,
    UnreadWant,
    quantity_text,
    read_area,
    read_want,
    write_want,
)

# Versions of offers that a kept link may point at: five clinics with a handful each.
MAX_SEEN = 40

_ELIGIBILITY = {"first_visit": True, "returning": False}
_SEEN = re.compile(r"\d{1,9}\.\d{1,6}", re.ASCII)
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the basket as typed, and as understood: `want` None where it is empty or cannot be read.

    `weeks` between sessions and `months` until it is repeated are the reader's own, None where she left them
    or where what she typed, kept in the last two, is no such number.
    """

    treatment: str
    sessions: str
    quantity: str
    area: str
    weeks: int | None = None
    months: int | None = None
    want: Want | None = None
    weeks_text: str = ""
    months_text: str = ""


@dataclass(frozen=True, slots=True)
class Journeys:
    """The reader's own numbers for coming to the other market; None is "not said", and never zero.

    `home` is the market she lives in, "SG" or "KR". Amounts are in the currency of the comparison.
    """

    home: str | None
    per_trip: Money | None
    per_night: Money | None
    nights: int

    @property
    def asked(self) -> bool:
        return self.home is not None


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """Everything the page was asked. `errors` by the id of the field, in words of the reader's language.

    `currency` None: the market's own. `near` and `also` are places as typed, used when no clinic is named.
    `seen` are the (offer id, version) that a kept link points at.
    """

    rows: tuple[Row, ...]
    clinics: tuple[str, ...]
    too_many: bool
    near: str
    also: str
    currency: str | None
    reader: Reader
    by_price: bool
    journeys: Journeys
    travel_text: Mapping[str, str]
    seen: tuple[tuple[int, int], ...]
    errors: Mapping[str, str]

    @property
    def wants(self) -> tuple[Want, ...]:
        return tuple(row.want for row in self.rows if row.want is not None)


def read_compare(args: Query) -> CompareQuery:
    """The query of the page, and of its form."""
    errors: dict[str, str] = {}
    clinics = clinic_slugs(args.getlist("clinic"))
    code = plain_text(args.get("currency")).upper()
    currency = code if code in EXPONENTS else None
    if code and currency is None:
        errors["currency"] = _("We have no rate for “%(text)s”.", text=code[:10])
    if currency is None and (plain_text(args.get("trip")) or plain_text(args.get("night"))):
        # Her own amounts without a currency are in that of the market she lives in, and so is the comparison.
        currency = "KRW" if args.get("home", "").upper() == "KR" else "SGD"
    return CompareQuery(
        rows=_rows(args, errors),
        clinics=tuple(clinics[:MAX_COMPARED]),
        too_many=len(clinics) > MAX_COMPARED,
        near=plain_text(args.get("near")),
        also=plain_text(args.get("also")),
        currency=currency,
        reader=read_reader(args),
        by_price=args.get("sort") == "price",
        journeys=_journeys(args, currency, errors),
        travel_text={name: plain_text(args.get(name))[:20] for name in ("trip", "night", "nights")},
        seen=_seen(args.get("seen", "")),
        errors=errors,
    )


def read_reader(args: Query) -> Reader:
    """What the reader says of herself; anything else is "not said"."""
    return Reader(
        first_visit=_ELIGIBILITY.get(args.get("eligibility", "")),
        weekdays=_YES_NO.get(args.get("weekdays", "")),
        foreign=_YES_NO.get(args.get("foreign", "")),
    )


def write_query(query: CompareQuery, **change: Any) -> dict[str, Any]:
    """The arguments of `url_for` for the same question, with something changed; None takes a field away."""
    said = {True: "yes", False: "no"}
    kept: dict[str, Any] = {
        "want": [write_want(want) for want in query.wants],
        "clinic": list(query.clinics),
        "near": query.near,
        "also": query.also,
        "currency": query.currency,
        "eligibility": next(
            (name for name, value in _ELIGIBILITY.items() if value is query.reader.first_visit), None
        ),
        "weekdays": said.get(query.reader.weekdays) if query.reader.weekdays is not None else None,
        "foreign": said.get(query.reader.foreign) if query.reader.foreign is not None else None,
        "sort": "price" if query.by_price else None,
        "home": query.journeys.home,
        **query.travel_text,
    }
    wanted = [row for row in query.rows if row.want is not None]
    for name, numbers in (
        ("interval_weeks", [row.weeks for row in wanted]),
        ("maintenance_months", [row.months for row in wanted]),
    ):
        if any(number is not None for number in numbers):
            kept[name] = ["" if number is None else number for number in numbers]
    kept.update(change)
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def _rows(args: Query, errors: dict[str, str]) -> tuple[Row, ...]:
    """Rows of `want`, then rows of the form's own fields; more than MAX_WANTS are refused with a message.

    The two numbers of a course stand in the order of all rows, empty ones included.
    """
    rows: list[Row] = []
    weeks, months = args.getlist("interval_weeks"), args.getlist("maintenance_months")
    wanted = args.getlist("want")[: MAX_WANTS + 1]
    columns = [args.getlist(name)[: MAX_WANTS + 1] for name in ("treatment", "sessions", "quantity", "area")]
    for place in range(len(wanted) + len(columns[0])):
        number = len(rows)
        if place < len(wanted):
            row = _row_of_want(wanted[place], errors)
        else:
            typed = [
                plain_text(column[at])[:60] if (at := place - len(wanted)) < len(column) else ""
                for column in columns
            ]
            row = _typed_row(number, typed[0], typed[1], typed[2], typed[3], errors) if typed[0] else None
        if row is not None:
            weeks_text, months_text = text_at(weeks, place), text_at(months, place)
            row = replace(
                row,
                weeks=_whole(weeks_text, MAX_WEEKS, f"interval_weeks-{number}", errors),
                months=_whole(months_text, MAX_MONTHS, f"maintenance_months-{number}", errors),
                weeks_text=weeks_text,
                months_text=months_text,
            )
            rows.append(row)
    if len(rows) > MAX_WANTS:
        # Rows that are refused have no fields for errors of their own to stand at.
        for name in list(errors):
            row_number = name.rpartition("-")[2]
            if row_number.isdigit() and int(row_number) >= MAX_WANTS:
                del errors[name]
        errors["basket"] = _("We compare at most %(max)s treatments at a time.", max=MAX_WANTS)
    return tuple(rows[:MAX_WANTS])


def _row_of_want(text: str, errors: dict[str, str]) -> Row | None:
    try:
        want = read_want(text)
    except UnreadWant:
        errors["basket"] = _("We cannot read “%(text)s” in the address.", text=plain_text(text)[:60])
        return None
    return Row(want.treatment, str(want.sessions), quantity_text(want.quantity), want.area or "", want=want)


def _typed_row(
    number: int, treatment: str, sessions: str, quantity: str, area: str, errors: dict[str, str]
) -> Row:
    slug = treatment_slug(treatment)
    count = int(sessions) if sessions.isascii() and sessions.isdigit() and len(sessions) < 4 else None
    if not sessions:
        count = 1
    if count is None or not 1 <= count <= MAX_SESSIONS:
        errors[f"sessions-{number}"] = _("Write a number of sessions from 1 to %(max)s.", max=MAX_SESSIONS)
        count = None
    amount: Quantity | None = None
    unread = False
    if quantity:
        try:
            amount = Quantity.parse(quantity)
        except (InvalidQuantity, UnknownUnit):
            unread = True
            errors[f"quantity-{number}"] = _(
                "We cannot read “%(text)s”. Write 2 ml, 1 vial or 100 shots.", text=quantity
            )
    place = read_area(area)
    if area and place is None:
        unread = True
        errors[f"area-{number}"] = _("We cannot read “%(text)s”. Choose an area.", text=area)
    want = None
    if slug and count is not None and not unread:
        want = Want(slug, count, amount, place)
    return Row(treatment, sessions or "1", quantity, area, want=want)


def _whole(text: str, most: int, field: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    value = whole_number(text, 1, most)
    if value is None:
        errors[field] = _("Write a whole number from 1 to %(max)s.", max=most)
    return value


def _journeys(args: Query, currency: str | None, errors: dict[str, str]) -> Journeys:
    home = args.get("home", "").upper()
    amounts: dict[str, Money | None] = {}
    # Without a currency there are no amounts either: see read_compare.
    for name in ("trip", "night"):
        text = plain_text(args.get(name))[:20]
        amounts[name] = None
        if text:
            try:
                amounts[name] = parse_major(text, currency or "SGD")
            except InvalidAmount:
                errors[name] = _("Write an amount like 450 or 450.50, in the currency chosen above.")
    nights = plain_text(args.get("nights"))[:20]
    count = whole_number(nights, 0, MAX_NIGHTS)
    if nights and count is None:
        errors["nights"] = _("Write a whole number of nights up to %(max)s.", max=MAX_NIGHTS)
    return Journeys(home if home in ("SG", "KR") else None, amounts["trip"], amounts["night"], count or 0)


def _seen(text: str) -> tuple[tuple[int, int], ...]:
    """`12.3_15.1`: version 3 of offer 12, version 1 of offer 15. What is not of this form is left out."""
    found: dict[int, int] = {}
    for entry in text[:1000].split("_")[:MAX_SEEN]:
        offer, _dot, version = entry.partition(".")
        if _SEEN.fullmatch(entry):
            found[int(offer)] = int(version)
    return tuple(found.items())
