"""A real mailbox over IMAP, Debian's Dovecot, with its own configuration and folders; never a machine's own."""

import contextlib
import grp
import imaplib
import os
import pwd
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.services.server import HOST, Server, accepts, free_port

_PROGRAM = "dovecot"
_USER = "inbound"

# Everything belongs to whoever runs it and nothing is shut into a folder: an unprivileged user may do neither.
_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = {host}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
{tls}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = {divider}
  prefix = {prefix}
}}
"""


class ImapServer(Server):
    """One mailbox on loopback. As root the server runs as an unprivileged user. Mails stay over kill() and start()."""

    def __init__(self, *, certificate: Path | None = None, divider: str = "/", prefix: str = "") -> None:
        """Write its configuration; start() starts it. Raises FileNotFoundError naming the package to install.

        `certificate` (PEM, its key in the same file) makes the address imaps://. With the divider "." and the
        prefix "INBOX." folders stand only inside the inbox, as on Courier and its kin.
        """
        program = shutil.which(_PROGRAM, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise FileNotFoundError("Dovecot is missing: install the package dovecot-imapd")
        self.port, self._tls = free_port(), certificate is not None
        self._password = secrets.token_hex(16)
        self._folder = Path(tempfile.mkdtemp(prefix="lfl-imap-", dir="/tmp"))
        user = "nobody" if os.getuid() == 0 else ""
        account = pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())
        tls = "ssl = no"
        if certificate is not None:
            copy = self._folder / "certificate.pem"
            shutil.copyfile(certificate, copy)
            tls = f"ssl = required\nssl_cert = <{copy}\nssl_key = <{copy}"
        configuration = self._folder / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=self._folder,
                host=HOST,
                user=account.pw_name,
                group=grp.getgrgid(account.pw_gid).gr_name,
                password=self._password,
                tls=tls,
                port=0 if self._tls else self.port,
                tls_port=self.port if self._tls else 0,
                divider=divider,
                prefix=prefix,
            ),
            encoding="utf-8",
        )
        if user:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        super().__init__(
            "imap server",
            [program, "-F", "-c", str(configuration)],
            ready=lambda: accepts(self.port),
            log=self._folder / "log",
            user=user,
        )

    @property
    def url(self) -> str:
        """For INBOUND_MAIL_URL."""
        return f"imap{'s' if self._tls else ''}://{_USER}:{self._password}@{HOST}:{self.port}/INBOX"

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, as a mail server does that takes them in."""
        with self._session() as imap:
            for mail in mails:
                answer, _said = imap.append(folder, "", "", mail)
                assert answer == "OK"

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first; none where there is no such folder."""
        with self._session() as imap:
            answer, counted = imap.select(f'"{folder}"', readonly=True)
            if answer != "OK" or counted == [b"0"]:
                return []
            _answer, pieces = imap.fetch("1:*", "(BODY.PEEK[])")
            return [piece[1] for piece in pieces if isinstance(piece, tuple)]

    def everything(self) -> list[bytes]:
        """The mails of all folders."""
        with self._session() as imap:
            _answer, listed = imap.list()
        folders = [line.decode().rpartition(" ")[2].strip('"') for line in listed if isinstance(line, bytes)]
        return [mail for folder in folders for mail in self.mails(folder)]

    def mark_seen(self) -> None:
        """Somebody has read every mail of the inbox in a mail program."""
        with self._session() as imap:
            imap.select()
            imap.store("1:*", "+FLAGS", r"(\Seen)")

    def forget(self) -> None:
        """Start anew with an empty mailbox; for a server that several tests share."""
        if not (self._folder / "mail").exists():
            return
        self.stop()
        shutil.rmtree(self._folder / "mail")
        self.start()

    def close(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        shutil.rmtree(self._folder)

    @contextlib.contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(HOST, self.port, timeout=20) as imap:
            imap.login(_USER, self._password)
            yield imap
