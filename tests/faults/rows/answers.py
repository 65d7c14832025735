"""F10, F11 and F12: what the mail server answers, and whether its answer arrives."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests.faults.rounds import Posted, Round
from tests.services.server import wait_for
from webapp.database_clock import database_clock
from webapp.extensions import db
from webapp.outbox.models import Delivery, DeliveryEvent
from webapp.outbox.retries import GIVE_UP_AFTER, JITTER, nominal_delay

_LATER = ("421 4.3.2 later", "450 4.2.0 later", "451 4.3.0 later", "452 4.2.2 mailbox full")
# A worker that looks at a row, and the sweep that rings for it.
_NEXT_TRY = 20.0
_TOLD_WITHIN = 300.0


def put_off(round_: Round) -> None:
    """F10: the mail servers of four patients ask for patience. The schedule is kept to, and a mail of 72 h ends."""
    stage, expect = round_.stage, round_.result.expect
    tries = round_.scale.pick(3, 5, 8)
    forms = [round_.open_form(*stage.usual[:1]) for _reply in _LATER]
    addresses = [round_.address(number) for number in range(len(_LATER))]
    for address, words in zip(addresses, _LATER, strict=True):
        stage.mail.misbehave_towards(address, rcpt=words)
    for form, address in zip(forms, addresses, strict=True):
        reply = form.send(address)
        expect(reply.is_taken, str(reply))
    delays = []
    for attempt in range(1, tries + 1):
        rows = _wait_for_put_off(round_, attempt)
        for row in rows:
            delay = (row.next_at - _last_event(round_, row)).total_seconds()
            delays.append(delay)
            exact = abs(delay - nominal_delay(attempt)) <= JITTER * nominal_delay(attempt) + 0.1
            expect(exact, f"after failure {attempt} it is tried again after {delay:.0f} s")
        round_.say(
            f"failure {attempt}: tried again after {', '.join(f'{delay:.0f} s' for delay in delays[-4:])}"
        )
        if attempt == tries:
            # One of them is three days old by now; the others' servers have time again.
            stage.change(Delivery.id == rows[0].id, created_at=database_clock(-GIVE_UP_AFTER - 3600))
            for address in addresses[1:]:
                stage.mail.misbehave_towards(address)
        stage.change(Delivery.id.in_([row.id for row in rows]), next_at=database_clock(-1))
    round_.drain(60.0)
    round_.tally(len(_LATER), repeats=0, sent=False, each=1)
    round_.result.size = f"4 replies × {tries} failures"
    round_.result.times = [f"next tries within ±{JITTER:.0%} of 1, 5, 15, 60 min, then ×1.5 to 4 h"]
    expired = {row.id: row.state for row in round_.deliveries() if row.state != "sent"}
    expect(list(expired.values()) == ["expired"], f"after three days: {expired}")


def _wait_for_put_off(round_: Round, attempt: int) -> list[Posted]:
    def put_off_rows() -> list[Posted]:
        return [row for row in round_.deliveries() if row.state == "deferred" and row.attempts == attempt]

    wait_for(lambda: len(put_off_rows()) == len(_LATER), _NEXT_TRY, f"failure {attempt} of four mails")
    return put_off_rows()


def _last_event(round_: Round, row: Posted) -> datetime:
    with round_.stage.app.app_context():
        statement = select(DeliveryEvent.at).where(DeliveryEvent.delivery_id == row.id)
        at = db.session.scalars(statement.order_by(DeliveryEvent.id.desc()).limit(1)).one()
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def refused(round_: Round) -> None:
    """F11: one clinic's server refuses the address (550), another's the mail (554). One attempt, and the patient is
    told."""
    stage, expect = round_.stage, round_.result.expect
    refusing = stage.others[:2]
    stage.mail.misbehave_towards(refusing[0].address, rcpt="550 5.1.1 no such user")
    stage.mail.misbehave_towards(refusing[1].address, data="554 5.7.1 not wanted")
    forms = [round_.open_form(refusing[0], stage.usual[0]), round_.open_form(refusing[1], stage.usual[1])]
    for number, form in enumerate(forms):
        reply = form.send(round_.address(number))
        expect(reply.is_taken, str(reply))
    posted = datetime.now(UTC)

    def told() -> list[datetime]:
        """When each patient got her second mail: the first is her page's."""
        patients = {number: [] for number in range(len(forms))}  # type: dict[int, list[datetime]]
        for mail in round_.arrived():
            for number in patients:
                if round_.address(number) in mail.rcpt_to:
                    patients[number].append(mail.received_at)
        return [mails[1] for mails in patients.values() if len(mails) > 1]

    wait_for(lambda: len(told()) == len(forms), _TOLD_WITHIN, "both patients were told")
    round_.drain(60.0)
    tally = round_.tally(len(forms), repeats=0, sent=False, each=2)
    failed = [row for row in round_.deliveries() if row.state == "failed"]
    expect(len(failed) == len(refusing), f"the mails ended {tally.states}")
    expect(all(row.attempts == 1 for row in failed), "a refused mail was tried again")
    round_.result.size = "550 at RCPT, 554 at DATA"
    slowest = max(told()) - posted
    round_.result.times = [f"patient told {max(slowest, timedelta()).total_seconds():.1f} s after"]
    for clinic in refusing:
        stage.mail.misbehave_towards(clinic.address)


def lost_answers(round_: Round) -> None:
    """F12: the connection ends before the 250, after it, and in the middle of the mail."""
    stage, expect = round_.stage, round_.result.expect
    times = round_.scale.pick(1, 5, 10)
    dropped = 0
    for turn in range(times):
        before, after, cut = (round_.address(3 * turn + kind) for kind in range(3))
        stage.mail.misbehave_towards(before, hang_up_before_keeping=True)
        stage.mail.misbehave_towards(after, hang_up_after_keeping=True)
        for address in (before, after):
            reply = stage.forms.take().send(address)
            expect(reply.is_taken, str(reply))
        _wait_for_failures(round_, 2 + dropped)
        stage.mail.misbehave_towards(before)
        stage.mail.misbehave_towards(after)
        # Some kilobytes on, a mail is on its way; which one is up to chance.
        stage.line.cuts_after = 6_000
        reply = stage.forms.take().send(cut)
        expect(reply.is_taken, str(reply))
        _wait_for_failures(round_, 3 + dropped)
        dropped += 3
        round_.say(f"{dropped} connections ended at the wrong moment")
    # Each is due again after a minute or so, and may wait for another of its clinic's.
    round_.drain(240.0 if round_.scale.waits else 60.0)
    tally = round_.tally(3 * times, repeats=times)
    expect(
        tally.repeats == times, f"{tally.repeats} mails were sent again for {times} answers that were lost"
    )
    retried = [row.attempts for row in round_.deliveries() if row.attempts > 1]
    expect(retried == [2] * dropped, f"{dropped} connections were lost, and mails were tried {retried} times")
    round_.result.size = f"{dropped} connections, {tally.posted} mails"
    round_.result.times = ["each sent again once, under its Message-ID"]


def _wait_for_failures(round_: Round, number: int) -> None:
    def failures() -> int:
        return sum(row.state == "deferred" or row.attempts > 1 for row in round_.deliveries())

    began = time.monotonic()
    wait_for(lambda: failures() >= number, _NEXT_TRY, lambda: f"{number} failed attempts, {failures()} seen")
    round_.say(f"{number} failed attempts after {time.monotonic() - began:.1f} s")
