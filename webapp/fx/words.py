"""A rate as every page writes it: nothing is converted without its day and source beside it."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.domain.exchange import Rate
from webapp.domain.units import number_text
from webapp.i18n import format_day


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate in words, its day and source; `stale`: it is old, and that is said."""

    words: str
    day: str
    source: str
    stale: bool


def rate_line(rate: Rate, now: datetime) -> RateLine:
    """1 SGD = 1,048.27 KRW, with its day and source."""
    return RateLine(
        _("1 %(base)s = %(rate)s %(quote)s", base=rate.base, rate=number_text(rate.rate), quote=rate.quote),
        format_day(rate.as_of),
        rate.source,
        rate.is_stale(now.date()),
    )
