"""Keys of the mails to a clinic, made and read here: each says for which recipient it is, so that a reply to any of
them finds the clinic that wrote it, whatever address that has by now and whoever shares it.
"""

import re
from enum import StrEnum


class ToClinic(StrEnum):
    """What a mail to a clinic is about. A name that is stored stays; its key is "name:recipient[:more]"."""

    ASKS = "enquiry-asks-clinic"
    DECIDED = "quote-decided"
    RELEASED = "contact-released"
    QUESTION = "patient-asks-clinic"
    EXPLANATION = "patient-explains-to-clinic"
    FRESH_LINK = "quote-link"
    LINK_AGAIN = "link-again"


_KEY = re.compile(rf"(?:{'|'.join(re.escape(name) for name in ToClinic)}):(\d{{1,18}})(?::.*)?")


def key(what: ToClinic, recipient_id: int, *more: str | int) -> str:
    """The key of one mail (outbox.services.post)."""
    return ":".join((what.value, str(recipient_id), *map(str, more)))


def recipient_of(of_key: str) -> int | None:
    """The id of the recipient that a key names; None for a mail that went to no clinic."""
    found = _KEY.fullmatch(of_key)
    return int(found.group(1)) if found else None
