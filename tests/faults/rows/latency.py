"""The promise of speed: from the commit to the mail server's 250, in a quiet hour and in a burst."""

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round

_P95, _P999 = 2.0, 10.0
# A burst of 300 mails: three clinics and the patient each.
_BURST = 75


def steady(round_: Round) -> None:
    """One enquiry a second."""
    seconds = round_.scale.pick(20, 120, 600)
    _measure(round_, seconds, seconds * 1.0)


def burst(round_: Round) -> None:
    """Three hundred mails as fast as the form takes them."""
    _measure(round_, _BURST, 0.0)


def _measure(round_: Round, forms: int, seconds: float) -> None:
    posting = round_.posting(forms, seconds)
    round_.run(posting)
    round_.drain(60.0, hurries=False)
    tally = round_.tally(forms, repeats=0)
    figures = percentiles(tally.seconds)
    round_.result.size = f"{forms} enquiries, {tally.posted} mails"
    round_.result.times = [told(figures)]
    round_.result.expect(figures["p95"] <= round_.scale.within(_P95), f"p95 {figures['p95']:.2f} s")
    round_.result.expect(figures["p99.9"] <= round_.scale.within(_P999), f"99.9 % {figures['p99.9']:.2f} s")
