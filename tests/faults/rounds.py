"""What one row posts, what became of it in the database, and what arrived at the mail server."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, null, or_, select, true

from tests.faults.enquirers import Enquirer, OpenForm, Posting
from tests.faults.report import Result, Voice
from tests.faults.scale import Scale
from tests.faults.stage import EACH, KnownClinic, Stage
from tests.services.mail_server import ReceivedMail
from webapp.database_clock import database_clock
from webapp.encryption import address_hash
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db
from webapp.outbox.models import Delivery
from webapp.outbox.services import LEASE

FINAL = frozenset({"sent", "failed", "expired", "cancelled"})
# A lease that was taken longer ago than this, in seconds, is a lost worker's: on a mail server that answers at once a
# mail takes a fraction of it.
_HELD_TOO_LONG = 5.0


@dataclass(frozen=True, slots=True)
class Posted:
    """The row of a mail, without what is encrypted in it."""

    id: int
    key: str
    to_hash: str | None
    message_id: str
    state: str
    attempts: int
    leases_lost: int
    created_at: datetime
    next_at: datetime
    lease_until: datetime | None


_COLUMNS = [getattr(Delivery, column.name) for column in fields(Posted)]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was posted and what arrived. `seconds` from commit to the server's 250 of each mail that arrived."""

    posted: int
    lost: int
    repeats: int
    states: dict[str, int]
    seconds: list[float]


