"""The SMTP sink as a test sees it: what it was sent, and how it is told to misbehave."""

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.services.server import HOST, Server, accepts, free_port, wait_for


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail that the server answered for. `repeat`: the same Message-ID had reached the same recipient before."""

    received_at: datetime
    mail_from: str
    rcpt_to: tuple[str, ...]
    message_id: str
    repeat: bool
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

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="lfl-mail-", dir="/tmp"))
        super().__init__(
            "mail server",
            [sys.executable, "-m", "tests.services.smtp_sink", str(self.port), str(self._folder)],
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
        path = self._folder / "mails.jsonl"
        if not path.exists():
            return []
        kept = [json.loads(line) for line in path.read_text(encoding="ascii").split("\n")[:-1]]
        return [
            ReceivedMail(
                datetime.fromtimestamp(mail["received_at"], UTC),
                mail["mail_from"],
                tuple(mail["rcpt_to"]),
                mail["message_id"],
                mail["repeat"],
                mail["content"],
            )
            for mail in kept
            if (repeats or not mail["repeat"]) and (not to or to in mail["rcpt_to"])
        ]

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
    ) -> None:
        """From the next mail on. No arguments: behave.

        `recipients` maps an address to the reply to its RCPT ("451 4.2.1 later"); `data` is the reply to every
        DATA; `delay` holds each RCPT for so many seconds; the last two close the connection in place of the 250,
        before or after the mail was kept.
        """
        faults = {
            "recipients": recipients or {},
            "data": data,
            "delay": delay,
            "hang_up_before_keeping": hang_up_before_keeping,
            "hang_up_after_keeping": hang_up_after_keeping,
        }
        draft = self._folder / "faults.draft"
        draft.write_text(json.dumps(faults), encoding="utf-8")
        draft.replace(self._folder / "faults.json")

    def forget(self) -> None:
        """Behave again, and forget what arrived; for a server that several tests share."""
        self.misbehave()
        self.kill()
        (self._folder / "mails.jsonl").unlink(missing_ok=True)
        self.start()

    def close(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        shutil.rmtree(self._folder)
