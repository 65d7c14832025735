"""`python -m tests.faults`: break everything that can break, and say what was lost. `make faults` runs it.

FAULTS=middle|long|short and TEST_DATABASE=sqlite|postgresql choose the size and the database (both without one).
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.faults import acts, report
from tests.faults.scale import Scale
from tests.faults.stage import open_stage

_KINDS = ("postgresql", "sqlite")


def main(arguments: list[str]) -> int:
    """Run the rows and print the table; exit status 1 if any row failed, 2 for a wrong option."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rows", default="", help="names separated by commas; all without")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the rows into the tables of this page"
    )
    options = parser.parse_args(arguments)
    size, kind = os.environ.get("FAULTS") or Scale.MIDDLE, os.environ.get("TEST_DATABASE", "")
    if size not in set(Scale) or (kind and kind not in _KINDS):
        parser.error(f"FAULTS is one of {', '.join(Scale)}; TEST_DATABASE one of {', '.join(_KINDS)}")
    names = [name for name in options.rows.split(",") if name]
    results: list[report.Result] = []
    voice = report.Voice()
    for database in [kind] if kind else _KINDS:
        try:
            running = list(acts.acts(names, database))
        except ValueError as error:
            parser.error(str(error))
        voice(f"== {database}, {size}")
        with (
            tempfile.TemporaryDirectory(prefix="lfl-faults-", dir="/tmp") as folder,
            open_stage(database, Path(folder)) as stage,
        ):
            for act in running:
                found = acts.run_act(stage, act, Scale(size), voice)
                results += found
                if options.write:
                    # After each act: what was measured for hours stays when a later row is broken off.
                    report.write(options.write, found, [row.name for row in acts.ROWS])
                if not all(result.passed for result in found):
                    print(stage.logs())
            voice(f"started again meanwhile: {dict(stage.supervisor.starts)}")
    print("\n" + report.table(results))
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
