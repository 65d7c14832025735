"""Who keeps a clinic: invited by mail, for all branches at once, removed at once, and never left without an owner."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.browsing import filled, press, send, text_of
from tests.portal.keepers import as_account, keeper, memberships, sign_in
from tests.quotes.conftest import letters, plain_part
from tests.reading import Page
from webapp.accounts.models import Account
from webapp.clinics.models import Clinic
from webapp.i18n import utc_now
from webapp.moderation.models import Decision
from webapp.portal.models import Invitation, Membership
from webapp.portal.services import people

PAGE = "/portal/larch/people"
OTHER = "colleague@example.org"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, slug="larch", name="Larch Clinic", group_ref="larch-group")


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


@pytest.fixture
def stranger(owner: FlaskClient) -> FlaskClient:
    """Another browser, in which nobody is signed in."""
    return owner.application.test_client()


def invited_link(session: Session, number: int = -1) -> str:
    found = re.search(r"/c/invitation/[\w-]{43}", plain_part(letters(session, "portal-invitation:")[number]))
    assert found
    return found.group()


def invitations(session: Session) -> list[Invitation]:
    session.commit()
    return list(session.scalars(select(Invitation).order_by(Invitation.id)))


def member_of(session: Session, clinic: Clinic, email: str) -> Membership:
    session.commit()
    return session.scalars(
        select(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.clinic_id == clinic.id, Account.email == email)
    ).one()


def test_a_colleague_is_invited_joins_and_is_removed(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    Page(owner, PAGE).check()
    assert send(owner, PAGE, email="Colleague@Example.org ", role="staff", language="zh").status_code == 303
    letter = letters(session, "portal-invitation:")[0]
    assert letter["To"] == OTHER and letter["Content-Language"] == "zh-Hans"
    assert OTHER in Page(owner, PAGE).check().text
    link = invited_link(session)
    # The mail may be opened by a scanner: looking changes nothing.
    page = Page(stranger, link).check()
    assert "Larch Clinic" in page.text and OTHER not in page.source
    assert memberships(session, clinic) == {"owner@example.org": "owner"}
    answer = press(stranger, link, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/portal/larch/")
    assert memberships(session, clinic) == {"owner@example.org": "owner", OTHER: "staff"}
    Page(stranger, "/portal/larch/profile").check()
    # The link was for once.
    assert stranger.get(link).status_code == 410
    removed = f"{PAGE}/{member_of(session, clinic, OTHER).id}/remove"
    assert press(owner, PAGE, removed).status_code == 303
    assert stranger.get("/portal/larch/profile").status_code == 404
    assert memberships(session, clinic) == {"owner@example.org": "owner"}
    logged = session.scalars(select(Decision.what).order_by(Decision.id)).all()
    assert logged == ["member.invited", "member.joined", "member.removed"]


def test_who_joins_as_an_owner_is_asked_for_a_second_factor(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email="lin@clinic.sg", role="owner")
    link = invited_link(session)
    assert press(stranger, link, link).headers["Location"] == "/sign-in/second-factor"
    assert memberships(session, clinic)["lin@clinic.sg"] == "owner"
    assert stranger.get("/portal/larch/").headers["Location"].startswith("/sign-in?")


def test_whoever_is_signed_in_the_account_is_the_invited_ones(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email=OTHER)
    as_account(stranger, keeper(session, factories.clinic(session), email="third@example.org"))
    link = invited_link(session)
    press(stranger, link, link)
    assert set(memberships(session, clinic)) == {"owner@example.org", OTHER}


def test_an_owner_of_branches_invites_for_all_of_them_at_once(
    client: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    branch = factories.clinic(session, name="Larch East", group_ref="larch-group")
    not_hers = factories.clinic(session, name="Larch West", group_ref="larch-group")
    other_brand = factories.clinic(session, name="Fir", group_ref="fir-group")
    only_staff = factories.clinic(session, name="Larch North", group_ref="larch-group")
    account = keeper(session, clinic, branch, other_brand, email="two@example.org")
    keeper(session, only_staff, role="staff", email="two@example.org")
    as_account(client, account)
    assert [box.get("value") for box in Page(client, PAGE).check().all("input", name="branches")] == [
        branch.slug
    ]
    form = filled(client, PAGE, email=OTHER)
    for slug in (not_hers.slug, other_brand.slug, only_staff.slug):
        assert client.post(PAGE, data=form | {"branches": [slug]}).status_code == 422
    assert client.post(PAGE, data=form | {"branches": [branch.slug]}).status_code == 303
    assert len(letters(session, "portal-invitation:")) == 1
    link = invited_link(session)
    assert "Larch East" in Page(stranger, link).check().text
    press(stranger, link, link)
    assert OTHER in memberships(session, clinic) and OTHER in memberships(session, branch)
    assert Page(stranger, "/portal/").check().heading == "Your clinics"


def test_an_invitation_that_is_taken_back_opens_nothing(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email=OTHER)
    link, (asked,) = invited_link(session), invitations(session)
    form = filled(stranger, link)
    assert press(owner, PAGE, f"{PAGE}/invitations/{asked.id}/revoke").status_code == 303
    assert stranger.get(link).status_code == 410
    assert stranger.post(link, data=form).status_code == 410
    assert set(memberships(session, clinic)) == {"owner@example.org"}
    assert session.scalars(select(Account.email).where(Account.email == OTHER)).all() == []


def test_an_invitation_is_mailed_again_with_a_new_link(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email=OTHER)
    first, (asked,) = invited_link(session), invitations(session)
    again = f"{PAGE}/invitations/{asked.id}/resend"
    assert press(owner, PAGE, again).status_code == 303
    assert stranger.get(first).status_code == 410
    assert stranger.get(invited_link(session)).status_code == 200
    for _more in range(people.MAILS_PER_INVITATION):
        press(owner, PAGE, again)
    assert len(letters(session, "portal-invitation:")) == people.MAILS_PER_INVITATION


def test_a_second_invitation_replaces_the_first(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email=OTHER)
    first = invited_link(session)
    send(owner, PAGE, email=OTHER, role="owner")
    assert stranger.get(first).status_code == 410
    link = invited_link(session)
    press(stranger, link, link)
    assert memberships(session, clinic)[OTHER] == "owner"


def test_an_invitation_ends_by_itself(
    owner: FlaskClient, stranger: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(owner, PAGE, email=OTHER)
    link = invited_link(session)
    form = filled(stranger, link)
    later = utc_now() + timedelta(days=people.INVITATION_DAYS, minutes=1)
    monkeypatch.setattr("webapp.portal.views.people.utc_now", lambda: later)
    assert stranger.get(link).status_code == 410
    assert stranger.post(link, data=form).status_code == 410


def test_an_owner_who_accepts_as_staff_stays_an_owner(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email=OTHER, role="staff")
    keeper(session, clinic, email=OTHER)
    link = invited_link(session)
    press(stranger, link, link)
    assert memberships(session, clinic)[OTHER] == "owner"


@pytest.mark.parametrize(
    "changes", [{"email": ""}, {"email": "nobody"}, {"role": "king"}, {"language": "xx"}]
)
def test_what_cannot_be_read_invites_nobody(
    owner: FlaskClient, session: Session, changes: dict[str, str]
) -> None:
    assert send(owner, PAGE, **({"email": OTHER} | changes)).status_code == 422
    assert invitations(session) == []


def test_who_is_there_already_is_not_invited(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    keeper(session, clinic, role="staff", email=OTHER)
    answer = send(owner, PAGE, email=OTHER, role="staff")
    assert answer.status_code == 422 and "keeps the clinic already" in text_of(answer)
    assert send(owner, PAGE, email=OTHER, role="owner").status_code == 303


def test_a_clinic_invites_only_so_many_in_a_day(
    owner: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "INVITATIONS_A_DAY", 2)
    for number in range(2):
        assert send(owner, PAGE, email=f"c{number}@example.org").status_code == 303
    assert send(owner, PAGE, email="c3@example.org").status_code == 429
    assert len(invitations(session)) == 2


def test_roles_change_and_the_last_owner_stays(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    keeper(session, clinic, role="staff", email=OTHER)
    mine, theirs = member_of(session, clinic, "owner@example.org").id, member_of(session, clinic, OTHER).id
    for alone in (f"{PAGE}/leave",):
        press(owner, PAGE, alone)
    form = filled(owner, PAGE)
    for path in (f"{PAGE}/{mine}/remove", f"{PAGE}/{mine}/role"):
        assert owner.post(path, data=form | {"role": "staff"}).status_code == 303
    assert memberships(session, clinic) == {"owner@example.org": "owner", OTHER: "staff"}
    assert "Somebody must stay an owner." in Page(owner, PAGE).text
    assert press(owner, PAGE, f"{PAGE}/{theirs}/role").status_code == 303
    assert memberships(session, clinic)[OTHER] == "owner"
    assert press(owner, PAGE, f"{PAGE}/leave").headers["Location"] == "/portal/"
    assert memberships(session, clinic) == {OTHER: "owner"}
    assert owner.get(PAGE).status_code == 404
    assert owner.post(f"{PAGE}/{theirs}/role", data=form | {"role": "king"}).status_code == 404


def test_a_role_that_is_none_is_refused(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    mine = member_of(session, clinic, "owner@example.org").id
    assert owner.post(f"{PAGE}/{mine}/role", data=filled(owner, PAGE) | {"role": "king"}).status_code == 400


def test_staff_see_their_colleagues_leave_and_change_nothing_else(
    owner: FlaskClient, stranger: FlaskClient, session: Session, clinic: Clinic
) -> None:
    send(owner, PAGE, email="third@example.org")
    form = filled(owner, PAGE, email="fourth@example.org")
    (asked,) = invitations(session)
    mine = member_of(session, clinic, "owner@example.org").id
    staff = as_account(stranger, keeper(session, clinic, role="staff", email=OTHER))
    page = Page(staff, PAGE).check()
    assert "owner@example.org" in page.text and not page.all("button", name="role")
    token = filled(staff, PAGE, f"{PAGE}/leave")
    for path in (
        PAGE, f"{PAGE}/invitations/{asked.id}/resend", f"{PAGE}/invitations/{asked.id}/revoke",
        f"{PAGE}/{mine}/role", f"{PAGE}/{mine}/remove",
    ):  # fmt: skip
        assert staff.post(path, data=form | token | {"role": "staff"}).status_code == 404
    assert press(staff, PAGE, f"{PAGE}/leave").status_code == 303
    assert memberships(session, clinic) == {"owner@example.org": "owner"}


def test_other_clinics_members_and_invitations_are_not_there(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    theirs = factories.clinic(session, slug="fir")
    keeper(session, theirs, email="fir@example.org")
    keeper(session, theirs, role="staff", email="fir2@example.org")
    browser = as_account(owner.application.test_client(), keeper(session, email="fir@example.org"))
    send(browser, "/portal/fir/people", email=OTHER)
    (asked,) = invitations(session)
    member = member_of(session, theirs, "fir2@example.org").id
    form = filled(owner, PAGE) | {"role": "owner"}
    for path in (
        f"invitations/{asked.id}/resend", f"invitations/{asked.id}/revoke", f"{member}/role", f"{member}/remove",
        "invitations/999999/revoke", "999999/remove",
    ):  # fmt: skip
        assert owner.post(f"{PAGE}/{path}", data=form).status_code == 404, path
    assert memberships(session, theirs) == {"fir@example.org": "owner", "fir2@example.org": "staff"}
    assert invitations(session)[0].revoked_at is None and invitations(session)[0].mails == 1


def test_names_with_markup_are_text(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    keeper(session, clinic, role="staff", email=OTHER, name="<script>window.__x=1</script>")
    assert "<script>window.__x" not in text_of(owner.get(PAGE))
    clinic.name = "<b>Larch</b>"
    session.commit()
    send(owner, PAGE, email="third@example.org")
    body = letters(session, "portal-invitation:")[0].as_bytes().decode()
    assert "<b>Larch</b>" not in body.split("text/html")[1]
