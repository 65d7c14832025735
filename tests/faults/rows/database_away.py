"""F8: PostgreSQL is restarted again and again, is cut off, and is down for a while."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round

_RESTART_EVERY, _POOL = 4.0, 5.0
# Processes that send: two workers of two each (tests/faults/stage.py).
_SENDERS = 4


def restarted_and_down(round_: Round) -> None:
    stage, scale = round_.stage, round_.scale
    assert stage.postgresql and stage.database_line
    forms, restarts = scale.pick(30, 120, 240), scale.pick(2, 8, 15)
    down = scale.pick(8.0, 30.0, 60.0)
    posting = round_.posting(forms, restarts * _RESTART_EVERY + down, stubborn=True)
    pool = ThreadPoolExecutor(1)
    sending = pool.submit(posting.run)
    try:
        for number in range(restarts):
            time.sleep(_RESTART_EVERY)
            stage.postgresql.restart()
            round_.say(f"restart {number + 1}, {len(posting.taken)}/{forms} forms, {stage.progress()}")
        stage.database_line.cut()
        time.sleep(1.0)
        stage.database_line.mend()
        stage.postgresql.stop()
        round_.say(f"down for {down:.0f} s, {len(posting.taken)}/{forms} forms")
        time.sleep(down)
        stage.postgresql.start()
        back = time.monotonic()
        while stage.forms.take().send(round_.address(forms)).status != 303:
            time.sleep(0.1)
        recovered = time.monotonic() - back
    finally:
        stage.database_line.mend()
        if not stage.postgresql.running:
            stage.postgresql.start()
        pool.shutdown()
    sending.result()
    took = round_.drain(600.0)
    # Whoever could not write "sent" down while the database was away sends it again: at each restart, the cut and the
    # stop every process that sends may have had one such mail.
    tally = round_.tally(forms + 1, repeats=(restarts + 2) * _SENDERS)
    result = round_.result
    result.size = (
        f"{forms} forms, {restarts} restarts, cut once, down {down:.0f} s; {len(posting.refused)} times 503"
    )
    result.times = [
        f"answers: {told(percentiles(posting.taken))}",
        f"a form taken {recovered:.1f} s after it was back",
        f"drained {took:.0f} s after ({tally.repeats} repeats)",
    ]
    result.expect(
        recovered <= _POOL, f"the first form was taken {recovered:.1f} s after the database was back"
    )
    statuses = {reply.status for reply in posting.refused}
    result.expect(statuses <= {503}, f"a form was refused with {sorted(statuses)}")
    result.expect(503 in statuses, "the database was never away for a form")
    result.expect(
        all("Question number" in reply.page for reply in posting.refused),
        "a 503 page does not hand back what was typed",
    )
