"""Mails wait their turn: one at a time to an address, none for a while where one timed out, the longest due first."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories import NOW
from tests.outbox.conftest import claim, claimed, move, post, row, settle
from webapp.clients.mailer import TOTAL_SECONDS, Temporary, TimedOut
from webapp.encryption import address_hash
from webapp.extensions import db
from webapp.outbox import queries, services
from webapp.outbox.models import Delivery, DeliveryEvent, InboundMail
from webapp.outbox.services import Accepted
from webapp.outbox.services.sending import FIRST_SECONDS
from webapp.outbox.services.settling import LEFT_ALONE, LONGEST_SHARED_WAIT
from webapp.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("session")

TO = "desk@clinic.example"


def _next() -> services.Letter | None:
    with unit_of_work():
        return services.claim_next()


def _sweep() -> list[int]:
    with unit_of_work():
        return services.sweep(100)


def _waits(delivery_id: int) -> float:
    """Seconds from now until the mail may be tried, by the database's clock."""
    moments = queries.history(delivery_id)
    return (row(delivery_id).next_at - moments[0][0]).total_seconds()


# One at a time


def test_two_mails_to_one_address_go_one_after_the_other() -> None:
    first, second = post("k:1", TO), post("k:2", "Desk@Clinic.example")
    other = post("k:3", "other@clinic.example")
    letter = claimed(first)
    assert claim(second) is None
    assert _sweep() == [other], "and nobody is rung for it meanwhile"
    settle(letter, Accepted(250))
    assert claim(second) is not None


def test_an_address_whose_worker_was_lost_is_free_again_when_the_lease_has_passed() -> None:
    first, second = post("k:1", TO), post("k:2", TO)
    claimed(first)
    move(first, lease_until=-0.1)
    assert claim(second) is not None
    assert claim(first) is None, "now it is its turn to wait"


def test_a_mail_that_is_too_old_ends_although_its_address_is_busy() -> None:
    busy, old = post("k:1", TO), post("k:2", TO)
    claimed(busy)
    move(old, created_at=-72 * 3600 - 1)
    assert claim(old) is None
    assert row(old).state == "expired"


def test_mails_from_before_the_address_was_hashed_go_out_side_by_side() -> None:
    first, second = post("k:1", TO), post("k:2", TO)
    with unit_of_work() as session:
        session.execute(update(Delivery).values(to_hash=None))
    assert claim(first) is not None
    assert claim(second) is not None


# The next one


def test_the_next_mail_is_the_longest_due_that_may_go() -> None:
    ids = [post(f"k:{number}") for number in range(4)]
    for age, delivery_id in enumerate(ids):
        move(delivery_id, next_at=-age)
    move(ids[3], next_at=60)
    taken = [letter.delivery_id for _time in ids if (letter := _next())]
    assert taken == [ids[2], ids[1], ids[0]]
    assert _next() is None


def test_the_next_mail_is_not_one_whose_address_is_busy() -> None:
    first, second, third = post("k:1", TO), post("k:2", TO), post("k:3", "other@clinic.example")
    claimed(first)
    move(second, next_at=-60)
    letter = _next()
    assert letter is not None
    assert letter.delivery_id == third


def test_one_that_was_put_off_comes_after_those_that_were_never_tried() -> None:
    tried, new = post("k:1"), post("k:2")
    settle(claimed(tried), Temporary("later", 451))
    move(tried, next_at=-60)
    letters = [_next(), _next()]
    assert [letter and letter.delivery_id for letter in letters] == [new, tried]


def test_one_whose_worker_was_lost_does_not_wait_for_the_end_of_a_backlog() -> None:
    lost, *backlog = (post(f"k:{number}", TO) for number in range(4))
    claimed(lost)
    assert _next() is None, "its address is busy for as long as its lease runs"
    move(lost, lease_until=-0.1)
    taken = []
    while letter := _next():
        taken.append(letter.delivery_id)
        settle(letter, Accepted(250))
    assert taken == [lost, *backlog]


def test_one_that_ends_where_it_is_claimed_does_not_hide_the_next() -> None:
    old, young = post("k:1"), post("k:2")
    move(old, next_at=-60, created_at=-72 * 3600 - 1)
    letter = _next()
    assert letter is not None
    assert letter.delivery_id == young
    assert row(old).state == "expired"


# After a time-out


