"""Two clinics that can be asked, one of which asks for all it may, and a form that a person took her time over."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests import factories
from webapp.clinics.models import Clinic
from webapp.enquiries import forms
from webapp.enquiries.choices import ASKS_FOR


@pytest.fixture
def clinics(session: Session) -> list[Clinic]:
    asked = [
        factories.clinic(session, asks_for=";".join(ASKS_FOR)),
        factories.clinic(session, languages="ko"),
    ]
    for clinic in asked:
        factories.offer(session, clinic)
    session.commit()
    return asked


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms may come back at once: waiting four seconds would only make the tests slow."""
    monkeypatch.setattr(forms, "FASTEST", timedelta())
