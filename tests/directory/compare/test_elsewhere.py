"""Here or there: every sum by hand, and no section rather than a wrong number."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.bills import bills, options
from tests.directory.compare.conftest import Says, rate
from tests.reading import Page

SEOUL = {"country": "KR", "lat": 37.498, "lng": 127.028, "gst_registered": None}
REFUND = "Korea has given no tax back to foreign patients since 1 January 2026, so nothing is taken off."


@pytest.fixture
def here_and_there(session: Session, says: Says) -> str:
    """S$900 a session in Singapore, ₩300,000 in Gangnam, four weeks apart; the query that compares the two."""
    here, there = factories.clinic(session, name="Here"), factories.clinic(session, name="There", **SEOUL)
    factories.offer(session, here, price_amount=90000, other_fees=[], numbing="included")
    factories.offer(session, there, price_amount=300000, currency="KRW", other_fees=[], numbing="included")
    says("S0", "interval_weeks", 4, 4)
    rate(session, "1000")
    session.commit()
    return f"/compare?clinic={here.slug}&clinic={there.slug}&want=rejuran_healer:3x2ml&currency=SGD"


def told(page: Page) -> list[tuple[str, list[tuple[str, int]], int | None]]:
    """Per option: its title, its lines, its total in cents; every total is checked against its lines."""
    found = []
    for option in options(page):
        total = option.total.amount if option.total else None
        assert total is None or total == option.sum, option
        found.append((option.name, [(what, amount.amount) for what, amount in option.lines], total))
    return found


def test_the_sums_by_hand(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=SG&trip=450&night=150&nights=2").check()
    assert told(page) == [
        ("All in Singapore", [("Here, visits 1 to 3", 270000)], 270000),
        # Three journeys are S$2,250; a stay would be 58 nights and S$9,150.
        (
            "All in Gangnam, Seoul",
            [("There, visits 1 to 3", 90000), ("3 trips, 6 nights", 225000)],
            315000,
        ),
        (
            "Divided: Singapore, then Gangnam, Seoul",
            [("Here, visits 1 to 2", 180000), ("There, visit 3", 30000), ("1 trip, 2 nights", 75000)],
            285000,
        ),
    ]
    assert (
        "The treatment costs S$1,800 less in Gangnam, Seoul: all journeys together may cost as much, that is "
        "S$600 for each of 3 trips." in page.text
    )
    assert "it pays from" not in page.text
    assert REFUND in page.text


def test_cheap_journeys_pay(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=SG&trip=200").check()
    assert [(title, total) for title, _lines, total in told(page)] == [
        ("All in Singapore", 270000),
        ("All in Gangnam, Seoul", 150000),
        ("Divided: Singapore, then Gangnam, Seoul", 190000),
    ]
    assert "At your travel costs it pays from 1 visit on." in page.text


def test_a_stay_where_it_is_cheaper(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=SG&trip=2000&night=10").check()
    assert told(page)[1] == (
        "All in Gangnam, Seoul",
        [("There, visits 1 to 3", 90000), ("One stay of 56 nights", 256000)],
        346000,
    )


def test_the_readers_own_interval_makes_the_stay(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=SG&trip=2000&night=10&interval_weeks=2").check()
    assert told(page)[1][1] == [("There, visits 1 to 3", 90000), ("One stay of 28 nights", 228000)]


def test_from_korea_singapore_is_there(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=KR&trip=450").check()
    assert [title for title, _lines, _total in told(page)] == [
        "All in Gangnam, Seoul",
        "All in Singapore",
        "Divided: Gangnam, Seoul, then Singapore",
    ]
    assert "The treatment itself costs no less in Singapore, so no journey there pays." in page.text


def test_travel_that_is_not_said_is_no_sum(client: FlaskClient, here_and_there: str) -> None:
    page = Page(client, f"{here_and_there}&home=SG").check()
    assert [(title, total) for title, _lines, total in told(page)] == [
        ("All in Singapore", 270000),
        ("All in Gangnam, Seoul", None),
    ]
    assert "Your travel costs are not said." in page.text
    # What journeys may cost is known all the same.
    assert "S$600 for each of 3 trips" in page.text
    nights = Page(client, f"{here_and_there}&home=SG&trip=450&nights=2").check()
    assert [total for _title, _lines, total in told(nights)] == [270000, None]


def test_a_clinic_without_a_total_leaves_its_market_open(
    session: Session, client: FlaskClient, says: Says
) -> None:
    here, there = factories.clinic(session), factories.clinic(session, **SEOUL)
    factories.offer(session, here)
    factories.offer(session, there, price_amount=300000, currency="KRW", tax="unknown", tax_rate=None)
    says("S0", "interval_weeks", 4, 4)
    rate(session, "1000")
    session.commit()
    page = Page(
        client,
        f"/compare?clinic={here.slug}&clinic={there.slug}&want=rejuran_healer:3x2ml&currency=SGD&home=SG&trip=1",
    ).check()
    assert [(title, total) for title, _lines, total in told(page)] == [
        ("All in Singapore", 150000),
        ("All in Gangnam, Seoul", None),
    ]
    assert "No clinic compared has a complete total for it." in page.text


def test_each_market_by_its_clinic_of_the_least_total(
    session: Session, client: FlaskClient, here_and_there: str
) -> None:
    cheaper = factories.clinic(session, name="Cheaper")
    factories.offer(session, cheaper, price_amount=80000, tax="exclusive")
    session.commit()
    page = Page(client, f"{here_and_there}&clinic={cheaper.slug}&home=SG&trip=450").check()
    # S$872 with tax: its price before tax is lower, and what is paid counts.
    assert told(page)[0] == ("All in Singapore", [("Cheaper, visits 1 to 3", 261600)], 261600)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&trip=450&night=150&nights=2",
        "&home=FR&trip=450",
    ],
)
def test_no_home_no_section(client: FlaskClient, here_and_there: str, query: str) -> None:
    page = Page(client, here_and_there + query).check()
    assert options(page) == []
    assert "Here or there" not in page.text


def test_one_market_no_section(session: Session, client: FlaskClient, here_and_there: str) -> None:
    only_here = here_and_there.replace("&clinic=", "&other=")
    page = Page(client, f"{only_here}&home=SG&trip=450").check()
    assert len(bills(page)) == 1
    assert options(page) == []


def test_no_rate_no_section_and_no_number(session: Session, client: FlaskClient, says: Says) -> None:
    here, there = factories.clinic(session), factories.clinic(session, **SEOUL)
    factories.offer(session, here)
    factories.offer(session, there, price_amount=300000, currency="KRW")
    says("S0", "interval_weeks", 4, 4)
    session.commit()
    base = f"/compare?clinic={here.slug}&clinic={there.slug}&want=rejuran_healer:3x2ml&home=SG&trip=450"
    for currency in ("", "&currency=SGD", "&currency=KRW", "&currency=USD"):
        page = Page(client, base + currency).check()
        assert options(page) == []
        assert [bill.total and bill.total.amount for bill in bills(page)] == [150000, 900000]
        assert not any(" in SGD" in bill.words or " in KRW" in bill.words for bill in bills(page))
    rate(session, "1000")
    session.commit()
    # Neither is there one for dollars of another country.
    assert options(Page(client, base + "&currency=USD").check()) == []
    assert len(options(Page(client, base + "&currency=SGD").check())) == 3


def test_without_an_interval_nothing_is_assumed(session: Session, client: FlaskClient) -> None:
    here, there = factories.clinic(session), factories.clinic(session, **SEOUL)
    factories.offer(session, here)
    factories.offer(session, there, price_amount=300000, currency="KRW")
    rate(session, "1000")
    session.commit()
    base = f"/compare?clinic={here.slug}&clinic={there.slug}&currency=SGD&home=SG&trip=450"
    assert options(Page(client, base + "&want=rejuran_healer:3x2ml").check()) == []
    # One visit needs none, and the reader's own is as good.
    assert len(options(Page(client, base + "&want=rejuran_healer:1x2ml").check())) == 2
    assert len(options(Page(client, base + "&want=rejuran_healer:3x2ml&interval_weeks=4").check())) == 3