def test_after_a_time_out_every_mail_to_the_address_waits_with_the_one_that_met_it() -> None:
    first, second, third = post("k:1", TO), post("k:2", TO), post("k:3", TO)
    other = post("k:4", "other@clinic.example")
    settle(claimed(first), TimedOut("the mail server took more than 10 s"))
    assert (row(second).state, row(second).attempts) == ("pending", 0), "their attempts are their own"
    for waiting in (second, third):
        assert 55 < _waits(waiting) < 65
    assert _waits(other) < 1
    assert _sweep() == [other]


def test_a_mail_that_is_posted_after_a_time_out_waits_a_moment_and_is_not_overdue_by_it() -> None:
    first = post("k:1", TO)
    settle(claimed(first), TimedOut("the mail server took more than 10 s"))
    new = post("k:2", TO)
    assert claim(new) is None
    assert _sweep() == []
    assert LEFT_ALONE + FIRST_SECONDS < queries.OVERDUE_AFTER
    move(first, lease_until=-0.1)
    assert claim(new) is not None


def test_no_mail_waits_for_hours_behind_an_old_one() -> None:
    old, new = post("k:1", TO), post("k:2", TO)
    with unit_of_work() as session:
        session.execute(update(Delivery).where(Delivery.id == old).values(attempts=7))
    settle(claimed(old), TimedOut("the mail server took more than 30 s"))
    assert _waits(old) > 3600
    assert LONGEST_SHARED_WAIT - 5 < _waits(new) < LONGEST_SHARED_WAIT + 5


def test_a_mail_that_waits_longer_already_is_not_brought_forward() -> None:
    first, later = post("k:1", TO), post("k:2", TO, not_before_seconds=7200.0)
    settle(claimed(first), TimedOut("the mail server took more than 10 s"))
    assert _waits(later) > 7000


def test_a_refusal_for_one_mail_holds_no_other() -> None:
    first, second = post("k:1", TO), post("k:2", TO)
    settle(claimed(first), Temporary("the mail server asks to try the addressee later", 450))
    assert claim(second) is not None


def test_only_the_first_attempt_is_short() -> None:
    assert FIRST_SECONDS < TOTAL_SECONDS


# Suppression and retention


def test_an_address_is_taken_off_the_list_once() -> None:
    hashed = address_hash(TO)
    with unit_of_work():
        services.suppress_hash(hashed, services.BOUNCED, NOW)
        services.suppress_hash(hashed, services.UNSUBSCRIBED, NOW)
        assert services.lift(hashed, services.BOUNCED) is True
        assert services.lift(hashed, services.BOUNCED) is False
    assert queries.suppressions(TO) == {"unsubscribed"}
    assert claim(post("k:1", TO)) is not None


def test_mails_that_ended_long_ago_are_forgotten_with_their_history() -> None:
    old, young, waiting, bound = (post(f"k:{number}") for number in range(4))
    for ended in (old, young, bound):
        settle(claimed(ended), Accepted(250))
    with unit_of_work() as session:
        session.execute(update(Delivery).where(Delivery.id == old).values(ended_at=NOW - timedelta(days=366)))
        session.execute(
            update(Delivery).where(Delivery.id == young).values(ended_at=NOW - timedelta(days=364))
        )
        # Something that is still there points to it: it goes with that.
        session.execute(
            update(Delivery)
            .where(Delivery.id == bound)
            .values(ended_at=NOW - timedelta(days=366), about="enquiry:1")
        )
        services.suppress(TO, services.BOUNCED, NOW - timedelta(days=400))
        for age, digest in ((366, "a"), (364, "b")):
            session.add(
                InboundMail(digest=digest * 64, kind="unknown", received_at=NOW - timedelta(days=age))
            )
    with unit_of_work():
        assert services.forget_ended(NOW, 365, 100) == 2
        assert services.forget_ended(NOW, 365, 100) == 0
    assert set(db.session.scalars(select(Delivery.id))) == {young, waiting, bound}
    assert old not in set(db.session.scalars(select(DeliveryEvent.delivery_id)))
    assert list(db.session.scalars(select(InboundMail.digest))) == ["b" * 64]
    assert queries.suppressions(TO) == {"bounced"}, "which is what the list is for"


def test_the_figures_for_whoever_watches() -> None:
    post("k:1")
    settle(claimed(post("k:2")), Accepted(250))
    text = queries.metrics()
    assert 'lfl_mails{state="pending"} 1\n' in text
    assert 'lfl_mails{state="sent"} 1\n' in text
    assert 'lfl_mails{state="failed"} 0\n' in text
    assert "lfl_mail_held_back 0\n" in text
    assert "example" not in text
