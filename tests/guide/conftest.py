"""The reviewed reference content, loaded as `flask seed` loads it."""

import pytest
from sqlalchemy.orm import Session

from webapp.moderation.seed import SEED
from webapp.treatments.services import load_reference


@pytest.fixture
def reference(session: Session) -> Session:
    """Treatments, names, sources and facts are there."""
    load_reference(SEED / "reference")
    session.commit()
    return session
