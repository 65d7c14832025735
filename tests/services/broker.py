"""The embedded broker as a test's own: killed and started again on the same data."""

import shutil
import tempfile
from pathlib import Path

from tests.services.server import Server
from tools.serve import broker


class Broker(Server):
    """A Valkey server on a private unix socket, its append-only file kept over `kill()` and `start()`."""

    def __init__(self) -> None:
        # Not a folder of pytest's: the path of a unix socket has at most 108 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="lfl-broker-", dir="/tmp"))
        self._socket = self._folder / "valkey.sock"
        super().__init__(
            "broker",
            broker.command(self._socket, self._folder / "data"),
            ready=lambda: broker.answers(self._socket),
            log=self._folder / "log",
        )

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return broker.url(self._socket)

    @property
    def folder(self) -> Path:
        """Where everything stands that it writes: append-only file, snapshots, log."""
        return self._folder

    @property
    def client_url(self) -> str:
        """The same address for redis.Redis.from_url."""
        return f"unix://{self._socket}"

    def close(self) -> None:
        """Stop it and remove its files."""
        self.kill()
        shutil.rmtree(self._folder)
