"""Accounts and links as the rooms above use them."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.conftest import WHO
from tests.factories import NOW
from webapp.accounts import services
from webapp.accounts.models import Account, SignInLink
from webapp.signing import token_hash


def test_an_account_is_found_in_any_case_and_made_once(session: Session) -> None:
    made = services.find_or_create(" Kim@Clinic.test ", NOW, name="Kim", language="ko")
    again = services.find_or_create(WHO, NOW, name="Somebody", language="en")
    assert made is again
    assert (made.email, made.name, made.language, made.is_staff, made.active) == (
        WHO,
        "Kim",
        "ko",
        False,
        True,
    )
    assert services.find("nobody@clinic.test") is None


def test_a_name_is_filled_in_where_there_was_none(session: Session) -> None:
    services.find_or_create(WHO, NOW)
    assert services.find_or_create(WHO, NOW, name="Kim").name == "Kim"


def test_each_account_has_a_session_key_of_its_own(session: Session) -> None:
    keys = {services.find_or_create(f"{name}@clinic.test", NOW).fs_uniquifier for name in "abc"}
    assert len(keys) == 3


def test_of_a_token_only_the_hash_is_stored(session: Session, kim: Account) -> None:
    token = services.mint_sign_in_link(kim, NOW, minutes=10)
    stored = session.scalars(select(SignInLink)).one()
    assert stored.token_hash == token_hash(token)
    assert token not in str(vars(stored))
    assert (stored.created_at, stored.expires_at) == (NOW, NOW + timedelta(minutes=10))


def test_a_link_ends_at_its_minute_and_once_it_was_revoked_or_used(session: Session, kim: Account) -> None:
    for when, works in ((timedelta(minutes=9, seconds=59), True), (timedelta(minutes=10), False)):
        token = services.mint_sign_in_link(kim, NOW, minutes=10, next_path="/staff/")
        used = services.use_link(token, NOW + when)
        assert (used == (kim, "/staff/")) is works
        assert services.use_link(token, NOW + when) is None
    token = services.mint_sign_in_link(kim, NOW, minutes=10)
    services.sign_out_everywhere(kim, NOW)
    link = services.link_behind(token)
    assert link is not None
    session.refresh(link)
    assert not services.is_open(link, NOW)
    assert services.use_link(token, NOW) is None
    for nothing in ("", "x", "x" * 43, "é" * 43):
        assert services.use_link(nothing, NOW) is None


def test_links_that_ended_long_ago_go_and_others_stay(session: Session, kim: Account) -> None:
    lee = services.find_or_create("lee@clinic.test", NOW)
    old, others = (services.mint_sign_in_link(row, NOW - timedelta(days=8), minutes=10) for row in (kim, lee))
    recent = services.mint_sign_in_link(kim, NOW - timedelta(days=6), minutes=10)
    services.mint_sign_in_link(kim, NOW, minutes=10)
    assert services.link_behind(old) is None
    assert services.link_behind(recent) is not None
    assert services.link_behind(others) is not None


def test_demo_staff_is_made_once_and_is_staff(session: Session) -> None:
    for _time in range(2):
        assert services.ensure_demo_staff(NOW) == "staff@likeforlike.example"
    row = services.find("staff@likeforlike.example")
    assert row is not None
    assert row.is_staff


def test_whoever_was_ended_comes_back_by_an_invitation_of_staff(session: Session, kim: Account) -> None:
    services.deactivate(kim, NOW)
    assert not kim.active
    services.invite_staff(WHO, NOW, 10)
    assert (kim.active, kim.is_staff) == (True, True)
