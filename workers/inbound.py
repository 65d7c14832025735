"""Task of incoming mail: read the mailbox that bounces and replies come to."""

import logging
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


@celery.task(name=READ_INBOUND_MAIL)
def read() -> None:
    """Hear every mail that waits in the mailbox; each is put away once it was. Nobody waits where there is none."""
    url = current_settings().inbound_mail_url
    if not url:
        return
    try:
        imap_mailbox.empty(url, _hear)
    except imap_mailbox.MailboxError as error:
        log.error("incoming mail waits (%s)", error)


def _hear(content: bytes) -> bool:
    """In a transaction of its own, while nothing is said to the mail server. False for a mail that cannot be taken:
    it is put aside, for those behind it must not wait."""
    try:
        mail = hearing.understand(content, current_settings().inbound_address)
        with unit_of_work():
            hearing.hear(mail, datetime.now(UTC))
    except (OperationalError, SoftTimeLimitExceeded):
        raise  # nothing is wrong with the mail
    except Exception as error:  # a mail may hold anything; its words may not stand in a log
        log.error("a mail that came in cannot be taken (%s)", type(error).__name__)
        return False
    return True
