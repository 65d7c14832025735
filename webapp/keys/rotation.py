"""Key rotation: every encrypted field of every table, found through the tables themselves, under the newest key.

Nothing remembers how far it came: a field that the first key of FIELD_KEYS opens is done, so a run that was killed
is simply started again. Old and new keys open fields side by side all the while, and the site keeps running.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, Text, column, select, table, update
from sqlalchemy.sql.expression import TableClause

from webapp.encryption import EncryptedText, current_encryption
from webapp.extensions import Base, db
from webapp.unit_of_work import unit_of_work

# Rows that are read, and then written in one transaction, at a time.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One stored field: its table and column, the row's id, and what the database holds of it."""

    table: str
    column: str
    row_id: int
    token: str

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}: {self.column}"


@dataclass(slots=True)
class Report:
    """What a run saw: how many fields, how many are under the key with that place in FIELD_KEYS (from 0), how many
    it re-encrypted, and which ones none of the keys opens."""

    fields: int = 0
    under: Counter[int] = field(default_factory=Counter)
    renewed: int = 0
    unreadable: list[Field] = field(default_factory=list)


def encrypted_columns() -> list[tuple[Table, list[Column[Any]]]]:
    """The tables that hold encrypted fields, each with those columns."""
    found = []
    for each in Base.metadata.sorted_tables:
        columns = [one for one in each.columns if isinstance(one.type, EncryptedText)]
        if columns:
            found.append((each, columns))
    return found


def check(say: Callable[[str], None], batch: int = BATCH) -> Report:
    """Look at every field and change nothing. `say` is told of each table."""
    report = Report()
    for batch_of_fields in _batches(report, say, batch):
        _look(report, batch_of_fields)
    return report


def rotate(say: Callable[[str], None], batch: int = BATCH) -> Report:
    """Re-encrypt what is not under the first key, `batch` rows at a time, each batch in a transaction of its own.

    A field that somebody else changes meanwhile is left to them: they write with the first key anyway.
    """
    report = Report()
    for batch_of_fields in _batches(report, say, batch):
        old = _look(report, batch_of_fields)
        if old:
            report.renewed += _renew(old)
    return report


def _batches(report: Report, say: Callable[[str], None], batch: int) -> Iterator[list[Field]]:
    for each, columns in encrypted_columns():
        seen = report.fields
        (key,) = each.primary_key.columns
        bare = _bare(each.name, key.name, [one.name for one in columns])
        last = None
        while True:
            rows = select(bare).order_by(bare.c[key.name]).limit(batch)
            found = db.session.execute(rows if last is None else rows.where(bare.c[key.name] > last)).all()
            # No transaction stays open while fields are decrypted and somebody else may want to write.
            db.session.rollback()
            if not found:
                break
            last = found[-1][0]
            yield [
                Field(each.name, one.name, row[0], token)
                for row in found
                for one, token in zip(columns, row[1:], strict=True)
                if token is not None
            ]
        say(f"{each.name}: {report.fields - seen:,} fields")


def _look(report: Report, fields: list[Field]) -> list[Field]:
    """Count the fields by their keys; returns those that an older key opens."""
    old = []
    for each in fields:
        place = current_encryption().key_of(each.token)
        report.fields += 1
        if place is None:
            report.unreadable.append(each)
            continue
        report.under[place] += 1
        if place > 0:
            old.append(each)
    return old


def _renew(fields: list[Field]) -> int:
    """Write these fields, all of one table, under the first key; says how many nobody else had changed."""
    encryption = current_encryption()
    renewed = 0
    with unit_of_work() as session:
        for each in fields:
            (key,) = Base.metadata.tables[each.table].primary_key.columns
            bare = _bare(each.table, key.name, [each.column])
            result = session.execute(
                update(bare)
                .where(bare.c[key.name] == each.row_id, bare.c[each.column] == each.token)
                .values({each.column: encryption.renew(each.token)})
                .returning(bare.c[key.name])
            )
            renewed += len(result.all())
    return renewed


def _bare(name: str, key: str, columns: list[str]) -> TableClause:
    """The table with these columns as plain text: as the database has them."""
    return table(name, column(key), *(column(one, Text()) for one in columns))
