"""A browser that staff signed in with, and an enquiry whose mail never arrived."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.accounts.signing_in import account, sign_in
from webapp.encryption import address_hash
from webapp.enquiries.models import Recipient
from webapp.i18n import utc_now
from webapp.outbox.models import Delivery


@pytest.fixture
def staff(client: FlaskClient, session: Session) -> FlaskClient:
    row = account(session, "mina@likeforlike.example", name="Mina", is_staff=True)
    session.commit()
    sign_in(client, row)
    return client


@pytest.fixture
def unreached(session: Session) -> Recipient:
    clinic = factories.clinic(session, name="Fir Skin")
    now = utc_now()
    letter = Delivery(
        key="enquiry-asks-clinic:1",
        message_id="1@test",
        state="failed",
        next_at=now,
        created_at=now,
        ended_at=now,
    )
    session.add(letter)
    enquiry = factories.enquiry(
        session, clinic, state="unreachable", ref="LFL-23456789", email="mei@patient.test", created_at=now
    )
    (recipient,) = enquiry.recipients
    enquiry.email_hash = address_hash("mei@patient.test")
    recipient.delivery_id = letter.id
    session.commit()
    return recipient
