"""Mail is never lost: workers are killed every two seconds, the broker twice, and every mail still arrives."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from sqlalchemy import func, select

from tests.faults.conftest import CLINICS, Stage
from tests.faults.enquirers import open_forms, send_forms
from tests.faults.processes import Killer, Supervisor
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db
from webapp.outbox import queries
from webapp.outbox.models import Delivery

ENQUIRIES = 300
# One mail to each clinic and one to the patient.
MAILS = ENQUIRIES * (CLINICS + 1)
# Seconds. The forms come in over POSTING, so that workers die while there is work; after the last kill a lease may
# have to run out (60 s) before a mail is taken up again.
KILL_EVERY = 2.0
POSTING = 40.0
DRAINING = 100.0
_FINAL = {"sent", "failed", "expired", "cancelled"}


def _under_fire(stage: Stage, chance: Random, say: Callable[[str], None]) -> tuple[Killer, Supervisor]:
    """All forms sent while workers are killed, and the broker after a third and after two thirds of them."""
    shares = open_forms(stage.site.url, stage.clinics, ENQUIRIES)
    sent: list[float] = []
    supervisor = Supervisor([*stage.workers, stage.site.beat, stage.site.broker])
    killer = Killer(stage.workers, chance, KILL_EVERY)
    broker_kills = [ENQUIRIES * 2 // 3, ENQUIRIES // 3]
    supervisor.start()
    killer.start()
    try:
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(send_forms, shares, sent, POSTING)
            spoken = 0.0
            while not sending.done():
                if broker_kills and len(sent) >= broker_kills[-1]:
                    broker_kills.pop()
                    stage.site.broker.kill()
                    killer.kills["broker"] += 1
                if time.monotonic() - spoken >= 5:
                    spoken = time.monotonic()
                    say(f"{len(sent)} forms sent, {killer.kills.total()} kills, {stage.states()}")
                time.sleep(0.05)
            sending.result()
        say(f"{len(sent)} forms sent, the slowest in {max(sent):.2f} s, {dict(killer.kills)}")
    finally:
        killer.stop()
    return killer, supervisor


@pytest.mark.timeout(400)
def test_three_hundred_enquiries_under_kill_9_lose_no_mail(
    stage: Stage, chance: Random, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {time.monotonic() - began:5.1f} s  {text}", end="", flush=True)

    stage.site.start()
    stage.workers[1].start()
    killer, supervisor = _under_fire(stage, chance, say)
    try:
        until = time.monotonic() + DRAINING
        while not set(states := stage.states()) <= _FINAL and time.monotonic() < until:
            say(str(states))
            time.sleep(5)
    finally:
        supervisor.stop()

    mails = stage.site.mail.mails(repeats=True)
    arrived = Counter(mail.message_id for mail in mails)
    bodies = {(mail.message_id, mail.content) for mail in mails}
    repeats = len(mails) - len(arrived)
    with stage.app.app_context():
        posted = {f"<{message_id}>" for message_id in db.session.scalars(select(Delivery.message_id))}
        enquiries = db.session.scalar(select(func.count()).select_from(Enquiry))
        counted = db.session.execute(select(Recipient.state, func.count()).group_by(Recipient.state))
        recipients = dict(counted.all())
        readable = db.session.scalar(select(func.count()).where(Delivery.mail.is_not(None)))
        ready = queries.progress().is_ready
    broker_kills = killer.kills["broker"]
    worker_kills = killer.kills.total() - broker_kills
    say(
        f"{len(posted)} mails: lost {len(posted - set(arrived))}, repeats {repeats}; killed: workers {worker_kills},"
        f" brokers {broker_kills}; started again: {dict(supervisor.starts)}; {stage.states()}\n"
    )

    assert enquiries == ENQUIRIES
    assert len(posted) == MAILS
    assert posted <= set(arrived), "a mail was lost"
    assert set(arrived) <= posted, "a mail arrived that nobody posted"
    assert len(bodies) == len(arrived), "two different mails under one Message-ID"
    assert repeats <= worker_kills
    assert stage.states() == {"sent": MAILS}
    assert recipients == {"reached": ENQUIRIES * CLINICS}
    assert readable == 0
    assert ready
    assert worker_kills >= POSTING / KILL_EVERY / 2, "the run was meant to hurt"
    assert broker_kills == 2
