"""From a source's answer to the table: once, whole, and only what can be believed."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.clients.hostile_http import Reply, Site
from tests.factories import NOW
from tests.fx.rate_files import PATH, PUBLISHED, Source, daily
from webapp.clients.fx_rates import read
from webapp.fx import queries, services
from webapp.fx.models import ExchangeRate, ExchangeSource
from webapp.fx.services import NotRenewed, OlderThanKnown, RatesMoved
from webapp.unit_of_work import unit_of_work

LATER = NOW + timedelta(hours=5)
Row = tuple[str, str, Decimal, date, datetime | None]


def carry_out(now: datetime = NOW, *, believe_moves: bool = False) -> date | None:
    """Everything that the task does."""
    question = services.question()
    assert question is not None
    answer = services.ask(question, now)
    with unit_of_work():
        return services.keep(question, answer, now, believe_moves=believe_moves)


def rows(session: Session) -> list[Row]:
    session.expire_all()
    found = session.scalars(select(ExchangeRate).order_by(ExchangeRate.as_of, ExchangeRate.quote))
    return [(row.base, row.quote, row.rate, row.as_of, row.fetched_at) for row in found]


def test_a_day_is_kept_in_the_currencies_whose_decimals_we_know(session: Session, site: Site) -> None:
    site.pages[PATH] = Reply(daily())
    assert carry_out() == date(2026, 11, 20)
    day = date(2026, 11, 20)
    assert rows(session) == [
        ("EUR", "CNY", Decimal("8.25"), day, NOW),
        ("EUR", "KRW", Decimal(1500), day, NOW),
        ("EUR", "SGD", Decimal("1.5"), day, NOW),
        ("EUR", "USD", Decimal("1.16"), day, NOW),
    ]
    rate = queries.current().between("KRW", "SGD")
    assert (rate.pair, rate.rate) == ("SGD/KRW", Decimal(1000))
    assert rate.source == "European Central Bank, euro foreign exchange reference rates"
    assert site.asked[-1].headers["user-agent"].endswith("/about/data)")


def test_twice_changes_nothing_and_the_second_question_is_conditional(session: Session, site: Site) -> None:
    source = site.pages[PATH] = Source(daily())
    carry_out()
    before = rows(session)
    assert carry_out(LATER) == date(2026, 11, 20)
    assert (rows(session), source.sent) == (before, 1)
    # The same day under another validator is the same day.
    source.etag = '"2"'
    carry_out(LATER)
    assert (rows(session), source.sent) == (before, 2)
    state = session.scalars(select(ExchangeSource)).one()
    assert (state.etag, state.checked_at) == ('"2"', LATER)


def test_a_correction_within_the_day_replaces_what_it_corrects(session: Session, site: Site) -> None:
    site.pages[PATH] = Reply(daily())
    carry_out()
    site.pages[PATH] = Reply(daily(SGD="1.5100"))
    carry_out(LATER)
    assert [(code, rate, at) for _base, code, rate, _day, at in rows(session)] == [
        ("CNY", Decimal("8.25"), NOW),
        ("KRW", Decimal(1500), NOW),
        ("SGD", Decimal("1.51"), LATER),
        ("USD", Decimal("1.16"), NOW),
    ]


def test_the_next_day_stands_beside_the_last(session: Session, site: Site) -> None:
    site.pages[PATH] = Reply(daily("2026-11-19"))
    carry_out()
    site.pages[PATH] = Reply(daily("2026-11-20", SGD="1.5200"))
    assert carry_out() == date(2026, 11, 20)
    assert len(rows(session)) == 8
    assert {rate.as_of for rate in queries.published()} == {date(2026, 11, 20)}


def test_an_older_day_changes_nothing(session: Session, site: Site) -> None:
    site.pages[PATH] = Reply(daily("2026-11-20"))
    carry_out()
    before = rows(session)
    site.pages[PATH] = Reply(daily("2026-11-19", SGD="1.4900"))
    with pytest.raises(OlderThanKnown) as caught:
        carry_out()
    assert caught.value.code == "older_than_known"
    assert rows(session) == before


@pytest.mark.parametrize(
    ("days_later", "rate", "believed"),
    [
        (1, "1800.00", True),
        (1, "1800.01", False),
        (1, "1250.00", True),
        (1, "1249.99", False),
        (1, "15.0000", False),
        (7, "1800.01", False),
        # What is known is stale by then.
        (8, "1800.01", True),
        (8, "3000.00", True),
        (8, "3000.01", False),
        (8, "749.99", False),
    ],
)
def test_a_rate_that_moved_too_far_is_refused_with_its_whole_day(
    session: Session, site: Site, days_later: int, rate: str, believed: bool
) -> None:
    first = date(2026, 11, 10)
    site.pages[PATH] = Source(daily(first.isoformat()))
    carry_out()
    before = rows(session)
    source = site.pages[PATH] = Source(daily((first + timedelta(days_later)).isoformat(), KRW=rate), '"2"')
    if believed:
        carry_out()
        assert len(rows(session)) == 8
        return
    with pytest.raises(RatesMoved) as caught:
        carry_out()
    assert [(known.pair, known.rate, str(new)) for known, new in caught.value.moves] == [
        ("EUR/KRW", Decimal(1500), rate)
    ]
    assert str(caught.value) == f"rates_moved: EUR/KRW from 1500 to {rate}"
    assert rows(session) == before
    # The answer is not taken for known: it is sent, and refused, again, until somebody believes it.
    with pytest.raises(RatesMoved):
        carry_out()
    assert source.sent == 2
    assert carry_out(believe_moves=True) == first + timedelta(days_later)
    assert len(rows(session)) == 8


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Reply(b"gone", 404), "http_status"),
        (Reply(b"<html/>"), "not_rates"),
        (Reply(daily("2026-12-24")), "odd_day"),
        (Reply(daily(SGD="0")), "odd_rate"),
        (Reply(daily(days="<Cube time='2026-11-20'/>")), "rate_missing"),
        (Reply(b"x" * 100_000), "too_large"),
        (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), "blocked_address"),
        (Reply(status=304), "http_status"),
    ],
)
def test_whatever_goes_wrong_the_table_stays_and_the_reason_has_a_name(
    session: Session, site: Site, page: Reply, code: str
) -> None:
    with unit_of_work():
        services.load_snapshot()
    before = rows(session)
    site.pages[PATH] = page
    with pytest.raises(NotRenewed) as caught:
        carry_out()
    assert caught.value.code == code
    assert rows(session) == before
    assert session.scalars(select(ExchangeSource)).all() == []


def test_nobody_is_asked_without_an_address_or_soon_after_an_answer(
    app: Flask, session: Session, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages[PATH] = Source(daily())
    assert services.question(NOW) is not None
    carry_out()
    assert services.question(NOW + services.ASK_EVERY - timedelta(seconds=1)) is None
    again = services.question(NOW + services.ASK_EVERY)
    assert again is not None and again.etag == '"1"'
    settings = app.config["SETTINGS"]
    # Another address has given no answer yet.
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, fx_rates_url=site.url("/other.xml")))
    other = services.question(NOW)
    assert other is not None and other.etag is None
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, fx_rates_url=""))
    assert services.question(NOW) is None and services.question() is None


# --- the snapshot


def test_the_snapshot_is_what_the_bank_published() -> None:
    day, published = read(PUBLISHED, NOW)
    with services.SNAPSHOT.open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    assert {row["quote"] for row in shipped} >= {"SGD", "KRW", "USD", "CNY", "JPY", "HKD", "GBP"}
    for row in shipped:
        assert (row["base"], row["as_of"]) == ("EUR", day.isoformat())
        assert row["rate"] == str(published[row["quote"]])


def test_loading_it_twice_changes_nothing(session: Session) -> None:
    with unit_of_work():
        assert services.load_snapshot() == 11
    before = rows(session)
    with unit_of_work():
        assert services.load_snapshot() == 0
    assert rows(session) == before
    assert {fetched_at for *_rest, fetched_at in before} == {None}


def test_what_was_fetched_is_not_replaced_by_what_ships(session: Session, site: Site) -> None:
    site.pages[PATH] = Reply(daily())
    carry_out()
    with unit_of_work():
        services.load_snapshot()
    assert {rate.as_of for rate in queries.published()} == {date(2026, 11, 20)}


def test_the_shipped_day_fetched_whole_adds_what_the_snapshot_left_out(session: Session, site: Site) -> None:
    with unit_of_work():
        services.load_snapshot()
    site.pages[PATH] = Reply(PUBLISHED)
    carry_out()
    fetched = {code for _base, code, _rate, _day, at in rows(session) if at is not None}
    assert fetched == {"CAD", "CHF", "INR", "NZD", "PHP"}
    with unit_of_work():
        assert services.load_snapshot() == 0
