"""Alembic's entry: runs the migrations against the running application's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from webapp.extensions import db


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain types they store: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def foreign_keys_rest(connection: Connection) -> Iterator[None]:
    """On SQLite a table that is made anew must not take its parts along: foreign keys rest meanwhile, and what they
    point to is looked at afterwards (sqlite.org/lang_altertable.html, 7). The switch works outside transactions only.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"{len(broken)} rows point to nothing, first: {broken[0]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run_migrations_online() -> None:
    with db.engine.connect() as connection, foreign_keys_rest(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadatas[None],
            render_item=render_item,
            # Includes render_as_batch: SQLite cannot alter most of a table, so Alembic makes a new one and copies.
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database: set DATABASE_URL")
run_migrations_online()
