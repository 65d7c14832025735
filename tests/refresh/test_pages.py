"""A clinic's web page, asked for contact data and hours: proposals, never more."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.clients.hostile_http import Reply, Site
from tests.factories import NOW
from tests.refresh.feeds import carry_out, queue, row
from webapp.clinics.models import Clinic, ClinicFact
from webapp.extensions import db
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.services import proposals
from webapp.refresh import labels
from webapp.refresh.models import RefreshRun
from webapp.unit_of_work import unit_of_work


@pytest.fixture
def clinic(session: Session, site: Site) -> Clinic:
    made = factories.clinic(
        session,
        name="Larch Clinic",
        website=site.url(),
        sample=False,
        phone="+6562351234",
        hours="Mo-Fr 10:00-19:00",
    )
    session.commit()
    return made


def publish(site: Site, **more: Any) -> None:
    node = {"@type": "MedicalClinic", "name": "Larch Clinic", "telephone": "6235 1234", **more}
    body = f'<html><body><script type="application/ld+json">{json.dumps(node)}</script></body></html>'
    site.pages["/"] = Reply(body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def run_page(clinic: Clinic, slot: str = "1") -> RefreshRun:
    run_id = queue(clinic.id, "page", clinic.website or "", slot)
    carry_out(run_id)
    return row(run_id)


def test_a_page_that_says_the_same_changes_nothing(clinic: Clinic, site: Site) -> None:
    publish(site, openingHours=["Mo-Fr 10:00-19:00"])
    run = run_page(clinic)
    assert (run.state, run.rows, run.unchanged, run.proposed) == ("done", 3, 3, 0)


def test_differences_are_proposed_and_accepted_ones_are_the_pages(clinic: Clinic, site: Site) -> None:
    publish(site, openingHours="Mo-Sa 10:00-19:00", telephone="6999 8888")
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = True
    run = run_page(clinic)
    assert (run.rows, run.proposed, run.accepted) == (3, 2, 0)
    waiting = list(proposals.waiting(clinic))
    assert {row.field: row.after for row in waiting} == {
        "phone": {"phone": "+6569998888"},
        "hours": {"hours": "Mo-Sa 10:00-19:00"},
    }
    assert clinic.phone == "+6562351234"
    with unit_of_work():
        proposals.accept(waiting, Actor(ActorKind.CLINIC, "Kim"), NOW)
    assert (clinic.phone, clinic.hours) == ("+6569998888", "Mo-Sa 10:00-19:00")
    facts = {fact.field: fact for fact in db.session.query(ClinicFact).filter_by(clinic_id=clinic.id)}
    assert (facts["hours"].origin, facts["hours"].source) == ("page", site.url())
    assert run_page(clinic, "2").code == "not_modified"


def test_a_page_without_a_clinic_says_why(clinic: Clinic, site: Site) -> None:
    site.pages["/"] = Reply(b"<html><p>Welcome</p></html>")
    run = run_page(clinic)
    assert (run.state, run.code, run.proposed) == ("failed", "no_json_ld", 0)
    assert "JSON-LD" in labels.words(run)


def test_script_in_a_name_is_text(clinic: Clinic, site: Site) -> None:
    name = "<img src=x onerror=window.__x=1>"
    publish(site, name=name)
    run_page(clinic)
    assert [row.after for row in proposals.waiting(clinic)] == [{"name": name}]


def test_feed_and_page_do_not_set_each_others_proposals_aside(clinic: Clinic, site: Site) -> None:
    publish(site, telephone="6999 8888")
    run_page(clinic)
    site.pages["/feed.csv"] = Reply(
        b"offer_ref,title,price,currency,tax,price_kind,treatment\nx,X,5,SGD,unknown,regular,other\n"
    )
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).feed_url = site.url("/feed.csv")
    run_id = queue(clinic.id, "feed", "")
    carry_out(run_id)
    assert {row.origin for row in proposals.waiting(clinic)} == {"feed", "page"}


def test_every_code_has_words() -> None:
    run = RefreshRun(code="http_status", http_status=404)
    assert "404" in labels.words(run)
    assert labels.words(RefreshRun(code=None)) == ""
    for code in labels.CODES:
        assert labels.words(RefreshRun(code=code, http_status=None))
