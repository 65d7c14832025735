"""Keys can be exchanged while the site runs: nothing is forgotten, nothing is lost to a kill or to another writer."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask
from sqlalchemy import Engine, Text, create_engine, select, text, type_coerce, update
from sqlalchemy.orm import Session

from config import ROOT, Settings, from_environment
from tests.privacy.conftest import MakeEnquiry
from tests.services.live_site import flask
from tests.services.server import clean_environment
from webapp.encryption import EncryptedText, FieldEncryption, current_encryption
from webapp.enquiries.models import Enquiry
from webapp.extensions import Base
from webapp.keys import rotation
from webapp.outbox.models import Delivery

Use = Callable[..., FieldEncryption]


@pytest.fixture
def use(app: Flask, settings: Settings) -> Iterator[Use]:
    """use(key, …): from now on the application has these keys, newest first."""

    def begin(*keys: str) -> FieldEncryption:
        encryption = FieldEncryption(keys, settings.secret_key)
        encryption.init_app(app)
        return encryption

    yield begin
    begin(*settings.field_keys)


def new_key() -> str:
    return Fernet.generate_key().decode()


def quietly(_words: str) -> None:
    pass


def tokens(session: Session) -> list[str]:
    """Every encrypted field of the database, as it is stored."""
    return [
        str(token)
        for table, columns in rotation.encrypted_columns()
        for column in columns
        for token in session.execute(
            select(type_coerce(column, Text())).select_from(table).where(column.is_not(None))
        ).scalars()
    ]


def opens(key: str, token: str) -> bool:
    try:
        Fernet(key).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


@pytest.mark.once
def test_no_encrypted_column_is_forgotten() -> None:
    """Found by the columns' type; here by the source: each column that is declared so stands in the list."""
    declared = {
        line.split(":")[0].strip()
        for path in (ROOT / "webapp").rglob("models.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "mapped_column(EncryptedText" in line
    }
    found = {column.name for _table, columns in rotation.encrypted_columns() for column in columns}
    assert found == declared
    assert len(found) > 15
    for table, columns in rotation.encrypted_columns():
        assert len(table.primary_key.columns) == 1, table
        assert all(isinstance(column.type, EncryptedText) for column in columns)
    assert len(rotation.encrypted_columns()) == sum(
        any(isinstance(column.type, EncryptedText) for column in table.columns)
        for table in Base.metadata.tables.values()
    )


def test_every_field_ends_under_the_newest_key_and_reads_the_same(
    session: Session, full_enquiry: MakeEnquiry, use: Use
) -> None:
    old, new = new_key(), new_key()
    use(old)
    ids = [full_enquiry().id for _number in range(3)]
    before = tokens(session)
    use(new, old)
    report = rotation.rotate(quietly, batch=2)
    assert (report.fields, report.renewed, report.unreadable) == (len(before), len(before), [])
    after = tokens(session)
    assert len(after) == len(before)
    assert all(opens(new, token) and not opens(old, token) for token in after)
    use(new)
    session.expire_all()
    assert {session.get_one(Enquiry, row_id).message for row_id in ids} == {"Does it hurt?"}
    assert rotation.rotate(quietly).renewed == 0


def test_check_says_which_keys_may_go(
    app: Flask, session: Session, full_enquiry: MakeEnquiry, use: Use
) -> None:
    oldest, older, new = new_key(), new_key(), new_key()
    use(older)
    full_enquiry()
    count = len(tokens(session))
    use(new, older, oldest)
    run = app.test_cli_runner().invoke
    said = run(args=["keys", "check"]).stdout.splitlines()
    assert said[0] == f"{count:,} fields, 0 unreadable"
    assert said[1].endswith("0 fields; encrypts what is new")
    assert said[2].endswith(f"{count} fields; still needed: flask keys rotate")
    assert said[3].endswith("0 fields; may be taken out of FIELD_KEYS")
    assert not any(key in "".join(said) for key in (oldest, older, new))
    rotated = run(args=["keys", "rotate"])
    assert rotated.stdout == f"{count} fields, {count} re-encrypted, 0 unreadable\n"
    assert "enquiry: " in rotated.stderr
    assert "may be taken out" in run(args=["keys", "check"]).stdout.splitlines()[2]


def test_fields_that_no_key_opens_are_named_and_left_as_they_are(
    app: Flask, session: Session, full_enquiry: MakeEnquiry, use: Use
) -> None:
    lost, old, new = new_key(), new_key(), new_key()
    use(old)
    enquiry_id = full_enquiry().id
    token = FieldEncryption((lost,), "another secret").encrypt("Does it hurt?")
    session.execute(update(Enquiry).values(message=type_coerce(token, Text())))
    session.commit()
    use(new, old)
    done = app.test_cli_runner().invoke(args=["keys", "rotate", "--batch", "3"])
    assert done.exit_code == 1
    assert "1 unreadable" in done.stdout
    assert f"unreadable: enquiry {enquiry_id}: message" in done.stderr
    assert "Does it hurt" not in done.output
    stored = session.scalars(select(type_coerce(Enquiry.message, Text()))).one()
    assert stored == token


def test_what_somebody_else_writes_meanwhile_stays(
    session: Session, full_enquiry: MakeEnquiry, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading a field and writing it again the patient's mail was sent, and its row wiped."""
    old, new = new_key(), new_key()
    use(old)
    full_enquiry()
    use(new, old)
    look: Any = rotation._look
    wiped = []

    def and_then_a_worker_comes(report: rotation.Report, fields: list[rotation.Field]) -> Any:
        found = look(report, fields)
        if fields and fields[0].table == "delivery":
            session.execute(update(Delivery).values(mail=None, to_address=None))
            session.commit()
            wiped.extend(fields)
        return found

    monkeypatch.setattr(rotation, "_look", and_then_a_worker_comes)
    report = rotation.rotate(quietly)
    assert len(wiped) == 6
    assert report.renewed == report.fields - len(wiped)
    assert set(session.scalars(select(Delivery.mail))) == {None}


def test_hashes_outlive_the_secret_key_by_the_hash_key(app: Flask, settings: Settings) -> None:
    with app.app_context():
        before = current_encryption()
        printed = app.test_cli_runner().invoke(args=["keys", "hash-key"]).stdout.strip()
    after = FieldEncryption(settings.field_keys, "another secret key, just as long as it has to be", printed)
    assert after.keyed_hash("mei@patient.test") == before.keyed_hash("mei@patient.test")
    without = FieldEncryption(settings.field_keys, "another secret key, just as long as it has to be")
    assert without.keyed_hash("mei@patient.test") != before.keyed_hash("mei@patient.test")


def under(key: str, engine: Engine) -> int:
    """How many fields of the enquiries this key opens, seen from outside the application."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT message, name, email FROM enquiry")).all()
    return sum(opens(key, token) for row in rows for token in row)


ENQUIRIES, BATCH = 40, 5
# Of an enquiry: its message, its name and its address.
FIELDS = 3
_FILL = """
import sys
from datetime import timedelta
from tests import factories
from tests.factories import NOW
from webapp.app import create_app
from webapp.extensions import db
with create_app().app_context():
    clinic = factories.clinic(db.session())
    for number in range(int(sys.argv[1])):
        factories.enquiry(db.session(), clinic, message=f"Question {number} " * 20)
    db.session.commit()
"""
# The command, killed (kill -9) when it has written so many fields of enquiries: no race with anybody.
_KILLED = """
import os
import signal
import sys
from sqlalchemy import event
from webapp.app import create_app
from webapp.extensions import db
app, left = create_app(), int(sys.argv[1])
with app.app_context():
    engine = db.engine
@event.listens_for(engine, "after_cursor_execute")
def count(connection, cursor, statement, *more):
    global left
    left -= statement.startswith("UPDATE enquiry ")
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
app.test_cli_runner().invoke(args=["keys", "rotate", "--batch", sys.argv[2]])
"""


@pytest.mark.timeout(180)
def test_killed_at_any_point_it_is_started_again_and_nothing_is_lost(
    new_database: Callable[[], str], tmp_path: Any
) -> None:
    old, new = new_key(), new_key()
    env = clean_environment(INSTANCE_DIR=str(tmp_path), DATABASE_URL=new_database(), FIELD_KEYS=old)
    flask(env, "db", "upgrade")
    run = partial(subprocess.run, cwd=ROOT, env=env, timeout=120)
    run([sys.executable, "-c", _FILL, str(ENQUIRIES)], check=True)
    env["FIELD_KEYS"] = f"{new},{old}"
    engine = create_engine(from_environment(env).database_url)
    left = FIELDS * ENQUIRIES
    assert under(old, engine) == left
    # In the first batch, in a later one, at the last write of one that is not committed yet.
    for written in (1, 2 * FIELDS * BATCH + 4, FIELDS * BATCH):
        killed = run([sys.executable, "-c", _KILLED, str(written), str(BATCH)])
        assert killed.returncode == -signal.SIGKILL
        # What was committed stays, and the batch in which it was killed is as if it had never begun.
        left -= (written - 1) // (FIELDS * BATCH) * FIELDS * BATCH
        assert under(old, engine) == left
        assert under(new, engine) == FIELDS * ENQUIRIES - left
    engine.dispose()
    done = flask(env, "keys", "rotate")
    assert done.stdout.strip().endswith("0 unreadable")
    assert f"{left:,} re-encrypted" in done.stdout
    env["FIELD_KEYS"] = new
    assert "0 unreadable" in flask(env, "keys", "check").stdout
