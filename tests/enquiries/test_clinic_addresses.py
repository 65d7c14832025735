"""What a clinic is sent goes to the address that it confirmed and nowhere else, and to none once it has left."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry, Recipient
from webapp.enquiries.services import again, deliveries, sending
from webapp.outbox.models import Delivery
from webapp.quotes import mail
from webapp.quotes.services import asking, deciding, mail_replies, releasing


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, enquiry_email="desk@larch.example")


@pytest.fixture
def recipient(session: Session, clinic: Clinic) -> Recipient:
    """The clinic has quoted; Mei has confirmed her address."""
    row = factories.enquiry(
        session, clinic, email_confirmed_at=NOW, email_hash=address_hash("mei@patient.test")
    )
    return row.recipients[0]


def unconfirmed(session: Session, clinic: Clinic) -> None:
    clinic.enquiry_email_confirmed_on = None
    session.flush()


def to_clinics(session: Session) -> list[str]:
    session.flush()
    rows = session.scalars(select(Delivery).order_by(Delivery.id))
    return [row.key.partition(":")[0] for row in rows if row.to_address == "desk@larch.example"]


def act_on_everything(recipient: Recipient) -> None:
    """All that mails a clinic, one after the other."""
    enquiry = recipient.enquiry
    asking.ask_all(enquiry, "Does it hurt?", NOW)
    asked = asking.ask_patient(recipient, "Had it before?", NOW)
    asking.answer_as_patient(enquiry, asked.id, "Never.", NOW)
    deciding._decide(recipient, deciding.DECLINED, "dates", NOW)
    mail_replies._keep(recipient, mail_replies.Said("Call us", "raw", 0), NOW, 14)
    releasing.release_contact(recipient, NOW, 14)


def test_a_confirmed_address_gets_all_of_it(session: Session, recipient: Recipient) -> None:
    act_on_everything(recipient)
    assert len(to_clinics(session)) == 5


def test_an_address_that_nobody_confirmed_gets_nothing(
    session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    unconfirmed(session, clinic)
    act_on_everything(recipient)
    assert to_clinics(session) == []
    assert recipient.contact_released_at == NOW


def test_nobody_is_asked_again_at_an_address_that_nobody_confirmed(
    session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    recipient.state = "unreachable"
    row = Delivery(key="m", message_id="m@m", state="failed", next_at=NOW, created_at=NOW, ended_at=NOW)
    session.add(row)
    session.flush()
    recipient.delivery_id = row.id
    session.flush()
    assert again.can_be_written([row]) == {row.id}
    unconfirmed(session, clinic)
    assert again.can_be_written([row]) == set()
    assert not sending.ask_again(recipient, NOW, 14)
    assert not again.write_again(row, NOW, 14)


def test_a_decision_that_no_mail_told_is_undone_until_the_clinic_reads_it_on_its_page(
    session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    unconfirmed(session, clinic)
    deciding._decide(recipient, deciding.DECLINED, "dates", NOW)
    later = factories.NOW.replace(hour=NOW.hour + 1)
    with pytest.raises(deciding.CannotBeDecided):
        deciding.undo(recipient, later)
    deciding.undo(recipient, NOW)
    assert recipient.decision is None


def test_nothing_that_waits_goes_to_a_clinic_that_has_left(
    session: Session, clinic: Clinic, recipient: Recipient
) -> None:
    other = factories.enquiry(session, factories.clinic(session)).recipients[0]
    act_on_everything(recipient)
    asking.ask_all(other.enquiry, "Does it hurt?", NOW)
    hers = select(Delivery).where(Delivery.to_hash == recipient.enquiry.email_hash)
    session.flush()
    before = len(session.scalars(hers).all())
    clinic.authority = "withdrawn"
    deliveries.clinic_left(clinic.id, NOW)
    session.expire_all()
    states = session.scalars(
        select(Delivery.state).where(Delivery.to_hash == address_hash("desk@larch.example"))
    )
    assert set(states) == {"cancelled"}
    assert {row.state for row in session.scalars(hers)} == {"pending"}
    assert before > 0
    left = select(Delivery.state).where(Delivery.about == letters.about(other.enquiry_id))
    assert session.scalars(left).all() == ["pending"]


def test_a_trial_that_a_clinic_sent_itself_leaves_its_own_copy(session: Session, clinic: Clinic) -> None:
    address = address_hash("desk@larch.example")
    trial: Enquiry = factories.enquiry(
        session, clinic, state="unreachable", is_test=True, email="desk@larch.example", email_hash=address
    )
    assert sending.ask_again(trial.recipients[0], NOW, 14)
    own = letters.post(
        trial,
        "enquiry-patient-page:1",
        "desk@larch.example",
        lambda: mail.reply_not_passed_on(trial, "T" * 43),
    )
    deliveries.clinic_left(clinic.id, NOW)
    session.expire_all()
    assert own.state == "pending"
    assert session.get_one(Delivery, trial.recipients[0].delivery_id).state == "cancelled"
