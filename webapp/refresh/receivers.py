"""What the refresh room hears from below."""

from flask import Flask

from webapp import events
from webapp.clinics.models import Clinic
from webapp.i18n import utc_now
from webapp.refresh import services


def init_app(app: Flask) -> None:
    events.clinic_changed.connect(_clinic_changed)


def _clinic_changed(sender: type[Clinic], *, clinic_id: int) -> None:
    """A clinic that gives the address of its feed sees within seconds whether it can be read."""
    services.plan_feed_of(clinic_id, utc_now())
