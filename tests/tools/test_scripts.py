"""The two shell scripts of the set-up name what a machine lacks, instead of failing somewhere later."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

pytestmark = pytest.mark.once

MAKE_VENV = ROOT / "tools" / "make_venv.sh"
SYSTEM_PACKAGES = ROOT / "tools" / "system_packages.sh"
SH = shutil.which("sh") or "/bin/sh"


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!{SH}\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _run(script: Path, path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """With nothing on the PATH but what the test put there."""
    return subprocess.run(
        [SH, str(script), *arguments],
        env={"PATH": str(path)} | env,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def test_no_python_is_said(programs: Path, tmp_path: Path) -> None:
    done = _run(MAKE_VENV, programs, str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and python3 was not found" in done.stderr
    assert "python3-venv" in done.stderr


def test_an_old_python_is_passed_over_and_named_when_it_is_all_there_is(
    programs: Path, tmp_path: Path
) -> None:
    _program(programs, "python3", 'case "$2" in *exit*) exit 1;; *) echo 3.9.2;; esac')
    done = _run(MAKE_VENV, programs, str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "python3 is 3.9.2" in done.stderr
    _program(programs, "python3.12", f'exec {sys.executable} "$@"')
    done = _run(MAKE_VENV, programs, str(tmp_path / "venv"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "bin" / "pip").exists()


def test_a_python_without_venv_is_said(programs: Path, tmp_path: Path) -> None:
    _program(programs, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = _run(MAKE_VENV, programs, str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def _look_for_packages(programs: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """On a machine without the folders of a system's own programs, where no environment was made yet."""
    return _run(SYSTEM_PACKAGES, programs, **{"SBIN": "/nowhere", "VENV": "/nowhere"} | env)


def _without_packages(programs: Path) -> None:
    _program(programs, "fc-list", "exit 0")
    _program(programs, "ls", "exit 2")


def _python(
    programs: Path, name: str, *, prefix: str = "/usr", venv: bool = False, old: bool = False
) -> None:
    """A Python as a package brings it, without what makes environments."""
    ran = {"ensurepip": not venv, "sys.exit": old}
    failing = "".join(f"*{words}*) exit 1;; " for words, fails in ran.items() if fails)
    real = f"import sys; sys.base_prefix, sys.version_info = '{prefix}', (3, 12);"
    _program(programs, name, f'case "$2" in {failing}*) exec {sys.executable} -c "{real} $2";; esac')


def test_missing_packages_are_named_where_none_may_be_installed(programs: Path) -> None:
    _without_packages(programs)
    _python(programs, "python3")
    done = _look_for_packages(programs)
    assert done.returncode == 1
    named = "chromium fonts-noto-cjk postgresql dovecot-imapd python3.12-venv"
    assert f"missing on this machine: {named}\n" in done.stderr


def test_pythons_own_package_is_for_an_environment_that_is_still_to_be_made(
    programs: Path, tmp_path: Path
) -> None:
    for name in ("chromium", "initdb", "dovecot"):
        _program(programs, name, "exit 1")
    _program(programs, "fc-list", "echo NotoSansCJK")
    _python(programs, "python3")
    assert "python3.12-venv" in _look_for_packages(programs).stderr
    # One that was made before runs on its own.
    made = tmp_path / "venv" / "bin"
    made.mkdir(parents=True)
    _program(made, "python", "exit 0")
    assert _look_for_packages(programs, VENV=str(made.parent)).returncode == 0
    # A package of the system is no help to a Python from elsewhere, nor to one that is too old for us.
    _python(programs, "other", prefix="/opt/python")
    assert _look_for_packages(programs, PYTHON="other").returncode == 0
    _python(programs, "python3", old=True)
    assert _look_for_packages(programs).returncode == 0
    _python(programs, "python3.12")
    assert "python3.12-venv" in _look_for_packages(programs).stderr


def test_missing_packages_are_installed_by_root(programs: Path, tmp_path: Path) -> None:
    _without_packages(programs)
    _python(programs, "python3")
    _program(programs, "id", "echo 0")
    _program(
        programs, "env", 'while case "$1" in *=*) ;; *) false;; esac; do export "$1"; shift; done; exec "$@"'
    )
    _program(programs, "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> {tmp_path / "asked"}')
    done = _look_for_packages(programs, CHROMIUM_PATH="/opt/chromium")
    assert done.returncode == 0, done.stderr
    wanted = "fonts-noto-cjk postgresql dovecot-imapd python3.12-venv"
    assert (tmp_path / "asked").read_text().splitlines() == [
        " update -qq",
        f"noninteractive install -y -qq --no-install-recommends {wanted}",
    ]


def test_nothing_is_asked_for_when_nothing_is_missing(programs: Path, tmp_path: Path) -> None:
    for name in ("chromium", "initdb"):
        _program(programs, name, "exit 1")
    _program(programs, "fc-list", "echo NotoSansCJK")
    _python(programs, "python3", venv=True)
    system = tmp_path / "sbin"
    system.mkdir()
    _program(system, "dovecot", "exit 1")
    done = _look_for_packages(programs, SBIN=str(system))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_scripts_can_be_run(tmp_path: Path) -> None:
    for script in (MAKE_VENV, SYSTEM_PACKAGES, ROOT / ".ci" / "run"):
        assert os.access(script, os.X_OK), script


def test_make_help_lists_the_commands() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"help", "run", "test", "check", "lock"} <= set(listed)
