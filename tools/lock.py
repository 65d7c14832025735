"""Makes requirements/*.txt, the locks with hashes, from the dependency lists in pyproject.toml (`make lock`).

`--check` compares the two without a network: each lock names the digest of the lists that it was made from.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
LOCKS = {"runtime": ROOT / "requirements" / "runtime.txt", "dev": ROOT / "requirements" / "dev.txt"}
MARK = "# made from lists with the digest "
# One lock serves every Python from this one on, on every system that we name.
OLDEST_PYTHON = "3.11"


def digest(name: str) -> str:
    """The digest of the lists behind the lock `name` ("runtime" or "dev"): 64 hexadecimal digits."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    lists: dict[str, object] = {
        "python": project["project"]["requires-python"],
        "runtime": sorted(project["project"]["dependencies"]),
    }
    if name == "dev":
        lists["dev"] = sorted(project["dependency-groups"]["dev"])
    return hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()


def stale() -> list[str]:
    """The locks, by file name, that were not made from the lists as they are now."""
    return [path.name for name, path in LOCKS.items() if _noted(path) != digest(name)]


def compile_locks(upgrade: bool) -> None:
    """Write both locks. Keeps the versions that are locked already unless `upgrade`. Needs uv and a registry.

    Raises subprocess.CalledProcessError when uv finds no set of versions that fits together.
    """
    common = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    common += [
        "--python-version",
        OLDEST_PYTHON,
        "--no-emit-index-url",
        "--custom-compile-command",
        "make lock",
    ]
    if upgrade:
        common.append("--upgrade")
    runtime, dev = LOCKS["runtime"].relative_to(ROOT), LOCKS["dev"].relative_to(ROOT)
    subprocess.run([*common, PROJECT.name, "-o", str(runtime)], cwd=ROOT, check=True)
    subprocess.run([*common, "-c", str(runtime), "--group", "dev", "-o", str(dev)], cwd=ROOT, check=True)
    for name, path in LOCKS.items():
        path.write_text(f"{MARK}{digest(name)}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def _noted(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open(encoding="utf-8") as lock:
        first = lock.readline().strip()
    return first.removeprefix(MARK) if first.startswith(MARK) else ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the locks are in step")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    options = parser.parse_args(arguments)
    if not options.check:
        compile_locks(options.upgrade)
    behind = stale()
    if behind:
        files = " and ".join(behind)
        print(f"pyproject.toml has changed since {files} was made: run `make lock`", file=sys.stderr)
    return 1 if behind else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
