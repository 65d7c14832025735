"""The outbox's life of a mail: posted, claimed, attempted, settled; and every way in which it may go wrong."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from tests.bells import Bells
from tests.clients.smtp_servers import ChosenAnswers, mail_server
from tests.factories import NOW
from tests.outbox.conftest import (
    MIDDLE,
    claim,
    claimed,
    close_breaker,
    hearing_ends,
    move,
    post,
    question,
    row,
    settle,
)
from webapp import events
from webapp.clients.mailer import Configuration, Permanent, Temporary
from webapp.encryption import FieldEncryption
from webapp.extensions import db
from webapp.outbox import queries, services
from webapp.outbox.models import Delivery, DeliveryEvent, MailBreaker
from webapp.outbox.retries import GIVE_UP_AFTER
from webapp.outbox.services import Accepted
from webapp.queue import SEND_DELIVERY
from webapp.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("session")


def _sweep(limit: int = 100) -> list[int]:
    with unit_of_work():
        return services.sweep(limit)


def _what_happened(delivery_id: int) -> list[tuple[str, int | None]]:
    return [(what, code) for _at, what, code, _note in queries.history(delivery_id)]


def _raw(delivery_id: int) -> str:
    """Everything the database holds of a mail, as it holds it."""
    parts = [
        db.session.execute(text("SELECT * FROM delivery WHERE id = :id"), {"id": delivery_id}).one(),
        *db.session.execute(
            text("SELECT * FROM delivery_event WHERE delivery_id = :id"), {"id": delivery_id}
        ),
    ]
    return " ".join(str(value) for part in parts for value in part)


# Posting


def test_a_posted_mail_is_pending_and_its_bell_is_rung_after_the_commit(bells: Bells) -> None:
    with unit_of_work():
        delivery = services.post("k:1", "kim@clinic.example", question)
        assert bells.rung == []
        delivery_id = delivery.id
    assert bells.rung == [(SEND_DELIVERY, delivery_id)]
    stored = row(delivery_id)
    assert (stored.state, stored.attempts, stored.to_address) == ("pending", 0, "kim@clinic.example")
    assert _what_happened(delivery_id) == [("posted", None)]


def test_a_transaction_that_fails_posts_nothing_and_rings_nothing(bells: Bells) -> None:
    def fail() -> None:
        with unit_of_work():
            services.post("k:1", "kim@clinic.example", question)
            raise RuntimeError("the form's own trouble")

    with pytest.raises(RuntimeError):
        fail()
    assert bells.rung == []
    assert db.session.scalar(select(Delivery)) is None


def test_the_same_key_gives_the_same_row_and_no_second_mail(bells: Bells) -> None:
    first = post("k:1", to="kim@clinic.example")
    assert post("k:1", to="other@clinic.example") == first
    assert row(first).to_address == "kim@clinic.example"
    assert bells.rung == [(SEND_DELIVERY, first)]


def test_the_mail_carries_our_headers_and_a_message_id_of_its_own() -> None:
    stored = row(post())
    written = message_from_bytes((stored.mail or "").encode("ascii"), policy=policy.default)
    assert re.fullmatch(r"[0-9a-f]{32}@127\.0\.0\.1", stored.message_id)
    assert written["Message-ID"] == f"<{stored.message_id}>"
    assert written["From"] == "Like for Like <no-reply@likeforlike.example>"
    assert written["To"] == "kim@clinic.example"
    assert written["Auto-Submitted"] == "auto-generated"
    assert row(post("k:2")).message_id != stored.message_id


def test_the_database_never_sees_the_mail_or_the_address() -> None:
    raw = _raw(post())
    # With its @, which ciphertext in base64 never holds: three letters alone turn up in it by chance.
    assert "kim@clinic" not in raw
    assert "answer" not in raw


@pytest.mark.parametrize("trouble", ["template", "header", "address", "no address"])
def test_a_mail_that_cannot_be_written_is_a_dead_letter_and_never_a_failed_request(trouble: str) -> None:
    def compose() -> EmailMessage:
        message = question()
        if trouble == "template":
            raise KeyError("Ms Tan's words")
        if trouble == "header":
            message["Bcc"] = "thief@bad.example"
        return message

    to = {"address": "kim@clinic.example, thief@bad.example", "no address": ""}.get(
        trouble, "kim@clinic.example"
    )
    with unit_of_work():
        delivery_id = services.post("k:1", to, compose).id
    assert [what for what, _code in _what_happened(delivery_id)] == ["posted", "unwritten"]
    assert "Tan" not in _raw(delivery_id)
    with hearing_ends() as heard:
        assert claim(delivery_id) is None
    assert heard == [(delivery_id, "failed")], "the rooms above hear of it like of any other end"
    assert row(delivery_id).ended_at is not None


def test_what_a_failing_template_wrote_goes_with_it() -> None:
    def compose() -> EmailMessage:
        db.session.add(MailBreaker(id=1, open_until=row(first).created_at, reason="half done"))
        db.session.flush()
        raise KeyError

    first = post("k:1")
    with unit_of_work():
        services.post("k:2", "kim@clinic.example", compose)
    assert db.session.scalar(select(MailBreaker)) is None


# Claiming


def test_a_claim_takes_the_mail_for_the_length_of_a_lease() -> None:
    delivery_id = post()
    letter = claimed(delivery_id)
    stored = row(delivery_id)
    assert (stored.state, stored.owner, stored.attempts, letter.attempts) == ("sending", letter.owner, 1, 1)
    assert stored.lease_until is not None
    assert abs((stored.lease_until - stored.created_at).total_seconds() - services.LEASE) < 5
    assert letter.to == "kim@clinic.example"
    assert b"Please answer by the link." in letter.mail


def test_a_mail_is_not_claimed_twice_before_its_time_or_after_its_end() -> None:
    delivery_id = post()
    letter = claimed(delivery_id)
    assert claim(delivery_id) is None
    settle(letter, Temporary("later", 450))
    assert claim(delivery_id) is None
    move(delivery_id, next_at=-1)
    letter = claimed(delivery_id)
    settle(letter, Accepted(250))
    assert claim(delivery_id) is None
    assert claim(delivery_id + 1) is None


def test_a_lost_lease_is_taken_over_and_the_late_worker_settles_nothing() -> None:
    delivery_id = post()
    late = claimed(delivery_id)
    assert claim(delivery_id) is None, "the lease still runs"
    move(delivery_id, lease_until=-0.1)
    other = claimed(delivery_id)
    assert other.attempts == 2
    assert other.mail == late.mail, "the same mail, byte for byte, under the same Message-ID"
    assert settle(late, Accepted(250)) is False
    assert row(delivery_id).state == "sending"
    assert settle(other, Accepted(250)) is True
    assert _what_happened(delivery_id) == [("posted", None), ("lease lost", None), ("sent", 250)]


def test_a_late_worker_whose_lease_nobody_took_maysettle() -> None:
    delivery_id = post()
    late = claimed(delivery_id)
    move(delivery_id, lease_until=-10)
    assert settle(late, Accepted(250)) is True
    assert row(delivery_id).state == "sent"


def test_a_mail_that_takes_every_worker_with_it_is_a_dead_letter_after_five() -> None:
    delivery_id = post()
    for _worker in range(services.LEASES_TO_LOSE):
        claimed(delivery_id)
        move(delivery_id, lease_until=-1)
    with hearing_ends() as heard:
        assert claim(delivery_id) is None
    assert heard == [(delivery_id, "failed")]
    stored = row(delivery_id)
    assert (stored.state, stored.mail, stored.to_address) == ("failed", None, None)


def test_a_worker_that_came_back_ends_the_count_of_lost_ones() -> None:
    delivery_id = post()
    for _worker in range(services.LEASES_TO_LOSE - 1):
        claimed(delivery_id)
        move(delivery_id, lease_until=-1)
    settle(claimed(delivery_id), Temporary("later", 451))
    move(delivery_id, next_at=-1)
    claimed(delivery_id)
    move(delivery_id, lease_until=-1)
    assert claim(delivery_id) is not None


def test_a_mail_that_no_key_opens_waits_for_its_key_until_it_is_too_old(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    back, lost = post("k:back"), post("k:lost")
    move(lost, created_at=3600 - GIVE_UP_AFTER - 1)
    other_keys = FieldEncryption((Fernet.generate_key().decode(),), "another secret")
    with monkeypatch.context() as patch:
        patch.setitem(app.extensions, "field_encryption", other_keys)
        assert claim(back) is claim(lost) is None
        # Nothing of it is due before the hour is over.
        assert claim(back) is None
        assert not services.anything_due()
        assert _what_happened(back) == [("posted", None), ("unreadable", None)]
        assert _what_happened(lost) == [("posted", None), ("expired", None)]
        assert queries.unreadable() == 1
        assert "lfl_mails_unreadable 1\n" in queries.metrics()
    stored = row(back)
    assert (stored.state, stored.owner, stored.attempts) == ("deferred", None, 0)
    assert stored.mail is not None
    move(back, next_at=-1)
    assert claimed(back).attempts == 1
    assert queries.unreadable() == 0
    assert row(lost).state == "expired"


@pytest.mark.parametrize("error", [RuntimeError("words of a patient"), IntegrityError("", {}, Exception())])
def test_a_room_that_fails_at_the_next_mail_does_not_undo_that_the_last_one_went(error: Exception) -> None:
    """A worker takes the next mail in the transaction in which it settles the last one."""
    sent, unwritten, next_one = post("k:sent"), post("k:unwritten"), post("k:next")
    letter = claimed(sent)
    with unit_of_work() as session:
        session.execute(update(Delivery).where(Delivery.id == unwritten).values(mail=None))
    move(unwritten, next_at=-5)

    def fail(sender: type[Delivery], delivery: Delivery) -> None:
        if delivery.id == unwritten:
            raise error

    with events.delivery_ended.connected_to(fail), unit_of_work():
        services.settle(letter, Accepted(250), MIDDLE)
        taken = services.claim_next()
    assert taken is not None
    assert taken.delivery_id == next_one
    assert (row(sent).state, row(unwritten).state) == ("sent", "pending")


# Settling


def test_a_mail_that_was_taken_is_wiped_and_the_rooms_above_are_told_in_the_same_transaction() -> None:
    delivery_id = post()
    letter = claimed(delivery_id)
    with hearing_ends() as heard:
        assert settle(letter, Accepted(250))
    assert heard == [(delivery_id, "sent")]
    stored = row(delivery_id)
    assert (stored.state, stored.mail, stored.to_address, stored.owner) == ("sent", None, None, None)
    assert stored.ended_at is not None
    assert _what_happened(delivery_id) == [("posted", None), ("sent", 250)]


def test_a_room_above_that_fails_leaves_the_mail_to_be_settled_again() -> None:
    delivery_id = post()
    letter = claimed(delivery_id)

    def fail(sender: type[Delivery], delivery: Delivery) -> None:
        raise RuntimeError

    with events.delivery_ended.connected_to(fail), pytest.raises(RuntimeError):
        settle(letter, Accepted(250))
    assert row(delivery_id).state == "sending"
    assert settle(letter, Accepted(250))


def test_a_permanent_refusal_ends_it_after_one_attempt() -> None:
    delivery_id = post()
    with hearing_ends() as heard:
        settle(claimed(delivery_id), Permanent("the mail server refused the addressee", 550))
    stored = row(delivery_id)
    assert (stored.state, stored.attempts, stored.mail, stored.to_address) == ("failed", 1, None, None)
    assert heard == [(delivery_id, "failed")]
    assert _what_happened(delivery_id)[-1] == ("failed", 550)


def test_temporary_refusals_follow_the_ladder_exactly_and_end_within_three_days() -> None:
    delivery_id = post()
    waited = 0.0
    delays = []
    with hearing_ends() as heard:
        while True:
            settle(claimed(delivery_id), Temporary("later", 451))
            stored = row(delivery_id)
            if stored.state != "deferred":
                break
            moment = queries.history(delivery_id)[-1][0]
            delays.append(round((stored.next_at - moment).total_seconds() / 60, 1))
            waited += delays[-1] * 60
            # The clock goes on: the row grows older by what it waits.
            move(delivery_id, next_at=-0.001, created_at=-waited)
    assert delays == [1, 5, 15, 60, 90, 135, 202.5] + [240] * 15
    assert (stored.state, stored.attempts, stored.mail, stored.to_address) == ("expired", 23, None, None)
    assert waited <= 72 * 3600
    assert heard == [(delivery_id, "expired")]


def test_a_configuration_error_stops_all_mails_and_costs_this_one_no_attempt() -> None:
    first, second = post("k:1"), post("k:2")
    settle(claimed(first), Configuration("the mail server refuses the login", 535))
    stored = row(first)
    assert (stored.state, stored.attempts, stored.owner) == ("pending", 0, None)
    assert claim(first) is None
    assert claim(second) is None
    assert _sweep() == []
    assert queries.progress().held_back == "the mail server refuses the login"
    assert _what_happened(first)[-1] == ("held back", 535)

    close_breaker()
    assert queries.progress().held_back is None
    assert sorted(_sweep()) == [first, second]
    settle(claimed(second), Configuration("the mail server offers no STARTTLS"))
    assert claim(first) is None, "the one row of the breaker was opened again"
    assert queries.progress().held_back == "the mail server offers no STARTTLS"


def test_a_deferred_mail_that_is_held_back_stays_deferred() -> None:
    delivery_id = post()
    settle(claimed(delivery_id), Temporary("later"))
    move(delivery_id, next_at=-1)
    settle(claimed(delivery_id), Configuration("no login"))
    assert (row(delivery_id).state, row(delivery_id).attempts) == ("deferred", 1)


def test_a_mail_that_is_three_days_old_expires_even_behind_an_open_breaker() -> None:
    young, old = post("k:1"), post("k:2")
    settle(claimed(young), Configuration("no login"))
    move(old, created_at=-72 * 3600 - 1)
    assert _sweep() == [old]
    assert claim(old) is None
    assert (row(old).state, row(old).mail) == ("expired", None)
    assert row(young).state == "pending"


# Sweeping and cancelling


def test_a_sweep_rings_for_what_is_due_and_for_nothing_else(bells: Bells) -> None:
    waiting, sent, late, deferred, sending = (post(f"k:{number}") for number in range(5))
    settle(claimed(sent), Accepted(250))
    claimed(late)
    move(late, lease_until=-1)
    settle(claimed(deferred), Temporary("later"))
    claimed(sending)
    bells.rung.clear()
    assert sorted(_sweep()) == [waiting, late]
    assert sorted(bells.rung) == [(SEND_DELIVERY, waiting), (SEND_DELIVERY, late)]


def test_a_second_sweep_does_not_ring_for_the_same_mails_at_once(bells: Bells) -> None:
    delivery_id = post()
    assert _sweep() == [delivery_id]
    assert _sweep() == []
    move(delivery_id, rung_at=-services.RING_AGAIN)
    assert _sweep() == [delivery_id]


def test_a_sweep_takes_the_longest_due_first_and_no_more_than_it_was_asked() -> None:
    ids = [post(f"k:{number}") for number in range(4)]
    for age, delivery_id in enumerate(ids):
        move(delivery_id, next_at=-age)
    assert sorted(_sweep(2)) == ids[2:]
    assert sorted(_sweep(2)) == ids[:2]


def test_a_mail_whose_lease_was_lost_is_rung_for_at_once_although_it_was_swept_before() -> None:
    delivery_id = post()
    _sweep()
    claimed(delivery_id)
    move(delivery_id, lease_until=-1)
    assert _sweep() == [delivery_id]


def test_a_waiting_mail_can_be_cancelled_and_one_on_its_way_cannot() -> None:
    waiting, sending = post("k:1"), post("k:2")
    letter = claimed(sending)
    with unit_of_work():
        assert services.cancel("k:1") is True
        assert services.cancel("k:1") is False
        assert services.cancel("k:2") is False
        assert services.cancel("k:3") is False
    assert (row(waiting).state, row(waiting).mail, row(waiting).to_address) == ("cancelled", None, None)
    assert claim(waiting) is None
    assert settle(letter, Accepted(250))


# With a real mail server


def test_an_attempt_holds_no_transaction(
    mail_to: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_during_smtp: list[bool] = []

    class Watching(ChosenAnswers):
        async def handle_DATA(self, *arguments: object) -> str:
            open_during_smtp.append(session.in_transaction())
            return "250 OK"

    delivery_id = post()
    letter = claimed(delivery_id)
    session = db.session()
    with mail_server(Watching()) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        assert services.attempt(letter) == Accepted(250)
    assert open_during_smtp == [False]


def test_the_server_gets_what_was_posted_and_its_refusal_comes_back(mail_to: Callable[[str], None]) -> None:
    answers = ChosenAnswers()
    delivery_id = post()
    letter = claimed(delivery_id)
    with mail_server(answers) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        assert services.attempt(letter) == Accepted(250)
        answers.addressee = "550 unknown"
        refused = services.attempt(letter)
    assert isinstance(refused, Permanent)
    assert refused.code == 550
    assert answers.taken == [letter.mail]


def test_events_are_only_ever_added_to() -> None:
    delivery_id = post()
    seen: list[int] = []
    for outcome in (Temporary("later", 421), Temporary("later", 450), Accepted(250)):
        move(delivery_id, next_at=-1)
        settle(claimed(delivery_id), outcome)
        ids = list(db.session.scalars(select(DeliveryEvent.id).order_by(DeliveryEvent.id)))
        assert ids[: len(seen)] == seen
        seen = ids
    assert [code for _what, code in _what_happened(delivery_id)] == [None, 421, 450, 250]


# Addresses that want no mail


def _post_optional(to: str = "kim@clinic.example") -> int:
    with unit_of_work():
        return services.post("reminder:1", to, question, optional=True).id


def _suppress(reason: str, address: str = "kim@clinic.example") -> None:
    with unit_of_work():
        services.suppress(address, reason, NOW)


def test_an_optional_mail_to_an_address_that_unsubscribed_is_cancelled_by_the_worker() -> None:
    """The reader pressed the button after the mail had been queued, and writes her address in capitals."""
    delivery_id = _post_optional()
    _suppress("unsubscribed", "Kim@Clinic.Example")
    with hearing_ends() as heard:
        assert claim(delivery_id) is None
    assert heard == [(delivery_id, "cancelled")]
    assert row(delivery_id).mail is None


def test_a_mail_that_somebody_asked_for_goes_to_an_address_that_unsubscribed() -> None:
    _suppress("unsubscribed")
    assert claim(post()) is not None


def test_an_optional_mail_goes_to_everybody_else() -> None:
    _suppress("unsubscribed", "somebody.else@clinic.example")
    assert claim(_post_optional()) is not None


@pytest.mark.parametrize("optional", [True, False])
def test_no_mail_goes_to_an_address_that_bounced_and_the_rooms_above_hear_of_it(optional: bool) -> None:
    delivery_id = _post_optional() if optional else post()
    _suppress("bounced")
    with hearing_ends() as heard:
        assert claim(delivery_id) is None
    assert heard == [(delivery_id, "failed")]


def test_an_address_is_suppressed_once_per_reason() -> None:
    for reason in ("unsubscribed", "unsubscribed", "bounced"):
        _suppress(reason)
    assert queries.suppressions("kim@clinic.example") == {"unsubscribed", "bounced"}
    assert queries.suppressions("somebody.else@clinic.example") == frozenset()
