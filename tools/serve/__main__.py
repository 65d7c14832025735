"""`python -m tools.serve`: the whole site on this machine, from the broker to the web server, until Ctrl-C."""

import argparse
import csv
import errno
import http.client
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from config import ROOT, Settings, SettingsError, from_environment
from tools.serve import broker
from tools.serve.claim import Claim, Refused
from tools.serve.console import Console
from tools.serve.supervisor import Ended, Supervisor

HOST = "127.0.0.1"
_DEFAULT_PORT = "8000"
# webapp/accounts/services.py makes her; the runner loads nothing of the application.
_SAMPLE_STAFF = "staff@likeforlike.example"
_SAMPLE_CLINICS = ROOT / "seed" / "sample" / "clinics.csv"
# One request at a time per process: the interpreter's lock makes more threads slower, not faster.
_WEB_PROCESSES = max(2, min(4, os.cpu_count() or 2))
_WORKER_PROCESSES = 2
# Seconds; a cold start of the web server takes about 2 on a small machine.
_BROKER_READY = 20.0
_WEB_READY = 60.0


def main(arguments: list[str]) -> int:
    """Serve until asked to end (exit status 0) or until something cannot be mended (1)."""
    parser = argparse.ArgumentParser(prog="python -m tools.serve", description=__doc__)
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when the process that started this one is gone"
    )
    options = parser.parse_args(arguments)
    console = Console()
    environ = dict(os.environ)
    port = environ["PORT"] = environ.get("PORT") or _DEFAULT_PORT
    try:
        settings = from_environment(environ)
        if not 0 < int(port) < 65536:
            raise SettingsError("PORT must be a number from 1 to 65535")
        with Claim(settings.instance_dir, settings.base_url) as claim:
            if problem := _port_problem(int(port)):
                raise Refused(problem)
            _serve(settings, int(port), environ, claim, console, options.end_with_parent)
    except (SettingsError, Refused, OSError) as error:
        # OSError: the instance folder cannot be written, above all.
        console.alarm(str(error))
        return 1
    except Ended as ended:
        if str(ended):
            console.alarm(f"ended: {ended}")
            return 1
        console.say("ended")
    except KeyboardInterrupt:
        pass  # before anything was started
    return 0


def _serve(
    settings: Settings, port: int, environ: dict[str, str], claim: Claim, console: Console, with_parent: bool
) -> None:
    """Start everything in its order and watch over it. Raises Ended, always."""
    environ["INSTANCE_DIR"] = str(settings.instance_dir)
    environ["PYTHONUNBUFFERED"] = "1"
    # Whatever the children leave there when they are killed goes with our folder.
    environ["TMPDIR"] = str(claim.folder)
    python = [sys.executable, "-m"]
    with Supervisor(console, cwd=ROOT, env=environ, held=claim.descriptor, folder=claim.folder) as supervisor:
        if with_parent:
            supervisor.end_with_parent()
        if not settings.redis_url:
            supervisor.set_env("REDIS_URL", _start_broker(supervisor, claim.folder, settings.instance_dir))
        console.say("bringing the database up to date")
        supervisor.run("migrate", [*python, "flask", "--app", "wsgi", "db", "upgrade"])
        if settings.is_development:
            console.say("loading the treatments and the sample clinics, if the database is empty")
            supervisor.run("seed", [*python, "flask", "--app", "wsgi", "seed", "--if-empty", "--sample"])
        console.say("starting the web server, the worker and the clock")
        supervisor.start("web", [*python, "granian", *web_arguments(port, _WEB_PROCESSES)])
        supervisor.start("worker", [*python, "celery", *worker_arguments(_WORKER_PROCESSES)])
        supervisor.start("beat", [*python, "celery", *beat_arguments(claim.folder)])
        supervisor.wait_until("web", lambda: answers(port), _WEB_READY)
        console.announce(_addresses(settings))
        supervisor.keep()


def _start_broker(supervisor: Supervisor, folder: Path, instance_dir: Path) -> str:
    """Start the embedded broker and return its address."""
    socket_path = folder / "valkey.sock"
    supervisor.start("broker", broker.command(socket_path, instance_dir / "broker"))
    supervisor.wait_until("broker", lambda: broker.answers(socket_path), _BROKER_READY)
    return broker.url(socket_path)


def web_arguments(port: int, processes: int) -> list[str]:
    """Granian's arguments for our site on loopback."""
    return [
        *("--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"),
        *("--workers", str(processes), "--blocking-threads", "1", "--workers-kill-timeout", "5"),
        "wsgi:app",
    ]


def worker_arguments(processes: int) -> list[str]:
    """Celery's arguments for a worker that takes every queue. It needs no other worker's acquaintance."""
    return [
        *("-q", "-A", "workers.app", "worker", "--loglevel", "WARNING", "--concurrency", str(processes)),
        *("--without-gossip", "--without-mingle"),
    ]


def beat_arguments(folder: Path) -> list[str]:
    """Celery's arguments for the clock; it remembers in `folder` what it has rung for."""
    return [
        *("-q", "-A", "workers.app", "beat", "--loglevel", "WARNING"),
        *("--schedule", str(folder / "beat-schedule"), "--pidfile", ""),
    ]


def answers(port: int) -> bool:
    """True when our site on loopback says that it is alive."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port_problem(port: int) -> str:
    """Why the port cannot be had, or an empty text."""
    with socket.socket() as probe:
        # As the web server does: connections of the last run that linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"port {port} is in use by another program. Stop that, or choose another port:"
                    f" make run PORT={port + 1 if port < 65535 else 8000}"
                )
            return f"port {port} cannot be used: {error.strerror}"
    return ""


def _addresses(settings: Settings) -> list[str]:
    """What a person who has just started the site wants to know."""
    mail = urlsplit(settings.mail_url)
    if mail.scheme == "maildir":
        where = f"{settings.base_url}/mailbox  (also as files in {mail.path})"
    else:
        where = f"sent by {mail.hostname}"
    lines = [f"  Like for Like   {settings.base_url}", f"  Outgoing mail   {where}"]
    if settings.is_development:
        lines.append(
            f"  As a clinic     sign in as {_sample_keeper()} at {settings.base_url}/sign-in"
            " (the link arrives in the outgoing mail)"
        )
        lines.append(f"  As staff        sign in there as {_SAMPLE_STAFF}")
    return [*lines, "  Stop            Ctrl-C"]


def _sample_keeper() -> str:
    """The address of the first sample clinic that takes part: its owner's account (webapp/portal/demo.py)."""
    with _SAMPLE_CLINICS.open(encoding="utf-8", newline="") as file:
        return next(row["enquiry_email"] for row in csv.DictReader(file) if row["authority"] == "authorised")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
