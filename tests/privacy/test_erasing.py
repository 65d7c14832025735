"""Erasing an enquiry takes everything along that is about it, at once, and nothing that is not."""

import ast
from email import message_from_string
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import MakeEnquiry, rows
from tests.quotes.conftest import plain_part
from webapp.clinics.models import Clinic
from webapp.enquiries import letters, links, mail
from webapp.enquiries.models import Enquiry, Erasure
from webapp.enquiries.services import erasing
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery, DeliveryEvent, InboundMail
from webapp.unit_of_work import unit_of_work

# What an enquiry does not own: the lists, what clinics do, counts without a person, and the outbox's history.
STAYS = {"treatment", "clinic", "consent_text", "price_outcome", "delivery", "delivery_event", "erasure"}


def _erase(session: Session, enquiry: Enquiry, reason: str = erasing.PATIENT) -> str:
    ref = enquiry.ref
    session.commit()
    with unit_of_work():
        found = erasing.by_ref(ref)
        assert found is not None
        return erasing.erase(found, reason, NOW)


def test_everything_of_it_goes_and_another_enquiry_stays(session: Session, full_enquiry: MakeEnquiry) -> None:
    kept = full_enquiry(ref="LFL-KEPT2345")
    before = rows(session)
    number = _erase(session, full_enquiry(ref="LFL-GONE2345"))
    after = rows(session)
    assert {name: count for name, count in after.items() if name not in STAYS} == {
        name: count for name, count in before.items() if name not in STAYS
    }
    assert after["price_outcome"] == 2
    assert session.get(Enquiry, kept.id) is not None
    erasure = erasing.find_receipt(number)
    assert erasure is not None
    assert (erasure.reason, erasure.erased_at) == ("patient", NOW)
    assert erasure.counts == {
        "enquiry": 1, "enquiry_want": 1, "recipient": 2, "consent": 2, "link": 3, "quote": 2, "quote_line": 2,
        "quote_draft": 1, "mail_reply": 1, "clarification": 1, "clarification_answer": 1, "delivery": 3,
    }  # fmt: skip


def test_its_mails_are_stopped_and_their_rows_lead_to_nobody(
    session: Session, full_enquiry: MakeEnquiry
) -> None:
    kept = full_enquiry()
    gone = full_enquiry()
    ids = session.scalars(select(Delivery.id).where(Delivery.about == letters.about(gone.id))).all()
    sent = session.get_one(Delivery, ids[0])
    sent.state, sent.reply_hash = "sent", "r" * 64
    _erase(session, gone)
    found = session.scalars(select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id)).all()
    assert [row.state for row in found] == ["sent", "cancelled", "cancelled"]
    for row in found:
        assert {row.about, row.to_address, row.mail, row.to_hash, row.reply_hash} == {None}
        assert row.key == f"forgotten:{row.id}"
    others = session.scalars(select(Delivery).where(Delivery.about == letters.about(kept.id))).all()
    assert {row.state for row in others} == {"pending"}
    assert len(others) == 3
    stopped = select(DeliveryEvent.what).where(DeliveryEvent.delivery_id == ids[1]).order_by(DeliveryEvent.id)
    assert session.scalars(stopped).all()[-1] == "cancelled"


def test_a_mail_in_a_workers_hands_is_not_tried_again(session: Session, full_enquiry: MakeEnquiry) -> None:
    enquiry = full_enquiry()
    delivery_id = enquiry.recipients[0].delivery_id
    assert delivery_id is not None
    session.commit()
    with unit_of_work():
        letter = outbox.claim(delivery_id)
    assert letter is not None
    _erase(session, enquiry)
    with unit_of_work():
        assert outbox.claim(delivery_id) is None
    assert session.get_one(Delivery, delivery_id).state == "cancelled"


