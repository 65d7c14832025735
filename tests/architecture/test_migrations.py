"""The migrations: they build what the models say, and can be taken back, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from config import ROOT, from_environment
from tests.factories import NOW
from webapp.app import create_app
from webapp.extensions import db
from webapp.moderation.seed import seed
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
            db.session.remove()
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        upgrade()
        check()
        db.engine.dispose()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "migrations" / "versions").glob("*.py")), ids=lambda path: path.name
)
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "webapp" not in text
    assert path.name[:4].isdigit()
