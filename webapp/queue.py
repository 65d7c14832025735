"""The doorbell: names of the tasks that the web process asks for, and a ring that never costs a request much.

The database holds the truth, and a sweep finds what no bell announced (workers/schedule.py); so a bell that
cannot be heard is logged and forgotten.
"""

import logging
import time

from celery import Celery
from flask import Flask, current_app

log = logging.getLogger(__name__)

SEND_DELIVERY = "outbox.send"
SWEEP_DELIVERIES = "outbox.sweep"
FORGET_MAILS = "outbox.forget"
READ_INBOUND_MAIL = "outbox.read_inbound"
ANSWER_SIGN_IN = "accounts.answer"
SWEEP_SIGN_INS = "accounts.sweep"
FORGET_ENQUIRIES = "enquiries.forget"
EXPIRE_QUOTES = "quotes.expire"
REMIND_OF_QUOTES = "quotes.remind"
EXPIRE_CLAIMS = "moderation.expire"
REMIND_CLINICS = "moderation.remind"
REFRESH_CLINIC = "refresh.run"
PLAN_REFRESHES = "refresh.plan"
SWEEP_REFRESHES = "refresh.sweep"
LOCATE_CLINIC = "geocoding.locate"
SWEEP_GEOCODING = "geocoding.sweep"
PLAN_GEOCODING = "geocoding.plan"
REFRESH_RATES = "fx.refresh"

# Longest wait for the broker inside a request, in seconds, and how long it is then left alone. With the
# defaults of kombu a request was held for 6 s by a stopped broker and for over 30 s by a frozen one.
_WAIT = 0.2
_LEFT_ALONE = 5.0
_NAME = "doorbell"


def celery_settings(redis_url: str, *, wait: float) -> dict[str, object]:
    """Settings that the ringing side and the workers share; `wait` bounds each socket operation, in seconds."""
    return {
        "broker_url": redis_url,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "socket_timeout": wait,
            "socket_connect_timeout": wait,
            "socket_keepalive": True,
            "health_check_interval": 30,
            "retry_on_timeout": False,
            # A task whose worker was killed comes back after this long; longer than any hard time limit.
            "visibility_timeout": 300,
            # How often unacknowledged tasks are looked at: 12 s after a kill instead of minutes (measured).
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "max_retries": 0,
            "global_keyprefix": "lfl:",
        },
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_publish_retry": False,
        "task_default_queue": "default",
        "timezone": "UTC",
        "enable_utc": True,
    }


class Doorbell:
    """Rings tasks by name, so that the web process needs to import no worker."""

    def __init__(self, redis_url: str) -> None:
        self._silent_until = 0.0
        self._celery: Celery | None = None
        if redis_url:
            self._celery = Celery("doorbell", set_as_current=False)
            self._celery.conf.update(celery_settings(redis_url, wait=_WAIT))

    def init_app(self, app: Flask) -> None:
        app.extensions[_NAME] = self

    def ring(self, name: str, row_id: int) -> None:
        """Publish the task `name` for the row `row_id`. Never raises; waits about 0.2 s at most, then not at all
        for 5 s."""
        if self._celery is None or time.monotonic() < self._silent_until:
            return
        try:
            self._celery.send_task(name, args=[row_id], retry=False)
        except (
            Exception
        ) as error:  # whatever the broker's client raises, the row is safe and the sweep will come
            self._silent_until = time.monotonic() + _LEFT_ALONE
            log.warning("the broker did not answer (%s); tasks wait for the sweep", type(error).__name__)


def ring(name: str, row_id: int) -> None:
    """Ring on the current application's doorbell; see Doorbell.ring."""
    doorbell: Doorbell = current_app.extensions[_NAME]
    doorbell.ring(name, row_id)
