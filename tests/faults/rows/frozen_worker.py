"""F4: a worker stands still in mid-send for twice its lease, and goes on as if nothing had been."""

import time

from tests.faults.processes import frozen
from tests.faults.rounds import Round
from tests.services.server import wait_for
from webapp.database_clock import database_clock
from webapp.outbox.models import Delivery
from webapp.outbox.services import LEASE

# How long the mail server thinks about each mail, so that a worker has some in its hands.
_THINKS = 1.5


def frozen_in_mid_send(round_: Round) -> None:
    stage = round_.stage
    times = round_.scale.pick(1, 4, 10)
    freezes = 0
    for number in range(times):
        stage.mail.misbehave(delay=_THINKS)
        with stage.supervisor.hands_off(stage.workers[1]):
            # One worker alone, so that it is this one that has the mails.
            stage.workers[1].stop()
            form = stage.forms.take()
            reply = form.send(round_.address(number))
            round_.result.expect(reply.is_taken, str(reply))
            wait_for(lambda: any(row.state == "sending" for row in round_.deliveries()), 10, "a mail is sent")
            with frozen(stage.workers[0]):
                held = [row.id for row in round_.deliveries() if row.state == "sending"]
                freezes += len(held)
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
    tally = round_.tally(times, repeats=freezes)
    round_.result.size = f"{times} times, {tally.posted} mails, {freezes} of them held by a frozen process"
    round_.result.kills = freezes
    round_.result.expect(freezes > 0, "no worker was frozen in mid-send")
