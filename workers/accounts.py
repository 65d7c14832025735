"""Tasks of the accounts room: answer somebody who wants to sign in."""

from datetime import UTC, datetime

from webapp.accounts import services
from webapp.queue import ANSWER_SIGN_IN, SWEEP_SIGN_INS
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work
from workers.app import celery

_SWEPT_AT_ONCE = 200


@celery.task(name=ANSWER_SIGN_IN)
def answer(request_id: int) -> None:
    """Mail a link if the address that was typed has an account. Twice, or in two workers, mails one."""
    with unit_of_work():
        services.answer_request(request_id, datetime.now(UTC), current_settings().sign_in_minutes)


@celery.task(name=SWEEP_SIGN_INS)
def sweep() -> None:
    """Answer the requests that no bell announced."""
    for request_id in services.unanswered(_SWEPT_AT_ONCE):
        answer(request_id)
