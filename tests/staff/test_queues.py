"""The staff room: what waits is shown, decided once, and written to the log."""

import re

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.access.world import POINT
from tests.factories import NOW
from tests.staff.room import dead_mail_to, log, press, text_of
from webapp.clinics.models import Clinic
from webapp.encryption import FieldEncryption
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry, Link, Recipient
from webapp.enquiries.services import erasing
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Claim, DoNotList, HeldText, NeverListRequest, PositionReview
from webapp.moderation.services import authority, editing, proposals
from webapp.moderation.services.proposals import Change
from webapp.outbox import queries as outbox
from webapp.outbox import services
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.refresh.models import RefreshRun

OWNER = Actor(ActorKind.CLINIC, "Kim, owner")


def test_an_empty_queue_says_so(staff: FlaskClient) -> None:
    assert "Nothing waits." in text_of(staff, "/staff/")
    for page in ("claims", "texts", "proposals", "places", "letters"):
        assert "Nothing waits." in text_of(staff, f"/staff/{page}")


@pytest.fixture
def held(session: Session) -> HeldText:
    clinic = factories.clinic(session, name="Orchard Skin")
    editing.edit_clinic(clinic, {"name": "The best of Orchard"}, OWNER, NOW)
    session.commit()
    return session.scalars(select(HeldText)).one()


def test_a_held_text_is_made_public(staff: FlaskClient, session: Session, held: HeldText) -> None:
    assert "1 waits" in text_of(staff, "/staff/")
    page = text_of(staff, "/staff/texts")
    assert "The best of Orchard" in page
    assert "SG-LAUD" in page
    assert press(staff, "/staff/texts", f"/staff/texts/{held.id}", answer="yes").status_code == 303
    assert log(session) == [("text.released", "Mina", None)]
    assert session.scalars(select(Clinic.name)).one() == "The best of Orchard"
    # Once more, from a tab that stayed open: nothing happens twice.
    page = text_of(staff, "/account")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    staff.post(f"/staff/texts/{held.id}", data={"csrf_token": token.group(1), "answer": "yes"})
    assert "Somebody decided this one already." in text_of(staff, "/staff/texts")
    assert len(log(session)) == 1


def test_a_refusal_needs_a_reason(staff: FlaskClient, session: Session, held: HeldText) -> None:
    answer = press(staff, "/staff/texts", f"/staff/texts/{held.id}", answer="no", reason="  ")
    assert answer.status_code == 422
    assert f'id="reason-{held.id}-error"' in answer.get_data(as_text=True)
    press(staff, "/staff/texts", f"/staff/texts/{held.id}", answer="no", reason="No superlatives, please.")
    assert log(session) == [("text.refused", "Mina", "No superlatives, please.")]
    assert session.scalars(select(Clinic.name)).one() == "Orchard Skin"


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_a_form_that_no_page_holds_is_refused(staff: FlaskClient, held: HeldText, answer: str) -> None:
    assert press(staff, "/staff/texts", f"/staff/texts/{held.id}", answer=answer).status_code == 422


