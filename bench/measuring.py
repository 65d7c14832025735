"""Process time per request through the WSGI callable, all cases in turn, so that they share their minutes.

Wall-clock time says what else a machine was doing; the time of this process (user and system) hardly does. What
drifts all the same drifts for the anchors too, so the ratios are what to compare between two runs.
"""

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

ROUNDS = 20


class Refused(Exception):
    """An address did not answer with 200; the message says which, and what it answered."""


@dataclass(slots=True)
class Case:
    """Something to ask of an application: its addresses in turn, `per_round` requests in each of ROUNDS rounds.

    `goal_ms` is the p99 that is asked of it, None where none is.
    """

    name: str
    app: Flask
    addresses: Sequence[str]
    per_round: int
    goal_ms: float | None = None
    taken: list[int] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Milliseconds of process time that this share of the requests did not exceed."""
        return sorted(self.taken)[math.ceil(len(self.taken) * share) - 1] / 1e6


def ask(app: Flask, address: str) -> tuple[bytes, int]:
    """The body of a GET, and what it took in nanoseconds of process time. Raises Refused."""
    builder = EnvironBuilder(path=address.partition("?")[0], query_string=address.partition("?")[2])
    environ = builder.get_environ()
    builder.close()
    said: list[str] = []

    def start_response(status: str, headers: object, error: object = None) -> Callable[[bytes], Any]:
        said.append(status)
        return lambda data: None

    start = time.process_time_ns()
    parts = app.wsgi_app(environ, start_response)
    body = b"".join(parts)
    close = getattr(parts, "close", None)
    if close is not None:
        close()
    taken = time.process_time_ns() - start
    if said[-1] != "200 OK":
        raise Refused(f"{address}: {said[-1]}\n{body[:500].decode(errors='replace')}")
    return body, taken


def measure(cases: Sequence[Case], report: Callable[[int], None]) -> None:
    """Fill `taken` of every case; `report` hears how many of ROUNDS are done. Raises Refused."""
    # As wsgi.py does.
    gc.collect()
    gc.freeze()
    turns = [cycle(case.addresses) for case in cases]
    for case in cases:
        for address in case.addresses:
            for _warming in range(3):
                ask(case.app, address)
    for done in range(ROUNDS):
        for case, turn in zip(cases, turns, strict=True):
            case.taken += [ask(case.app, address)[1] for address in islice(turn, case.per_round)]
        report(done + 1)
