"""The rates in use: one statement, the newest day, exact; and what the domain makes of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.statements import sent_to
from webapp.domain.exchange import NoRate, rank
from webapp.domain.money import Money
from webapp.fx import queries
from webapp.fx.models import ExchangeRate
from webapp.fx.services import load_snapshot

TODAY = NOW.date()


def add(session: Session, day: date, **rates: str) -> None:
    for code, rate in rates.items():
        session.add(ExchangeRate(base="EUR", quote=code, rate=Decimal(rate), as_of=day, source="an example"))
    session.commit()


def test_the_newest_day_is_in_use_and_no_other_is_mixed_in(session: Session) -> None:
    add(session, TODAY - timedelta(days=2), SGD="1.4", KRW="1400", JPY="180")
    add(session, TODAY - timedelta(days=1), SGD="1.5", KRW="1500")
    rates = queries.current()
    assert rates.between("SGD", "KRW").rate == 1000
    assert rates.between("SGD", "KRW").as_of == TODAY - timedelta(days=1)
    with pytest.raises(NoRate):
        rates.between("SGD", "JPY")


def test_it_takes_one_statement(session: Session) -> None:
    load_snapshot()
    session.commit()
    with sent_to(session.connection().engine) as seen:
        queries.current()
    assert len(seen) == 1


@pytest.mark.parametrize(
    "text", ["0.84880", "1.4392", "20104.80", "1500.00", "999999.999999", "0.010001", "100", "178.15"]
)
def test_a_rate_comes_back_as_the_number_that_was_published(session: Session, text: str) -> None:
    add(session, TODAY, SGD=text)
    session.expire_all()
    (rate,) = queries.published()
    assert rate.rate == Decimal(text)
    # It stands on the page as it is: no padding, and no exponent.
    assert str(rate.rate) == (text.rstrip("0").rstrip(".") if "." in text else text)


def test_without_any_rate_nothing_is_ranked_across_currencies(session: Session) -> None:
    ranking = rank(
        [("here", Money(50_000, "SGD")), ("there", Money(300_000, "KRW"))], queries.current(), "SGD", TODAY
    )
    assert not ranking.together
    assert [[(row.key, row.rank) for row in group] for group in ranking.groups] == [
        [("here", 1)],
        [("there", 1)],
    ]
    assert ranking.missing == (("KRW", "SGD"),)


def test_the_shipped_rates_rank_and_are_marked_once_they_are_a_week_old(session: Session) -> None:
    load_snapshot()
    totals = [("here", Money(50_000, "SGD")), ("there", Money(300_000, "KRW"))]
    of_day = date(2026, 10, 6)
    fresh = rank(totals, queries.current(), "SGD", of_day + timedelta(days=7))
    old = rank(totals, queries.current(), "SGD", of_day + timedelta(days=8))
    for ranking in (fresh, old):
        assert ranking.together
        assert [(row.key, row.converted.money) for row in ranking.groups[0]] == [
            # 1508.67 / 1.4392 is 1048.27 won for a dollar.
            ("there", Money(28_619, "SGD")),
            ("here", Money(50_000, "SGD")),
        ]
    assert fresh.stale == ()
    assert [(rate.pair, rate.as_of) for rate in old.stale] == [("SGD/KRW", of_day)]
