"""What the form promises: after its time nothing of an enquiry is left, and what is younger stays."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.enquiries.filled_form import enquiry_fields
from webapp.clinics.models import Clinic
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.enquiries.services.keeping import forget_expired
from webapp.outbox.models import Delivery
from webapp.unit_of_work import unit_of_work


def test_an_enquiry_is_forgotten_when_its_time_is_over(
    app: Flask, client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    for _number in range(2):
        client.post("/enquiries/new", data=enquiry_fields(client, f"clinic={clinics[0].slug}"))
    session.commit()
    old, young = session.scalars(select(Enquiry).order_by(Enquiry.id)).all()
    old.expires_at = young.expires_at - timedelta(days=1)
    until, kept = old.expires_at, young.id
    session.commit()
    with unit_of_work():
        assert forget_expired(until - timedelta(seconds=1)) == 0
        assert forget_expired(until) == 1
    for table in (Recipient, Link):
        assert set(session.scalars(select(table.enquiry_id))) == {kept}
    assert "0 enquiries deleted" in app.test_cli_runner().invoke(args=["privacy", "purge"]).output


def test_the_operator_erases_one_enquiry_and_its_mails(
    app: Flask, client: FlaskClient, session: Session, clinics: list[Clinic], unhurried: None
) -> None:
    client.post("/enquiries/new", data=enquiry_fields(client, f"clinic={clinics[0].slug}"))
    session.commit()
    ref = session.scalars(select(Enquiry.ref)).one()
    assert app.test_cli_runner().invoke(args=["privacy", "erase", ref.lower()]).output == "Deleted.\n"
    session.commit()
    for table in (Enquiry, Recipient, Link):
        assert session.scalars(select(table)).all() == []
    assert set(session.scalars(select(Delivery.state))) == {"cancelled"}
    assert set(session.scalars(select(Delivery.to_address))) == {None}
    again = app.test_cli_runner().invoke(args=["privacy", "erase", ref])
    assert again.exit_code == 1
