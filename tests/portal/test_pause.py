"""Taking enquiries: the switch, the pause, and an address that is only used once it has confirmed itself."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.browsing import filled, press, send, text_of
from tests.portal.keepers import as_account, keeper, sign_in
from tests.quotes.conftest import letters, plain_part
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.i18n import today_in, utc_now
from webapp.outbox.models import Delivery
from webapp.portal.models import AddressChange
from webapp.portal.services import addresses

PAGE = "/portal/larch/pause"
ADDRESS = "/portal/larch/address"
NEW = "new@larch.example"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, slug="larch", name="Larch Clinic", enquiry_email="old@larch.example")


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def again(session: Session, clinic: Clinic) -> Clinic:
    session.commit()
    session.refresh(clinic)
    return clinic


def link_in_mail(session: Session, key: str = "portal-confirm-address:") -> str:
    found = re.search(r"/c/address/[\w-]{43}", plain_part(letters(session, key)[-1]))
    assert found
    return found.group()


def can_be_asked(browser: FlaskClient) -> bool:
    return bool(Page(browser, "/clinics/larch").links("Ask for a quote"))


def test_a_pause_ends_by_itself_or_by_hand(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    today = today_in("SG", utc_now())
    Page(owner, PAGE).check()
    until = (today + timedelta(days=7)).isoformat()
    assert send(owner, PAGE, **{"pause-until": until}).status_code == 303
    assert again(session, clinic).paused_until == today + timedelta(days=7)
    assert not can_be_asked(owner)
    assert "This clinic takes no enquiries for a while." in Page(owner, PAGE).check().text
    assert press(owner, PAGE, f"{PAGE}/end").status_code == 303
    assert again(session, clinic).paused_until is None
    assert can_be_asked(owner)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_pause_has_a_day_that_makes_sense(
    owner: FlaskClient, session: Session, clinic: Clinic, days: int
) -> None:
    day = today_in("SG", utc_now()) + timedelta(days=days)
    assert send(owner, PAGE, **{"pause-until": day.isoformat()}).status_code == 422
    assert send(owner, PAGE, **{"pause-until": "soon"}).status_code == 422
    assert again(session, clinic).paused_until is None


def test_enquiries_are_switched_off_and_on(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    assert press(owner, PAGE, f"{PAGE}/refuse").status_code == 303
    assert again(session, clinic).accepts_enquiries is False and not can_be_asked(owner)
    assert press(owner, PAGE, f"{PAGE}/accept").status_code == 303
    assert again(session, clinic).accepts_enquiries is True and can_be_asked(owner)


def test_a_new_address_is_used_once_it_has_confirmed_itself(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    assert send(owner, PAGE, ADDRESS, **{"address-email": NEW}).status_code == 303
    assert again(session, clinic).enquiry_email == "old@larch.example"
    assert NEW in Page(owner, PAGE).check().text
    letter = letters(session, "portal-confirm-address:")[0]
    assert letter["To"] == NEW
    # Anybody's browser, as the mail may be read elsewhere.
    stranger = owner.application.test_client()
    link = link_in_mail(session)
    assert "Larch Clinic" in Page(stranger, link).check().text
    assert again(session, clinic).enquiry_email == "old@larch.example"
    assert press(stranger, link, link).status_code == 200
    kept = again(session, clinic)
    assert (kept.enquiry_email, kept.enquiry_email_confirmed_on) == (NEW, today_in("SG", utc_now()))
    told = letters(session, "portal-address-replaced:")
    assert [letter["To"] for letter in told] == ["old@larch.example"]
    # The link was for once.
    assert stranger.get(link).status_code == 410


def test_only_the_newest_address_can_confirm_itself(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, ADDRESS, **{"address-email": "first@larch.example"})
    first = link_in_mail(session)
    send(owner, PAGE, ADDRESS, **{"address-email": NEW})
    token = filled(owner, PAGE)["pause-csrf_token"][0]
    assert owner.get(first).status_code == 410
    assert owner.post(first, data={"csrf_token": token}).status_code == 410
    assert press(owner, PAGE, f"{ADDRESS}/give-up").status_code == 303
    assert owner.get(link_in_mail(session)).status_code == 410
    assert again(session, clinic).enquiry_email == "old@larch.example"


def test_a_link_that_is_too_old_confirms_nothing(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(owner, PAGE, ADDRESS, **{"address-email": NEW})
    link = link_in_mail(session)
    later = utc_now() + timedelta(days=addresses.DAYS, minutes=1)
    monkeypatch.setattr("webapp.portal.views.people.utc_now", lambda: later)
    assert owner.get(link).status_code == 410


def test_the_waiting_address_is_not_readable_in_the_database(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, ADDRESS, **{"address-email": NEW})
    session.commit()
    stored = session.connection().exec_driver_sql("SELECT email FROM address_change").scalar_one()
    assert NEW not in stored and session.scalars(select(AddressChange.email)).one() == NEW


@pytest.mark.parametrize("typed", ["", "nobody", "a@b@c.example", "x" * 300 + "@larch.example"])
def test_what_is_no_address_is_said_beside_the_field(
    owner: FlaskClient, session: Session, typed: str
) -> None:
    answer = send(owner, PAGE, ADDRESS, **{"address-email": typed})
    assert answer.status_code == 422
    assert 'id="address-email-error"' in text_of(answer)
    assert letters(session, "portal-confirm-address:") == []


def test_the_address_in_use_is_not_asked_again(owner: FlaskClient, session: Session) -> None:
    answer = send(owner, PAGE, ADDRESS, **{"address-email": "old@larch.example"})
    assert answer.status_code == 422 and "go to this address already" in text_of(answer)


def test_a_clinic_mails_few_strangers_in_a_day(owner: FlaskClient, session: Session) -> None:
    for number in range(addresses.CHANGES_A_DAY):
        send(owner, PAGE, ADDRESS, **{"address-email": f"a{number}@larch.example"})
    assert send(owner, PAGE, ADDRESS, **{"address-email": "more@larch.example"}).status_code == 429
    sent = session.scalars(select(Delivery.key).where(Delivery.key.like("portal-confirm-address:%"))).all()
    assert len(sent) == addresses.CHANGES_A_DAY


def test_staff_pause_and_only_owners_change_the_address(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    as_account(client, keeper(session, clinic, role="staff", email="staff@example.org"))
    page = Page(client, PAGE).check()
    assert "An owner of the clinic can change it." in page.text
    data = filled(client, PAGE) | {"address-email": NEW}
    assert client.post(ADDRESS, data=data).status_code == 404
    assert (
        client.post(f"{ADDRESS}/give-up", data=data | {"csrf_token": data["pause-csrf_token"]}).status_code
        == 404
    )
    assert letters(session, "portal-confirm-address:") == []


def test_links_of_other_purposes_and_made_up_ones_open_nothing(owner: FlaskClient, session: Session) -> None:
    send(owner, PAGE, ADDRESS, **{"address-email": NEW})
    token = link_in_mail(session).rsplit("/", 1)[1]
    for path in (f"/c/invitation/{token}", f"/c/address/{'x' * 43}", "/c/address/short"):
        assert owner.get(path).status_code == 404


def test_what_patients_are_asked_for_and_how_many_a_day(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    changes = {"needs-asks_for": ["area", "dates"], "needs-per_day": "20"}
    assert send(owner, PAGE, f"{PAGE}/needs", **changes).status_code == 303
    kept = again(session, clinic)
    assert (kept.asks_for, kept.enquiries_per_day) == ("area;dates", 20)
    page = Page(owner, PAGE).check()
    ticked = [
        box.get("value") for box in page.all("input", name="needs-asks_for") if box.get("checked") is not None
    ]
    assert sorted(str(value) for value in ticked) == ["area", "dates"]
    assert (
        send(owner, PAGE, f"{PAGE}/needs", **{"needs-asks_for": [], "needs-per_day": ""}).status_code == 303
    )
    kept = again(session, clinic)
    assert (kept.asks_for, kept.enquiries_per_day) == (None, None)


@pytest.mark.parametrize(
    "wrong", [{"needs-asks_for": ["passport"]}, {"needs-per_day": "0"}, {"needs-per_day": "many"}]
)
def test_what_nobody_may_ask_is_refused(
    owner: FlaskClient, session: Session, clinic: Clinic, wrong: dict[str, object]
) -> None:
    assert send(owner, PAGE, f"{PAGE}/needs", **wrong).status_code == 422
    kept = again(session, clinic)
    assert (kept.asks_for, kept.enquiries_per_day) == (None, None)
