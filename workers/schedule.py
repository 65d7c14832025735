"""Everything that runs by itself, on one screen. Two beats may run: each of these is idempotent by its rows.

A task that is still in the queue when its next turn comes is dropped by `expires`, so that a stopped worker
finds few of each and not a thousand. No `expires` is under a minute: the clocks of two machines may differ.
"""

from typing import Any

from webapp.queue import (
    EXPIRE_CLAIMS,
    EXPIRE_QUOTES,
    FORGET_ENQUIRIES,
    FORGET_MAILS,
    PLAN_GEOCODING,
    PLAN_REFRESHES,
    READ_INBOUND_MAIL,
    REFRESH_RATES,
    REMIND_CLINICS,
    REMIND_OF_QUOTES,
    SWEEP_DELIVERIES,
    SWEEP_GEOCODING,
    SWEEP_REFRESHES,
    SWEEP_SIGN_INS,
)

# The queue of everything below.
PERIODIC = "periodic"

SCHEDULE: dict[str, dict[str, Any]] = {
    # Finds mails that no bell announced: the bell was lost, the lease ran out, or a retry is due. `expires` is a time
    # by beat's clock that a worker compares with its own: at 2 s one whose clock is 2 s ahead would drop every sweep.
    # Some thirty of them after a stop cost little, as each is one statement that finds nothing twice.
    "sweep deliveries": {
        "task": SWEEP_DELIVERIES,
        "schedule": 2.0,
        "options": {"queue": PERIODIC, "expires": 60},
    },
    # Reads the mailbox that bounces and replies come to (INBOUND_MAIL_URL). A mail is heard once by its digest.
    "read inbound mail": {
        "task": READ_INBOUND_MAIL,
        "schedule": 60.0,
        "options": {"queue": PERIODIC, "expires": 60},
    },
    # Answers whoever asked for a link to sign in and whose bell was lost.
    "sweep sign-ins": {
        "task": SWEEP_SIGN_INS,
        "schedule": 5.0,
        "options": {"queue": PERIODIC, "expires": 60},
    },
    # Keeps the promise of the enquiry form: after so many days nothing of it is left.
    "forget enquiries": {
        "task": FORGET_ENQUIRIES,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
    # Mails that ended longer ago than anything is kept, and that mails came in.
    "forget mails": {
        "task": FORGET_MAILS,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
    # A quote ends with its last day in the clinic's zone.
    "expire quotes": {
        "task": EXPIRE_QUOTES,
        "schedule": 900.0,
        "options": {"queue": PERIODIC, "expires": 900},
    },
    # Tells the patient, once, some days before that (QUOTE_REMINDER_DAYS).
    "remind of quotes": {
        "task": REMIND_OF_QUOTES,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
    # Claims, and requests never to be listed, whose link nobody used in time.
    "expire claims": {
        "task": EXPIRE_CLAIMS,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
    # Asks clinics to confirm what they state before it counts as unconfirmed.
    "remind clinics": {
        "task": REMIND_CLINICS,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
    # Queues the feeds and pages of clinics whose day has come (REFRESH_DAYS); a slot is the market's day.
    "plan refreshes": {
        "task": PLAN_REFRESHES,
        "schedule": 900.0,
        "options": {"queue": PERIODIC, "expires": 900},
    },
    # Rings for the next of them, a few at a time, and for those whose worker was lost.
    "sweep refreshes": {
        "task": SWEEP_REFRESHES,
        "schedule": 5.0,
        "options": {"queue": PERIODIC, "expires": 60},
    },
    # Rings for the addresses that no bell announced, or whose provider asked for patience.
    "sweep geocoding": {
        "task": SWEEP_GEOCODING,
        "schedule": 5.0,
        "options": {"queue": PERIODIC, "expires": 60},
    },
    # Finds addresses that nobody asked about, and points that are a month old and not exact.
    "plan geocoding": {
        "task": PLAN_GEOCODING,
        "schedule": 900.0,
        "options": {"queue": PERIODIC, "expires": 900},
    },
    # Asks for the day's exchange rates, published on working days about 16:00 in Frankfurt; some hours after an
    # answer it asks again, after a failure the next time.
    "refresh exchange rates": {
        "task": REFRESH_RATES,
        "schedule": 3600.0,
        "options": {"queue": PERIODIC, "expires": 3600},
    },
}
