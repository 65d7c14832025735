"""Who answers a basket and with what: settled amounts, and prices that no public page may show enter no sum."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.conftest import Switch
from tests.factories import NOW
from tests.reading import Page, words
from webapp.clinics.models import Clinic
from webapp.directory.cards import treatment_names
from webapp.domain.basket import Reader
from webapp.domain.market import Hidden
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.units import Quantity
from webapp.offers import queries as offers
from webapp.offers.public import AmountFrom, Public, settle

# An amount that nothing else on a page comes to.
CANARY = 7_654_321
TODAY = NOW.date()


def settled(session: Session, want: Want, *clinics: Clinic) -> tuple[Quantity | None, AmountFrom]:
    session.flush()
    published = [offer for rows in offers.for_clinics([row.id for row in clinics]).values() for offer in rows]
    basket = settle([want], treatment_names(), published)
    return basket.wants[0].quantity, basket.settled_by[0]


def public(session: Session, clinic: Clinic) -> Public:
    session.flush()
    return Public.of(clinic, offers.for_clinics([clinic.id]).get(clinic.id, ()), NOW)


def test_the_readers_amount_comes_first(session: Session) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic)
    want = Want("rejuran_healer", 1, Quantity.parse("4 ml"))
    assert settled(session, want, clinic) == (Quantity.parse("4 ml"), AmountFrom.READER)


def test_then_how_it_is_usually_sold(session: Session) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, parts=[{"quantity": Decimal(1)}])
    assert settled(session, Want("rejuran_healer", 1), clinic) == (
        Quantity.parse("2 ml"),
        AmountFrom.CATALOGUE,
    )


def test_then_what_most_offers_state(session: Session) -> None:
    unusual = factories.treatment(session, "ha_booster_generic", usual_quantity=None, usual_unit=None)
    one, two = factories.clinic(session), factories.clinic(session)
    for clinic, amount in ((one, 2), (two, Decimal("2.5")), (two, Decimal("2.5"))):
        factories.offer(session, clinic, parts=[{"treatment_id": unusual.id, "quantity": amount}])
    assert settled(session, Want("ha_booster_generic", 1), one, two) == (
        Quantity.parse("2.5 ml"),
        AmountFrom.CLINICS,
    )
    assert settled(session, Want("ha_booster_generic", 1), one) == (
        Quantity.parse("2 ml"),
        AmountFrom.CLINICS,
    )


def test_else_a_session_and_the_page_says_that_nobody_states_an_amount(
    session: Session, client: FlaskClient
) -> None:
    vague = factories.treatment(session, "ldm", usual_quantity=None, usual_unit=None)
    clinic = factories.clinic(session)
    factories.offer(session, clinic, parts=[{"treatment_id": vague.id, "quantity": None, "unit": None}])
    assert settled(session, Want("ldm", 2), clinic) == (Quantity.parse("1 session"), AmountFrom.NOBODY)
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=ldm:2").check()
    assert "2 × Ldm 1 session (amount: no clinic states an amount)" in page.text
    assert "How much you get per session is not stated." in page.text
    assert "Total incomplete" in page.text


def hidden_offers(session: Session) -> list[tuple[Clinic, Hidden]]:
    """One clinic for each way a price may be kept off a page."""

    def one(clinic: dict[str, Any], offer: dict[str, Any], why: Hidden) -> tuple[Clinic, Hidden]:
        row = factories.clinic(session, **clinic)
        factories.offer(session, row, **({"price_amount": CANARY} | offer))
        return row, why

    seoul = {"country": "KR", "lat": 37.498, "lng": 127.028, "gst_registered": None}
    won = {"currency": "KRW", "tax_rate": Decimal(10)}
    terms = {
        "price_kind": "event",
        "regular_price_amount": CANARY * 2,
        "valid_from": TODAY - timedelta(days=5),
        "valid_until": TODAY + timedelta(days=5),
        "event_target": "Everybody",
        "event_scope": "The face",
    }
    return [
        one({"authority": "unclaimed", "accepts_enquiries": False}, {}, Hidden.NOT_AUTHORISED),
        one(seoul | {"authority": "unclaimed", "accepts_enquiries": False}, won, Hidden.NOT_AUTHORISED),
        one(seoul, won | terms | {"event_scope": None}, Hidden.EVENT_TERMS_MISSING),
        one(seoul, won | terms | {"valid_until": None}, Hidden.EVENT_TERMS_MISSING),
        one(seoul, won | terms | {"regular_price_amount": CANARY}, Hidden.EVENT_TERMS_MISSING),
        one(seoul, won | terms | {"valid_until": TODAY - timedelta(days=1)}, Hidden.EVENT_ENDED),
        one(seoul, won | terms | {"valid_from": TODAY + timedelta(days=1)}, Hidden.EVENT_NOT_STARTED),
        one({}, {"price_kind": "event"}, Hidden.EVENT_TERMS_MISSING),
        one({"gst_registered": True}, {"tax": "exclusive", "tax_rate": None}, Hidden.TAX_NOT_INCLUDED),
    ]


def test_no_hidden_price_enters_a_sum_or_a_page(session: Session, client: FlaskClient) -> None:
    found = hidden_offers(session)
    open_ = factories.clinic(session)
    factories.offer(session, open_, price_amount=50000)
    session.commit()
    for clinic, why in found:
        here = public(session, clinic)
        assert list(here.hidden.values()) == [why], clinic.slug
        (mix,) = here.mixes(
            [Want("rejuran_healer", 1, Quantity.parse("2 ml"))], Reader(True, True, False), {}
        )
        assert mix.total is None, why
        assert mix.lines == (), why
        for more in ("", "&sort=price&currency=USD", "&home=SG&trip=450&currency=SGD"):
            page = Page(
                client, f"/compare?clinic={open_.slug}&clinic={clinic.slug}&want=rejuran_healer:3x2ml{more}"
            ).check()
            figures = page.source.replace(",", "").replace(".", "")
            assert str(CANARY)[:5] not in figures, (why, more)
            assert str(CANARY * 2)[:5] not in figures, (why, more)
            assert "Total S$1,500" in page.text
            assert "incomplete" in words(page.all("article", class_="card")[1])


def test_the_same_prices_stand_where_nothing_hides_them(session: Session) -> None:
    """The test above can fail."""
    clinic = factories.clinic(session)
    factories.offer(session, clinic, price_amount=CANARY)
    (mix,) = public(session, clinic).mixes([Want("rejuran_healer", 1, Quantity.parse("2 ml"))], Reader(), {})
    assert mix.total == Money(CANARY, "SGD")


def test_prices_beside_other_clinics_only_where_the_switch_lets_them(
    session: Session, client: FlaskClient, switch: Switch
) -> None:
    joined = factories.clinic(session)
    factories.offer(session, joined, price_amount=50000)
    silent = factories.clinic(session, authority="unclaimed", accepts_enquiries=False)
    factories.offer(session, silent, price_amount=CANARY)
    session.commit()
    for cross in ("authorised", "on"):
        for unclaimed in ("strict", "sourced"):
            switch(cross_clinic_prices_sg=cross, unclaimed_sg=unclaimed)
            page = Page(
                client, f"/compare?clinic={joined.slug}&clinic={silent.slug}&want=rejuran_healer:1x2ml"
            ).check()
            assert str(CANARY)[:4] not in page.source.replace(",", "")
            assert "Total S$500" in page.text


def test_a_registered_clinics_tax_comes_on_top_of_its_bill(session: Session, client: FlaskClient) -> None:
    """The price line shows it with tax; the bill adds the same tax once, on the sum."""
    clinic = factories.clinic(session, gst_registered=True)
    factories.offer(session, clinic, price_amount=33333, tax="exclusive", title="Single")
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:3x2ml").check()
    (column,) = [words(element) for element in page.all("article")]
    assert "3 × Single S$999.99 Tax, 9 % S$90 Total S$1,089.99 of which tax S$90" in column


def test_a_withdrawn_clinic_is_not_compared(session: Session, client: FlaskClient) -> None:
    gone = factories.clinic(session, authority="withdrawn")
    factories.offer(session, gone, price_amount=CANARY)
    session.commit()
    page = Page(client, f"/compare?clinic={gone.slug}&want=rejuran_healer:1x2ml").check()
    assert page.all("article") == []
    assert gone.name not in page.text


def test_a_stale_price_leaves_the_totals_and_says_so(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    for title, day in (("Old", date(2026, 10, 6)), ("Fresh", date(2026, 10, 7))):
        factories.offer(
            session, clinic, title=title, verified_on=day, price_amount=40000 if title == "Old" else 50000
        )
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:1x2ml").check()
    assert "Fresh S$500 Total S$500" in page.text
    assert "Old: The price was last confirmed too long ago." in page.text


def test_two_currencies_of_one_clinic_are_two_answers(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(session, clinic, price_amount=50000)
    factories.offer(session, clinic, price_amount=38000, currency="USD")
    session.commit()
    page = Page(client, f"/compare?clinic={clinic.slug}&want=rejuran_healer:1x2ml").check()
    totals = [words(element) for element in page.all("tr", class_="total")]
    assert sorted(totals) == ["Total S$500", "Total US$380"]
    asked = page.links("Ask 1 clinic for what is missing")
    assert len(asked) == 1
    assert asked[0].count("clinic=") == 1
