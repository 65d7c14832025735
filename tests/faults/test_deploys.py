"""A deploy asks workers to end: they finish what they hold, so nothing is lost and nothing is sent twice."""

from random import Random

import pytest

from tests.faults.conftest import CLINICS, Stage
from tests.faults.enquirers import open_forms, send_forms
from tests.faults.processes import Killer, Supervisor
from tests.services.server import wait_for

ENQUIRIES = 100
MAILS = ENQUIRIES * (CLINICS + 1)
# Seconds: how often a worker is asked to end, how long forms come in, how long the rest may take.
DEPLOY_EVERY = 2.0
POSTING = 20.0
DRAINED = 30.0


@pytest.mark.timeout(180)
def test_workers_that_are_asked_to_end_lose_nothing_and_repeat_nothing(
    stage: Stage, chance: Random, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.site.start()
    stage.workers[1].start()
    shares = open_forms(stage.site.url, stage.clinics, ENQUIRIES)
    supervisor = Supervisor(stage.workers)
    deploys = Killer(stage.workers, chance, DEPLOY_EVERY, politely=True)
    supervisor.start()
    deploys.start()
    try:
        send_forms(shares, [], POSTING)
        deploys.stop()
        wait_for(lambda: stage.states() == {"sent": MAILS}, DRAINED, f"all {MAILS} mails sent")
    finally:
        deploys.stop()
        supervisor.stop()
    mails = stage.site.mail.mails(repeats=True)
    with capsys.disabled():
        print(
            f"\n  {MAILS} mails, {deploys.kills.total()} workers asked to end,"
            f" {supervisor.starts.total()} started again, {len(mails) - MAILS} repeats\n"
        )
    assert len({mail.message_id for mail in mails}) == MAILS
    assert len(mails) == MAILS
    assert deploys.kills.total() >= POSTING / DEPLOY_EVERY / 2
