"""A run from its claim to its end, against a real site: what differs is proposed, and what is odd ends plainly."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests import factories
from tests.bells import Bells
from tests.clients import hostile_http
from tests.clients.hostile_http import Asked, Reply, Site, counting_listener, raw_server
from tests.factories import NOW
from tests.refresh.feeds import CSV, begin, carry_out, feed, move, queue, row
from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import Decision, HeldText, Proposal
from webapp.moderation.services import proposals
from webapp.offers.models import Offer
from webapp.refresh import labels, queries, services
from webapp.refresh.jobs import Answered, Missed
from webapp.refresh.models import FetchState, RefreshRun, RobotsRules
from webapp.spreadsheets import write_xlsx
from webapp.unit_of_work import unit_of_work

OWNER = Actor(ActorKind.CLINIC, "Kim")


def alone(host: str) -> AbstractContextManager[object]:
    """Nobody else is at the host."""
    return nullcontext()


@pytest.fixture
def clinic(session: Session, site: Site) -> Clinic:
    """An authorised clinic with two offers, S$500 and S$800, and a feed that says the same."""
    made = factories.clinic(session, feed_url=site.url("/feed.csv"), sample=False)
    factories.offer(session, made, ref="a", title="Healer", price_amount=50000)
    factories.offer(session, made, ref="b", title="Eye", price_amount=80000)
    session.commit()
    publish(site)
    return made


def publish(site: Site, a: str = "500", b: str = "800", *more: dict[str, str]) -> None:
    rows = [
        {"offer_ref": "a", "title": "Healer", "price": a},
        {"offer_ref": "b", "title": "Eye", "price": b},
        *more,
    ]
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)


def run_feed(clinic: Clinic, slot: str) -> RefreshRun:
    run_id = queue(clinic.id, "feed", clinic.feed_url or "", slot)
    carry_out(run_id)
    return row(run_id)


def open_proposals(clinic: Clinic) -> list[Proposal]:
    return list(proposals.waiting(clinic))


def price(ref: str) -> int | None:
    return db.session.scalar(
        select(Offer.price_amount).where(Offer.ref == ref).execution_options(populate_existing=True)
    )


def test_a_feed_that_says_the_same_changes_nothing(clinic: Clinic, site: Site) -> None:
    run = run_feed(clinic, "1")
    assert (run.state, run.step, run.code) == ("done", "over", None)
    assert (run.rows, run.compared, run.unchanged, run.proposed) == (2, 2, 2, 0)
    assert (run.http_status, run.bytes) == (200, len(feed_of(site)))
    assert run.started_at == run.finished_at == NOW
    assert open_proposals(clinic) == []
    assert site.asked[-1].headers["user-agent"].endswith("/about/data)")


def feed_of(site: Site) -> bytes:
    page = site.pages["/feed.csv"]
    assert isinstance(page, Reply)
    return page.body


def test_every_difference_becomes_a_proposal_and_nothing_is_public_by_itself(
    clinic: Clinic, site: Site
) -> None:
    new = {"offer_ref": "c", "title": "HB", "price": "650"}
    site.pages["/feed.csv"] = Reply(
        feed({"offer_ref": "a", "title": "Healer", "price": "550"}, new), headers=CSV
    )
    run = run_feed(clinic, "1")
    assert (run.rows, run.compared, run.unchanged, run.proposed, run.accepted) == (2, 2, 0, 3, 0)
    found = {(row.action, row.subject): row for row in open_proposals(clinic)}
    assert set(found) == {("change_offer", "a"), ("add_offer", "c"), ("retire_offer", "b")}
    assert found["change_offer", "a"].after["price"] == [55000, "SGD"]
    assert {row.origin for row in found.values()} == {"feed"}
    assert (price("a"), price("b"), price("c")) == (50000, 80000, None)


def test_accepted_it_is_on_the_list(clinic: Clinic, site: Site) -> None:
    publish(site, a="550")
    run_feed(clinic, "1")
    with unit_of_work():
        proposals.accept(open_proposals(clinic), OWNER, NOW)
    assert price("a") == 55000
    offer = db.session.scalars(select(Offer).where(Offer.ref == "a")).one()
    assert (offer.origin, offer.source, offer.confirmed_by) == ("feed", "the clinic's own price feed", "Kim")
    assert run_feed(clinic, "2").proposed == 0


def test_the_same_difference_is_proposed_once_and_a_refused_one_not_again(clinic: Clinic, site: Site) -> None:
    publish(site, a="550")
    assert run_feed(clinic, "1").proposed == 1
    with unit_of_work() as session:
        # As if the answer had been another one, so that the feed is read again.
        session.execute(delete(FetchState))
    assert run_feed(clinic, "2").proposed == 0
    with unit_of_work():
        proposals.refuse(open_proposals(clinic), OWNER, NOW)
    with unit_of_work() as session:
        session.execute(delete(FetchState))
    assert run_feed(clinic, "3").proposed == 0
    publish(site, a="560")
    assert run_feed(clinic, "4").proposed == 1


def test_a_feed_that_went_back_takes_its_proposal_with_it(clinic: Clinic, site: Site) -> None:
    publish(site, a="550")
    run_feed(clinic, "1")
    publish(site)
    run_feed(clinic, "2")
    assert open_proposals(clinic) == []
    assert db.session.scalars(select(Proposal.state)).all() == ["superseded"]


def test_what_the_clinic_edited_itself_is_still_only_proposed(clinic: Clinic, site: Site) -> None:
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = False
        offer = session.scalars(select(Offer).where(Offer.ref == "a")).one()
        offer.origin, offer.price_amount = "clinic", 52000
    run = run_feed(clinic, "1")
    assert (run.proposed, run.accepted, price("a")) == (1, 0, 52000)


@pytest.mark.parametrize(
    ("found", "accepted"),
    [("550", 1), ("600", 1), ("400", 1), ("600.01", 0), ("399.99", 0), ("5000", 0), ("50", 0)],
)
def test_small_changes_go_live_where_the_clinic_says_so(
    clinic: Clinic, site: Site, found: str, accepted: int
) -> None:
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = True
    publish(site, a=found)
    run = run_feed(clinic, "1")
    assert (run.proposed, run.accepted) == (1, accepted)
    assert price("a") == (int(float(found) * 100) if accepted else 50000)
    said = db.session.scalars(select(Decision.by_name).where(Decision.what == "proposal.accepted")).all()
    assert said == [services.BY_THE_FEED.name] * accepted


def test_without_the_clinics_word_nothing_goes_live(clinic: Clinic, site: Site) -> None:
    publish(site, a="505")
    run = run_feed(clinic, "1")
    assert (run.proposed, run.accepted, price("a")) == (1, 0, 50000)


def test_more_than_a_price_is_never_small(clinic: Clinic, site: Site) -> None:
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = True
    rows = [
        {"offer_ref": "a", "title": "Healer, new", "price": "505"},
        {"offer_ref": "b", "title": "Eye", "price": "805", "quantity": "3"},
        {"offer_ref": "c", "title": "HB", "price": "500"},
    ]
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    run = run_feed(clinic, "1")
    assert (run.proposed, run.accepted) == (3, 0)


@pytest.mark.parametrize(
    ("currency", "found", "bound"),
    [("SGD", "5000", "ratio"), ("SGD", "50", "ratio"), ("KRW", "500000", "currency")],
)
def test_what_is_out_of_bounds_waits_marked(
    clinic: Clinic, site: Site, currency: str, found: str, bound: str
) -> None:
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = True
    rows = [
        {"offer_ref": "a", "title": "Healer", "price": found, "currency": currency},
        {"offer_ref": "b", "title": "Eye", "price": "800"},
    ]
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    run = run_feed(clinic, "1")
    assert run.accepted == 0
    assert [row.out_of_bounds for row in open_proposals(clinic)] == [bound]


@pytest.mark.parametrize("cell", ["0", "0.00", "-5", "free", "=1+1", "#REF!", "1e3"])
def test_one_price_that_is_none_stops_the_whole_feed_and_names_the_row(
    clinic: Clinic, site: Site, cell: str
) -> None:
    publish(site, a=cell, b="900")
    run = run_feed(clinic, "1")
    assert (run.state, run.code, run.refused, run.proposed) == ("failed", "rows", 1, 0)
    (problem,) = queries.problems(run)
    assert (problem.line, problem.column) == (2, "price")
    assert problem.message
    # And the next run is not told that nothing changed since.
    assert db.session.scalars(select(FetchState)).all() == []


def test_columns_that_the_feed_has_not_say_nothing(clinic: Clinic, site: Site) -> None:
    with unit_of_work() as session:
        offer = session.scalars(select(Offer).where(Offer.ref == "a")).one()
        offer.numbing, offer.refund_terms = "included", "within a week"
    columns = ("offer_ref", "title", "price", "currency", "tax", "price_kind")
    rows = [
        {"offer_ref": "a", "title": "Healer", "price": "510"},
        {"offer_ref": "b", "title": "Eye", "price": "800"},
    ]
    site.pages["/feed.csv"] = Reply(feed(*rows, columns=columns), headers=CSV)
    run = run_feed(clinic, "1")
    assert (run.unchanged, run.proposed) == (1, 1)
    (proposal,) = open_proposals(clinic)
    assert proposal.after == proposal.before | {"price": [51000, "SGD"]}


def test_a_text_that_waits_for_a_person_is_not_found_again(clinic: Clinic, site: Site) -> None:
    title = "The best Healer"
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).auto_accept_prices = True
        session.add(
            HeldText(
                clinic_id=clinic.id, subject="a", field="title", text=title, findings=[], state="held", by_name="Kim",
                created_at=NOW,
            )
        )  # fmt: skip
    rows = [
        {"offer_ref": "a", "title": title, "price": "500"},
        {"offer_ref": "b", "title": "Eye", "price": "800"},
    ]
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    assert run_feed(clinic, "1").unchanged == 2
    rows[0]["price"] = "510"
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    run = run_feed(clinic, "2")
    # Still only a price: it goes live, and the text goes on waiting.
    assert (run.proposed, run.accepted, price("a")) == (1, 1, 51000)
    held = db.session.scalars(select(HeldText).where(HeldText.state == "held")).all()
    assert [text.text for text in held] == [title]
    assert db.session.scalars(select(Offer.title).where(Offer.ref == "a")).one() == "Healer"
    # Another text is a difference.
    rows[0]["title"] = "Healer plus"
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    assert (run_feed(clinic, "3").proposed, len(open_proposals(clinic))) == (1, 1)


def test_an_emptied_sheet_is_not_the_end_of_every_offer(clinic: Clinic, site: Site) -> None:
    site.pages["/feed.csv"] = Reply(feed(), headers=CSV)
    run = run_feed(clinic, "1")
    assert (run.state, run.code, run.proposed) == ("failed", "feed_empty", 0)


def test_a_workbook_is_read_too(clinic: Clinic, site: Site) -> None:
    rows = [["offer_ref", "title", "price", "currency", "tax", "price_kind"]]
    rows += [
        ["a", "Healer", "510.5", "SGD", "inclusive", "regular"],
        ["b", "Eye", "800", "SGD", "inclusive", "regular"],
    ]
    site.pages["/feed.csv"] = Reply(write_xlsx(rows))
    run = run_feed(clinic, "1")
    assert (run.state, run.rows, run.proposed) == ("done", 2, 1)
    assert open_proposals(clinic)[0].after["price"] == [51050, "SGD"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_spreadsheets_write_in_many_encodings(clinic: Clinic, site: Site, encoding: str) -> None:
    body = feed(
        {"offer_ref": "a", "title": "리쥬란 힐러", "price": "500"},
        {"offer_ref": "b", "title": "Eye", "price": "800"},
    )
    site.pages["/feed.csv"] = Reply(body.decode().encode(encoding), headers=CSV)
    run_feed(clinic, "1")
    assert [row.after["title"] for row in open_proposals(clinic)] == ["리쥬란 힐러"]


def test_the_next_question_is_conditional_and_304_ends_the_run(clinic: Clinic, site: Site) -> None:
    body = feed_of(site)

    def page(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        return Reply(body, headers={"ETag": '"1"', **CSV})

    site.pages["/feed.csv"] = page
    assert run_feed(clinic, "1").code is None
    run = run_feed(clinic, "2")
    assert (run.state, run.code, run.http_status, run.bytes) == ("done", "not_modified", 304, None)
    assert labels.words(run)
    # Another address has another state.
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).feed_url = site.url("/feed.csv?v=2")
    site.pages["/feed.csv?v=2"] = page
    assert run_feed(clinic, "3").http_status == 200


def test_the_same_bytes_are_not_read_twice_but_for_somebody_who_asks(clinic: Clinic, site: Site) -> None:
    assert run_feed(clinic, "1").code is None
    assert run_feed(clinic, "2").code == "not_modified"
    with unit_of_work() as session:
        session.scalars(select(Offer).where(Offer.ref == "a")).one().price_amount = 45000
    # The feed is as it was, the listing is not.
    assert run_feed(clinic, "asked 2026-11-21T04").proposed == 1


def test_robots_txt_is_kept_for_a_day(clinic: Clinic, site: Site) -> None:
    run_feed(clinic, "1")
    run_feed(clinic, "2")
    assert site.paths.count("/robots.txt") == 1
    with unit_of_work() as session:
        session.scalars(select(RobotsRules)).one().fetched_at = NOW - timedelta(hours=25)
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /feed.csv\n")
    run = run_feed(clinic, "3")
    assert (run.state, run.code) == ("failed", "robots")
    assert site.paths.count("/feed.csv") == 2


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(b"<!doctype html><title>Sign in</title>"), "not_a_feed"),
        (Reply(b"%PDF-1.7"), "not_a_feed"),
        (Reply(b"\x89PNG\r\n\x1a\n"), "not_a_feed"),
        (Reply(b"PK\x03\x04 not a workbook"), "not_a_feed"),
        (Reply(b""), "rows"),
        (Reply(b"\x00" * 1000), "not_a_feed"),
        (Reply(b"offer_ref,title,prize,currency,tax,price_kind\na,b,1,SGD,inclusive,regular\n"), "rows"),
        (Reply(b'offer_ref,"title\n' + b"x" * 100_000), "not_a_feed"),
        (Reply(b"x," * 500_000), "not_a_feed"),
        (Reply(b'{"a":' * 10_000), "rows"),
        (Reply(b"gone", 404), "http_status"),
        (Reply(b"x" * 3_000_000), "too_large"),
        (Reply(gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"}), "too_large"),
        (Reply(b"junk", headers={"Content-Encoding": "gzip"}), "broken_encoding"),
        (Reply(status=302, headers={"Location": "/feed.csv"}), "too_many_redirects"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1/"}), "blocked_address"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "blocked_address"),
    ],
)
def test_what_cannot_be_used_ends_the_run_with_a_reason(
    clinic: Clinic, site: Site, reply: Reply, code: str
) -> None:
    site.pages["/feed.csv"] = reply
    run = run_feed(clinic, "1")
    assert (run.state, run.code, run.proposed) == ("failed", code, 0)
    assert labels.words(run)
    assert queries.problems(run) or code not in {"not_a_feed", "rows"}


def test_script_in_a_title_is_text_like_any_other(clinic: Clinic, site: Site) -> None:
    title = '<script>window.__x=1</script>=HYPERLINK("http://x")'
    site.pages["/feed.csv"] = Reply(
        feed(
            {"offer_ref": "a", "title": title, "price": "500"},
            {"offer_ref": "b", "title": "Eye", "price": "800"},
        ),
        headers=CSV,
    )
    run_feed(clinic, "1")
    assert [row.after["title"] for row in open_proposals(clinic)] == [title]


def test_what_may_pass_is_tried_again_and_given_up_in_the_end(clinic: Clinic, site: Site) -> None:
    site.pages["/feed.csv"] = Reply(b"", 503)
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    for attempt in range(1, 4):
        carry_out(run_id)
        run = row(run_id)
        assert (run.state, run.step, run.code, run.attempts) == ("queued", "waiting", "http_status", attempt)
        with unit_of_work():
            assert services.begin(run_id, NOW) is None
        move(run_id, next_at=-1)
    carry_out(run_id)
    assert (row(run_id).state, row(run_id).attempts) == ("failed", 4)


@pytest.mark.parametrize(
    "talk", [hostile_http.drip_body, hostile_http.say_nothing], ids=lambda talk: talk.__name__
)
def test_a_slow_site_is_left_at_the_deadline_and_asked_again(
    clinic: Clinic,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    talk: Callable[[socket.socket, threading.Event], None],
) -> None:
    with raw_server(talk) as port:
        settings = replace(app.config["SETTINGS"], fetch_also=(("127.0.0.1", port),))
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        with unit_of_work() as session:
            session.get_one(Clinic, clinic.id).feed_url = f"http://127.0.0.1:{port}/feed.csv"
        run_id = queue(clinic.id, "feed", "")
        began = time.monotonic()
        carry_out(run_id, seconds=0.5)
        assert time.monotonic() - began < 1.5
    assert (row(run_id).state, row(run_id).code) == ("queued", "too_slow")


def test_nothing_inside_is_reached_by_a_feed_of_the_clinics(clinic: Clinic, site: Site) -> None:
    with counting_listener() as inside:
        for number, host in enumerate(("127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "localhost")):
            with unit_of_work() as session:
                session.get_one(Clinic, clinic.id).feed_url = f"http://{host}:{inside.port}/feed.csv"
            assert run_feed(clinic, str(number)).code in {"bad_port", "bad_url", "blocked_address"}
        site.pages["/feed.csv"] = Reply(status=302, headers={"Location": f"http://127.0.0.1:{inside.port}/"})
        with unit_of_work() as session:
            session.get_one(Clinic, clinic.id).feed_url = site.url("/feed.csv")
        assert run_feed(clinic, "redirect").code == "bad_port"
        assert inside.count == 0


@pytest.mark.parametrize("authority", ["unclaimed", "withdrawn", "do_not_list"])
def test_a_clinic_that_is_not_with_us_is_not_fetched(clinic: Clinic, site: Site, authority: str) -> None:
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).authority = authority
    with unit_of_work():
        assert services.begin(run_id, NOW) is None
    assert (row(run_id).state, row(run_id).code) == ("failed", "nothing_to_fetch")
    assert site.asked == []


def test_a_clinic_that_leaves_while_its_site_is_asked_gets_no_proposals(clinic: Clinic, site: Site) -> None:
    publish(site, a="550")
    job = begin(queue(clinic.id, "feed", clinic.feed_url or ""))
    outcome = services.attempt(job, alone)
    with unit_of_work() as session:
        session.get_one(Clinic, clinic.id).authority = "withdrawn"
    with unit_of_work():
        batches = services.take(job, outcome, NOW)
    for batch in batches:
        with unit_of_work():
            services.propose(job, batch, NOW)
    assert db.session.scalars(select(Proposal)).all() == []


def test_a_run_whose_lease_went_to_another_worker_writes_nothing(clinic: Clinic, site: Site) -> None:
    publish(site, a="550")
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    slow = begin(run_id)
    outcome = services.attempt(slow, alone)
    move(run_id, lease_until=-1)
    quick = begin(run_id)
    with unit_of_work():
        assert services.take(slow, outcome, NOW) == []
        assert not services.finish(slow, outcome, NOW)
    assert isinstance(outcome, Answered)
    with unit_of_work():
        services.propose(slow, outcome.wanted, NOW)
    assert db.session.scalars(select(Proposal)).all() == []
    assert row(run_id).owner == quick.owner


def test_a_run_that_takes_its_workers_with_it_is_given_up(clinic: Clinic) -> None:
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    for _worker in range(services.LEASES_TO_LOSE):
        begin(run_id)
        move(run_id, lease_until=-1)
    with unit_of_work():
        assert services.begin(run_id, NOW) is None
    assert (row(run_id).state, row(run_id).code) == ("failed", "workers_lost")


def test_a_page_sees_how_far_a_run_is(clinic: Clinic, site: Site) -> None:
    rows = [{"offer_ref": f"n{number}", "title": f"New {number}"} for number in range(60)]
    site.pages["/feed.csv"] = Reply(feed(*rows), headers=CSV)
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    seen = [queries.per_cent(row(run_id))]
    job = begin(run_id)
    seen.append(queries.per_cent(row(run_id)))
    outcome = services.attempt(job, alone)
    with unit_of_work():
        batches = services.take(job, outcome, NOW)
    for batch in batches:
        with unit_of_work():
            services.propose(job, batch, NOW)
        seen.append(queries.per_cent(row(run_id)))
    with unit_of_work():
        services.finish(job, outcome, NOW)
    assert seen == [None, None, 41, 83, 100]
    assert row(run_id).proposed == 62


def test_a_host_that_is_busy_costs_no_attempt(clinic: Clinic, site: Site) -> None:
    run_id = queue(clinic.id, "feed", clinic.feed_url or "")
    job = begin(run_id)
    with unit_of_work():
        services.finish(job, Missed("host_busy", temporary=True), NOW)
    assert (row(run_id).state, row(run_id).attempts) == ("queued", 0)


def test_as_many_run_as_may_and_what_was_asked_for_comes_first(
    clinic: Clinic, bells: Bells, session: Session
) -> None:
    url = clinic.feed_url or ""
    first, second = queue(clinic.id, "feed", url, "1"), queue(clinic.id, "feed", url, "2")
    asked = queue(clinic.id, "feed", url, "asked 2026-11-21T04")
    with unit_of_work():
        assert services.sweep() == [asked]
    with unit_of_work():
        # Its worker is on the way.
        assert services.sweep() == []
    job = begin(asked)
    with unit_of_work():
        assert services.sweep() == []
        assert services.begin(first, NOW) is None
    with unit_of_work():
        # Whoever ends a run rings for the next.
        services.finish(job, Missed("robots"), NOW)
    assert [run_id for _name, run_id in bells.rung] == [asked, first]
    move(first, rung_at=-60)
    begin(second)
    with unit_of_work():
        assert services.sweep() == []


def test_staff_see_what_fails(clinic: Clinic, site: Site) -> None:
    site.pages["/feed.csv"] = Reply(b"gone", 404)
    failed = run_feed(clinic, "1")
    assert [(run.id, about.id) for run, about in queries.failing()] == [(failed.id, clinic.id)]
    publish(site)
    run_feed(clinic, "2")
    assert queries.failing() == []