@pytest.fixture
def claim(session: Session) -> Claim:
    clinic = factories.clinic(
        session, name="Fir Skin", authority="unclaimed", enquiry_email=None, sample=False
    )
    row = Claim(
        clinic_id=clinic.id, name="Jo", email="jo@gmail.test", email_hash="0" * 64, position="Manager", note="Please",
        language="en", text_id=authority.remember_text("en", NOW).id, proof="judgement", state="waiting",
        created_at=NOW, proven_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def test_a_claim_is_accepted_and_makes_an_owner(staff: FlaskClient, session: Session, claim: Claim) -> None:
    page = text_of(staff, "/staff/claims")
    assert "jo@gmail.test" in page
    assert "Manager" in page
    press(staff, "/staff/claims", f"/staff/claims/{claim.id}", answer="yes")
    session.commit()
    clinic = session.scalars(select(Clinic)).one()
    assert clinic.authority == "authorised"
    assert {"authority.given", "claim.accepted"} <= {what for what, _name, _reason in log(session)}
    listing = text_of(staff, f"/staff/clinics/{clinic.slug}")
    assert "Jo, Manager" in listing


def test_a_claim_is_refused_with_a_reason_that_goes_by_mail(
    staff: FlaskClient, session: Session, claim: Claim
) -> None:
    press(
        staff,
        "/staff/claims",
        f"/staff/claims/{claim.id}",
        answer="no",
        reason="Please write from the clinic.",
    )
    session.commit()
    assert session.scalars(select(Delivery.to_address)).one() == "jo@gmail.test"
    assert session.scalars(select(Clinic.authority)).one() == "unclaimed"


def test_a_wish_never_to_be_listed_is_granted(staff: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, name="Fir Skin", slug="fir", sample=False)
    wish = NeverListRequest(
        clinic_id=clinic.id, country="SG", clinic_name=clinic.name, name="Jo", email="jo@gmail.test",
        email_hash="0" * 64, language="en", proof="judgement", state="waiting", created_at=NOW, proven_at=NOW,
    )  # fmt: skip
    session.add(wish)
    session.commit()
    assert "Fir Skin" in text_of(staff, "/staff/claims")
    press(staff, "/staff/claims", f"/staff/claims/never-list/{wish.id}", answer="yes")
    session.commit()
    assert session.scalars(select(Clinic.authority)).one() == "do_not_list"
    assert staff.get("/clinics/fir").status_code == 404


def test_proposals_are_decided_by_their_ticks(staff: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, name="Fir Skin", hours="Mo-Fr 10:00-19:00", phone="+6562351234")
    made = proposals.propose(
        clinic,
        [
            Change("change_clinic", "", "hours", {"hours": "Mo-Su 09:00-20:00"}),
            Change("change_clinic", "", "phone", {"phone": "+6562350000"}),
        ],
        origin="page",
        source="https://fir.example/",
        seen_on=NOW.date(),
        now=NOW,
    )
    session.commit()
    assert "Fir Skin" in text_of(staff, "/staff/proposals")
    press(staff, "/staff/proposals", "/staff/proposals", answer="accept", ticked=[made[0].id])
    press(staff, "/staff/proposals", "/staff/proposals", answer="refuse", ticked=[made[1].id])
    session.commit()
    session.refresh(clinic)
    assert (clinic.hours, clinic.phone) == ("Mo-Su 09:00-20:00", "+6562351234")
    assert "Nothing waits." in text_of(staff, "/staff/proposals")


def test_an_enquiry_that_was_not_delivered_is_sent_again(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    page = text_of(staff, "/staff/letters")
    assert "Enquiry LFL-23456789 to Fir Skin" in page
    assert "Mei" not in page, "the patient is nobody's business here"
    press(staff, "/staff/letters", f"/staff/letters/{unreached.delivery_id}", answer="again")
    assert [what for what, _name, _reason in log(session)] == ["letter.sent_again"]
    session.refresh(unreached)
    assert unreached.state == "asked"
    again = session.get_one(Delivery, unreached.delivery_id)
    assert (again.state, again.to_address) == ("pending", session.scalars(select(Clinic.enquiry_email)).one())
    assert "Nothing waits." in text_of(staff, "/staff/letters")
    erasing.erase(session.get_one(Enquiry, unreached.enquiry_id), erasing.OPERATOR, NOW)
    session.commit()
    again = session.get_one(Delivery, again.id, populate_existing=True)
    assert again.state == "cancelled"


def test_a_letter_that_needs_nothing_leaves_the_queue(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    press(staff, "/staff/letters", f"/staff/letters/{unreached.delivery_id}", answer="seen")
    assert "Nothing waits." in text_of(staff, "/staff/letters")
    assert [what for what, _name, _reason in log(session)] == ["letter.seen"]


def test_a_mail_to_the_patient_is_written_again_with_a_link_of_its_own(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    dead = dead_mail_to(session, enquiry, "MEI@patient.test", f"clinic-answered:{enquiry.id}")
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="again")
    session.commit()
    again = session.scalars(select(Delivery).where(Delivery.key.endswith(f":after-{dead}"))).one()
    assert (again.state, again.to_address) == ("pending", "mei@patient.test")
    assert again.about == letters.about(enquiry.id), "erasing the enquiry stops it too"
    assert session.scalars(select(Link.mailed).where(Link.enquiry_id == enquiry.id)).one() is True
    assert [what for what, _name, _reason in log(session)] == ["letter.sent_again"]
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="again")
    assert "Somebody decided this one already." in text_of(staff, "/staff/letters")


@pytest.mark.parametrize("case", ["refused", "of another room"])
def test_a_mail_that_nobody_can_write_again_says_so(
    staff: FlaskClient, session: Session, unreached: Recipient, case: str
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    dead = dead_mail_to(session, enquiry, "mei@patient.test", "sign-in:1")
    if case == "refused":
        enquiry.email_refused_at = NOW
    else:
        session.get_one(Delivery, dead).about = None
    session.commit()
    assert text_of(staff, "/staff/letters").count("Nothing can write this mail again") == 1
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="again")
    assert "This mail cannot be sent again." in text_of(staff, "/staff/letters")
    assert log(session) == []


def test_every_mail_of_an_enquiry_is_found_by_its_reference_and_names_nobody(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    dead_mail_to(session, enquiry, "mei@patient.test", "enquiry-patient-page:7", state="sent", bounced_at=NOW)
    page = text_of(staff, "/staff/letters?enquiry=lfl-23456789")
    assert "enquiry-patient-page:7" in page
    assert "it came back" in page
    assert "550 refused" in page
    assert "mei@" not in page.lower()
    assert "No enquiry of that reference" in text_of(staff, "/staff/letters?enquiry=LFL-NOBODY")


def test_an_address_whose_mail_came_back_is_written_to_again_once_staff_say_so(
    staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    dead = dead_mail_to(session, enquiry, "mei@patient.test", "clinic-answered:1")
    services.suppress("mei@patient.test", services.BOUNCED, NOW)
    services.suppress("other@patient.test", services.UNSUBSCRIBED, NOW)
    session.commit()
    page = text_of(staff, "/staff/letters")
    assert "Its address gets no mail: mail came back." in page
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="again")
    assert "take it off the list first" in text_of(staff, "/staff/letters")
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="lift")
    assert log(session) == [("address.lifted", "Mina", None)]
    assert outbox.suppressions("mei@patient.test") == frozenset()
    assert outbox.suppressions("other@patient.test") == {"unsubscribed"}
    press(staff, "/staff/letters", f"/staff/letters/{dead}", answer="lift")
    assert len(log(session)) == 1


def test_whether_mail_gets_out_is_on_the_page(staff: FlaskClient, session: Session) -> None:
    session.add(Delivery(key="k:1", message_id="1@test", state="deferred", next_at=NOW, created_at=NOW))
    session.commit()
    page = " ".join(text_of(staff, "/staff/letters").split())
    assert "<dt>put off</dt><dd>1</dd>" in page
    assert "<dt>All mail is held back</dt><dd>no</dd>" in page


def test_mails_that_no_key_opens_are_told_of_and_break_no_page(
    app: Flask, staff: FlaskClient, session: Session, unreached: Recipient
) -> None:
    enquiry = session.get_one(Enquiry, unreached.enquiry_id)
    number = enquiry.id
    dead_mail_to(session, enquiry, "mei@patient.test", "clinic-answered:1")
    with pytest.MonkeyPatch.context() as patch:
        gone = FieldEncryption((Fernet.generate_key().decode(),), "another secret")
        patch.setitem(app.extensions, "field_encryption", gone)
        waiting = Delivery(
            key="k:1",
            message_id="k1@test",
            about=letters.about(number),
            state="deferred",
            next_at=NOW,
            created_at=NOW,
            mail="Dear …",
        )
        session.add(waiting)
        session.execute(update(Enquiry).values(name="Mei Lin"))
        session.flush()
        session.add(DeliveryEvent(delivery_id=waiting.id, at=NOW, what="unreadable"))
        session.commit()
        session.expunge_all()
    assert "Mails that none of our keys opens" in text_of(staff, "/staff/")
    page = " ".join(text_of(staff, "/staff/letters").split())
    assert "Put back into FIELD_KEYS the key" in page
    assert "Enquiry LFL-23456789 to Fir Skin" in page
    assert "unreadable" in text_of(staff, "/staff/letters?enquiry=LFL-23456789")


def test_a_place_is_chosen_once(staff: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, name="Fir Skin")
    candidates = [POINT, {**POINT, "lat": 1.3201, "matched_text": "Newton Road"}]
    review = PositionReview(
        clinic_id=clinic.id,
        candidates=candidates,
        reason="conflict",
        address_hash="0",
        state="open",
        created_at=NOW,
    )
    session.add(review)
    session.commit()
    assert "Newton Road" in text_of(staff, "/staff/places")
    path = f"/staff/places/{review.id}"
    assert press(staff, "/staff/places", path, candidate="7").status_code == 422
    assert press(staff, "/staff/places", path, candidate="1").status_code == 303
    session.commit()
    session.refresh(clinic)
    assert (clinic.lat, clinic.precision) == (1.3201, "building")
    assert [what for what, _name, _reason in log(session)] == ["position.chosen"]
    assert "Nothing waits." in text_of(staff, "/staff/places")


def test_a_feed_that_cannot_be_read_is_named(staff: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, name="Fir Skin")
    session.add(
        RefreshRun(
            clinic_id=clinic.id,
            kind="feed",
            slot="2026-11",
            state="failed",
            step="fetching",
            created_at=NOW,
            next_at=NOW,
            code="dns",
        )
    )
    session.commit()
    assert "Fir Skin" in text_of(staff, "/staff/")


def test_a_listing_is_taken_off_the_pages_with_a_reason(staff: FlaskClient, session: Session) -> None:
    factories.clinic(session, name="Fir Skin", slug="fir")
    session.commit()
    assert "Fir Skin" in text_of(staff, "/staff/clinics?q=fir+sk")
    assert "No clinic of that name." in text_of(staff, "/staff/clinics?q=100%25")
    page = "/staff/clinics/fir"
    assert press(staff, page, page, answer="withdraw", reason="").status_code == 422
    press(staff, page, page, answer="withdraw", reason="Closed, says its landlord.")
    assert staff.get("/clinics/fir").status_code == 404
    press(staff, page, page, answer="never_list", reason="Asked by telephone.")
    session.commit()
    assert session.scalars(select(DoNotList.reason)).one() == "Asked by telephone."
    assert ("authority.withdrawn", "Mina", "Closed, says its landlord.") in log(session)


def test_the_log_is_read_page_by_page(staff: FlaskClient, session: Session) -> None:
    clinic = factories.clinic(session, ref="fir")
    for number in range(60):
        editing.edit_clinic(clinic, {"phone": f"+65623500{number:02}"}, OWNER, NOW)
    session.commit()
    first = text_of(staff, "/staff/decisions?clinic=fir")
    assert "+6562350059" in first
    assert "+6562350000" not in first
    older = re.search(r'href="(/staff/decisions\?before=[^"]+)"', first)
    assert older
    assert "+6562350000" in text_of(staff, older.group(1).replace("&amp;", "&"))
    assert "No decision yet." in text_of(staff, "/staff/decisions?clinic=nobody&before=x")