def test_clinics_that_got_it_are_told_and_the_others_are_not(
    session: Session, full_enquiry: MakeEnquiry
) -> None:
    enquiry = full_enquiry()
    quoted, waiting = enquiry.recipients
    waiting.state = "asked"  # its mail is still queued
    _erase(session, enquiry)
    told = session.scalars(select(Delivery).where(Delivery.key.like("enquiry-erased:%"))).all()
    assert [row.key.rpartition(":")[2] for row in told] == [str(quoted.clinic_id)]
    assert told[0].about is None
    assert told[0].mail is not None
    assert enquiry.ref in told[0].mail
    assert "Mei" not in told[0].mail


def test_a_clinic_whose_mail_is_on_its_way_is_told_too(session: Session, full_enquiry: MakeEnquiry) -> None:
    enquiry = full_enquiry()
    waiting = enquiry.recipients[1]
    waiting.state = "asked"
    assert waiting.delivery_id is not None
    sending = session.get_one(Delivery, waiting.delivery_id)
    sending.state, sending.attempts = "sending", 1
    _erase(session, enquiry)
    assert len(told(session)) == 2


def told(session: Session) -> list[Delivery]:
    """The mails that ask clinics to delete what they copied."""
    asked = select(Delivery).where(Delivery.key.like("enquiry-erased:%")).order_by(Delivery.id)
    return list(session.scalars(asked))


def receipt_words(session: Session) -> str:
    session.expire_all()
    row = session.scalars(select(Delivery).where(Delivery.key.like(f"{erasing.RECEIPT_MAIL}%"))).one()
    return plain_part(message_from_string(row.mail or ""))


@pytest.mark.parametrize("how", ["tried", "portal", "asked again", "news"])
def test_a_clinic_that_may_have_read_it_in_another_way_is_told_too(
    session: Session, full_enquiry: MakeEnquiry, how: str
) -> None:
    """Its newest mail waits; but a mail that is tried again may have arrived, and the portal shows every enquiry."""
    enquiry = full_enquiry()
    waiting = enquiry.recipients[1]
    waiting.state = "asked"
    mailed = session.get_one(Delivery, waiting.delivery_id)
    if how == "tried":
        mailed.state, mailed.attempts = "deferred", 1
    elif how == "portal":
        links.mint_for_clinic(waiting, NOW, 1, mailed=False, label="Dr Lim")
    else:
        other = letters.asking(waiting.id) + ":after-1" if how == "asked again" else "patient-asks:1:1"
        clinic = session.get_one(Clinic, waiting.clinic_id)
        more = letters.post(enquiry, other, str(mailed.to_address), lambda: mail.enquiry_erased(clinic, "x"))
        more.state, more.attempts = "failed", 1
    session.commit()
    _erase(session, enquiry)
    assert len(told(session)) == 2
    assert "2 clinics that may have read it" in receipt_words(session)


def test_the_receipt_says_how_many_were_asked_and_not_how_many_had_got_it(
    session: Session, full_enquiry: MakeEnquiry
) -> None:
    enquiry = full_enquiry()
    for recipient in enquiry.recipients:
        session.get_one(Clinic, recipient.clinic_id).enquiry_email_confirmed_on = None
    _erase(session, enquiry)
    assert told(session) == []
    assert "No clinic was asked to delete anything" in receipt_words(session)


