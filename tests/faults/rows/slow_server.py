"""F13: the mail server of one clinic drips, never answers, or takes half a minute; the others notice nothing."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round
from tests.faults.stage import KnownClinic
from webapp.outbox.services import LEASE

_FAULTS: dict[str, dict[str, Any]] = {
    "drips": {"drips": True},
    "is silent": {"silent": True},
    "takes 30 s": {"delay": 30.0},
}
# The whole dialogue (webapp/clients/mailer.py), and what looking at it and writing it down may take.
_LONGEST, _LOOKING = 30.0, 1.5
_OTHERS_P95 = 10.0


def slow_for_one(round_: Round) -> None:
    bad = round_.stage.others[2:5]
    turns: list[list[str]] = round_.scale.pick(
        [list(_FAULTS)], [[name] for name in _FAULTS], [*([name] for name in _FAULTS), list(_FAULTS)]
    )
    forms = round_.scale.pick(10, 20, 100)
    lengths: list[float] = []
    for number, names in enumerate(turns):
        clinics = dict(zip(names, bad, strict=False))
        round_.say(", ".join(f"{clinic.slug} {name}" for name, clinic in clinics.items()))
        lengths += _turn(round_, clinics, range(number * forms, (number + 1) * forms))
    result = round_.result
    mails = round_.arrived()
    took = {mail.message_id: mail.received_at for mail in reversed(mails)}
    slow = {clinic.address for clinic in bad}
    healthy = {mail.message_id for mail in mails if not slow & set(mail.rcpt_to)}
    rows = {f"<{row.message_id}>": row for row in round_.deliveries()}
    others = percentiles([(took[name] - rows[name].created_at).total_seconds() for name in healthy])
    tally = round_.tally(forms * len(turns), repeats=len(lengths), each=1)
    result.size = f"{forms} enquiries each while it {' / '.join(_FAULTS)}, {tally.posted} mails"
    result.times = [f"others: {told(others)}", f"longest attempt {max(lengths, default=0):.1f} s"]
    result.expect(others["p95"] <= _OTHERS_P95, f"p95 of the other clinics' mails {others['p95']:.1f} s")
    result.expect(bool(lengths), "no attempt at a slow server was seen")
    result.expect(
        max(lengths, default=0) <= _LONGEST + _LOOKING, f"an attempt took {max(lengths, default=0):.1f} s"
    )


def _turn(round_: Round, clinics: dict[str, KnownClinic], numbers: Sequence[int]) -> list[float]:
    """Enquiries to these clinics and to healthy ones, until their servers behave again and all is sent. Returns how
    long the attempts at them took."""
    stage, expect = round_.stage, round_.result.expect
    for name, clinic in clinics.items():
        stage.mail.misbehave_towards(clinic.address, **_FAULTS[name])
    forms = [round_.open_form(*clinics.values(), *stage.usual[3:5]) for _number in numbers]
    bad: dict[int, datetime] = {}
    lengths: dict[tuple[int, datetime], float] = {}
    until = 0.0
    waiting = list(zip(numbers, forms, strict=True))
    # Until every fault was met by an attempt that has come to its end.
    while waiting or time.monotonic() < until or bad:
        if waiting:
            number, form = waiting.pop()
            reply = form.send(round_.address(number))
            expect(reply.is_taken, str(reply))
            until = time.monotonic() + _LONGEST
        now = datetime.now(UTC)
        held = {
            row.id: row.lease_until - timedelta(seconds=LEASE)
            for row in round_.deliveries()
            if row.state == "sending" and row.lease_until
        }
        for row_id, since in list(bad.items()):
            if held.get(row_id) != since:
                lengths[row_id, since] = (now - since).total_seconds()
                del bad[row_id]
        bad |= held
        if time.monotonic() > until:
            for clinic in clinics.values():
                stage.mail.misbehave_towards(clinic.address)
        time.sleep(0.3)
    round_.drain(120.0)
    return list(lengths.values())
