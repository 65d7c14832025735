"""How much a comparison asks of the database: a fixed number of statements, however many offers and clinics."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.conftest import Says, rate
from tests.statements import sent_to
from webapp.clinics.models import Clinic
from webapp.extensions import db

# Treatments, clinics, offers, their parts, rates, facts with their sources, the sources' titles.
STATEMENTS = 7
QUOTE = {
    "who": "Told",
    "treatment": "rejuran_healer",
    "quantity": "2 ml",
    "sessions": "1",
    "price": "500",
} | {
    "currency": "SGD",
    "basis": "total",
    "tax": "inclusive",
    "consultation": "included",
}


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that reads, when the block is over."""
    with app.app_context():
        engine = db.engine
    reads: list[str] = []
    with sent_to(engine) as seen:
        yield reads
    reads += [text for text in seen if text.lstrip().upper().startswith("SELECT")]


def clinics_with(session: Session, clinics: int, offers: int) -> list[Clinic]:
    """Half of them in Gangnam; each with singles, courses and combos of two treatments."""
    eye = factories.treatment(session, "rejuran_eye", usual_quantity=Decimal(1))
    found = []
    for number in range(clinics):
        seoul = {"country": "KR", "lat": 37.498, "lng": 127.028, "gst_registered": None} if number % 2 else {}
        clinic = factories.clinic(session, **seoul)
        for price in range(offers):
            factories.offer(
                session,
                clinic,
                currency="KRW" if number % 2 else "SGD",
                price_amount=50000 + price,
                parts=[{"sessions": price % 4 + 1}, {"treatment_id": eye.id, "quantity": Decimal(1)}],
            )
            factories.offer(
                session,
                clinic,
                currency="KRW" if number % 2 else "SGD",
                parts=[{"sessions": price % 4 + 1}],
            )
        found.append(clinic)
    return found


def test_five_clinics_and_many_offers_ask_no_more_than_two_and_few(
    app: Flask, session: Session, client: FlaskClient, says: Says
) -> None:
    for topic, low, high in (("sessions", 1, 4), ("interval_weeks", 3, 4), ("maintenance_months", 6, 12)):
        says("S0", topic, low, high)
    rate(session, "1000")
    few, many = clinics_with(session, 2, 1), clinics_with(session, 5, 8)
    session.commit()
    basket = (
        "want=rejuran_healer:3x2ml&want=rejuran_eye:1x1ml&currency=SGD&sort=price"
        "&home=SG&trip=450&night=90&nights=2"
    )
    counts = []
    for clinics in (few, many):
        named = "&".join(f"clinic={clinic.slug}" for clinic in clinics)
        with statements(app) as seen:
            answer = client.get(f"/compare?{named}&{basket}")
        assert answer.status_code == 200
        assert answer.get_data(as_text=True).count("<article") >= len(clinics)
        counts.append(len(seen))
        told = {f"quotes-{number}-{name}": value for number in range(5) for name, value in QUOTE.items()}
        with statements(app) as with_quotes:
            assert client.post(f"/compare?{named}&{basket}", data=told).status_code == 200
        # Her own quotes ask nothing of the database.
        assert len(with_quotes) == len(seen)
    assert counts == [STATEMENTS, STATEMENTS]


def test_around_two_places_it_grows_by_the_searches_only(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    clinics_with(session, 4, 1)
    session.commit()
    path = "/compare?near=238859&also=Gangnam&want=rejuran_healer:3x2ml"
    with statements(app) as few:
        assert client.get(path).status_code == 200
    clinics_with(session, 12, 4)
    session.commit()
    with statements(app) as many:
        page = client.get(path).get_data(as_text=True)
    assert page.count('<li class="card clinic">') == 16
    assert len(many) == len(few)
