"""Courses over time in words: what they are reckoned with and from whom, and the years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.directory.compare.columns import Column
from webapp.directory.compare.course import Assumed, OverTime
from webapp.domain.basket import Mix
from webapp.domain.course_plan import Assumption, Span, clinic_interval, outlasts
from webapp.domain.money import Money
from webapp.i18n import format_money, listed
from webapp.treatments import queries as treatments


@dataclass(frozen=True, slots=True)
class AssumedLine:
    """What a treatment's course is reckoned with; `unsaid` names what no source says."""

    treatment: str
    said: list[str]
    unsaid: str | None


@dataclass(frozen=True, slots=True)
class YearLine:
    """A clinic's costs by year; None is incomplete."""

    name: str
    chosen: str | None
    first: str | None
    following: str | None


def assumed_lines(courses: Sequence[Assumed], labels: Mapping[str, str]) -> list[AssumedLine]:
    """One per treatment; `labels` are their public names by slug."""
    titles = treatments.source_titles()
    return [_assumed(course, labels[course.want.treatment], titles) for course in courses]


def _assumed(course: Assumed, label: str, sources: Mapping[str, str]) -> AssumedLine:
    chosen = Span(course.want.sessions, course.want.sessions)
    known = [
        (course.sessions, _sessions, _("how many sessions")),
        (course.interval_weeks, _weeks, _("how far apart")),
        (course.maintenance_months, _months, _("how often it is repeated")),
    ]
    said: list[str] = []
    for figure, words, _name in known:
        if figure is None:
            continue
        own = [_("%(figure)s (yours)", figure=words(figure.span))] if figure.own else []
        if figure is course.sessions and figure.span != chosen:
            own = [_("%(figure)s (your choice)", figure=_sessions(chosen))]
        said.append(listed([*own, *_as_sourced(figure, words, sources)], "; "))
    open_ = [name for figure, _words, name in known if figure is None]
    return AssumedLine(label, said, _("No source says: %(what)s.", what=listed(open_)) if open_ else None)


def _as_sourced(figure: Assumption, words: Callable[[Span], str], sources: Mapping[str, str]) -> list[str]:
    """Each figure once, with all the documents that give it."""
    found: dict[Span, list[str]] = {}
    for row in figure.sources:
        span = Span(row.range.low, row.range.high)
        found.setdefault(span, []).append(sources.get(row.source, row.source))
    return [
        _("%(figure)s (%(source)s)", figure=words(span), source=listed(documents, "; "))
        for span, documents in found.items()
    ]


def _span(span: Span) -> str:
    return str(span.low) if span.low == span.high else f"{span.low}–{span.high}"


def _sessions(span: Span) -> str:
    return ngettext("%(span)s session", "%(span)s sessions", span.high, span=_span(span))


def _weeks(span: Span) -> str:
    return ngettext("%(span)s week apart", "%(span)s weeks apart", span.high, span=_span(span))


def _months(span: Span) -> str:
    return ngettext("again after %(span)s month", "again after %(span)s months", span.high, span=_span(span))


def time_notes(mix: Mix, courses: Sequence[Assumed]) -> list[str]:
    """What the offers of a mix say of time: the clinic's own interval, and sessions that expire too soon."""
    notes: list[str] = []
    own = clinic_interval(part for purchase in mix.purchases for part in purchase.terms.parts)
    if own is not None:
        notes.append(_("The clinic itself says: %(interval)s.", interval=_weeks(own)))
    for purchase in mix.purchases:
        days = purchase.terms.expires_after_days
        for part in purchase.terms.parts:
            assumed = next(
                (one.interval_weeks for one in courses if one.want.treatment == part.treatment), None
            )
            span = own or (assumed.span if assumed is not None else None)
            if span is not None and outlasts(part.sessions, span.high, days):
                notes.append(
                    ngettext(
                        "Bought together, its sessions expire after %(num)s day: too soon for all of them.",
                        "Bought together, its sessions expire after %(num)s days: too soon for all of them.",
                        days or 0,
                    )
                )
    return list(dict.fromkeys(notes))


def year_line(column: Column, found: OverTime) -> YearLine:
    """A row of the table of years."""
    return YearLine(column.name, column.total, _range(found.costs.first), _range(found.costs.following))


def _range(found: tuple[Money, Money] | None) -> str | None:
    if found is None:
        return None
    low, high = found
    if low == high:
        return format_money(low)
    return _("%(low)s to %(high)s", low=format_money(low), high=format_money(high))
