"""Writes of the outbox: post a mail, claim it, attempt it, settle it, sweep for what no bell announced.

The row is the truth. A worker claims it with one guarded UPDATE and commits, speaks SMTP with no transaction
open, and settles it only if it still owns it; a worker that dies in between loses its lease and nothing else.

The names that other rooms and the workers use stand here, so that `outbox.post(…)` and `outbox.cancel(…)` read
alike everywhere and a file in here can be divided without anybody noticing.
"""

from webapp.outbox.services.claiming import (
    LEASES_TO_LOSE,
    UNREADABLE_FOR,
    Letter,
    anything_due,
    claim,
    claim_next,
)
from webapp.outbox.services.forgetting import forget_ended
from webapp.outbox.services.posting import post
from webapp.outbox.services.rows import LEASE, cancel
from webapp.outbox.services.sending import Accepted, Outcome, attempt
from webapp.outbox.services.settling import BREAKER_OPEN, settle
from webapp.outbox.services.suppressing import BOUNCED, UNSUBSCRIBED, lift, suppress, suppress_hash
from webapp.outbox.services.sweeping import RING_AGAIN, sweep

__all__ = [
    "BOUNCED",
    "BREAKER_OPEN",
    "LEASE",
    "LEASES_TO_LOSE",
    "RING_AGAIN",
    "UNREADABLE_FOR",
    "UNSUBSCRIBED",
    "Accepted",
    "Letter",
    "Outcome",
    "anything_due",
    "attempt",
    "cancel",
    "claim",
    "claim_next",
    "forget_ended",
    "lift",
    "post",
    "settle",
    "suppress",
    "suppress_hash",
    "sweep",
]
