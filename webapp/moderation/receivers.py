"""What the moderation room hears from below."""

from flask import Flask

from webapp import events
from webapp.clinics.models import Clinic
from webapp.i18n import utc_now
from webapp.moderation import geocode_jobs
from webapp.moderation.services import returned
from webapp.outbox.models import Delivery


def init_app(app: Flask) -> None:
    events.clinic_changed.connect(_clinic_changed)
    events.mail_bounced.connect(_mail_bounced)


def _clinic_changed(sender: type[Clinic], *, clinic_id: int) -> None:
    """In the sender's transaction: an address that changed is queued with the change, or neither happens."""
    geocode_jobs.note_address(clinic_id)


def _mail_bounced(sender: type[Delivery], *, delivery: Delivery, hard: bool) -> None:
    """In the transaction that heard of it, whatever the mail was about."""
    if hard and delivery.to_hash:
        returned.address_came_back(delivery.to_hash, utc_now())
