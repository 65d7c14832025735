"""The query of /plan: treatments with the reader's own numbers, a first day, a journey.

What cannot be read is named beside its field, with what was typed kept; the rest is planned all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from webapp.directory.forms import Query, plain_text, text_at, treatment_slug, whole_number
from webapp.directory.labels import MARKETS
from webapp.domain.course_plan import Span
from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.trips import Way
from webapp.domain.units import InvalidQuantity, Quantity, UnknownUnit
from webapp.domain.want_syntax import (
    MAX_MONTHS,
    MAX_NIGHTS,
    MAX_WANTS,
    MAX_WEEKS,
    UnreadWant,
    quantity_text,
    read_want,
    write_want,
)
from webapp.i18n import format_day

MAX_YEARS = 3
# A course that began longer ago is over, and nobody books one further ahead.
YEARS_BACK, YEARS_AHEAD = 3, 3

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One treatment as typed, and as understood: `slug` None where the row is empty or cannot be read.

    The three numbers are the reader's own; None leaves them to the sources. `quantity` is not planned with: it
    is kept for the way back to the comparison.
    """

    treatment: str
    sessions_text: str = ""
    interval_weeks_text: str = ""
    maintenance_months_text: str = ""
    quantity: Quantity | None = None
    slug: str | None = None
    sessions: int | None = None
    interval_weeks: int | None = None
    maintenance_months: int | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """Where the sessions are if not at home, how she comes to them, and her own nights after a session."""

    place: str
    way: Way
    nights: int


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """Everything the page was asked. `errors` by the id of the field, in words of the reader's language."""

    rows: tuple[Row, ...]
    start: date | None
    start_text: str
    years: int
    trip: Trip | None
    place_text: str
    way: Way
    nights_text: str
    errors: Mapping[str, str]

    @property
    def planned(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.slug is not None)

    @property
    def personal(self) -> bool:
        """Is it somebody's plan, and more than the name of a treatment? Then it is no page for a search engine."""
        own = any(
            (row.sessions, row.interval_weeks, row.maintenance_months) != (None,) * 3 for row in self.rows
        )
        return bool(own or self.start_text or self.trip or self.errors or len(self.rows) > 1)


def read_plan(args: Query, known: Mapping[str, object], today: date) -> PlanQuery:
    """The query of the page and of its calendar file; `known` holds every treatment by slug."""
    errors: dict[str, str] = {}
    rows = _rows(args, known, errors)
    start_text = plain_text(args.get("start"))[:40]
    place_text = plain_text(args.get("place"))[:20]
    nights_text = plain_text(args.get("nights"))[:20]
    way = Way.STAY if args.get("way") == Way.STAY.value else Way.TRIPS
    trip = None
    if place_text and place_text not in MARKETS:
        errors["place"] = _("We do not know the place “%(text)s”. Choose one of the list.", text=place_text)
    nights = whole_number(nights_text, 0, MAX_NIGHTS)
    if nights_text and nights is None:
        errors["nights"] = _("Write a whole number of nights up to %(max)s.", max=MAX_NIGHTS)
    if place_text in MARKETS:
        trip = Trip(place_text, way, nights or 0)
    years_text = plain_text(args.get("years"))[:20]
    years = whole_number(years_text, 1, MAX_YEARS)
    if years_text and years is None:
        errors["years"] = _("Write a whole number from 1 to %(max)s.", max=MAX_YEARS)
    return PlanQuery(
        rows=rows,
        start=_start(start_text, today, errors),
        start_text=start_text,
        years=years or 1,
        trip=trip,
        place_text=place_text,
        way=way,
        nights_text=nights_text,
        errors=errors,
    )


def write_plan(query: PlanQuery) -> dict[str, Any]:
    """The arguments of `url_for` for the same plan: always the same ones in the same order for the same plan."""
    rows = query.planned
    kept: dict[str, Any] = {"treatment": [row.slug for row in rows]}
    columns: dict[str, list[int | None] | list[str | None]] = {
        "sessions": [row.sessions for row in rows],
        "interval_weeks": [row.interval_weeks for row in rows],
        "maintenance_months": [row.maintenance_months for row in rows],
        "quantity": [quantity_text(row.quantity) or None for row in rows],
    }
    for name, values in columns.items():
        if any(value is not None for value in values):
            kept[name] = ["" if value is None else value for value in values]
    if query.start is not None:
        kept["start"] = query.start.isoformat()
    if query.years != 1:
        kept["years"] = query.years
    if query.trip is not None:
        kept |= {"place": query.trip.place, "way": query.trip.way.value, "nights": query.trip.nights}
    return kept


def compare_arguments(query: PlanQuery) -> dict[str, Any]:
    """The arguments of `url_for` for the comparison of the same treatments; one session where she gave no number."""
    rows = query.planned
    wants = [Want(row.slug or "", row.sessions or 1, row.quantity) for row in rows]
    kept: dict[str, Any] = {"want": [write_want(want) for want in wants]}
    for name, numbers in (
        ("interval_weeks", [row.interval_weeks for row in rows]),
        ("maintenance_months", [row.maintenance_months for row in rows]),
    ):
        if any(number is not None for number in numbers):
            kept[name] = ["" if number is None else number for number in numbers]
    return kept


def own(number: int | None) -> Span | None:
    """The reader's own number in place of what the sources give."""
    return None if number is None else Span(number, number)


def _rows(args: Query, known: Mapping[str, object], errors: dict[str, str]) -> tuple[Row, ...]:
    """Rows of `want`, then rows of the form's own fields; empty ones are dropped, too many are refused."""
    typed: list[tuple[str, str, str]] = []
    for text in args.getlist("want")[: MAX_WANTS + 1]:
        try:
            want = read_want(text)
        except UnreadWant:
            errors["plan"] = _("We cannot read “%(text)s” in the address.", text=plain_text(text)[:60])
            # The numbers after it still belong to the rows after it.
            typed.append(("", "", ""))
            continue
        typed.append((want.treatment, str(want.sessions), quantity_text(want.quantity)))
    treatments, sessions, quantities = (args.getlist(name) for name in ("treatment", "sessions", "quantity"))
    typed += [
        (plain_text(treatments[number])[:80], text_at(sessions, number), text_at(quantities, number))
        for number in range(min(len(treatments), MAX_WANTS + 2))
    ]
    weeks, months = args.getlist("interval_weeks"), args.getlist("maintenance_months")
    filled = [
        Row(treatment, count, text_at(weeks, number), text_at(months, number), _quantity(quantity))
        for number, (treatment, count, quantity) in enumerate(typed)
        if treatment
    ]
    if len(filled) > MAX_WANTS:
        errors["plan"] = _("One plan holds at most %(max)s treatments.", max=MAX_WANTS)
    return tuple(_understood(number, row, known, errors) for number, row in enumerate(filled[:MAX_WANTS]))


def _understood(number: int, row: Row, known: Mapping[str, object], errors: dict[str, str]) -> Row:
    slug = treatment_slug(row.treatment)
    if slug is None or slug not in known:
        slug = None
        errors[f"treatment-{number}"] = _(
            "We do not know the treatment “%(text)s”. Choose one of the list.", text=row.treatment[:60]
        )
    limits = {"sessions": MAX_SESSIONS, "interval_weeks": MAX_WEEKS, "maintenance_months": MAX_MONTHS}
    texts = (row.sessions_text, row.interval_weeks_text, row.maintenance_months_text)
    numbers: dict[str, int | None] = {}
    for (name, most), text in zip(limits.items(), texts, strict=True):
        numbers[name] = whole_number(text, 1, most)
        if text and numbers[name] is None:
            errors[f"{name}-{number}"] = _("Write a whole number from 1 to %(max)s.", max=most)
    return Row(
        row.treatment,
        *texts,
        quantity=row.quantity,
        slug=slug,
        sessions=numbers["sessions"],
        interval_weeks=numbers["interval_weeks"],
        maintenance_months=numbers["maintenance_months"],
    )


def _start(text: str, today: date, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        errors["start"] = _(
            "We cannot read “%(text)s” as a date. Write year, month and day, like %(example)s.",
            text=text,
            example=today.isoformat(),
        )
        return None
    # The first of the year, so that the bounds are there in every year.
    first, last = date(today.year - YEARS_BACK, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    if not first <= day <= last:
        errors["start"] = _(
            "Write a day between %(first)s and %(last)s.", first=format_day(first), last=format_day(last)
        )
        return None
    return day


def _quantity(text: str) -> Quantity | None:
    """It stands in a hidden field, so there is nobody to tell that it cannot be read."""
    try:
        return Quantity.parse(text) if text else None
    except (InvalidQuantity, UnknownUnit):
        return None
