"""An SMTP server that keeps what it is sent: `python -m tests.services.smtp_sink PORT FOLDER`.

Every mail becomes a line of FOLDER/mails.jsonl. FOLDER/faults.json, read anew for each mail, says how to misbehave;
mail_server.py writes it.
"""

import asyncio
import json
import sys
import time
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

_HOST = "127.0.0.1"
_LARGEST = 32 * 1024 * 1024
_ACCEPTED = "250 2.0.0 kept"


class Sink:
    """The handler that aiosmtpd calls for each step of the dialogue; method names and arguments are its own."""

    def __init__(self, folder: Path) -> None:
        self._mails, self._faults_path = folder / "mails.jsonl", folder / "faults.json"
        self._seen: set[tuple[str, str]] = set()
        if self._mails.exists():
            with self._mails.open(encoding="ascii") as lines:
                for line in lines:
                    mail = json.loads(line)
                    self._seen.update((mail["message_id"], to) for to in mail["rcpt_to"])

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        faults = self._faults()
        if delay := faults.get("delay"):
            await asyncio.sleep(delay)
        reply: str = faults.get("recipients", {}).get(address, "250 2.1.5 ok")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        faults = self._faults()
        if reply := faults.get("data"):
            return str(reply)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        if faults.get("hang_up_before_keeping"):
            _hang_up(server)
            return _ACCEPTED
        message_id = str(message_from_bytes(content).get("Message-ID", ""))
        # The same mail again, for a recipient who has it.
        repeat = all((message_id, to) in self._seen for to in envelope.rcpt_tos)
        self._seen.update((message_id, to) for to in envelope.rcpt_tos)
        line = json.dumps(
            {
                "received_at": time.time(),
                "mail_from": envelope.mail_from,
                "rcpt_to": envelope.rcpt_tos,
                "message_id": message_id,
                "repeat": repeat,
                "content": content.decode("utf-8", "surrogateescape"),
            }
        )
        with self._mails.open("a", encoding="ascii") as mails:
            mails.write(line + "\n")
        if faults.get("hang_up_after_keeping"):
            _hang_up(server)
        return _ACCEPTED

    def _faults(self) -> dict[str, Any]:
        try:
            faults: dict[str, Any] = json.loads(self._faults_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return faults


def _hang_up(server: SMTP) -> None:
    """Close the connection at once; the reply that follows reaches nobody."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


async def serve(port: int, folder: Path) -> None:
    """Serve until killed."""
    sink = Sink(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink.test", enable_SMTPUTF8=True, data_size_limit=_LARGEST, loop=loop),
        _HOST,
        port,
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
