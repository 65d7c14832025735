"""F4: a worker stands still in mid-send for twice its lease, and goes on as if nothing had been."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from tests.faults.processes import frozen
from tests.faults.rounds import Round
from tests.faults.stage import Stage
from tests.services.server import wait_for
from webapp.database_clock import database_clock
from webapp.outbox.models import Delivery
from webapp.outbox.services import LEASE

# How long the mail server thinks about each mail, so that a worker has some in its hands.
_THINKS = 1.5


def frozen_in_mid_send(round_: Round) -> None:
    stage = round_.stage
    times = round_.scale.pick(1, 4, 4)
    freezes = held_mails = 0
    for number in range(times):
        stage.mail.misbehave(delay=_THINKS)
        with stage.supervisor.hands_off(stage.workers[1]):
            # One worker alone, so that it is this one that has the mails.
            stage.workers[1].stop()
            form = stage.forms.take()
            reply = form.send(round_.address(number))
            round_.result.expect(reply.is_taken, str(reply))
            wait_for(lambda: bool(_held(round_)), 10, "a mail is sent")
            with _frozen_beside_the_database(stage):
                held = _held(round_)
                freezes += 1
                held_mails += len(held)
                round_.say(f"frozen with {len(held)} mails in hand")
                stage.mail.misbehave()
                stage.workers[1].start()
                if round_.scale.waits:
                    time.sleep(2 * LEASE)
                else:
                    stage.change(Delivery.id.in_(held), lease_until=database_clock(-LEASE))
                round_.drain(60.0)
        # Thawed, it ends what it had begun, and finds that the mails are no longer its own.
        time.sleep(3.0)
    stage.mail.misbehave()
    # A frozen worker is several processes, and each may have had a mail in its hands.
    tally = round_.tally(times, repeats=held_mails)
    round_.result.size = f"{times} times, {tally.posted} mails, {held_mails} of them held by a frozen process"
    round_.result.kills = freezes
    round_.result.expect(held_mails > 0, "no worker was frozen in mid-send")


def _held(round_: Round) -> list[int]:
    return [row.id for row in round_.deliveries() if row.state == "sending"]


@contextmanager
def _frozen_beside_the_database(stage: Stage) -> Iterator[None]:
    """The first worker stands still, and not while it writes: SQLite's one lock would stand still with it, and
    everybody's writing. A mail takes a thousand times longer than the statements around it.
    """
    while True:
        with frozen(stage.workers[0]):
            try:
                stage.change(Delivery.id < 0, attempts=0)
            except OperationalError:
                continue
            yield
            return
