"""An SMTP server that keeps what it is sent: `python -m tests.services.smtp_sink PORT FOLDER`.

Every mail becomes a line of FOLDER/mails.jsonl. FOLDER/faults.json, read anew for each step, says how to misbehave;
mail_server.py writes it, and names the options of the command.
"""

import argparse
import asyncio
import hashlib
import json
import ssl
import time
from collections.abc import Callable
from email import message_from_bytes
from itertools import cycle
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_HOST = "127.0.0.1"
_LARGEST = 32 * 1024 * 1024
_ACCEPTED = "250 2.0.0 kept"
# Seconds between two bytes of a reply that drips, and how long a silent server is silent.
_DRIP = 0.5
_SILENCE = 3600.0


class Sink:
    """The handler that aiosmtpd calls for each step of the dialogue; method names and arguments are its own."""

    def __init__(self, folder: Path, identity: str, keeps_content: bool) -> None:
        """`identity` is the header by which a mail is known again."""
        self._mails, self._faults_path = folder / "mails.jsonl", folder / "faults.json"
        self._identity, self._keeps_content = identity, keeps_content
        self._seen: set[tuple[str, str]] = set()
        if self._mails.exists():
            with self._mails.open(encoding="ascii") as lines:
                for line in lines:
                    mail = json.loads(line)
                    self._seen.update((mail["identity"], to) for to in mail["rcpt_to"])

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        faults = self._faults(address)
        if delay := faults.get("delay"):
            await asyncio.sleep(delay)
        if faults.get("silent"):
            await asyncio.sleep(_SILENCE)
        if faults.get("drips"):
            await _drip(server)
        reply: str = faults.get("rcpt") or faults.get("recipients", {}).get(address, "250 2.1.5 ok")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        faults = self._faults(*envelope.rcpt_tos)
        if reply := faults.get("data"):
            return str(reply)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        if faults.get("hang_up_before_keeping"):
            _hang_up(server)
            return _ACCEPTED
        message = message_from_bytes(content)
        identity = str(message.get(self._identity, ""))
        # The same mail again, for a recipient who has it.
        repeat = all((identity, to) in self._seen for to in envelope.rcpt_tos)
        self._seen.update((identity, to) for to in envelope.rcpt_tos)
        line = json.dumps(
            {
                "received_at": time.time(),
                "mail_from": envelope.mail_from,
                "rcpt_to": envelope.rcpt_tos,
                "message_id": str(message.get("Message-ID", "")),
                "identity": identity,
                "repeat": repeat,
                "under_tls": session.ssl is not None,
                "digest": hashlib.sha256(content).hexdigest(),
                "content": content.decode("utf-8", "surrogateescape") if self._keeps_content else "",
            }
        )
        with self._mails.open("a", encoding="ascii") as mails:
            mails.write(line + "\n")
        if faults.get("hang_up_after_keeping"):
            _hang_up(server)
        return _ACCEPTED

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        """Anybody may, unless told otherwise."""
        return AuthResult(success=not self._faults().get("refuses_login"), handled=False)

    def _faults(self, *recipients: str) -> dict[str, Any]:
        """What is wrong for all, and above it what is wrong towards these recipients."""
        try:
            faults: dict[str, Any] = json.loads(self._faults_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        for recipient in recipients:
            faults |= faults.get("towards", {}).get(recipient, {})
        return faults


def _hang_up(server: SMTP) -> None:
    """Close the connection at once; the reply that follows reaches nobody."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


async def _drip(server: SMTP) -> None:
    """A reply that never ends, a byte at a time: no single read of it takes long. Ends with the connection."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    for byte in cycle(b"250-wait\r\n"):
        if server.transport.is_closing():
            return
        server.transport.write(bytes([byte]))
        await asyncio.sleep(_DRIP)


async def serve(port: int, new_server: Callable[[], SMTP]) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(new_server, _HOST, port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--identity", default="Message-ID", help="the header by which a mail is known again")
    parser.add_argument("--without-content", action="store_true", help="keep a digest of each mail only")
    parser.add_argument("--certificate", type=Path, help="chain and key (PEM): offer STARTTLS with it")
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate)
    sink = Sink(options.folder, options.identity, not options.without_content)

    def new_server() -> SMTP:
        return SMTP(
            sink,
            hostname="sink.test",
            enable_SMTPUTF8=True,
            data_size_limit=_LARGEST,
            tls_context=context,
            authenticator=sink.log_in,
            auth_require_tls=False,
        )

    asyncio.run(serve(options.port, new_server))


if __name__ == "__main__":
    main()
