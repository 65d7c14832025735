"""Limits are counted in the database and answered with a page that says what to do."""

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from webapp.rate_limits import DatabaseStorage


@pytest.fixture
def storage(session: Session) -> DatabaseStorage:
    return DatabaseStorage()


def test_a_window_counts_up_and_starts_anew_when_it_ends(storage: DatabaseStorage) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert [storage.incr("key", 60) for _time in range(3)] == [1, 2, 3]
        assert storage.get("key") == 3
        assert storage.get_expiry("key") == 1_800_000_060
        clock.shift(61)
        assert storage.get("key") == 0
        assert storage.incr("key", 60) == 1


def test_keys_do_not_mix_and_can_be_cleared(storage: DatabaseStorage) -> None:
    storage.incr("one", 60)
    storage.incr("two", 60, amount=5)
    storage.clear("one")
    assert (storage.get("one"), storage.get("two")) == (0, 5)
    assert storage.reset() == 1
    assert storage.check()


def test_too_many_posts_get_a_page_that_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.enquiries.views.form.enquiry_limit", lambda: "2 per hour")
    answers = [client.post("/enquiries/new").status_code for _time in range(3)]
    assert answers == [422, 422, 429]
    assert "That was too often" in client.post("/enquiries/new").get_data(as_text=True)
    assert client.get("/enquiries/new").status_code == 200
