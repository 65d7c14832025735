"""The counts on pages: a clinic reads its own, staff read everybody's, and neither reads of a patient."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.accounts.signing_in import account, sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.i18n import today_in, utc_now
from webapp.portal.models import Membership
from webapp.quotes.models import PriceOutcome


@pytest.fixture
def counted(session: Session) -> tuple[Clinic, Clinic]:
    """Larch was asked 14 times, Fir 3 times; what was counted last year is of last year."""
    larch, fir = (factories.clinic(session, slug=slug, name=slug.title()) for slug in ("larch", "fir"))
    month = today_in("SG", utc_now()).replace(day=1)
    year_before = month.replace(year=month.year - 1)
    for clinic, kind, count, when in (
        (larch, "asked", 14, month),
        (larch, "quoted_same", 7, month),
        (larch, "quoted_above", 2, month),
        (larch, "accepted", 1, month),
        (larch, "asked", 90, year_before),
        (fir, "asked", 3, month),
    ):
        session.add(PriceOutcome(clinic_id=clinic.id, month=when, kind=kind, count=count))
    session.flush()
    return larch, fir


def test_a_clinic_reads_its_own_counts(
    client: FlaskClient, session: Session, counted: tuple[Clinic, Clinic]
) -> None:
    larch, fir = counted
    owner = account(session, "owner@larch.example")
    session.add(Membership(clinic_id=larch.id, account_id=owner.id, role="owner", created_at=utc_now()))
    session.commit()
    sign_in(client, owner)
    page = Page(client, f"/portal/{larch.slug}/enquiries").check()
    assert "Enquiries this year: 14; quotes: 9." in page.text
    assert "quoted as listed 7 quoted above the listed price 2 accepted by the patient 1" in page.text
    assert client.get(f"/portal/{fir.slug}/enquiries").status_code == 404


def test_staff_read_all_of_them(
    client: FlaskClient, session: Session, counted: tuple[Clinic, Clinic]
) -> None:
    sign_in(client, account(session, "staff@likeforlike.example", is_staff=True))
    page = Page(client, "/staff/prices-kept").check()
    rows = [
        [int(cell.text or 0) for cell in row.iter() if (cell.get("class") or "") == "figures"]
        for row in page.all("tr")
    ]
    assert [row for row in rows if row] == [[3, *[0] * 10], [14, 7, 2, 0, 0, 0, 0, 1, 0, 0, 0]]
    assert page.text.index("Fir") < page.text.index("Larch")


def test_a_year_that_began_with_an_old_enquiry_shows_what_became_of_it(
    client: FlaskClient, session: Session
) -> None:
    clinic = factories.clinic(session, slug="larch")
    owner = account(session, "owner@larch.example")
    session.add(Membership(clinic_id=clinic.id, account_id=owner.id, role="owner", created_at=utc_now()))
    month = today_in("SG", utc_now()).replace(day=1)
    session.add(PriceOutcome(clinic_id=clinic.id, month=month, kind="accepted", count=2))
    session.commit()
    sign_in(client, owner)
    assert "accepted by the patient 2" in Page(client, "/portal/larch/enquiries").check().text
