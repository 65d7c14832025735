"""What the moderation room hears from below."""

from flask import Flask

from webapp import events
from webapp.clinics.models import Clinic
from webapp.moderation import geocode_jobs


def init_app(app: Flask) -> None:
    events.clinic_changed.connect(_clinic_changed)


def _clinic_changed(sender: type[Clinic], *, clinic_id: int) -> None:
    """In the sender's transaction: an address that changed is queued with the change, or neither happens."""
    geocode_jobs.note_address(clinic_id)
