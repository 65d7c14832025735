"""The daily file of exchange rates from real servers on loopback: the real one, and every way of being another."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clients import hostile_http
from tests.clients.hostile_http import Reply, Site, counting_listener, raw_server, web_site
from tests.factories import NOW
from tests.fx.rate_files import PATH, PUBLISHED, USUAL, Source, cubes, daily
from webapp.clients import fx_rates
from webapp.clients.fetcher import (
    AddressPolicy,
    BlockedAddress,
    FetchError,
    FetchLimits,
    HttpStatus,
    NotModified,
    TooLarge,
    TooManyRedirects,
    TooSlow,
)
from webapp.clients.fx_rates import (
    DailyRates,
    NotRates,
    OddDay,
    OddRate,
    RateMissing,
    RatesError,
    read,
)

pytestmark = pytest.mark.once

AGENT = "LikeForLike/1.0 (+https://lfl.example/about/data)"


@pytest.fixture
def site() -> Iterator[Site]:
    with web_site() as running:
        yield running


def ask(
    url: str, port: int, limits: FetchLimits = fx_rates.LIMITS, etag: str | None = None
) -> DailyRates | NotModified:
    """Ask at `url`; this port of loopback, and no other, may be reached."""
    policy = AddressPolicy(also=frozenset({(ip_address("127.0.0.1"), port)}))
    return fx_rates.ask(url, NOW, user_agent=AGENT, etag=etag, policy=policy, limits=limits)


def test_the_published_file_is_read_whole(site: Site) -> None:
    site.pages[PATH] = Reply(PUBLISHED, headers={"ETag": '"6d8-650"', "Last-Modified": "Tue, 06 Oct 2026"})
    answer = ask(site.url(PATH), site.port)
    assert isinstance(answer, DailyRates)
    assert (answer.as_of, answer.etag, answer.last_modified) == (
        date(2026, 10, 6),
        '"6d8-650"',
        "Tue, 06 Oct 2026",
    )
    assert len(answer.rates) == 29
    assert [str(answer.rates[code]) for code in ("SGD", "KRW", "USD", "CNY", "GBP", "IDR")] == [
        "1.4392", "1508.67", "1.1269", "7.5554", "0.84880", "20104.80",
    ]  # fmt: skip
    asked = site.asked[-1].headers
    assert asked["user-agent"] == AGENT
    assert "if-none-match" not in asked and "xml" in asked["accept"]


def test_what_is_known_is_not_sent_again(site: Site) -> None:
    source = site.pages[PATH] = Source(PUBLISHED)
    first = ask(site.url(PATH), site.port)
    assert isinstance(first, DailyRates)
    assert isinstance(ask(site.url(PATH), site.port, etag=first.etag), NotModified)
    assert source.sent == 1


def test_a_redirect_is_followed_and_never_inside(site: Site) -> None:
    site.pages[PATH] = Reply(status=301, headers={"Location": "/moved.xml"})
    site.pages["/moved.xml"] = Reply(PUBLISHED)
    assert isinstance(ask(site.url(PATH), site.port), DailyRates)
    site.pages["/moved.xml"] = Reply(status=302, headers={"Location": PATH})
    with pytest.raises(TooManyRedirects):
        ask(site.url(PATH), site.port)
    with counting_listener() as inside:
        site.pages[PATH] = Reply(status=302, headers={"Location": f"http://127.0.0.1:{inside.port}/"})
        with pytest.raises(FetchError) as caught:
            ask(site.url(PATH), site.port)
        site.pages[PATH] = Reply(status=302, headers={"Location": "http://127.0.0.1/"})
        with pytest.raises(BlockedAddress):
            ask(site.url(PATH), site.port)
        assert (caught.value.code, inside.count) == ("bad_port", 0)


@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_file_is_refused_before_it_is_read(site: Site, packed: bool) -> None:
    huge = daily(more="<gesmes:name>" + " " * 50_000_000 + "</gesmes:name>")
    site.pages[PATH] = (
        Reply(gzip.compress(huge, 9), headers={"Content-Encoding": "gzip"}) if packed else Reply(huge)
    )
    with pytest.raises(TooLarge):
        ask(site.url(PATH), site.port)


def test_a_source_that_is_slow_or_says_no_ends_plainly(site: Site) -> None:
    site.pages[PATH] = Reply(b"busy", 503)
    with pytest.raises(HttpStatus):
        ask(site.url(PATH), site.port)
    with raw_server(hostile_http.drip_body) as port, pytest.raises(TooSlow):
        ask(f"http://127.0.0.1:{port}{PATH}", port, FetchLimits(seconds=0.4))


BOMB = "<!DOCTYPE Envelope [<!ENTITY a0 'ha'>{}]>\n".format(
    "".join(
        f"<!ENTITY a{number} '{f'&a{number - 1};' * 100}'>" for number in range(1, 12)
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        "<!DOCTYPE Envelope [<!ENTITY a11 SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE Envelope SYSTEM 'http://127.0.0.1:{port}/rates.dtd'>",
        "<!DOCTYPE Envelope [<!ENTITY % more SYSTEM 'http://127.0.0.1:{port}/more.dtd'> %more;]>",
        "<!DOCTYPE Envelope>",
    ],
    ids=["bomb", "file", "address", "parameter entity", "bare"],
)
def test_a_doctype_ends_it_before_anything_in_it_counts(site: Site, doctype: str) -> None:
    with counting_listener() as inside:
        body = daily(
            doctype=doctype.replace("{port}", str(inside.port)), more="<gesmes:name>&a11;</gesmes:name>"
        )
        site.pages[PATH] = Reply(body)
        started = time.monotonic()
        with pytest.raises(NotRates, match="DOCTYPE"):
            ask(site.url(PATH), site.port)
        assert time.monotonic() - started < 2
        assert inside.count == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sorry</body></html>",
        b"Date, USD, SGD\n20 November 2026, 1.16, 1.5\n",
        PUBLISHED[:900],
        PUBLISHED + PUBLISHED,
        PUBLISHED.replace(b"Reference rates", b"Reference \xff rates"),
        PUBLISHED.replace(b"Reference rates", b"&undeclared;"),
        PUBLISHED.replace(b"2002-08-01/eurofxref", b"2002-08-01/another"),
        daily(days=""),
        daily(days=cubes("2026-11-20", USUAL) + cubes("2026-11-19", USUAL)),
        b"<Cube>" * 10_000,
    ],
)
def test_another_file_is_not_rates(body: bytes) -> None:
    with pytest.raises(NotRates):
        read(body, NOW)


@pytest.mark.parametrize(
    "day", ["", "2026-11-31", "20261120", "2026-W47-5", "20 Nov 2026", "2026-11-20T00:00", "２０２６-11-20"]
)
def test_a_day_that_is_no_date_is_refused(day: str) -> None:
    with pytest.raises(OddDay):
        read(daily(day), NOW)


def test_a_day_ahead_is_refused_but_for_the_one_that_has_begun_elsewhere() -> None:
    late = datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert read(daily("2026-11-22"), late)[0] == date(2026, 11, 22)
    with pytest.raises(OddDay):
        read(daily("2026-11-23"), late)


@pytest.mark.parametrize(
    "rate",
    ["", "0", "0.0000", "-1.5", "+1.5", "1e3", "NaN", "Infinity", "1,5", " 1.5", "1.", ".5", "0x1", "１.5",
     "1.1234567", "1000000.1", "0.009", "9" * 5_000],
)  # fmt: skip
def test_a_rate_that_no_rate_can_be_is_refused_with_the_whole_day(rate: str) -> None:
    with pytest.raises(OddRate):
        read(daily(CZK=rate), NOW)


@pytest.mark.parametrize("code", ["EUR", "sgd", "SG", "SGDX", "", "ＳＧＤ", "S D"])
def test_a_currency_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(OddRate):
        read(daily(days=cubes("2026-11-20", USUAL | {code: "1.5"})), NOW)


def test_a_currency_stands_there_once() -> None:
    twice = cubes("2026-11-20", USUAL).replace("'CZK'", "'SGD'")
    with pytest.raises(OddRate):
        read(daily(days=twice), NOW)


@pytest.mark.parametrize("code", ["SGD", "KRW", "USD", "CNY"])
def test_a_day_without_a_currency_that_patients_reckon_in_is_refused(code: str) -> None:
    rest = {other: rate for other, rate in USUAL.items() if other != code}
    with pytest.raises(RateMissing, match=code):
        read(daily(days=cubes("2026-11-20", rest)), NOW)


def test_rates_elsewhere_in_the_file_do_not_count() -> None:
    astray = "<Cube time='2026-11-21'/><Cube currency='SGD' rate='0.5'/>"
    assert read(daily(more=astray), NOW) == (
        date(2026, 11, 20),
        {code: Decimal(rate) for code, rate in USUAL.items()},
    )


@given(
    at=st.integers(0, len(PUBLISHED)),
    cut=st.integers(0, 40),
    put=st.binary(max_size=12) | st.text("<>&'=0123456789.-Cube", max_size=12).map(str.encode),
)
def test_a_file_with_a_piece_changed_is_read_within_bounds_or_refused(at: int, cut: int, put: bytes) -> None:
    try:
        day, rates = read(PUBLISHED[:at] + put + PUBLISHED[at + cut :], NOW)
    except RatesError:
        return
    assert day <= date(2026, 11, 22)
    assert rates.keys() >= fx_rates.NEEDED
    assert all(fx_rates.LEAST <= rate <= fx_rates.MOST for rate in rates.values())
