"""Task of incoming mail: read the mailbox that bounces and replies come to."""

import contextlib
import logging
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import OperationalError

from webapp.clients import imap_mailbox
from webapp.outbox.inbound import hearing
from webapp.queue import READ_INBOUND_MAIL
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work
from workers.app import celery

log = logging.getLogger(__name__)

# Seconds of the processor's time that reading one mail may take, some ten times of what the worst of them took. A mail
# that takes longer is set aside: it would stay the oldest one, and no run would come past it.
READING_SECONDS = 10.0


class ReadingTooLong(Exception):
    """A mail took more than READING_SECONDS."""


@celery.task(name=READ_INBOUND_MAIL)
def read() -> None:
    """Hear every mail that waits in the mailbox; each is removed once it was. Nobody waits where there is none."""
    url = current_settings().inbound_mail_url
    if not url:
        return
    try:
        imap_mailbox.empty(url, _hear)
    except imap_mailbox.MailboxError as error:
        log.error("incoming mail waits (%s)", error)


def _hear(content: bytes) -> bool:
    """In a transaction of its own, while nothing is said to the mail server. False for a mail that cannot be taken:
    it is set aside, for those behind it must not wait."""
    try:
        with _at_most(READING_SECONDS):
            mail = hearing.understand(content, current_settings().inbound_address)
        with unit_of_work():
            hearing.hear(mail, datetime.now(UTC))
    except (OperationalError, SoftTimeLimitExceeded):
        raise  # nothing is wrong with the mail
    except Exception as error:  # a mail may hold anything; its words may not stand in a log
        log.error("a mail that came in cannot be taken (%s)", type(error).__name__)
        return False
    return True


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises ReadingTooLong in the block, which touches no database, after so many seconds of the processor's time.

    A signal reaches a process's main thread alone, where Celery runs its tasks; in another one nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(_signal: int, _frame: object) -> None:
        raise ReadingTooLong

    before = signal.signal(signal.SIGVTALRM, over)
    # Again and again, should what is interrupted swallow the first.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
