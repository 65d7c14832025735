"""F17: a mail whose template raises, and mails that are too much for any worker. The others flow."""

import time

from sqlalchemy import and_

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round
from tests.faults.rows.bells import other_web
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.outbox.models import Delivery
from webapp.outbox.services import LEASE, LEASES_TO_LOSE

_OTHERS_P95 = 10.0
# What the addresses begin with that are too much for a worker (tests/faults/doubles/fragile_worker.py).
_TOO_MUCH = ("kills-", "eats-")


def poison(round_: Round) -> None:
    stage, expect = round_.stage, round_.result.expect
    with other_web(stage, "raising_web", processes=1) as url:
        reply = stage.forms.take().send(round_.address(0), base_url=url)
        expect(reply.is_taken, f"a template that raises refused the form: {reply}")
    others = round_.scale.pick(4, 20, 100)
    with stage.other_workers("tests.faults.doubles.fragile_worker"):
        starts = stage.supervisor.starts.total()
        for name in _TOO_MUCH:
            reply = stage.forms.take().send(round_.address(0, name))
            expect(reply.is_taken, str(reply))
        posting = round_.posting(others, others * 1.0)
        # The others' numbers begin at 1.
        posting.address = lambda number: round_.address(number + 1)
        round_.run(posting)
        _lose_leases(round_)
        ends = stage.supervisor.starts.total() - starts
    took = round_.drain(60.0)
    rows = round_.deliveries()
    broken = [row for row in rows if row.leases_lost]
    unwritten = [row for row in rows if row.state == "failed" and not row.leases_lost]
    expect(len(unwritten) == 3, f"{len(unwritten)} mails that could not be written ended as failed")
    expect(all(row.attempts == 1 for row in unwritten), "a mail that was never written was tried again")
    expect(
        [(row.state, row.leases_lost) for row in broken] == [("failed", LEASES_TO_LOSE)] * 2,
        f"the mails that are too much ended {[(row.state, row.leases_lost) for row in broken]}",
    )
    # The worker that is lost with a mail had not begun to send it.
    tally = round_.tally(others + 3, repeats=0, sent=False)
    expect(tally.states.get("sent", 0) == len(rows) - 5, f"the mails ended {tally.states}")
    figures = percentiles(tally.seconds)
    expect(figures["p95"] <= round_.scale.within(_OTHERS_P95), f"p95 of the others {figures['p95']:.1f} s")
    expect(ends == 0, f"{ends} workers ended with a mail that was too much for one process")
    # What `broken` says of the one that kills: it is given up when so many processes have ended with it.
    round_.result.kills = LEASES_TO_LOSE
    round_.result.size = f"3 mails unwritten, 2 that end their worker, {tally.states.get('sent', 0)} others"
    round_.result.times = [f"others: {told(figures)}", f"dead letters after {LEASES_TO_LOSE} workers"]
    round_.say(f"drained after {took:.1f} s")


def _lose_leases(round_: Round) -> None:
    """Until the two are dead letters; where the scale does not wait, each lease of a lost worker ends at once."""
    until = time.monotonic() + (LEASES_TO_LOSE + 2) * LEASE
    past = database_clock(-1)
    with round_.stage.app.app_context():
        hashes = {address_hash(round_.address(0, name)) for name in _TOO_MUCH}
    held = and_(Delivery.state == "sending", Delivery.lease_until <= database_clock(LEASE - 1.0))
    spoken = time.monotonic()
    while time.monotonic() < until:
        stuck = [row for row in round_.deliveries() if row.to_hash in hashes]
        if len(stuck) >= 2 and all(row.state == "failed" for row in stuck):
            return
        if not round_.scale.waits:
            round_.stage.change(and_(Delivery.id.in_([row.id for row in stuck]), held), lease_until=past)
        if time.monotonic() - spoken > 5:
            spoken = time.monotonic()
            round_.say(f"leases lost {[row.leases_lost for row in stuck]}, {round_.stage.progress()}")
        time.sleep(0.2)
