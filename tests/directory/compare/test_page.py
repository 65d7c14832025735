"""The page /compare: bills that add up, what stands beside them, and reasons where there is no sum."""

from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words


def columns(page: Page) -> list[str]:
    return [words(element) for element in page.all("article")]


def test_a_complete_sum_and_an_incomplete_one(session: Session, client: FlaskClient) -> None:
    complete, silent = factories.clinic(session), factories.clinic(session)
    factories.offer(session, complete, title="Single", consultation="fee", consultation_fee_amount=5000)
    factories.offer(session, silent, title="Vague", tax="unknown", tax_rate=None, consultation=None)
    session.commit()
    page = Page(
        client,
        f"/compare?clinic={complete.slug}&clinic={silent.slug}&treatment=rejuran_healer&sessions=3",
    ).check()
    whole, part = columns(page)
    assert "3 × Single S$1,500" in whole
    assert "Consultation S$50" in whole
    assert "Total S$1,550" in whole
    assert "Total incomplete" in part
    assert "Whether tax is in the price is not stated." in part
    assert "The consultation fee is not stated." in part
    assert page.links("Ask these 2 clinics for what is missing") == [
        (
            f"/enquiries/new?clinic={complete.slug}&clinic={silent.slug}&want=rejuran_healer:3x2ml"
            "&missing=consultation&missing=fees&missing=numbing&missing=tax"
        )
    ]


def test_parts_chips_and_what_is_left_over(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    eye = factories.treatment(session, "rejuran_eye")
    factories.offer(
        session,
        clinic,
        parts=[{"sessions": 2}, {"treatment_id": eye.id, "quantity": Decimal(1)}],
        title="Duo",
    )
    session.commit()
    (column,) = columns(
        Page(client, f"/compare?clinic={clinic.slug}&treatment=rejuran_healer&sessions=3").check()
    )
    assert "2 × Duo S$1,000" in column
    assert (
        "1 session of Rejuran Healer 2 ml is left over; 2 sessions of Rejuran Eye 1 ml are left over."
        in column
    )


def test_two_markets_side_by_side_each_in_its_currency_and_in_the_readers(
    seeded: Session, client: FlaskClient
) -> None:
    page = Page(
        client,
        "/compare?clinic=chameoksae-clinic&clinic=larch-linden-skin-clinic&want=rejuran_healer:3x2ml&currency=SGD",
    ).check()
    korea, singapore = columns(page)
    assert "Total ₩768,900" in korea
    assert "Gangnam, Gangnam" not in korea
    assert "Orchard, Singapore" in singapore
    assert "in SGD S$733.49" in korea
    assert "Total S$2,452.50" in singapore
    assert "₩" not in singapore
    assert "1 SGD = 1048.27 KRW · European Central Bank" in page.text
    assert "this rate is old" in page.text


def test_another_quantity_is_not_compared(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, parts=[{"quantity": Decimal(4)}], title="Four")
    session.commit()
    base = f"/compare?clinic={clinic.slug}&treatment=rejuran_healer"
    usual = Page(client, base).check()
    assert "1 × Rejuran Healer 2 ml (amount: how it is usually sold)" in usual.text
    assert "it is offered only in another amount, variant or area." in usual.text
    assert "Four: another amount: 4 ml" in usual.text
    assert "Total S$500" in Page(client, base + "&quantity=4cc").check().text
    unread = Page(client, base + "&quantity=a+lot").check()
    assert "We cannot read “a lot”." in unread.text
    assert unread.all("input", id="quantity-0")[0].get("value") == "a lot"


def test_the_query_of_the_json_api_is_read_too(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml").check()
    assert page.all("input", id="sessions-0")[0].get("value") == "3"
    assert "Total S$1,500" in page.text


def test_at_most_five_in_the_order_of_choice(session: Session, client: FlaskClient) -> None:
    slugs = [factories.clinic(session, name=f"Clinic {letter}").slug for letter in "FEDCBA"]
    factories.treatment(session)
    session.commit()
    page = Page(client, "/compare?" + "&".join(f"clinic={slug}" for slug in slugs)).check()
    assert [words(element)[:8] for element in page.all("h3")] == [f"Clinic {letter}" for letter in "FEDCB"]
    assert "You ticked more than 5 clinics" in page.text


def test_the_choice_survives_other_pages_without_scripts(session: Session, client: FlaskClient) -> None:
    one, two = factories.clinic(session, name="One"), factories.clinic(session, name="Two")
    factories.treatment(session)
    session.commit()
    client.get(f"/compare?clinic={one.slug}&clinic={two.slug}&chosen=1")
    results = Page(client, "/clinics").check()
    ticked = [
        box.get("value") for box in results.all("input", type="checkbox") if box.get("checked") is not None
    ]
    assert ticked == [one.slug, two.slug]
    home = Page(client, "/").check()
    assert "One" in words(home.with_class("tray")[0])
    assert len(columns(Page(client, "/compare").check())) == 2
    client.get("/compare?chosen=1")
    assert columns(Page(client, "/compare").check()) == []


def test_a_price_that_the_market_hides_is_no_line_of_a_bill(session: Session, client: FlaskClient) -> None:
    seoul = factories.clinic(session, country="KR", lat=37.498, lng=127.028, gst_registered=None)
    factories.offer(session, seoul, currency="KRW", price_amount=123000, price_kind="event", title="Event")
    unclaimed = factories.clinic(session, authority="unclaimed", accepts_enquiries=False)
    factories.offer(session, unclaimed, price_amount=45678)
    session.commit()
    page = Page(
        client, f"/compare?clinic={seoul.slug}&clinic={unclaimed.slug}&treatment=rejuran_healer"
    ).check()
    assert "123,000" not in page.text
    assert "456.78" not in page.text
    assert "its terms are not complete" in page.text