@pytest.mark.parametrize(
    ("confirmed", "refused", "mailed"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_the_receipt_goes_only_to_an_address_that_is_hers(
    session: Session, full_enquiry: MakeEnquiry, confirmed: bool, refused: bool, mailed: bool
) -> None:
    enquiry = full_enquiry(
        email_confirmed_at=NOW if confirmed else None, email_refused_at=NOW if refused else None
    )
    number = _erase(session, enquiry)
    row = session.scalar(select(Delivery).where(Delivery.key.like(f"{erasing.RECEIPT_MAIL}%")))
    assert (row is not None) == mailed
    if row is not None:
        assert row.mail is not None
        assert number in row.mail


def test_once_the_receipt_has_gone_nothing_leads_from_it_to_her(
    session: Session, full_enquiry: MakeEnquiry
) -> None:
    _erase(session, full_enquiry())
    row = session.scalars(select(Delivery).where(Delivery.key.like(f"{erasing.RECEIPT_MAIL}%"))).one()
    assert row.to_hash is not None
    delivery_id = row.id
    session.commit()
    with unit_of_work():
        letter = outbox.claim(delivery_id)
        assert letter is not None
    with unit_of_work():
        outbox.settle(letter, outbox.Accepted(250), Random(1))
    row = session.get_one(Delivery, delivery_id)
    assert row.state == "sent"
    assert row.to_hash is None


def test_a_bounce_that_was_heard_stays_as_a_count(session: Session, full_enquiry: MakeEnquiry) -> None:
    enquiry = full_enquiry()
    session.add(
        InboundMail(
            digest="d" * 64, kind="reply", delivery_id=enquiry.recipients[0].delivery_id, received_at=NOW
        )
    )
    _erase(session, enquiry)
    assert session.scalars(select(InboundMail.digest)).all() == ["d" * 64]


def test_new_rows_may_take_the_ids_of_erased_ones(session: Session, full_enquiry: MakeEnquiry) -> None:
    """SQLite gives the highest id again: a mail about the new enquiry must not pass for one that was sent."""
    first = full_enquiry()
    _erase(session, first)
    second = full_enquiry()
    queued = session.scalars(select(Delivery).where(Delivery.about == letters.about(second.id))).all()
    assert {row.state for row in queued} == {"pending"}
    assert len(queued) == 3


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{bare}", "{spaced}"])
def test_a_receipt_is_found_however_it_is_typed(
    session: Session, full_enquiry: MakeEnquiry, typed: str
) -> None:
    number = _erase(session, full_enquiry())
    assert len(number) == 24
    written = typed.format(
        number, lower=number.lower(), bare=number.replace("-", ""), spaced=number.replace("-", " ")
    )
    assert erasing.find_receipt(written) is not None
    wrong = ("2" if number[0] != "2" else "3") + number[1:]
    assert erasing.find_receipt(wrong) is None
    assert erasing.find_receipt("") is None


def test_the_operator_erases_by_reference_and_reads_the_receipt(
    app: Flask, session: Session, full_enquiry: MakeEnquiry
) -> None:
    ref = full_enquiry().ref
    session.commit()
    run = app.test_cli_runner().invoke
    done = run(args=["privacy", "erase", ref.lower()])
    number = done.output.strip().rpartition(" ")[2]
    assert session.scalars(select(Enquiry)).all() == []
    told = run(args=["privacy", "receipt", number])
    assert "by the operator" in told.output
    assert "2 quote_line" in told.output
    assert run(args=["privacy", "erase", ref]).exit_code == 1
    unknown = run(args=["privacy", "receipt", "2222-2222-2222-2222-2222"])
    assert unknown.exit_code == 1
    assert "no such receipt" in unknown.output
    assert ref not in str([row.counts for row in session.scalars(select(Erasure))])


def test_an_enquiry_without_an_address_is_erased_quietly(session: Session) -> None:
    enquiry = factories.enquiry(session, factories.clinic(session), email=None, state="unreachable")
    _erase(session, enquiry)
    assert session.scalars(select(Delivery)).all() == []


@pytest.mark.once
def test_every_mail_of_the_two_rooms_says_which_enquiry_it_is_about() -> None:
    """outbox.post is called in one place of each; whatever else posts a mail would not be found by erasing."""
    allowed = {Path("webapp/enquiries/letters.py"), Path("webapp/enquiries/services/erasing.py")}
    found = set()
    for room in ("enquiries", "quotes"):
        for path in (ROOT / "webapp" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and ast.unparse(node) == "outbox.post":
                    found.add(path.relative_to(ROOT))
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("webapp.outbox"):
                    assert "post" not in {name.name for name in node.names}, path
    assert found == allowed
