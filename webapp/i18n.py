"""Languages: the prefix in the address (none, /zh, /ko), and how money, dates and distances are written."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import g, has_request_context, request
from flask_babel import force_locale, format_date, get_locale
from flask_babel import gettext as _

from webapp.domain.money import EXPONENTS, Money

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Prefix in the address → BCP 47 tag for lang= and hreflang=, and the language's own name.
LANGUAGES = {"en": ("en", "English"), "zh": ("zh-Hans", "中文"), "ko": ("ko", "한국어")}
_BABEL_LOCALES = {"en": "en", "zh": "zh_Hans", "ko": "ko"}
_CODES = {name: code for code, name in _BABEL_LOCALES.items()}
_ENVIRON_KEY = "likeforlike.language"
MARKET_ZONES = {"SG": ZoneInfo("Asia/Singapore"), "KR": ZoneInfo("Asia/Seoul")}
# What stands between things in a row, where it is another mark than in English.
_BETWEEN = {"zh": {", ": "、", "; ": "；"}}
# As both markets write them; Babel's English locales write "SGD" or a bare "$".
_SYMBOLS = {"SGD": "S$", "KRW": "₩", "USD": "US$", "CNY": "CN¥", "JPY": "JP¥", "EUR": "€", "GBP": "£"}


class LanguagePrefix:
    """Moves a leading /zh or /ko from the path to the script root.

    Every route thereby exists in every language, and url_for stays in the reader's language by itself.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        first, _slash, rest = path.removeprefix("/").partition("/")
        if first in LANGUAGES and first != "en":
            environ[_ENVIRON_KEY] = first
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/" + first
            environ["PATH_INFO"] = "/" + rest
        return self._application(environ, start_response)


def current_language() -> str:
    """en, zh or ko: of the mail being written, else of the request's address, else English."""
    return _CODES.get(str(get_locale()), "en")


def select_locale() -> str:
    """Flask-Babel's question, answered from the address."""
    if not has_request_context():
        return "en"
    return _BABEL_LOCALES[request.environ.get(_ENVIRON_KEY, "en")]


def in_language(code: str) -> Any:
    """A context in which gettext and dates speak `code`; for mails, which follow their reader."""
    return force_locale(_BABEL_LOCALES.get(code, "en"))


def language_prefix(code: str) -> str:
    """What stands before the path: "" for English, "/zh", "/ko"."""
    return "" if code == "en" else f"/{code}"


def localised(row: object, field: str) -> str:
    """The reader's language's text of a row with <field>_en, _zh (or _zh_hans) and _ko, else the English one."""
    code = current_language()
    for name in (f"{field}_{code}", f"{field}_{code}_hans", f"{field}_en"):
        if text := getattr(row, name, None):
            return str(text)
    return ""


def between(mark: str = ", ") -> str:
    """What the reader's language sets between things in a row; `mark` is the English one."""
    return _BETWEEN.get(current_language(), {}).get(mark, mark)


def listed(parts: Iterable[object], mark: str = ", ") -> str:
    """Things in a row: face, neck."""
    words = [str(part) for part in parts]
    return between(mark).join(words) if len(words) > 1 else "".join(words)


def described(parts: Iterable[object]) -> str:
    """One thing and what is said of it: Rejuran Healer, 2 ml, face. What is empty is left out."""
    words = [text for part in parts if part is not None and (text := str(part))]
    return ("，" if current_language() == "zh" else ", ").join(words)


def format_money(money: Money) -> str:
    """S$380, S$380.50, ₩250,000: the market's habit, no cents where there are none."""
    return _money_in(money.amount, money.currency, current_language())


@lru_cache(maxsize=10_000)
def _money_in(amount: int, currency: str, language: str) -> str:
    """`amount` in minor units. A comparison writes a hundred amounts, most of them on many pages."""
    exponent = EXPONENTS[currency]
    whole, cents = divmod(amount, 10**exponent)
    pattern = "#,##0" if cents == 0 else "#,##0." + "0" * exponent
    value = whole if cents == 0 else amount / 10**exponent
    return _SYMBOLS.get(currency, currency + " ") + format_decimal(
        value, pattern, locale=_BABEL_LOCALES[language]
    )


def format_distance(metres: float) -> str:
    """Rounded to 100 m, since public station tables disagree by that much; "at the place" below 100 m."""
    rounded = round(metres / 100) * 100
    if rounded == 0:
        return _("under 100 m")
    if rounded < 1000:
        return _("%(metres)s m", metres=rounded)
    return _("%(kilometres)s km", kilometres=format_decimal(rounded / 1000, "#,##0.#", locale=get_locale()))


def format_day(day: date) -> str:
    """A date written out in the reader's language: 3 November 2026."""
    return str(format_date(day, "long" if current_language() != "en" else "d MMMM yyyy"))


def today_in(country: str, now: datetime) -> date:
    """The calendar day in a market; `now` is aware."""
    return now.astimezone(MARKET_ZONES[country]).date()


def day_start(country: str, now: datetime) -> datetime:
    """When the market's day that `now` falls in began."""
    return now.astimezone(MARKET_ZONES[country]).replace(hour=0, minute=0, second=0, microsecond=0)


def utc_now() -> datetime:
    """The clock of a request; one reading per request, so that a page speaks of one moment."""
    if not has_request_context():
        return datetime.now(UTC)
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment
