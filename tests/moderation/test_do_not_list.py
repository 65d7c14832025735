"""A clinic that asked never to be listed stays away: against files, seed, proposals and claims, for good."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.moderation.conftest import AT_DOMAIN, ELSEWHERE, WEBSITE, mails, path_in, plain_part
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import read
from webapp.moderation import queries
from webapp.moderation.actors import OPERATOR, Actor, ActorKind
from webapp.moderation.models import AuthorityRecord, Decision, DoNotList, NeverListRequest, Proposal
from webapp.moderation.seed import seed
from webapp.moderation.services import claims, do_not_list, proposals
from webapp.moderation.services.imports import ImportCount, import_listing
from webapp.moderation.services.proposals import CHANGE_CLINIC, Change
from webapp.offers.models import Offer
from webapp.unit_of_work import unit_of_work

Send = Callable[..., int]
Press = Callable[..., int]
Take = Callable[..., ImportCount]
STAFF = Actor(ActorKind.STAFF, "Ann of our staff")
FORM = "/clinics/larch-skin/never-list"

HEAD = "ref,name,country,address,postal_code,unit,phone,website,authority,accepts_enquiries,sample,source"
ROW = {
    "ref": "moh-77", "name": "Larch Skin Clinic", "postal_code": "238859", "unit": "#14-31", "phone": "",
    "website": "", "authority": "unclaimed",
}  # fmt: skip


@pytest.fixture
def take(session: Session, tmp_path: Path) -> Take:
    """Import one clinic with an offer; `cells` change its row."""
    factories.treatment(session)
    session.commit()

    def take(**cells: str) -> ImportCount:
        row = ROW | cells
        values = [
            row["ref"], row["name"], "SG", "290 Orchard Road", row["postal_code"], row["unit"], row["phone"],
            row["website"], row["authority"], "no", "no", "a list of the ministry",
        ]  # fmt: skip
        (tmp_path / "clinics.csv").write_text(f"{HEAD}\n{','.join(values)}\n", encoding="utf-8")
        (tmp_path / "offers.csv").write_text(
            "clinic_ref,offer_ref,title,price,currency,tax,price_kind,source\n"
            f"{row['ref']},one,Healer,500,SGD,inclusive,regular,a list\n",
            encoding="utf-8",
        )
        (tmp_path / "offer_parts.csv").write_text(
            f"clinic_ref,offer_ref,treatment,quantity,unit\n{row['ref']},one,rejuran_healer,2,ml\n",
            encoding="utf-8",
        )
        with unit_of_work():
            result = read(tmp_path, queries.known(), on=NOW.date())
            assert result.errors == ()
            return import_listing(result.listing, NOW)

    return take


def never(clinic: Clinic) -> None:
    with unit_of_work():
        do_not_list.add(clinic, "asked for it", STAFF, NOW, way="staff")


def sizes(session: Session) -> tuple[int, ...]:
    session.commit()
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Clinic, Offer))


def only_request(session: Session) -> NeverListRequest:
    session.commit()
    return session.scalars(select(NeverListRequest)).one()


# Against files


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"name": "LARCH SKIN CLINIC PTE LTD", "unit": ""},
        {"name": "Linden Aesthetics", "phone": "62351234"},
        {
            "name": "Linden Aesthetics",
            "postal_code": "049315",
            "unit": "",
            "website": WEBSITE,
            "phone": "62351234",
        },
        {"postal_code": "049315", "website": "https://larch.com.sg/en"},
        {"ref": "its own", "name": "Something Else", "postal_code": "049315"},
    ],
)
def test_a_file_does_not_bring_it_back_under_whatever_ref(
    session: Session, unclaimed: Clinic, take: Take, cells: dict[str, str]
) -> None:
    never(unclaimed)
    cells = cells | ({"ref": unclaimed.ref} if cells.get("ref") == "its own" else {})
    before = sizes(session)
    count = take(**cells)
    assert count.kept_out == [cells.get("ref", "moh-77")]
    assert (count.clinics_added, count.clinics_changed, count.offers_added) == (0, 0, 0)
    assert sizes(session) == before
    assert unclaimed.authority == "do_not_list"


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "A Neighbour"},
        {"name": "A Neighbour", "website": "https://neighbour.example", "phone": "67770000"},
        {"postal_code": "049315", "unit": "#01-01"},
        {"postal_code": "049315", "website": WEBSITE, "phone": "67770000"},
    ],
)
def test_neighbours_and_other_branches_are_listed(
    session: Session, unclaimed: Clinic, take: Take, cells: dict[str, str]
) -> None:
    never(unclaimed)
    count = take(**cells)
    assert (count.kept_out, count.clinics_added, count.offers_added) == ([], 1, 1)


def test_a_clinic_that_joined_is_not_kept_out_by_a_branch_that_left(
    session: Session, unclaimed: Clinic, take: Take
) -> None:
    take(ref="moh-88", website=WEBSITE, postal_code="049315", unit="#01-01")
    branch = session.scalars(select(Clinic).where(Clinic.ref == "moh-88")).one()
    branch.authority = "authorised"
    session.commit()
    never(unclaimed)
    assert take(ref="moh-88", website=WEBSITE, postal_code="049315", unit="#02-02").kept_out == []


def test_the_dry_run_names_the_rows_that_are_left_out(
    app: Flask, session: Session, unclaimed: Clinic, tmp_path: Path
) -> None:
    never(unclaimed)
    row = "moh-77,Larch Skin Clinic,SG,290 Orchard Road,238859,,,,unclaimed,no,no,a list"
    (tmp_path / "clinics.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    for option in ([], ["--dry-run"]):
        answer = app.test_cli_runner().invoke(args=["listings", "import", str(tmp_path), *option])
        assert answer.exit_code == 0, answer.output
        assert "left out: moh-77 asked never to be listed" in answer.output
        assert "dd" in answer.output
    session.commit()
    assert session.scalar(select(Clinic.id).where(Clinic.ref == "moh-77")) is None


def test_a_file_that_says_so_says_it_for_good(session: Session, take: Take) -> None:
    take(authority="do_not_list")
    clinic = session.scalars(select(Clinic).where(Clinic.ref == "moh-77")).one()
    row = session.scalars(select(DoNotList)).one()
    assert (row.clinic_id, row.by_name) == (clinic.id, OPERATOR.name)
    assert session.scalars(select(AuthorityRecord)).one().way == "import"
    assert take(ref="moh-78").kept_out == ["moh-78"]
    assert take().kept_out == ["moh-77"]
    assert session.scalar(select(func.count()).select_from(DoNotList)) == 1


# Against the seed, feeds and pages


def test_the_seed_does_not_bring_it_back(session: Session) -> None:
    with unit_of_work():
        do_not_list.register()
        session.add(
            DoNotList(
                ref="ref-halley", country="SG", name_keys="halleymedicalaesthetics", reason="asked", at=NOW,
                by_name="Ann",
            )
        )  # fmt: skip
    with unit_of_work():
        count = seed(NOW, sample=True)
    session.commit()
    assert count.kept_out == ["ref-halley"]
    assert session.scalar(select(Clinic.id).where(Clinic.ref == "ref-halley")) is None
    assert session.scalar(select(Clinic.id).where(Clinic.ref == "ref-hugo")) is not None


def test_nothing_is_proposed_for_it_and_what_was_open_ends(session: Session, unclaimed: Clinic) -> None:
    def propose(hours: str) -> list[Proposal]:
        change = Change(CHANGE_CLINIC, "", "hours", {"hours": hours})
        with unit_of_work():
            return proposals.propose(
                unclaimed, [change], origin="page", source=WEBSITE, seen_on=NOW.date(), now=NOW
            )

    assert propose("Mo-Fr 09:00-18:00")
    never(unclaimed)
    assert proposals.waiting() == []
    assert propose("Mo-Fr 10:00-18:00") == []


def test_it_is_remembered_when_its_row_is_gone(session: Session, unclaimed: Clinic, take: Take) -> None:
    never(unclaimed)
    for record in session.scalars(select(AuthorityRecord)):
        session.delete(record)
    session.delete(unclaimed)
    session.commit()
    assert session.scalars(select(DoNotList)).one().clinic_id is None
    assert take().kept_out == ["moh-77"]


def test_matches_asks_for_a_description(session: Session, unclaimed: Clinic) -> None:
    never(unclaimed)
    arguments: dict[str, Any] = {
        "country": "SG", "names": ["Larch Skin Clinic"], "postal_code": "238859", "unit": None, "website": None,
        "phone": None, "ref": "x",
    }  # fmt: skip
    assert do_not_list.matches(**arguments) is not None
    assert do_not_list.matches(**(arguments | {"names": ["A Neighbour"]})) is None
    assert do_not_list.matches(**(arguments | {"country": "KR"})) is None
    assert do_not_list.keeps_out(unclaimed) is not None


def test_asked_twice_it_is_on_the_list_once(session: Session, unclaimed: Clinic) -> None:
    never(unclaimed)
    never(unclaimed)
    session.commit()
    assert session.scalar(select(func.count()).select_from(DoNotList)) == 1
    assert session.scalar(select(func.count()).select_from(AuthorityRecord)) == 1


def test_a_claim_lifts_its_own_row_and_not_another_branchs(session: Session, unclaimed: Clinic) -> None:
    branch = factories.clinic(
        session, name="Larch Skin Clinic", postal_code="049315", website=WEBSITE, phone=None, sample=False
    )
    session.commit()
    never(unclaimed)
    never(branch)
    with unit_of_work():
        do_not_list.lift(unclaimed, STAFF, NOW)
    session.commit()
    assert session.scalars(select(DoNotList)).one().clinic_id == branch.id
    assert "do_not_list.lifted" in session.scalars(select(Decision.what)).all()


# A request without an account


def test_the_listing_and_the_page_for_clinics_say_how_to_ask(
    client: FlaskClient, session: Session, unclaimed: Clinic
) -> None:
    assert f'href="{FORM}"' in client.get("/clinics/larch-skin").get_data(as_text=True)
    assert Page(client, "/for-clinics").check().links("Never list us") == ["/never-list"]
    for path in (FORM, "/never-list"):
        assert 'content="noindex"' in Page(client, path).check().source


def test_at_the_own_domain_the_button_is_all_it_takes(
    client: FlaskClient, session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    assert send(FORM, email=AT_DOMAIN) == 303
    path = path_in(mails(session, "never-list-asked:")[0])
    for _time in range(3):
        assert client.head(path).status_code == 200
    for _time in range(5):
        body = client.get(path).get_data(as_text=True)
        assert "Kim Tan" not in body
        assert AT_DOMAIN not in body
    session.commit()
    assert unclaimed.authority == "unclaimed"
    assert press(path, times=3) == 303
    assert only_request(session).state == "accepted"
    assert unclaimed.authority == "do_not_list"
    assert session.scalars(select(DoNotList)).one().website_host == "larch.com.sg"
    assert client.get("/clinics/larch-skin").status_code == 404
    assert client.get(FORM).status_code == 404
    assert len(mails(session, "never-list-done:")) == 1
    assert "It is done" in Page(client, path).check().text


def test_any_other_address_waits_for_a_person(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    send(FORM, email=ELSEWHERE)
    press(path_in(mails(session, "never-list-asked:")[0]))
    assert only_request(session).state == "waiting"
    assert unclaimed.authority == "unclaimed"
    with unit_of_work():
        (request,) = do_not_list.waiting()
        assert do_not_list.accept(request, STAFF, NOW)
        assert not do_not_list.accept(request, STAFF, NOW)
        assert not do_not_list.refuse(request, "too late", STAFF, NOW)
    session.commit()
    assert unclaimed.authority == "do_not_list"
    assert do_not_list.waiting() == []


def test_staff_refuses_and_says_why(session: Session, unclaimed: Clinic, send: Send, press: Press) -> None:
    send(FORM, email=ELSEWHERE)
    press(path_in(mails(session, "never-list-asked:")[0]))
    assert only_request(session).proof == "judgement"
    with unit_of_work():
        assert do_not_list.refuse(do_not_list.waiting()[0], "You are not of this clinic.", STAFF, NOW)
    session.commit()
    assert unclaimed.authority == "unclaimed"
    assert "You are not of this clinic." in plain_part(mails(session, "never-list-refused:")[0])


def test_for_a_clinic_that_joined_only_a_person_decides(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    unclaimed.authority = "authorised"
    session.commit()
    send(FORM, email=AT_DOMAIN)
    press(path_in(mails(session, "never-list-asked:")[0]))
    assert only_request(session).state == "waiting"
    assert unclaimed.authority == "authorised"


def test_a_listing_is_found_by_what_was_written(
    session: Session, unclaimed: Clinic, send: Send, press: Press
) -> None:
    fields = {
        "clinic_name": "LARCH Skin Clinic",
        "country": "SG",
        "postal_code": "238859",
        "email": AT_DOMAIN,
    }
    assert send("/never-list", position=None, agrees=None, **fields) == 303
    press(path_in(mails(session, "never-list-asked:")[0]))
    session.commit()
    assert unclaimed.authority == "do_not_list"


def test_a_clinic_that_we_do_not_list_is_kept_out_after_a_person_looked(
    session: Session, send: Send, press: Press, take: Take
) -> None:
    fields = {"clinic_name": "Larch Skin Clinic", "country": "SG", "website": WEBSITE, "email": AT_DOMAIN}
    send("/never-list", **fields)
    press(path_in(mails(session, "never-list-asked:")[0]))
    # Its web site is only what was written, so an address there proves nothing yet.
    assert only_request(session).state == "waiting"
    assert session.scalar(select(func.count()).select_from(DoNotList)) == 0
    with unit_of_work():
        assert do_not_list.accept(do_not_list.waiting()[0], STAFF, NOW)
    assert take(website="http://larch.com.sg").kept_out == ["moh-77"]
    assert take(ref="moh-78", name="A Neighbour").kept_out == []


def test_a_name_alone_is_not_enough_to_tell_a_clinic(
    client: FlaskClient, session: Session, send: Send
) -> None:
    fields = {"clinic_name": "Larch Skin Clinic", "country": "SG", "email": AT_DOMAIN}
    assert send("/never-list", **fields) == 422
    assert send("/never-list", **fields, website="no web site") == 422
    session.commit()
    assert session.scalar(select(func.count()).select_from(NeverListRequest)) == 0


def test_the_same_request_again_is_one_request_and_one_mail_a_day(
    session: Session, unclaimed: Clinic, send: Send
) -> None:
    for _time in range(3):
        assert send(FORM, email=ELSEWHERE) == 303
    assert len(mails(session, "never-list-asked:")) == 1
    assert only_request(session).state == "proof_asked"


def test_a_request_that_nobody_proved_is_forgotten(session: Session, unclaimed: Clinic) -> None:
    draft = do_not_list.RequestDraft("Kim Tan", ELSEWHERE, "a note", "en")
    with unit_of_work():
        do_not_list.ask(unclaimed, draft, NOW)
        assert do_not_list.expire(NOW + timedelta(days=13)) == 0
        assert do_not_list.expire(NOW + timedelta(days=14)) == 1
    request = only_request(session)
    assert (request.state, request.name, request.email, request.note) == ("expired", "", "", None)


def test_a_claim_of_another_clinic_is_not_held_up(session: Session, unclaimed: Clinic) -> None:
    neighbour = factories.clinic(session, name="A Neighbour", authority="unclaimed", sample=False)
    session.commit()
    never(unclaimed)
    assert claims.may_accept_by_itself(neighbour)
    assert not claims.may_accept_by_itself(unclaimed)
