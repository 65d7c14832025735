"""F5 and F6: the form works without the broker. Every enquiry is taken at once, and none is late afterwards."""

import signal

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round

_P95, _SLOWEST, _DRAINED = 1.0, 2.0, 15.0


def stopped(round_: Round) -> None:
    """F5: the broker is dead."""
    broker = round_.stage.site.broker
    with round_.stage.supervisor.hands_off(broker):
        broker.kill()
        taken = _post(round_)
        broker.start()
    _drain(round_, taken)


def frozen(round_: Round) -> None:
    """F6: the broker takes connections and answers nothing."""
    broker = round_.stage.site.broker
    broker.send(signal.SIGSTOP)
    try:
        taken = _post(round_)
    finally:
        broker.send(signal.SIGCONT)
    _drain(round_, taken)


def _post(round_: Round) -> int:
    """Send forms for as long as the broker is away, and return how many were answered with "sent"."""
    away = round_.scale.pick(8.0, 30.0, 60.0)
    posting = round_.posting(round_.scale.pick(16, 60, 120), away)
    round_.run(posting)
    figures = percentiles(posting.taken)
    round_.result.size = f"{len(posting.taken)} forms in {away:.0f} s without a broker"
    round_.result.times = [f"answers: {told(figures)}"]
    round_.result.expect(
        figures["p95"] < round_.scale.within(_P95), f"p95 of the form's answers {figures['p95']:.2f} s"
    )
    round_.result.expect(
        figures["max"] <= round_.scale.within(_SLOWEST), f"a form was answered after {figures['max']:.2f} s"
    )
    return len(posting.taken)


def _drain(round_: Round, taken: int) -> None:
    """Wait for the mails, and hold the enquiries against the forms that were `taken`."""
    took = round_.drain(60.0, hurries=False)
    round_.tally(taken, repeats=0)
    round_.result.times.append(f"drained {took:.1f} s after")
    round_.result.expect(
        took <= round_.scale.within(_DRAINED), f"drained only {took:.1f} s after the broker was back"
    )
