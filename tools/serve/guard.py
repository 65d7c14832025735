"""The small process around each child: when whoever started it is gone, it ends the child and all below it.

Run as a script under `python -I -S`, so it imports the standard library only and starts in some 20 ms. It holds one
end of a socket whose other end only its starter has. The socket closing means the starter is gone, also after
`kill -9` and on every system; each byte that comes through it is the number of a signal for the child. On Linux the
guard also adopts what the child's own children leave behind, and the child dies with the guard.
"""

import contextlib
import ctypes
import os
import pwd
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterator

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform.startswith("linux")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies (Linux; elsewhere nothing is done)."""
    if _LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_descendants(spared: frozenset[int] = frozenset()) -> None:
    """Kill and reap every child of this process but the `spared` pids, and theirs as they are adopted, until none
    is left. Needs adopt_orphans() before; does nothing where there is no /proc."""
    while strays := [pid for pid in _children() if pid not in spared]:
        for pid in strays:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _children() -> Iterator[int]:
    """The pids whose parent is this process, as /proc tells them."""
    if not _LINUX:
        return
    mine = os.getpid()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                # "pid (name) state parent …"; the name may hold blanks and brackets of its own.
                fields = stat.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == mine:
            yield int(name)


def _become_child(command: list[str], user: str) -> None:
    """In the forked child: leave the terminal's group, give up root if asked to, and turn into the command."""
    guard = os.getppid()
    try:
        os.setpgid(0, 0)
        if user:
            account = pwd.getpwnam(user)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        if _LINUX:
            # After setuid, which would clear it.
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guard:
                os._exit(1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606  # turning into the command is the point
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
        os._exit(127)


def main(arguments: list[str]) -> int:
    """Run the command of `arguments`: descriptors joined by commas (the socket first, the others only kept open as
    long as anything of the child lives), a user to become or "", a folder to remove if the starter is gone before
    the child or "", then the command.

    Returns its exit status, or 128 plus the number of the signal that ended it.
    """
    descriptors = [int(number) for number in arguments[0].split(",")]
    user, folder, command = arguments[1], arguments[2], arguments[3:]
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    control = socket.socket(fileno=descriptors[0])
    adopt_orphans()
    # The terminal's signals are the starter's business, which tells us through the socket what it wants.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())

    child = os.fork()
    if child == 0:
        _become_child(command, user)
    status = None
    if _announce(control, child):
        status = _watch(control, woken, child)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    end_descendants()
    if status is None:
        if folder:
            # Each guard of the run does so; the last one finds nobody else at work in it.
            shutil.rmtree(folder, ignore_errors=True)
        return 128 + signal.SIGKILL
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _announce(control: socket.socket, child: int) -> bool:
    """Tell the starter the child's pid. False when the starter is gone already."""
    try:
        control.sendall(b"%d\n" % child)
    except OSError:
        return False
    return True


def _watch(control: socket.socket, woken: socket.socket, child: int) -> int | None:
    """Pass signals on until the child ends (its status as waitpid gives it) or the starter is gone (None)."""
    while True:
        readable, _, _ = select.select([control, woken], [], [])
        if control in readable:
            try:
                asked = control.recv(512)
            except OSError:
                asked = b""
            if not asked:
                return None
            for number in asked:
                os.kill(child, number)
        if woken in readable:
            woken.recv(512)
            status = _reap(child)
            if status is not None:
                return status


def _reap(child: int) -> int | None:
    """Reap whatever has ended; the child's status if it is among them."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                status = ended[1]
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
