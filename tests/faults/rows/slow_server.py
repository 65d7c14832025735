"""F13: the mail server of one clinic drips, never answers, or takes half a minute; the others notice nothing."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round
from tests.faults.stage import KnownClinic
from webapp.encryption import address_hash
from webapp.outbox.services import LEASE

_FAULTS: dict[str, dict[str, Any]] = {
    "drips": {"drips": True},
    "is silent": {"silent": True},
    "takes 30 s": {"delay": 30.0},
}
# The whole dialogue (webapp/clients/mailer.py), and what looking at it and writing it down may take.
_LONGEST, _LOOKING = 30.0, 1.5
# Seconds for the attempts of a turn to be seen; a first one and a second, which comes a minute later.
_SEEN_WITHIN = 240.0
_OTHERS_P95 = 10.0
_SLOW_WAITED_FOR = 2


def slow_for_one(round_: Round) -> None:
    bad = round_.stage.others[2:5]
    turns: list[list[str]] = round_.scale.pick(
        [list(_FAULTS)], [[name] for name in _FAULTS], [*([name] for name in _FAULTS), list(_FAULTS)]
    )
    forms = round_.scale.pick(10, 20, 30)
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
    # A server that is slow is so before it is given the mail (RCPT): what timed out has not arrived.
    tally = round_.tally(forms * len(turns), repeats=0, each=1)
    result.size = f"{forms} enquiries each while it {' / '.join(_FAULTS)}, {tally.posted} mails"
    result.times = [f"others: {told(others)}", f"longest attempt {max(lengths, default=0):.1f} s"]
    result.expect(
        others["p95"] <= round_.scale.within(_OTHERS_P95),
        f"p95 of the other clinics' mails {others['p95']:.1f} s",
    )
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
    # Each first attempt at a server that says nothing leaves its address alone for a minute. Where that is waited for,
    # few mails go there, so that one of them has its second attempt soon.
    slow = round_.scale.pick(len(numbers), len(numbers), _SLOW_WAITED_FOR)
    forms = [
        round_.open_form(*(clinics.values() if place < slow else ()), *stage.usual[3:5])
        for place in range(len(numbers))
    ]
    watch = _Watch(round_, [clinic.address for clinic in clinics.values()])
    for number, form in zip(numbers, forms, strict=True):
        reply = form.send(round_.address(number))
        expect(reply.is_taken, str(reply))
        watch.look()
    # The second attempt has longer than the first.
    wanted = round_.scale.pick(1, 2, 2)
    until = time.monotonic() + _SEEN_WITHIN
    while not watch.has_seen(wanted) and time.monotonic() < until:
        watch.look()
        if wanted > 1 and not round_.scale.waits:
            round_.hurry([row for row in round_.deliveries() if row.state == "deferred"])
        time.sleep(0.2)
    expect(watch.has_seen(wanted), f"attempt {wanted} at a slow server was not seen")
    for clinic in clinics.values():
        stage.mail.misbehave_towards(clinic.address)
    while watch.under_way:
        watch.look()
        time.sleep(0.2)
    round_.drain(900.0 if round_.scale.waits else 120.0)
    return watch.lengths


class _Watch:
    """Sees attempts at some addresses begin and end, by the leases of their mails."""

    def __init__(self, round_: Round, addresses: Sequence[str]) -> None:
        self.under_way: dict[int, tuple[str, datetime, int]] = {}
        self.lengths: list[float] = []
        self._round = round_
        with round_.stage.app.app_context():
            hashes = [address_hash(address) for address in addresses]
        self._ended: dict[str, int] = dict.fromkeys(hashes, 0)

    def look(self) -> None:
        now = datetime.now(UTC)
        held = {
            row.id: (row.to_hash or "", row.lease_until - timedelta(seconds=LEASE), row.attempts)
            for row in self._round.deliveries()
            if row.state == "sending" and row.lease_until and row.to_hash in self._ended
        }
        for row_id, (address, since, attempt) in list(self.under_way.items()):
            if held.get(row_id) != (address, since, attempt):
                self.lengths.append((now - since).total_seconds())
                self._ended[address] = max(self._ended[address], attempt)
        self.under_way = held

    def has_seen(self, attempt: int) -> bool:
        """An attempt of that number, of whatever mail, came to its end at each address."""
        return min(self._ended.values()) >= attempt
