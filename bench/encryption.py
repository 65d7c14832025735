"""What a field costs to encrypt, to read, to read under the second key, and to hash: `python -m bench.encryption`.

Process time in microseconds, the median of many rounds, for a handle (20 bytes), a message (1 KiB) and a whole mail
(10 KiB).
"""

import secrets
import statistics
import time
from collections.abc import Callable
from functools import partial

from cryptography.fernet import Fernet

from webapp.encryption import FieldEncryption

_SIZES = {"20 B": 20, "1 KiB": 1024, "10 KiB": 10 * 1024}
_ROUNDS, _PER_ROUND = 60, 50


def measure(work: Callable[[], object]) -> float:
    """Microseconds of process time for one call, the median of the rounds."""
    taken = []
    for _round in range(_ROUNDS):
        start = time.process_time_ns()
        for _call in range(_PER_ROUND):
            work()
        taken.append((time.process_time_ns() - start) / _PER_ROUND / 1000)
    return statistics.median(taken)


def main() -> None:
    old, new = (Fernet.generate_key().decode() for _key in range(2))
    before, after = FieldEncryption((old,), "secret"), FieldEncryption((new, old), "secret")
    print(f"{'':>8} {'encrypt':>9} {'read':>9} {'2nd key':>9} {'hash':>9}   µs")
    for name, size in _SIZES.items():
        text = secrets.token_hex(size // 2)
        mine, theirs = after.encrypt(text), before.encrypt(text)
        figures = (
            measure(partial(after.encrypt, text)),
            measure(partial(after.decrypt, mine)),
            measure(partial(after.decrypt, theirs)),
            measure(partial(after.keyed_hash, text)),
        )
        print(f"{name:>8} " + " ".join(f"{figure:9.1f}" for figure in figures))


if __name__ == "__main__":
    main()
