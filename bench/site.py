"""A site to measure and throw away: the real migrations, the sample clinics, and invented ones by the real import."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from bench.invented import write_listing
from config import from_environment
from webapp.app import create_app
from webapp.domain.geo import Point
from webapp.domain.listing_csv import read
from webapp.extensions import db
from webapp.moderation import queries as moderation
from webapp.moderation.seed import seed
from webapp.moderation.services.imports import import_listing
from webapp.unit_of_work import unit_of_work

# The invented clinics stand where no sample clinic is: around the station of Woodlands, at the other end of
# Singapore.
PLACE = "Woodlands MRT"
AROUND = Point(1.4370, 103.7865)


class NotBuilt(Exception):
    """The invented clinics do not pass the checks of an import."""


@contextmanager
def throw_away_site(invented: int) -> Iterator[Flask]:
    """The application on a SQLite file that is deleted with everything else afterwards. Raises NotBuilt."""
    with tempfile.TemporaryDirectory(prefix="like-for-like-bench-") as folder:
        app = create_app(
            from_environment(
                {
                    "INSTANCE_DIR": folder,
                    "SECRET_KEY": secrets.token_urlsafe(48),
                    "FIELD_KEYS": Fernet.generate_key().decode(),
                }
            )
        )
        with app.app_context():
            upgrade()
            _fill(Path(folder), invented)
        yield app
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _fill(folder: Path, invented: int) -> None:
    now = datetime.now(UTC)
    listing = folder / "listing"
    listing.mkdir()
    write_listing(listing, invented, AROUND, now.date())
    with unit_of_work() as session:
        seed(now, sample=True)
        session.flush()
        result = read(listing, moderation.known(), on=now.date())
        if not result.ok:
            raise NotBuilt("\n".join(map(str, result.errors)))
        import_listing(result.listing, now)
    # After a bulk load SQLite knows nothing of its tables until it has looked.
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
