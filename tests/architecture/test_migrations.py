"""The migrations: they build what the models say, and can be taken back, on both databases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from config import ROOT, from_environment
from tests import factories
from tests.factories import NOW
from webapp.app import create_app
from webapp.extensions import db
from webapp.moderation.seed import seed
from webapp.outbox.models import Delivery
from webapp.quotes.models import Quote
from webapp.unit_of_work import unit_of_work


@pytest.mark.parametrize("seeded", [False, True], ids=["empty", "seeded"])
def test_up_down_and_up_again_and_nothing_is_missing(
    tmp_path: Path, new_database: Callable[[], str], seeded: bool
) -> None:
    settings = from_environment(
        {
            "INSTANCE_DIR": str(tmp_path),
            "DATABASE_URL": new_database(),
            "FIELD_KEYS": Fernet.generate_key().decode(),
        }
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        check()
        if seeded:
            with unit_of_work():
                seed(NOW, sample=True)
                _enquire()
            before = _enquired()
            downgrade(revision="0009")
            upgrade()
            after = _enquired()
            # What the tables before cannot tell: more than one want, and mails' rows of 0010 and 0011.
            assert before == after
            assert after["enquiry_want"] == after["consent"] == 1
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        upgrade()
        check()
        db.engine.dispose()


def _enquire() -> None:
    """One enquiry of before 0010, answered, with its two mails."""
    clinic = factories.clinic(db.session())
    row = factories.enquiry(db.session(), clinic, state="answered", email_hash="e" * 64, heard_at=NOW)
    quote = Quote(
        recipient_id=row.recipients[0].id,
        version=1,
        kind="decline",
        currency="SGD",
        tax="unknown",
        created_at=NOW,
    )
    mails = [
        Delivery(
            key=key, message_id=key, state="sent", next_at=NOW, created_at=NOW, ended_at=NOW,
            about=f"enquiry:{row.id}", to_hash=to_hash,
        )
        for key, to_hash in (
            (f"enquiry-patient-page:{row.id}", "e" * 64),
            (f"enquiry-asks-clinic:{row.recipients[0].id}", None),
        )
    ]  # fmt: skip
    others = Delivery(key="portal-invited:1", message_id="o", state="sent", next_at=NOW, created_at=NOW)
    db.session.add_all([quote, *mails, others])


def _enquired() -> dict[str, Any]:
    """What an enquiry of before 0010 has in the tables of today."""
    queries = {
        "enquiry": "SELECT ref, email_hash, last_act_at, heard_at FROM enquiry",
        "want": "SELECT position, sessions, treatment_id FROM enquiry_want",
        "consent_of": "SELECT matter, recipient_id, consent_text_id FROM consent",
        "recipient": "SELECT state, asked_at FROM recipient",
        "mails": "SELECT key, about, to_hash FROM delivery ORDER BY id",
    }
    with db.engine.connect() as connection:
        found: dict[str, Any] = {
            name: [tuple(map(str, row)) for row in connection.execute(text(words))]
            for name, words in queries.items()
        }
    db.session.remove()
    return found | {"enquiry_want": len(found["want"]), "consent": len(found["consent_of"])}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "migrations" / "versions").glob("*.py")), ids=lambda path: path.name
)
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert "webapp" not in written
    assert path.name[:4].isdigit()
