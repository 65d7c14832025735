"""What the outbox tells: whether mail is getting out, and what became of each."""

import pytest

from tests.outbox.conftest import claimed, move, post, settle
from webapp.clients.mailer import Permanent, Temporary
from webapp.outbox import queries
from webapp.outbox.services import Accepted

pytestmark = pytest.mark.usefixtures("session")


def test_an_empty_outbox_is_ready() -> None:
    assert queries.progress() == queries.Progress(oldest_due_seconds=None, held_back=None)
    assert queries.progress().is_ready


def test_a_mail_that_was_just_posted_is_no_delay_even_without_a_worker() -> None:
    post()
    progress = queries.progress()
    assert progress.oldest_due_seconds is not None
    assert progress.oldest_due_seconds < 5
    assert progress.is_ready


def test_a_mail_that_is_due_for_over_a_minute_is() -> None:
    post("k:1")
    late = post("k:2")
    move(late, next_at=-61)
    progress = queries.progress()
    assert progress.oldest_due_seconds is not None
    assert 61 <= progress.oldest_due_seconds < 66
    assert not progress.is_ready


def test_a_mail_that_every_worker_loses_is_seen_although_somebody_always_holds_it() -> None:
    delivery_id = post()
    claimed(delivery_id)
    assert queries.progress().is_ready
    move(delivery_id, next_at=-61)
    assert not queries.progress().is_ready


def test_a_mail_that_waits_for_its_next_attempt_or_has_ended_is_no_delay() -> None:
    deferred, failed = post("k:1"), post("k:2")
    move(deferred, next_at=-300)
    settle(claimed(deferred), Temporary("later", 451))
    move(failed, next_at=-300)
    settle(claimed(failed), Permanent("no", 550))
    assert queries.oldest_due_age_seconds() is None


def test_counts() -> None:
    _waiting, sent, _other = (post(f"k:{number}") for number in range(3))
    settle(claimed(sent), Accepted(250))
    assert queries.counts_by_state() == {"pending": 2, "sent": 1}


def test_history_is_in_order_with_codes_and_our_own_words() -> None:
    delivery_id = post()
    settle(claimed(delivery_id), Temporary("the mail server asks to try the data later", 451))
    told = queries.history(delivery_id)
    assert [(what, code, words) for _at, what, code, words in told] == [
        ("posted", None, ""),
        ("deferred", 451, "the mail server asks to try the data later"),
    ]
    assert told[0][0] <= told[1][0]
