"""Facts that age: a mail with all prices at day 25, one button, one further mail at day 40; nobody is pestered."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.moderation.conftest import letter, mails, path_in, plain_part
from tests.reading import Page
from webapp.clinics.models import Clinic, ClinicFact, Practitioner
from webapp.moderation.models import ClinicLink, Decision
from webapp.moderation.services import authority, editing, links, reminders
from webapp.moderation.services.reminders import BY_LINK
from webapp.offers.models import Offer
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work

Press = Callable[..., int]
# The offers' prices were confirmed on 1 November 2026, and NOW is the 21st: day 25 is the 26th.
CONFIRMED = date(2026, 11, 1)


def day(age: int) -> Any:
    """The moment at which the prices are that many days old."""
    return NOW + timedelta(days=age - 20)


@pytest.fixture
def listed(session: Session) -> Clinic:
    clinic = factories.clinic(
        session, name="Larch Skin Clinic", slug="larch-skin", sample=False, languages="en", hours="Mo-Fr 10:00-19:00"
    )  # fmt: skip
    factories.offer(session, clinic, title="Healer")
    factories.offer(session, clinic, title="Trio", parts=[{}, {"sessions": 3}], price_amount=118000)
    session.commit()
    return clinic


def remind(age: int) -> int:
    with unit_of_work():
        return reminders.remind_of_prices(day(age))


def sent(session: Session) -> list[Delivery]:
    return mails(session, "prices-age:")


def state(session: Session) -> list[Any]:
    session.commit()
    return [
        *session.execute(select(Offer.id, Offer.verified_on, Offer.confirmed_by).order_by(Offer.id)),
        *session.execute(select(Clinic.id, Clinic.verified_on)),
        *session.execute(select(ClinicLink.id, ClinicLink.used_at)),
        session.scalar(select(func.count()).select_from(Decision)),
    ]


# When, and to whom


def test_the_mail_comes_at_day_25_and_lists_every_price(session: Session, listed: Clinic) -> None:
    assert remind(24) == 0
    assert remind(25) == 1
    (row,) = sent(session)
    assert row.optional
    assert row.to_address == listed.enquiry_email
    text = plain_part(row)
    for words in ("Healer: S$500", "Trio: S$1,180", "Larch Skin Clinic", "/portal/larch-skin/prices"):
        assert words in text
    assert letter(row)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert path_in(row, "u") in letter(row)["List-Unsubscribe"]


def test_it_comes_once_however_often_the_clock_strikes(session: Session, listed: Clinic) -> None:
    for age in (25, 25, 26, 30, 39):
        remind(age)
    assert len(sent(session)) == 1


def test_it_comes_once_more_at_day_40_and_then_not_again(session: Session, listed: Clinic) -> None:
    for age in range(24, 120):
        remind(age)
    keys = [row.key for row in sent(session)]
    assert keys == [f"prices-age:{listed.id}:2026-11-01:1", f"prices-age:{listed.id}:2026-11-01:2"]
    first, second = (letter(row)["Subject"] for row in sent(session))
    assert first == "Are these prices of Larch Skin Clinic still right?"
    assert second == "Once more: are these prices of Larch Skin Clinic still right?"


def test_a_confirmed_list_begins_anew(session: Session, listed: Clinic) -> None:
    remind(25)
    with unit_of_work():
        editing.confirm_prices(listed, BY_LINK, day(26))
    for age in range(27, 51):
        assert remind(age) == 0
    assert remind(51) == 1
    assert len(sent(session)) == 2


def test_prices_confirmed_one_by_one_do_not_make_a_mail_each(session: Session, listed: Clinic) -> None:
    """The oldest is from day 1, the other from day 3: after the first is confirmed alone, the next waits its turn."""
    first, second = session.scalars(select(Offer).order_by(Offer.id)).all()
    second.verified_on = CONFIRMED + timedelta(days=2)
    session.commit()
    assert remind(25) == 1
    first.verified_on = CONFIRMED + timedelta(days=26)
    session.commit()
    assert [remind(age) for age in (27, 30, 39)] == [0, 0, 0]
    assert remind(40) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sample": True},
        {"authority": "unclaimed"},
        {"authority": "withdrawn"},
        {"authority": "do_not_list"},
        {"enquiry_email": None, "enquiry_email_confirmed_on": None},
        {"enquiry_email_confirmed_on": None},
    ],
)
def test_nobody_else_is_written_to(session: Session, listed: Clinic, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(listed, name, value)
    session.commit()
    assert remind(25) == 0
    with unit_of_work():
        assert reminders.remind_of_listings(day(400)) == 0
    session.commit()
    assert session.scalar(select(func.count()).select_from(Delivery)) == 0


@pytest.mark.parametrize("reason", ["unsubscribed", "bounced"])
def test_an_address_that_wants_no_mail_gets_none(session: Session, listed: Clinic, reason: str) -> None:
    with unit_of_work():
        outbox.suppress(listed.enquiry_email or "", reason, NOW)
    assert remind(25) == 0
    assert sent(session) == []
    assert session.scalar(select(func.count()).select_from(ClinicLink)) == 0


def test_prices_that_are_gone_or_told_on_request_do_not_count(session: Session, listed: Clinic) -> None:
    for offer in session.scalars(select(Offer)):
        offer.retired_on = CONFIRMED
    on_request = factories.offer(session, listed, price_kind="on_request", price_amount=None)
    on_request.verified_on = date(2026, 1, 1)
    session.commit()
    assert remind(25) == 0


def test_a_price_that_nobody_ever_confirmed_counts_from_the_day_it_came(
    session: Session, listed: Clinic
) -> None:
    for offer in session.scalars(select(Offer)):
        offer.verified_on = None
    session.commit()
    # It came on the 21st, 20 days after the others were confirmed.
    assert remind(44) == 0
    assert remind(45) == 1


def test_days_are_the_markets_own(session: Session, listed: Clinic) -> None:
    """26 November begins in Seoul an hour before it begins in Singapore."""
    listed.country = "KR"
    session.commit()
    eve = NOW.replace(day=25, hour=15, minute=30)
    with unit_of_work():
        assert reminders.remind_of_prices(eve) == 1
    listed.country = "SG"
    session.commit()


# The button


def test_a_mail_scanner_confirms_nothing(client: FlaskClient, session: Session, listed: Clinic) -> None:
    remind(25)
    before = state(session)
    path = path_in(sent(session)[0])
    stop = path_in(sent(session)[0], "u")
    for page in (path, stop):
        for _time in range(3):
            assert client.head(page).status_code == 200
        for _time in range(5):
            assert client.get(page).status_code == 200
    assert state(session) == before


def test_one_button_confirms_every_price(
    client: FlaskClient, session: Session, listed: Clinic, press: Press
) -> None:
    remind(25)
    path = path_in(sent(session)[0])
    page = Page(client, path).check()
    for words in ("Healer", "S$500", "Trio", "S$1,180", "All of these are still right"):
        assert words in page.text
    assert press(path, times=3) == 303
    session.commit()
    offers = session.scalars(select(Offer)).all()
    assert all(offer.verified_on != CONFIRMED for offer in offers)
    assert {offer.confirmed_by for offer in offers} == {BY_LINK.name}
    assert session.scalars(select(Decision.what)).all() == ["prices.confirmed"]
    assert "it is confirmed" in Page(client, path).check().text


def test_a_list_that_changed_meanwhile_is_looked_at_again(
    client: FlaskClient, session: Session, listed: Clinic, press: Press
) -> None:
    remind(25)
    path = path_in(sent(session)[0])
    assert press(path, mark="of another list") == 409
    session.commit()
    assert session.scalars(select(Offer.verified_on).distinct()).all() == [CONFIRMED]
    assert press(path) == 303
    session.commit()
    assert session.scalars(select(Offer.verified_on).distinct()).all() != [CONFIRMED]


def test_the_mark_changes_with_a_price_and_not_with_a_language(
    client: FlaskClient, session: Session, listed: Clinic
) -> None:
    remind(25)
    path = path_in(sent(session)[0])

    def mark(path: str) -> str:
        return client.get(path).get_data(as_text=True).split('name="mark" value="')[1].split('"')[0]

    before = mark(path)
    assert mark(f"/ko{path}") == before
    session.scalars(select(Offer)).first().price_amount = 40000  # type: ignore[union-attr]
    session.commit()
    assert mark(path) != before


def test_a_clinic_that_left_has_nothing_to_confirm(
    client: FlaskClient, session: Session, listed: Clinic
) -> None:
    remind(25)
    path = path_in(sent(session)[0])
    with unit_of_work():
        authority.withdraw(listed, BY_LINK, NOW, way=authority.PORTAL)
    assert client.get(path).status_code == 410


def test_a_link_confirms_its_own_clinics_prices_only(session: Session, listed: Clinic, press: Press) -> None:
    other = factories.clinic(session)
    offer = factories.offer(session, other)
    session.commit()
    remind(25)
    press(path_in(sent(session)[0]))
    session.commit()
    assert offer.verified_on == CONFIRMED


# What else stands on the page


def remind_listing(age: int) -> int:
    with unit_of_work():
        return reminders.remind_of_listings(day(age))


def test_the_listing_is_asked_about_at_day_160(
    client: FlaskClient, session: Session, listed: Clinic, press: Press
) -> None:
    session.add(Practitioner(clinic_id=listed.id, name="Dr Tan", registration_no="M12345A"))
    session.commit()
    assert remind_listing(159) == 0
    assert remind_listing(160) == 1
    assert remind_listing(161) == 0
    (row,) = mails(session, "listing-ages:")
    assert row.optional
    for words in ("290 Orchard Road", "Mo-Fr 10:00-19:00", "Dr Tan, M12345A"):
        assert words in plain_part(row)
    path = path_in(row)
    assert "Dr Tan, M12345A" in Page(client, path).check().text
    assert press(path, times=2) == 303
    session.commit()
    assert listed.verified_on != CONFIRMED
    assert all(fact.confirmed_by == BY_LINK.name for fact in session.scalars(select(ClinicFact)))
    assert session.scalars(select(Practitioner)).one().confirmed_on == listed.verified_on
    assert session.scalars(select(Decision.what)).all() == ["listing.confirmed"]


def test_a_fact_that_the_clinic_confirmed_later_is_younger(session: Session, listed: Clinic) -> None:
    with unit_of_work():
        editing.confirm_listing(listed, BY_LINK, day(100))
    assert remind_listing(259) == 0
    assert remind_listing(260) == 1


def test_one_old_fact_is_enough(session: Session, listed: Clinic) -> None:
    with unit_of_work():
        editing.confirm_listing(listed, BY_LINK, day(100))
    fact = session.scalars(select(ClinicFact).where(ClinicFact.field == "hours")).one()
    fact.confirmed_on = CONFIRMED
    session.commit()
    assert remind_listing(160) == 1


# No further reminders


def test_one_click_of_a_mail_program_stops_the_reminders(
    client: FlaskClient, session: Session, listed: Clinic
) -> None:
    """RFC 8058: no cookie, no token of a page, one POST."""
    remind(25)
    path = path_in(sent(session)[0], "u")
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    session.commit()
    assert remind(40) == 0
    assert len(sent(session)) == 1
    assert "no reminders from us any more" in Page(client, path).check().text


def test_a_mail_that_is_on_its_way_is_stopped_too(
    client: FlaskClient, session: Session, listed: Clinic
) -> None:
    remind(25)
    (row,) = sent(session)
    client.post(path_in(row, "u"))
    session.commit()
    with unit_of_work():
        assert outbox.claim(row.id) is None
    session.commit()
    assert row.state == "cancelled"


def test_an_old_link_still_stops_them(client: FlaskClient, session: Session, listed: Clinic) -> None:
    with unit_of_work():
        token = links.mint(
            links.UNSUBSCRIBE, listed, NOW - timedelta(days=4000), days=1, subject_hash="0" * 64
        )
    assert "Send no reminders" in client.get(f"/u/{token}").get_data(as_text=True)
    assert "any more" in client.post(f"/u/{token}").get_data(as_text=True)


# What ages says so


def test_an_unconfirmed_price_leaves_the_totals_and_says_so(
    client: FlaskClient, session: Session, listed: Clinic
) -> None:
    for offer in session.scalars(select(Offer)):
        offer.verified_on = date(2020, 1, 1)
    session.commit()
    since = "unconfirmed since 15 February 2020"
    assert since in Page(client, "/clinics/larch-skin").check().text
    assert since in Page(client, "/clinics").check().text
    compared = Page(client, "/compare?want=rejuran_healer:1x2ml&clinic=larch-skin").check().text
    assert compared.count("Total incomplete The price was last confirmed too long ago.") == 1
    clinic = client.get("/api/v1/clinics/larch-skin").get_json()
    assert [offer["unconfirmed"] for offer in clinic["offers"]] == [True, True]
    by_price = client.get("/api/v1/clinics?treatment=rejuran_healer&sort=price").get_json()
    assert [row["session_total"] for row in by_price["clinics"]] == [None]
