"""F14, and F11's login: the mail server is not to be trusted, or does not trust us. Nothing is said in the clear, no
attempt is spent, and staff can see why no mail goes out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.rounds import Round
from tests.services.mail_server import MailServer
from tests.services.server import wait_for
from webapp.outbox.services import BREAKER_OPEN

_NOTICED = 15.0


def not_trusted(round_: Round) -> None:
    """F14: an expired certificate, one that signed itself, and STARTTLS taken out of the server's list."""
    line, certificates = round_.stage.line, round_.stage.certificates
    for number, (name, certificate) in enumerate(
        (("expired", certificates.expired), ("self-signed", certificates.self_signed))
    ):
        with _server_with(certificate) as server:
            _switch(round_, server.port)
            _held_back(round_, number, name)
            round_.result.expect(
                not server.mails(repeats=True), f"a mail went to the server with the {name} one"
            )
        _switch(round_, round_.stage.mail.port)
        _let_go(round_)
    _switch(round_, round_.stage.mail.port)
    line.alter = lambda words: words.replace(b"250-STARTTLS\r\n", b"")
    _held_back(round_, 2, "STARTTLS stripped")
    line.mend()
    _switch(round_, round_.stage.mail.port)
    _let_go(round_)
    _end(round_, 3)
    round_.result.size = "expired, self-signed, STARTTLS stripped"


def login_refused(round_: Round) -> None:
    """F11, 535: the breaker opens for all mails and no row's attempts are spent."""
    mail = round_.stage.mail
    mail.misbehave(refuses_login=True)
    _switch(round_, mail.port)
    _held_back(round_, 0, "535 at login", says_in_the_clear=())
    mail.misbehave()
    _let_go(round_)
    _end(round_, 1)
    round_.result.size = "535 at login"


def _switch(round_: Round, port: int) -> None:
    """The next mails go to that port; a worker keeps its connection for some mails, so those end."""
    line = round_.stage.line
    line.cut()
    line.target = port
    line.mend()


@contextmanager
def _server_with(certificate: Path) -> Iterator[MailServer]:
    server = MailServer(certificate=certificate)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _held_back(
    round_: Round,
    number: int,
    name: str,
    says_in_the_clear: tuple[bytes, ...] = (b"AUTH ", b"MAIL FROM", b"DATA\r\n"),
) -> None:
    """Post one enquiry; its mails are held back, and /readyz says why."""
    stage, expect = round_.stage, round_.result.expect
    stage.line.said.clear()
    stage.line.listens = True
    began = time.monotonic()
    reply = stage.forms.take().send(round_.address(number))
    expect(reply.is_taken, str(reply))
    reason: Callable[[], str | None] = lambda: stage.readiness()["held_back"]  # noqa: E731
    wait_for(lambda: reason() is not None, _NOTICED, f"mail is held back: {name}")
    round_.say(f"{name}: {reason()}")
    round_.result.times.append(f"{name}: noticed after {time.monotonic() - began:.1f} s")
    said = bytes(stage.line.said).upper()
    expect(not [word for word in says_in_the_clear if word in said], f"{name}: spoken in the clear")
    expect(said.startswith(b"EHLO"), f"{name}: the line was not listened to")
    waiting = [row for row in round_.deliveries() if row.state != "sent"]
    expect(bool(waiting), f"{name}: a mail went out")
    expect(
        not any(row.attempts for row in waiting if row.state != "sending"), f"{name}: an attempt was spent"
    )


def _let_go(round_: Round) -> None:
    """The fault is mended: once the breaker's minute is over, the mails go out."""
    if round_.scale.waits:
        time.sleep(BREAKER_OPEN)
    # A worker that met the old server may open the breaker once more.
    wait_for(lambda: not any(row.state == "sending" for row in round_.deliveries()), 40, "nobody has a mail")
    round_.stage.close_breaker()
    round_.drain(30.0 + BREAKER_OPEN * round_.scale.waits)


def _end(round_: Round, enquiries: int) -> None:
    round_.tally(enquiries, repeats=0)
    spent = [row.attempts for row in round_.deliveries() if row.attempts != 1]
    round_.result.expect(not spent, f"mails took {spent} attempts")
