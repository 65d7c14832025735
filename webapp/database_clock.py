"""The database's own clock inside a statement, so that no lease depends on a worker's clock."""

from typing import Any

from sqlalchemy import Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from webapp.extensions import UtcDateTime


class database_clock(FunctionElement[Any]):  # reads as the SQL function that it is
    """The moment at which the statement runs, plus `seconds` (may be negative or a fraction).

    Compiles for SQLite and PostgreSQL; another database raises NotImplementedError.
    """

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(literal(float(seconds), Float))


@compiles(database_clock)
def _unknown(element: database_clock, compiler: SQLCompiler, **keywords: Any) -> str:
    raise NotImplementedError(f"no clock is known for {compiler.dialect.name}")


@compiles(database_clock, "sqlite")
def _sqlite(element: database_clock, compiler: SQLCompiler, **keywords: Any) -> str:
    # %f has milliseconds; with three zeros the text sorts and reads like the times that SQLAlchemy stores.
    seconds = compiler.process(element.clauses, **keywords)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+.3f seconds', {seconds}))"


@compiles(database_clock, "postgresql")
def _postgresql(element: database_clock, compiler: SQLCompiler, **keywords: Any) -> str:
    # now() is the start of the transaction, which may have waited for a lock; clock_timestamp() is volatile
    # and keeps the planner from an index.
    seconds = compiler.process(element.clauses, **keywords)
    return f"(statement_timestamp() + make_interval(secs => CAST({seconds} AS double precision)))"
