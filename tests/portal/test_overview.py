"""The overview: what is missing, what has grown old, what waits, and what patients do not see by which rule."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.portal.browsing import press
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic, Practitioner
from webapp.encryption import address_hash
from webapp.i18n import today_in, utc_now
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Decision, HeldText, Proposal
from webapp.moderation.services import returned
from webapp.outbox import queries as outbox_queries
from webapp.outbox import services as outbox
from webapp.portal.services import addresses

PAGE = "/portal/larch/"


def days_ago(days: int, country: str = "SG") -> date:
    return today_in(country, utc_now()) - timedelta(days=days)


@pytest.fixture
def clinic(session: Session) -> Clinic:
    """Everything stated and confirmed yesterday."""
    row = factories.clinic(
        session, slug="larch", name="Larch Clinic", hours="Mo 10:00-12:00", phone="+6561234567",
        website="https://larch.example", verified_on=days_ago(1),
    )  # fmt: skip
    row.practitioners.append(Practitioner(name="Dr Quek"))
    factories.offer(session, row, title="Healer single", verified_on=days_ago(1))
    session.commit()
    return row


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def steps(browser: FlaskClient) -> dict[str, str]:
    page = Page(browser, PAGE).check()
    lists = page.with_class("choices")
    return {
        "".join(link.itertext()): link.get("href") or ""
        for row in lists
        for link in row.iter()
        if link.get("href")
    }


def test_where_all_is_well_there_is_nothing_to_do(owner: FlaskClient) -> None:
    page = Page(owner, PAGE).check()
    assert steps(owner) == {}
    assert "Nothing. All that patients can read of you is there and confirmed." in page.text
    assert "What patients do not see" not in page.text
    assert "1 offer, 1 with a public price" in page.text
    assert "1 person keeps this listing" in page.text


def test_what_is_missing_leads_to_where_it_is_filled_in(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    clinic.hours = clinic.phone = clinic.enquiry_email = None
    clinic.practitioners.clear()
    session.commit()
    found = steps(owner)
    assert found["Fill in: Opening hours"] == "/portal/larch/hours"
    assert found["Fill in: Telephone"] == "/portal/larch/profile"
    assert found["Fill in: Doctors"] == "/portal/larch/doctors"
    assert found["Give an address for enquiries and confirm it"] == "/portal/larch/pause"


def test_facts_and_prices_grow_old_by_the_settings(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    clinic.verified_on = days_ago(180)
    session.commit()
    assert steps(owner) == {}
    clinic.verified_on = days_ago(181)
    factories.offer(session, clinic, title="Old", verified_on=days_ago(46))
    session.commit()
    found = steps(owner)
    assert found["Confirm 1 price that has grown old"] == "/portal/larch/prices"
    assert found["Confirm the details that nobody has confirmed lately"] == "#details"
    page = Page(owner, PAGE).check()
    assert "unconfirmed since" in page.text and "1 unconfirmed" in page.text


def test_all_details_are_confirmed_with_one_press(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    clinic.verified_on = None
    session.commit()
    assert "never confirmed" in Page(owner, PAGE).check().text
    assert press(owner, PAGE, "/portal/larch/confirm").status_code == 303
    assert "details are confirmed as of today." in Page(owner, PAGE).text
    assert steps(owner) == {}
    session.commit()
    assert session.scalars(select(Decision.what)).all() == ["listing.confirmed"]


def test_what_waits_is_counted_and_shown(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    session.add(
        HeldText(
            clinic_id=clinic.id, subject="", field="name", text="The best <b>clinic</b>", state="held",
            findings=[{"rule": "SG-X", "matched": "best", "why": "A person reads this."}], by_name="Mei",
            created_at=NOW,
        )
    )  # fmt: skip
    for number in range(2):
        session.add(
            Proposal(
                clinic_id=clinic.id, action="change_clinic", subject="", field=f"f{number}", before=None, after="x",
                after_hash="0" * 64, origin="feed", source="feed", seen_on=NOW.date(), state="open", created_at=NOW,
            )
        )  # fmt: skip
    session.commit()
    page = Page(owner, PAGE).check()
    assert "“The best <b>clinic</b>” A person reads this. (rule SG-X)" in page.text
    assert steps(owner) == {"Decide about 2 changes found": "/portal/larch/proposals"}


def test_what_patients_do_not_see_names_the_rule(client: FlaskClient, session: Session) -> None:
    seoul = factories.clinic(session, slug="seoul", country="KR", accepts_enquiries=False)
    factories.offer(
        session,
        seoul,
        title="Autumn event",
        currency="KRW",
        price_kind="event",
        valid_until=days_ago(-9, "KR"),
    )
    sign_in(client, session, seoul)
    text = Page(client, "/portal/seoul/").check().text
    assert "Autumn event The event price is not shown: its terms are not complete." in text
    assert "KR-EVENT-TERMS" in text
    assert "The button that asks you for a quote This clinic does not take enquiries at the moment." in text
    assert "what you stated" in text


def test_an_unclaimed_listing_says_what_is_kept_back(client: FlaskClient, session: Session) -> None:
    sign_in(client, session, factories.clinic(session, slug="bare", authority="unclaimed"))
    text = Page(client, "/portal/bare/").check().text
    assert "LISTING-AUTHORITY" in text and "Patients cannot ask you from here" in text


def test_the_preview_is_the_public_page(owner: FlaskClient) -> None:
    assert owner.get(f"{PAGE}preview").headers["Location"] == "/clinics/larch"


@pytest.mark.parametrize("authority", ["withdrawn", "do_not_list"])
def test_where_nothing_is_public_the_preview_says_why(
    owner: FlaskClient, session: Session, clinic: Clinic, authority: str
) -> None:
    clinic.authority = authority
    session.commit()
    for path in (PAGE, f"{PAGE}preview"):
        assert "no public page shows it (rule LISTING-AUTHORITY)" in Page(owner, path).check().text
    assert owner.get("/clinics/larch").status_code == 404


def test_unanswered_enquiries_come_first(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    assert press(owner, "/portal/larch/enquiries", "/portal/larch/test-enquiry").status_code == 303
    # A test of one's own is nothing to answer.
    assert steps(owner) == {}


def test_mail_that_came_back_is_said_until_the_address_is_mended(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    words = "Mail to desk@larch.example came back"
    clinic.enquiry_email = "desk@larch.example"
    session.commit()
    assert words not in Page(owner, PAGE).text
    returned.address_came_back(address_hash("desk@larch.example"), NOW)
    outbox.suppress("desk@larch.example", outbox.BOUNCED, NOW)
    session.commit()
    assert words in Page(owner, PAGE).check().text
    assert "Give an address for enquiries and confirm it" in steps(owner)
    # Asking the address to confirm is the test of it: that mail is sent.
    by = Actor(ActorKind.CLINIC, "Dr Quek")
    addresses.ask(clinic, "desk@larch.example", by, utc_now(), "en")
    session.commit()
    assert outbox_queries.suppressions("desk@larch.example") == frozenset()
    assert words not in Page(owner, PAGE).text
