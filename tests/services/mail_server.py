"""The SMTP sink as a test sees it: what it was sent, and how it is told to misbehave."""

import json
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.services.server import HOST, Server, accepts, free_port, wait_for


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail that the server answered for. `repeat`: it had reached the same recipient before, by its Message-ID
    or by the header that the server was told to know it by (`identity`). `digest` is the content's SHA-256."""

    received_at: datetime
    mail_from: str
    rcpt_to: tuple[str, ...]
    message_id: str
    identity: str
    repeat: bool
    under_tls: bool
    digest: str
    content: str

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(
            self.content.encode("utf-8", "surrogateescape"), _class=EmailMessage, policy=policy.default
        )

    @property
    def text(self) -> str:
        """Its plain text, with a plain line feed after each line."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class MailServer(Server):
    """A real SMTP server on loopback. What it was sent stays over kill() and start()."""

    def __init__(
        self, *, identity: str = "", keeps_content: bool = True, certificate: Path | None = None
    ) -> None:
        """`identity` is the header by which a mail is known again, Message-ID unless one is named. `certificate` is a
        file of chain and key (PEM), with which STARTTLS is offered. Without content a mail is its digest only."""
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="lfl-mail-", dir="/tmp"))
        self._faults: dict[str, Any] = {}
        self._lock = threading.Lock()
        options = [
            *(["--identity", identity] if identity else []),
            *([] if keeps_content else ["--without-content"]),
            *(["--certificate", str(certificate)] if certificate else []),
        ]
        super().__init__(
            "mail server",
            [sys.executable, "-m", "tests.services.smtp_sink", *options, str(self.port), str(self._folder)],
            ready=lambda: accepts(self.port),
            log=self._folder / "log",
        )

    @property
    def url(self) -> str:
        """For MAIL_URL."""
        return f"smtp://{HOST}:{self.port}"

    def mails(self, to: str = "", *, repeats: bool = False) -> list[ReceivedMail]:
        """What arrived, oldest first; only for the recipient `to` if one is named.

        Without `repeats` as a relay that drops a Message-ID it has seen, with them as one that delivers all.
        """
        return [
            mail
            for mail in self.arrived_since(0)[0]
            if (repeats or not mail.repeat) and (not to or to in mail.rcpt_to)
        ]

    def arrived_since(self, mark: int) -> tuple[list[ReceivedMail], int]:
        """What arrived after that mark (0: ever), repeats too, oldest first, and the mark to go on from."""
        path = self._folder / "mails.jsonl"
        if not path.exists():
            return [], 0
        with path.open("rb") as file:
            file.seek(mark)
            # A line that is being written counts when it is whole.
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return [], mark
        kept = [json.loads(line) for line in whole.split(b"\n")]
        mails = [
            ReceivedMail(
                **mail
                | {
                    "received_at": datetime.fromtimestamp(mail["received_at"], UTC),
                    "rcpt_to": tuple(mail["rcpt_to"]),
                }
            )
            for mail in kept
        ]
        return mails, mark + len(whole) + 1

    def wait_for_mails(self, count: int, to: str = "", seconds: float = 30) -> list[ReceivedMail]:
        """Wait until at least `count` mails have arrived. Raises AssertionError after so many seconds."""
        wait_for(
            lambda: len(self.mails(to)) >= count,
            seconds,
            lambda: f"{count} mails{' to ' + to if to else ''}; {len(self.mails(to))} arrived",
        )
        return self.mails(to)

    def misbehave(
        self,
        *,
        recipients: dict[str, str] | None = None,
        data: str = "",
        delay: float = 0,
        hang_up_before_keeping: bool = False,
        hang_up_after_keeping: bool = False,
        refuses_login: bool = False,
    ) -> None:
        """From the next mail on, towards everybody. No arguments: behave.

        `recipients` maps an address to the reply to its RCPT ("451 4.2.1 later"); `data` is the reply to every
        DATA; `delay` holds each RCPT for so many seconds; the last two close the connection in place of the 250,
        before or after the mail was kept. A server that refuses a login answers 535 to it.
        """
        self._told(
            {
                "recipients": recipients or {},
                "data": data,
                "delay": delay,
                "hang_up_before_keeping": hang_up_before_keeping,
                "hang_up_after_keeping": hang_up_after_keeping,
                "refuses_login": refuses_login,
            }
        )

    def misbehave_towards(
        self,
        address: str,
        *,
        rcpt: str = "",
        data: str = "",
        delay: float = 0,
        silent: bool = False,
        drips: bool = False,
        hang_up_before_keeping: bool = False,
        hang_up_after_keeping: bool = False,
    ) -> None:
        """From the next mail to this one recipient on, whatever others get. No further arguments: behave.

        `silent` never answers its RCPT, `drips` answers it a byte at a time and never ends; the others as above.
        """
        faults = {
            "rcpt": rcpt,
            "data": data,
            "delay": delay,
            "silent": silent,
            "drips": drips,
            "hang_up_before_keeping": hang_up_before_keeping,
            "hang_up_after_keeping": hang_up_after_keeping,
        }
        with self._lock:
            towards = self._faults.get("towards", {}) | {address: {n: v for n, v in faults.items() if v}}
        self._told({"towards": towards})

    def _told(self, faults: dict[str, Any]) -> None:
        with self._lock:
            self._faults |= faults
            draft = self._folder / "faults.draft"
            draft.write_text(json.dumps(self._faults), encoding="utf-8")
            draft.replace(self._folder / "faults.json")

    def behave(self) -> None:
        """Towards everybody, from the next mail on."""
        with self._lock:
            self._faults.clear()
        self.misbehave()

    def forget(self) -> None:
        """Behave again, and forget what arrived; for a server that several tests share."""
        self.behave()
        self.kill()
        (self._folder / "mails.jsonl").unlink(missing_ok=True)
        self.start()

    def close(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        shutil.rmtree(self._folder)
