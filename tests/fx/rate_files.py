"""The European Central Bank's daily file: the real one of 6 October 2026, and others in its shape."""

from collections.abc import Mapping
from pathlib import Path

from tests.clients.hostile_http import Asked, Reply

PUBLISHED = (Path(__file__).parent / "eurofxref-daily.xml").read_bytes()
PATH = "/stats/eurofxref/eurofxref-daily.xml"
USUAL = {"USD": "1.1600", "CNY": "8.2500", "KRW": "1500.00", "SGD": "1.5000", "CZK": "24.400"}

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
    ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
    "<gesmes:subject>Reference rates</gesmes:subject>{more}<Cube>"
)


def cubes(day: str, rates: Mapping[str, str]) -> str:
    """The elements of one day."""
    inside = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
    return f"<Cube time='{day}'>{inside}</Cube>"


def daily(
    day: str = "2026-11-20", *, doctype: str = "", more: str = "", days: str | None = None, **rates: str
) -> bytes:
    """A file of one day; `rates` change the usual ones. `days` stands in place of the day's elements."""
    inside = cubes(day, USUAL | rates) if days is None else days
    return f"{_HEAD.format(doctype=doctype, more=more)}{inside}</Cube></gesmes:Envelope>".encode()


class Source:
    """A source that says which file it has, and sends it only to who has not got it."""

    def __init__(self, body: bytes, etag: str = '"1"') -> None:
        self.body, self.etag = body, etag
        self.sent = 0

    def __call__(self, asked: Asked) -> Reply:
        headers = {"ETag": self.etag, "Content-Type": "text/xml"}
        if asked.headers.get("if-none-match") == self.etag:
            return Reply(status=304, headers=headers)
        self.sent += 1
        return Reply(self.body, headers=headers)
