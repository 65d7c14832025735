"""The form works without the broker: it is stopped or frozen, every enquiry is taken at once, and none is late."""

import signal
import time
from statistics import quantiles

import pytest

from tests.faults.conftest import CLINICS, Stage
from tests.faults.enquirers import Enquirer
from tests.faults.processes import Supervisor
from tests.services.server import wait_for

FORMS = 20
SLOWEST = 1.0
# Once the broker is back the beat rings, the sweep rings for every row, and they are sent: 2 s. A worker that the
# broker's end made deaf ends itself after 8 s and is started again (workers/watchdog.py): 12 s.
DRAINED = 25.0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("fault", ["stopped", "frozen"])
def test_forms_are_taken_at_once_and_sent_when_the_broker_is_back(
    stage: Stage, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = stage.site
    site.start()
    supervisor = Supervisor([site.worker])
    supervisor.start()
    try:
        _run(stage, fault, supervisor, capsys)
    finally:
        supervisor.stop()


def _run(stage: Stage, fault: str, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    site = stage.site
    enquirer = Enquirer(site.url, stage.clinics)
    forms = [enquirer.open_form() for _number in range(FORMS)]
    # What any process needs only once is done before it counts.
    enquirer.send(forms.pop(), FORMS)
    if fault == "stopped":
        site.broker.kill()
    else:
        site.broker.send(signal.SIGSTOP)
    took = [enquirer.send(form, number) for number, form in enumerate(forms)]
    if fault == "stopped":
        site.broker.start()
    else:
        site.broker.send(signal.SIGCONT)
    back = time.monotonic()
    mails = FORMS * (CLINICS + 1)
    wait_for(lambda: stage.states() == {"sent": mails}, DRAINED, f"all {mails} mails sent")
    with capsys.disabled():
        print(
            f"\n  broker {fault}: {FORMS} forms, p95 {quantiles(took, n=20)[-1]:.3f} s, slowest {max(took):.3f} s;"
            f" all mails out {time.monotonic() - back:.1f} s after it was back,"
            f" worker started again {supervisor.starts.total()} times\n"
        )
    assert max(took) < SLOWEST
    assert len(site.mail.mails(repeats=True)) == mails
