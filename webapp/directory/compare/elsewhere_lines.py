"""Here or there in words: each option as a short bill, and when going pays."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.directory.compare.elsewhere import Elsewhere, Stretch
from webapp.directory.labels import MARKETS
from webapp.domain.money import Money
from webapp.domain.trips import Journey, Open, Option, Way
from webapp.i18n import format_day, format_money

OPEN = {
    Open.PRICE: lambda: _("No clinic compared has a complete total for it."),
    Open.TRAVEL: lambda: _("Your travel costs are not said."),
}


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One way to take the course: its lines (words, amount or None), and the sum; `total` None: see `open`."""

    title: str
    lines: list[tuple[str, str | None]]
    total: str | None
    open: list[str]


@dataclass(frozen=True, slots=True)
class ElsewhereLines:
    """The options, and sentences about when going there pays."""

    options: list[OptionLine]
    pays: list[str]
    refund: str | None


def elsewhere_lines(found: Elsewhere) -> ElsewhereLines:
    return ElsewhereLines(
        [_option(option, stretches) for option, stretches in found.options], _pays(found), _refund(found)
    )


def _option(option: Option, stretches: list[Stretch]) -> OptionLine:
    lines: list[tuple[str, str | None]] = []
    for stretch in stretches:
        stint = stretch.stint
        words = _visits(stint.first, stint.last)
        if stretch.clinic:
            words = _("%(clinic)s, %(visits)s", clinic=stretch.clinic, visits=words)
        lines.append((words, _amount(stint.treatment)))
        if stint.journey is not None:
            lines.append((_journey(stint.journey), _amount(stint.journey.cost)))
    markets = [str(MARKETS[stretch.stint.place]) for stretch in stretches]
    title = (
        _("Divided: %(first)s, then %(second)s", first=markets[0], second=markets[-1])
        if option.split
        else _("All in %(market)s", market=markets[0])
    )
    return OptionLine(title, lines, _amount(option.total), [OPEN[one]() for one in option.open])


def _visits(first: int, last: int) -> str:
    if first == last:
        return _("visit %(number)s", number=first)
    return _("visits %(first)s to %(last)s", first=first, last=last)


def _journey(journey: Journey) -> str:
    if journey.way is Way.STAY:
        return ngettext("One stay of %(num)s night", "One stay of %(num)s nights", journey.nights)
    trips = ngettext("%(num)s trip", "%(num)s trips", journey.trips)
    if not journey.nights:
        return trips
    nights = ngettext("%(num)s night", "%(num)s nights", journey.nights)
    return _("%(trips)s, %(nights)s", trips=trips, nights=nights)


def _pays(found: Elsewhere) -> list[str]:
    even = found.break_even
    if even is None or even.per_course is None or even.per_trip is None:
        return []
    market = str(MARKETS[found.there])
    if even.per_course.amount <= 0:
        return [
            _("The treatment itself costs no less in %(market)s, so no journey there pays.", market=market)
        ]
    words = [
        _(
            "The treatment costs %(amount)s less in %(market)s: all journeys together may cost as much, that is "
            "%(each)s for each of %(trips)s.",
            amount=format_money(even.per_course),
            market=market,
            each=format_money(even.per_trip),
            trips=ngettext("%(num)s trip", "%(num)s trips", even.trips),
        )
    ]
    if even.from_visits is not None:
        words.append(
            ngettext(
                "At your travel costs it pays from %(num)s visit on.",
                "At your travel costs it pays from %(num)s visits on.",
                even.from_visits,
            )
        )
    return words


def _refund(found: Elsewhere) -> str | None:
    rule = found.refund
    if rule is None:
        return None
    if rule.percent and rule.valid_until:
        return _("Korea gives foreign patients the tax back until %(day)s.", day=format_day(rule.valid_until))
    if not rule.percent and rule.valid_from:
        return _(
            "Korea has given no tax back to foreign patients since %(day)s, so nothing is taken off.",
            day=format_day(rule.valid_from),
        )
    return None


def _amount(money: Money | None) -> str | None:
    return None if money is None else format_money(money)
