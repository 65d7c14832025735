"""F2 and F7: the bell is not rung, or what was rung is forgotten; the sweep finds the rows."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.faults.report import percentiles, told
from tests.faults.rounds import Round
from tests.faults.stage import SWEEP, Stage
from tests.services.server import HOST, accepts, free_port

_SWEEP_AND = SWEEP + 2.0


def killed_before_the_bell(round_: Round) -> None:
    """F2: the web process is killed after the commit and before the bell, once for every form."""
    stage = round_.stage
    forms = round_.scale.pick(20, 100, 500)
    with other_web(stage, "dying_web", processes=4) as url:
        # A connection that was lost tells a patient nothing: she sends the same form again, to a server that lives,
        # once the mails are on their way.
        lost = 0
        sent = []
        for number in range(forms):
            form = stage.forms.take()
            reply = form.send(round_.address(number), base_url=url)
            lost += reply.status == 0
            sent.append((form, round_.address(number)))
            if number % 25 == 24:
                round_.say(f"{number + 1}/{forms} forms, {lost} web processes killed, {stage.progress()}")
        round_.drain(30.0, hurries=False)
        form, address = sent[-1]
        again = form.send(address)
    tally = round_.tally(forms, repeats=0)
    figures = percentiles(tally.seconds)
    round_.result.kills = lost
    round_.result.size = f"{forms} enquiries, {tally.posted} mails"
    round_.result.times = [told(figures)]
    expect = round_.result.expect
    expect(lost == forms, f"{lost} of {forms} web processes were killed")
    expect(again.is_taken, f"the same form again: {again}")
    expect(
        figures["max"] <= round_.scale.within(_SWEEP_AND),
        f"a mail came {figures['max']:.1f} s after its commit",
    )


@contextmanager
def other_web(stage: Stage, module: str, *, processes: int) -> Iterator[str]:
    """The address of one more web server of the site, whose application is a double; gunicorn forks a new process
    for one that was killed in no time."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--preload", "--workers", str(processes), "--log-level", "error"),
        *("--bind", f"{HOST}:{port}", f"tests.faults.doubles.{module}:app"),
    ]
    server = stage.server(module, command)
    server.spawn()
    try:
        until = time.monotonic() + 60
        while not accepts(port):
            assert server.running and time.monotonic() < until, server.log()[-3000:]
            time.sleep(0.05)
        yield f"http://{HOST}:{port}"
    finally:
        server.kill()


def flushed(round_: Round) -> None:
    """F7: everything the broker holds is gone, again and again, while mails are sent."""
    stage = round_.stage
    forms = round_.scale.pick(20, 100, 300)
    flushes = 0
    posting = round_.posting(forms, round_.scale.pick(4.0, 20.0, 60.0))
    spoken = time.monotonic()

    def count() -> str:
        return f"flushed {flushes} times"

    with redis.Redis.from_url(stage.site.broker.client_url) as client:
        take = posting.take

        def take_and_flush() -> object:
            nonlocal flushes
            form = take()
            if len(posting.taken) % 5 == 4:
                client.flushall()
                flushes += 1
            return form

        posting.take = take_and_flush  # type: ignore[assignment]
        round_.run(posting, count)
    took = round_.drain(60.0, hurries=False)
    tally = round_.tally(forms, repeats=0)
    round_.result.size = f"{forms} enquiries, {tally.posted} mails; flushed {flushes} times"
    round_.result.times = [f"drained {took:.1f} s after", f"{time.monotonic() - spoken:.0f} s in all"]
    round_.result.expect(flushes > 0, "nothing was flushed")
