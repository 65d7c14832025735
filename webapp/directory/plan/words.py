"""Days, spans of numbers and sessions of a plan in the reader's language."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_interval, format_skeleton
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.course_dates import Avoid, DayRange, Session, Trace
from webapp.domain.course_plan import Span
from webapp.domain.facts import Range
from webapp.i18n import current_language, format_day, listed

AFTER = {
    Trace.REDNESS: _l("Redness and swelling"),
    Trace.BUMPS: _l("Bumps"),
    Trace.BRUISE: _l("Bruises"),
    Avoid.SUN: _l("sun"),
    Avoid.SAUNA: _l("sauna"),
    Avoid.EXERCISE: _l("hard exercise"),
    Avoid.DRINKING: _l("heavy drinking"),
    Avoid.WARM_WATER: _l("warm water on the face"),
    Avoid.MAKE_UP: _l("make-up"),
}


def days_words(days: DayRange) -> str:
    """3 November 2026, or 30 November – 6 December 2026."""
    if days.exact:
        return format_day(days.earliest)
    return str(format_interval(days.earliest, days.latest, skeleton="yMMMMd", locale=_locale()))


def short_days_words(days: DayRange) -> str:
    """3 Nov, or 30 Nov – 6 Dec, beside a day that has its year."""
    if days.exact:
        return str(format_skeleton("MMMd", days.earliest, locale=_locale()))
    return str(format_interval(days.earliest, days.latest, skeleton="MMMd", locale=_locale()))


def last_days_words(session: Session, start: date, lasts: Range) -> str:
    """The last day of what lasts so long after a session; where the session has no one day, how long that is."""
    days = session.days(start)
    if days.exact:
        return short_days_words(days.longer(lasts))
    return _("%(days)s later", days=day_count_words(lasts))


def month_words(day: date) -> str:
    """Nov, 11月, 11월."""
    return str(format_skeleton("MMM", day, locale=_locale()))


def _locale() -> str:
    # British dates, as everywhere on the site.
    return "en_GB" if current_language() == "en" else str(get_locale())


def sessions_words(span: Span) -> str:
    if span.low == span.high:
        return ngettext("%(num)s session", "%(num)s sessions", span.low)
    return _("%(low)s to %(high)s sessions", low=span.low, high=span.high)


def weeks_words(span: Span) -> str:
    if span.low == span.high:
        return ngettext("%(num)s week", "%(num)s weeks", span.low)
    return _("%(low)s to %(high)s weeks", low=span.low, high=span.high)


def months_words(span: Span) -> str:
    if span.low == span.high:
        return ngettext("%(num)s month", "%(num)s months", span.low)
    return _("%(low)s to %(high)s months", low=span.low, high=span.high)


def nights_words(span: Span) -> str:
    if span.low == span.high:
        return ngettext("%(num)s night", "%(num)s nights", span.low)
    return _("%(low)s to %(high)s nights", low=span.low, high=span.high)


def day_count_words(days: Range) -> str:
    if days.low == days.high:
        return ngettext("%(num)s day", "%(num)s days", days.low)
    return _("%(low)s to %(high)s days", low=days.low, high=days.high)


def session_name(session: Session) -> str:
    if session.maintenance:
        return _("To keep it up, %(number)s", number=session.number)
    return _("Session %(number)s", number=session.number)


def when_words(session: Session, start: date | None, every: Span | None) -> str:
    """The day or days of a session, or how long after the first it is; `every` are the months of maintenance."""
    if start is not None:
        return days_words(session.days(start))
    if session.maintenance and every is not None:
        after = Span(every.low * session.number, every.high * session.number)
        return _("%(months)s after the last session", months=months_words(after))
    low, high = session.earliest.weeks, session.latest.weeks
    if low == high:
        return _("week %(number)s", number=low)
    return _("week %(low)s to %(high)s", low=low, high=high)


def after_words(kinds: Sequence[Trace | Avoid]) -> str:
    """Several things in one line: sauna, hard exercise."""
    return listed(AFTER[kind] for kind in kinds)
