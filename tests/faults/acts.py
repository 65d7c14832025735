"""All rows in their order, and which of them run side by side on one stage."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.faults.report import Result, Voice
from tests.faults.rounds import Round
from tests.faults.rows import (
    answers,
    bells,
    broker_away,
    database_away,
    frozen_worker,
    killed,
    latency,
    not_trusted,
    poison,
    slow_server,
    twins,
)
from tests.faults.scale import Scale
from tests.faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Row:
    """`run` fills in the result of its round. `apart`: nothing else may happen on the stage meanwhile."""

    name: str
    fault: str
    run: Callable[[Round], None]
    apart: bool = True
    postgresql_only: bool = False


ROWS = (
    Row("latency", "none: one enquiry a second", latency.steady),
    Row("burst", "none: 300 mails at once", latency.burst),
    Row("F1", "kill -9 of a worker every 2 s, of the broker every 7 s", killed.kill_9),
    Row("F2", "web process killed between commit and bell", bells.killed_before_the_bell),
    Row("F3", "workers asked to end (SIGTERM) every 2 s", killed.deploys),
    Row("F4", "a worker frozen in mid-send for twice its lease", frozen_worker.frozen_in_mid_send),
    Row("F5", "broker down", broker_away.stopped),
    Row("F6", "broker frozen", broker_away.frozen),
    Row("F7", "broker flushed", bells.flushed),
    Row(
        "F8",
        "PostgreSQL restarted every 4 s, cut off, then down",
        database_away.restarted_and_down,
        postgresql_only=True,
    ),
    Row("F10", "421, 450, 451, 452", answers.put_off, apart=False),
    Row("F11", "550 at RCPT, 554 at DATA", answers.refused, apart=False),
    Row("F11-login", "535 at login", not_trusted.login_refused),
    Row("F12", "connection lost before the 250, after it, in the mail", answers.lost_answers),
    Row("F13", "one clinic's mail server slow", slow_server.slow_for_one, apart=False),
    Row("F14", "certificate expired or self-signed, STARTTLS stripped", not_trusted.not_trusted),
    Row("F17", "a template that raises, mails that end their worker", poison.poison),
    Row("F18", "50 posts with one key at once; the key with other words", twins.twins, apart=False),
)


def acts(names: Iterable[str] = (), kind: str = "") -> Iterator[tuple[Row, ...]]:
    """The rows of these names, all without any, as they follow each other on a database of that kind ("sqlite"
    leaves out what is PostgreSQL's only); rows of one act run side by side. Raises ValueError for an unknown name."""
    wanted = set(names) or {row.name for row in ROWS}
    if unknown := wanted - {row.name for row in ROWS}:
        raise ValueError(f"there is no row {', '.join(sorted(unknown))}")
    rows = [row for row in ROWS if row.name in wanted and not (row.postgresql_only and kind == "sqlite")]
    together = tuple(row for row in rows if not row.apart)
    for row in rows:
        if row.apart:
            yield (row,)
        elif row is together[0]:
            yield together


def run_act(stage: Stage, act: tuple[Row, ...], scale: Scale, voice: Voice) -> list[Result]:
    """Run the rows of one act and return a result for each; what goes wrong is in the result."""
    # The row before may have killed them.
    stage.wait_for_workers()
    with ThreadPoolExecutor(len(act)) as pool:
        results = list(pool.map(lambda row: _run_row(stage, row, scale, voice.of(row.name)), act))
    if not all(result.passed for result in results):
        stage.mend()
    return results


def _run_row(stage: Stage, row: Row, scale: Scale, say: Voice) -> Result:
    result = Result(row.name, stage.kind, row.fault, scale)
    say(row.fault)
    began = time.monotonic()
    try:
        row.run(Round(stage, result, scale, say, alone=row.apart))
    except Exception as error:  # one row that falls over must not hide what the others found
        result.problems.append(f"{type(error).__name__}: {error}".splitlines()[0][:300])
        say(traceback.format_exc())
    result.seconds = time.monotonic() - began
    say(
        f"{'passed' if result.passed else 'FAILED'} in {result.seconds:.0f} s: {' | '.join(result.cells()[2:])}"
    )
    return result
