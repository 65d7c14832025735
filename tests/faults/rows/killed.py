"""F1 and F3: workers and the broker are killed, or asked to end, while forms come in."""

from tests.faults.processes import Killer
from tests.faults.report import percentiles, told
from tests.faults.rounds import Round

_WORKER_EVERY, _BROKER_EVERY, _DEPLOY_EVERY = 2.0, 7.0, 2.0


def kill_9(round_: Round) -> None:
    """F1: kill -9 of a random worker or its child, and of the broker, while forms are posted."""
    stage, scale = round_.stage, round_.scale
    forms = _forms_under_kill(round_)
    posting = round_.posting(forms, scale.pick(14.0, 60.0, 0.0))
    with (
        Killer(stage.workers, stage.chance, _WORKER_EVERY) as workers,
        Killer([stage.site.broker], stage.chance, _BROKER_EVERY) as broker,
    ):
        round_.run(posting, lambda: f"kills {dict(workers.kills + broker.kills)}")
    round_.result.kills = kills = workers.kills.total()
    # Workers that are killed as fast as they start send little: in the long form most of it is still there.
    took = round_.drain(scale.pick(120.0, 600.0, 7200.0))
    tally = round_.tally(forms, repeats=kills)
    round_.result.size = (
        f"{forms} enquiries, {tally.posted} mails; broker killed {broker.kills.total()} times"
    )
    round_.result.times = [f"all final {took:.0f} s after the last kill", told(percentiles(tally.seconds))]
    round_.result.expect(kills > 0 and broker.kills.total() > 0, "nothing was killed")


def _forms_under_kill(round_: Round) -> int:
    # SQLite has one writer; a tenth shows as much of it.
    long = 10_000 if round_.stage.postgresql else 1_000
    return round_.scale.pick(42, 300, long)


def deploys(round_: Round) -> None:
    """F3: workers are asked to end every two seconds, as by one deploy after another."""
    stage, scale = round_.stage, round_.scale
    forms = scale.pick(30, 150, 600)
    posting = round_.posting(forms, scale.pick(8.0, 40.0, 120.0))
    with Killer(stage.workers, stage.chance, _DEPLOY_EVERY, politely=True) as killer:
        round_.run(posting, lambda: f"asked to end {dict(killer.kills)}")
    # Nothing is held by a lost worker, so no lease needs to be moved, and none is.
    took = round_.drain(60.0, hurries=False)
    tally = round_.tally(forms, repeats=0)
    round_.result.kills = killer.kills.total()
    round_.result.size = f"{forms} enquiries, {tally.posted} mails"
    round_.result.times = [f"all final {took:.0f} s after the last one"]
    round_.result.expect(killer.kills.total() > 0, "no worker was asked to end")
