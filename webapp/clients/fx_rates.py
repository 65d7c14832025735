"""The European Central Bank's reference rates of one day: asked for by our fetcher, read strictly, all or nothing.

The file is XML. It is read with expat's own events instead of a tree, because they let us stop at a DOCTYPE before
anything in it is looked at: without one there are no entities, so nothing can grow (a bomb), and nothing is fetched
from elsewhere. That takes no package and less memory than the file has bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from xml.parsers import expat

from webapp.clients.fetcher import PUBLIC, AddressPolicy, FetchLimits, NotModified, fetch

BASE = "EUR"
SOURCE = "European Central Bank, euro foreign exchange reference rates"
# Without one of these the file is not worth a day's table: patients here and there reckon in them.
NEEDED = frozenset({"CNY", "KRW", "SGD", "USD"})
# The file has 1.6 KB.
LIMITS = FetchLimits(seconds=20.0, most_bytes=64 * 1024, redirects=3)
# Units for one euro. Every currency lies between; what does not is a slip or an attack.
LEAST, MOST = Decimal("0.01"), Decimal(1_000_000)

_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.1"
_NAMESPACE = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"
_ENVELOPE = "http://www.gesmes.org/xml/2002-08-01 Envelope"
_CUBE = f"{_NAMESPACE} Cube"
_DAY = [_ENVELOPE, _CUBE, _CUBE]
_RATE = [*_DAY, _CUBE]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
# Digits that the table keeps exactly (webapp/fx/models.py).
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)


class RatesError(Exception):
    """What came is not a day's rates. `code` is stable; the text is ours and quotes nothing that was sent."""

    code: ClassVar[str] = "rates"


class NotRates(RatesError):
    """Not the file that we know: not XML, other elements, a DOCTYPE, none or several days in it."""

    code = "not_rates"


class OddDay(RatesError):
    """Its day is no date, or lies ahead."""

    code = "odd_day"


class OddRate(RatesError):
    """A currency is no ISO 4217 code or stands there twice, or a rate is not a number that a rate can be."""

    code = "odd_rate"


class RateMissing(RatesError):
    """One of the currencies that we cannot do without is not there."""

    code = "rate_missing"


@dataclass(frozen=True, slots=True)
class DailyRates:
    """Units of each currency (ISO 4217) for one euro on the day `as_of`; the validators are for the next question."""

    as_of: date
    rates: Mapping[str, Decimal]
    etag: str | None = None
    last_modified: str | None = None


def ask(
    url: str,
    now: datetime,
    *,
    user_agent: str,
    etag: str | None = None,
    last_modified: str | None = None,
    policy: AddressPolicy = PUBLIC,
    limits: FetchLimits = LIMITS,
) -> DailyRates | NotModified:
    """Fetch and read the file at `url`. Raises FetchError or RatesError."""
    answer = fetch(
        url,
        user_agent=user_agent,
        accept=_ACCEPT,
        etag=etag,
        last_modified=last_modified,
        policy=policy,
        limits=limits,
    )
    if isinstance(answer, NotModified):
        return answer
    as_of, rates = read(answer.body, now)
    return DailyRates(as_of, rates, answer.etag, answer.last_modified)


def read(body: bytes, now: datetime) -> tuple[date, Mapping[str, Decimal]]:
    """The day and the rates of a daily file. Raises RatesError."""
    found = _Cubes()
    # In UTF-8 whatever it says of itself: an encoding of its own choice would be one more way to be odd.
    parser = expat.ParserCreate("UTF-8", " ")
    parser.StartDoctypeDeclHandler = found.doctype
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise NotRates("not well-formed XML") from None
    if len(found.days) != 1:
        raise NotRates(f"{len(found.days)} days in it")
    return _day(found.days[0], now), _rates(found.pairs)


class _Cubes:
    """Listens to the parser: the attributes of the elements that hold a day or a rate, at their own place only."""

    def __init__(self) -> None:
        self.days: list[str] = []
        self.pairs: list[tuple[str, str]] = []
        self._path: list[str] = []

    def doctype(self, name: str, system_id: str | None, public_id: str | None, has_subset: bool) -> None:
        raise NotRates("a DOCTYPE")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        if self._path == _DAY:
            self.days.append(attributes.get("time", ""))
        elif self._path == _RATE:
            self.pairs.append((attributes.get("currency", ""), attributes.get("rate", "")))

    def end(self, name: str) -> None:
        self._path.pop()


def _day(text: str, now: datetime) -> date:
    try:
        # fromisoformat also knows weeks and dates without dashes.
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise OddDay("no date")
    # A day of grace: it may be tomorrow already where the file is made, or our clock may be behind.
    if day > now.date() + timedelta(days=1):
        raise OddDay("a day ahead of us")
    return day


def _rates(pairs: list[tuple[str, str]]) -> Mapping[str, Decimal]:
    rates: dict[str, Decimal] = {}
    for code, text in pairs:
        if not _CODE.fullmatch(code) or code == BASE or code in rates:
            raise OddRate("a currency that is none, or twice")
        if not _NUMBER.fullmatch(text) or not LEAST <= Decimal(text) <= MOST:
            raise OddRate(f"no rate for {code}")
        rates[code] = Decimal(text)
    missing = NEEDED - rates.keys()
    if missing:
        raise RateMissing(", ".join(sorted(missing)))
    return rates
