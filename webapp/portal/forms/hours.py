"""Opening hours as a row per weekday, read from and written as schema.org's text."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, TimeField
from wtforms.validators import Optional

from webapp.domain.listing_csv.hours import InvalidHours, OpeningSpan, Weekday, format_hours, parse_hours
from webapp.portal.forms.opened import OpenedForm

# A day's spans: minutes after midnight, opening and closing.
Spans = tuple[tuple[int, int], ...]
_MIDNIGHT = 24 * 60
_MON_TO_FRI = (Weekday.MO, Weekday.TU, Weekday.WE, Weekday.TH, Weekday.FR)


class DayForm(Form):
    """One weekday: open once, or twice with a break between. All empty: closed."""

    opens = TimeField(_l("Opens"), validators=[Optional()])
    closes = TimeField(_l("Closes"), validators=[Optional()])
    opens_again = TimeField(_l("Opens again"), validators=[Optional()])
    closes_again = TimeField(_l("Closes again"), validators=[Optional()])

    def spans(self) -> Spans:
        pairs = ((self.opens.data, self.closes.data), (self.opens_again.data, self.closes_again.data))
        return tuple((_minutes(opens), _closing(closes)) for opens, closes in pairs if opens and closes)

    def check(self) -> None:
        """Says beside the field what does not fit."""
        self._whole(self.opens, self.closes)
        self._whole(self.opens_again, self.closes_again)
        spans = self.spans()
        if self.errors:
            return
        if self.opens_again.data and not self.opens.data:
            _say(self.opens, _("Fill in the first opening, or use it alone."))
        for (opens, closes), field in zip(spans, (self.closes, self.closes_again), strict=False):
            if closes <= opens:
                _say(field, _("This is before it opens."))
        if len(spans) == 2 and not self.errors and spans[1][0] < spans[0][1]:
            _say(self.opens_again, _("This is before it closed the first time."))

    def _whole(self, opens: Any, closes: Any) -> None:
        """Both ends or none; what cannot be read as a time already has its error."""
        if opens.errors or closes.errors:
            return
        if (opens.data is None) != (closes.data is None):
            _say(closes if closes.data is None else opens, _("Give both times, or neither."))


class HoursForm(OpenedForm):
    """Seven rows under the days' own names, so that a row that is not sent moves no other."""

    mo = FormField(DayForm)
    tu = FormField(DayForm)
    we = FormField(DayForm)
    th = FormField(DayForm)
    fr = FormField(DayForm)
    sa = FormField(DayForm)
    su = FormField(DayForm)
    like_monday = BooleanField(_l("Tuesday to Friday are like Monday"))

    def validate_hours(self) -> bool:
        """Also checks each day's times against each other."""
        self.validate()
        unread = _MON_TO_FRI[1:] if self.like_monday.data else ()
        for day, row in self.rows():
            if day not in unread:
                row.check()
        return not self.errors

    def rows(self) -> list[tuple[Weekday, DayForm]]:
        """Monday first."""
        days = (self.mo, self.tu, self.we, self.th, self.fr, self.sa, self.su)
        return [(day, field.form) for day, field in zip(Weekday, days, strict=True)]

    def typed(self) -> dict[str, Any]:
        """What was typed, by the clinic's column: the text, or None where every day is empty."""
        week = {day: row.spans() for day, row in self.rows()}
        if self.like_monday.data:
            week |= dict.fromkeys(_MON_TO_FRI, week[Weekday.MO])
        return {"hours": as_text(week)}


def hours_form(hours: str | None) -> HoursForm:
    """The form filled from the clinic's text, or what a request brought."""
    form = HoursForm()
    if not form.is_submitted():
        week = as_week(hours) or {}
        form = HoursForm(data={day.lower(): _as_row(week.get(day, ())) for day in Weekday})
        form.remember({"hours": canonical(hours)})
    return form


def as_week(hours: str | None) -> Mapping[Weekday, Spans] | None:
    """Each day's spans in their order; None for a text that is no opening hours, or that says more than two spans
    of one day."""
    if not hours:
        return {}
    try:
        spans = parse_hours(hours)
    except InvalidHours:
        return None
    week = {
        day: tuple(sorted((span.opens, span.closes) for span in spans if day in span.days)) for day in Weekday
    }
    return None if any(len(day) > 2 for day in week.values()) else week


def as_text(week: Mapping[Weekday, Spans]) -> str | None:
    """schema.org's text, days with the same hours together; None where no day is open."""
    alike: dict[Spans, list[Weekday]] = {}
    for day in Weekday:
        if week.get(day):
            alike.setdefault(week[day], []).append(day)
    spans = [OpeningSpan(tuple(days), *span) for times, days in alike.items() for span in times]
    return format_hours(tuple(spans)) or None


def canonical(hours: str | None) -> str | None:
    """The text as this form would write it, so that the same hours compare equal; None for what it cannot show."""
    return as_text(as_week(hours) or {})


def _as_row(spans: Spans) -> dict[str, time | None]:
    names = (("opens", "closes"), ("opens_again", "closes_again"))
    return {
        name: _clock(minutes)
        for pair, span in zip(names, spans, strict=False)
        for name, minutes in zip(pair, span, strict=True)
    }


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _closing(moment: time) -> int:
    """A field for a time knows no 24:00: closing at 00:00 is the end of the day."""
    return _minutes(moment) or _MIDNIGHT


def _clock(minutes: int) -> time:
    return time(0, 0) if minutes == _MIDNIGHT else time(minutes // 60, minutes % 60)


def _say(field: Any, message: str) -> None:
    field.errors = [*field.errors, message]