class Round:
    """One row's own enquiries and mails. `alone`: no other row is on the stage, so that every new mail is its own."""

    def __init__(self, stage: Stage, result: Result, scale: Scale, say: Voice, *, alone: bool = True) -> None:
        self.stage, self.result, self.scale, self.say, self.alone = stage, result, scale, say, alone
        self._prefix = f"{result.row.lower()}-{secrets.token_hex(3)}-"
        self._addresses: set[str] = set()
        with stage.app.app_context():
            self._first_delivery = db.session.scalar(select(func.max(Delivery.id))) or 0
            self._first_enquiry = db.session.scalar(select(func.max(Enquiry.id))) or 0
        self._mark = stage.mail.arrived_since(0)[1] if stage.mail.running else 0

    def address(self, number: int, name: str = "") -> str:
        """The e-mail address of the patient of that number; `name` is what it begins with."""
        address = f"{name}{self._prefix}{number}@mail.example"
        self._addresses.add(address)
        return address

    def open_form(self, *clinics: KnownClinic) -> OpenForm:
        """A form for these clinics, which can be sent in four seconds."""
        return Enquirer(self.stage.site.url).open_form([clinic.slug for clinic in clinics])

    def posting(
        self, forms: int, seconds: float = 0.0, *, stubborn: bool = False, base_url: str = ""
    ) -> Posting:
        """So many forms from the stage's store; not begun."""
        return Posting(self.stage.forms.take, self.address, forms, seconds, stubborn, base_url)

    def run(self, posting: Posting, more: Callable[[], str] = lambda: "") -> None:
        """Send them all, saying every few seconds how it goes. Raises Refused."""
        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(posting.run)
            sending.add_done_callback(lambda _done: over.set())
            while not over.wait(5):
                self.say(f"{len(posting.taken)}/{posting.forms} forms, {self.stage.progress()} {more()}")
            sending.result()

    def deliveries(self, *, waiting: bool = False) -> list[Posted]:
        """This round's mails as the database has them, oldest first; only those that have not ended if asked so."""
        mine = true() if self.alone else self._theirs(self.enquiries())
        if waiting:
            mine = and_(mine, Delivery.state.not_in(FINAL))
        with self.stage.app.app_context():
            rows = db.session.execute(
                select(*_COLUMNS).where(Delivery.id > self._first_delivery, mine).order_by(Delivery.id)
            )
            return [Posted(*row) for row in rows]

    def enquiries(self) -> list[int]:
        """The ids of this round's enquiries."""
        with self.stage.app.app_context():
            hashes = {address_hash(address) for address in list(self._addresses)}
            rows = db.session.execute(
                select(Enquiry.id, Enquiry.email_hash).where(Enquiry.id > self._first_enquiry)
            )
            return [row.id for row in rows if row.email_hash in hashes]

    def drain(self, seconds: float, *, hurries: bool = True) -> float:
        """Wait until every mail has ended and say after how many seconds; a problem of the row when it does not.

        Where the scale does not wait for leases and times, they are moved once nobody is left to hold them.
        """
        began = spoken = time.monotonic()
        while True:
            asked = time.monotonic()
            waiting = self.deliveries(waiting=True)
            took = time.monotonic() - began
            if not waiting:
                return took
            if took > seconds:
                self.result.expect(False, f"{len(waiting)} mails had not ended after {seconds:.0f} s")
                return took
            if time.monotonic() - spoken >= 5:
                spoken = time.monotonic()
                self.say(f"waiting for {len(waiting)} mails, {self.stage.progress()}")
            if hurries and not self.scale.waits:
                self.hurry(waiting)
            # Thousands of rows take a while to read, and looking on must not be what slows the workers.
            time.sleep(max(0.1, 9 * (time.monotonic() - asked)))

    def hurry(self, rows: Sequence[Posted]) -> None:
        """End the leases of lost workers, and let what is put off be tried now."""
        # SQLite takes a thousand of them in a statement.
        ids = Delivery.id.in_([row.id for row in rows][:900])
        held = Delivery.lease_until <= database_clock(LEASE - _HELD_TOO_LONG)
        past = database_clock(-1)
        self.stage.change(and_(ids, Delivery.state == "sending", held), lease_until=past)
        # An address at which a mail timed out is left alone, and so are the others to it.
        put_off = and_(Delivery.state.in_(["pending", "deferred"]), Delivery.next_at > database_clock())
        self.stage.change(and_(ids, put_off), next_at=past, lease_until=null())

    def arrived(self) -> list[ReceivedMail]:
        """This round's mails at the mail server, repeats too."""
        ours = {f"<{row.message_id}>" for row in self.deliveries()}
        mails, _mark = self.stage.mail.arrived_since(self._mark)
        return [mail for mail in mails if self.alone or mail.message_id in ours]

    def tally(self, enquiries: int, *, repeats: int, sent: bool = True, each: int = EACH) -> Tally:
        """Hold the rows against what arrived, and note in the result what is wrong: anything lost, changed or not
        posted, more than so many `repeats`, and (`sent`) any mail that did not end as sent. `each` is how many clinics
        an enquiry went to."""
        rows, mails = self.deliveries(), self.arrived()
        posted = {f"<{row.message_id}>": row for row in rows}
        times: dict[str, datetime] = {}
        for mail in mails:
            times.setdefault(mail.message_id, mail.received_at)
        # A dead letter was never promised to arrive; it is counted by its row.
        expected = {name for name, row in posted.items() if sent or row.state not in FINAL - {"sent"}}
        lost, again = len(expected - set(times)), len(mails) - len(times)
        expect = self.result.expect
        mine = len(self.enquiries())
        expect(mine == enquiries, f"{mine} enquiries stand for {enquiries} forms")
        expect(len(rows) >= enquiries * (each + 1), f"only {len(rows)} mails for {enquiries} enquiries")
        expect(not lost, f"{lost} mails lost")
        expect(set(times) <= set(posted), "a mail arrived that nobody posted")
        bodies = {(mail.message_id, mail.digest) for mail in mails}
        expect(len(bodies) == len(times), "two different mails under one Message-ID")
        expect(all(mail.under_tls for mail in mails), "a mail came in the clear")
        expect(again <= repeats, f"{again} repeats, at most {repeats} allowed")
        kept = Counter(mail.message_id for mail in mails if not mail.repeat)
        expect(set(kept.values()) <= {1}, "a server that de-duplicates has a mail twice")
        expect(
            all(mail.identity == mail.message_id for mail in mails),
            "the idempotency header is not the Message-ID",
        )
        states = Counter(row.state for row in rows)
        if sent:
            expect(set(states) <= {"sent"}, f"the mails ended {dict(states)}")
            expect(self._unreached() == 0, "a clinic was reached and its enquiry does not say so")
        self.result.lost, self.result.repeats = lost, again
        seconds = [
            (times[name] - row.created_at).total_seconds() for name, row in posted.items() if name in times
        ]
        return Tally(len(rows), lost, again, dict(states), seconds)

    def _unreached(self) -> int:
        with self.stage.app.app_context():
            mine = set(self.enquiries())
            rows = db.session.execute(
                select(Recipient.enquiry_id, Recipient.state).where(
                    Recipient.enquiry_id > self._first_enquiry
                )
            )
            return sum(row.enquiry_id in mine and row.state != "reached" for row in rows)

    def _theirs(self, enquiries: Sequence[int]) -> ColumnElement[bool]:
        asked = select(Recipient.delivery_id).where(Recipient.enquiry_id.in_(enquiries))
        recipients = select(Recipient.id).where(Recipient.enquiry_id.in_(enquiries))
        with self.stage.app.app_context():
            told = [f"enquiry-clinic-unreachable:{number}" for number in db.session.scalars(recipients)]
        pages = [f"enquiry-patient-page:{number}" for number in enquiries]
        return or_(Delivery.id.in_(asked), Delivery.key.in_([*pages, *told]))
