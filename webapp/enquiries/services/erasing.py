"""The end of an enquiry: everything that is about it goes, at once, and a receipt says that it did.

Of the enquiry nothing is kept but counts, per clinic and without a day, and the words that patients agree to. The
tables above that hang on it (quotes, questions, replies) go with it by their foreign keys, whoever adds one.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, or_, select

from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.encryption import address_hash, keyed_hash
from webapp.enquiries import letters, links, mail
from webapp.enquiries.models import Enquiry, Erasure, Link
from webapp.enquiries.services import holding
from webapp.extensions import db
from webapp.outbox import services as outbox
from webapp.outbox.models import Delivery
from webapp.outbox.withdrawing import Withdrawn, withdraw

PATIENT, OPERATOR, RETENTION = "patient", "operator", "retention"
# Its mail carries a hash of her address until it has gone; then nothing may lead from the receipt to her.
RECEIPT_MAIL = "erasure-receipt:"
# As in an enquiry's reference: it is read out over the telephone. Twenty of them are 99 random bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 5, 4
_HEARD = frozenset({"reached", "answered", "declined"})


class ErasedAlready(Exception):
    """Somebody else erased the enquiry a moment ago; the receipt is theirs."""


def erase(enquiry: Enquiry, reason: str, now: datetime, *, number: str | None = None) -> str:
    """Delete an enquiry with everything of it, stop its mails, and ask the clinics that may have read it to delete it
    too, at the addresses that they confirmed.

    `reason` is PATIENT or OPERATOR. Returns the receipt's number, "7K3M-…" in five groups: it is shown, mailed to her
    where she has confirmed her address, and stored as a hash only. `number` is one of `number_for`, where a link is
    to show it again; otherwise it is a random one. Raises ErasedAlready.
    """
    # Whoever is just doing something with it ends first, so that a mail that this posted is found too.
    if not holding.hold(enquiry.id, to_delete=True):
        raise ErasedAlready
    number = number or _new_number()
    clinics = {
        row.id: row
        for row in db.session.scalars(
            select(Clinic).where(Clinic.id.in_([recipient.clinic_id for recipient in enquiry.recipients]))
        )
    }
    recipients = [(row.id, row.clinic_id, row.state, row.delivery_id) for row in enquiry.recipients]
    opened = _opened_without_mail(enquiry)
    ref, language, email_hash = enquiry.ref, enquiry.language, enquiry.email_hash
    confirmed = enquiry.email_confirmed_at is not None and enquiry.email_refused_at is None
    address = enquiry.email if confirmed else None
    erasure, mails = _delete(enquiry, reason, number, now)
    tried = [row for row in mails if row.was_tried]
    told = 0
    for recipient_id, clinic_id, state, delivery_id in recipients:
        clinic = clinics[clinic_id]
        to = confirmed_address(clinic)
        # A trial goes to the patient's own address, which then says nothing.
        hashed = address_hash(to) if to else None
        hashed = None if hashed == email_hash else hashed
        got_it = (
            state in _HEARD
            or recipient_id in opened
            or any(
                row.delivery_id == delivery_id
                or letters.asks(row.key, recipient_id)
                or (hashed is not None and row.to_hash == hashed)
                for row in tried
            )
        )
        if got_it and to:
            told += 1
            outbox.post(
                f"enquiry-erased:{erasure.id}:{clinic_id}", to, partial(mail.enquiry_erased, clinic, ref)
            )
    if address:
        outbox.post(f"{RECEIPT_MAIL}{erasure.id}", address, partial(mail.erased, language, ref, number, told))
    return number


def forget(enquiry: Enquiry, now: datetime) -> None:
    """Delete one whose time is over, and which the caller holds. Nobody is told: that day was announced to all."""
    _delete(enquiry, RETENTION, _new_number(), now)


def note_delivery_ended(delivery: Delivery) -> None:
    """Once the mail with the receipt has gone, in the outbox's transaction, nothing leads from it to her address."""
    if delivery.key.startswith(RECEIPT_MAIL):
        delivery.to_hash = delivery.reply_hash = None


def find_receipt(number: str) -> Erasure | None:
    """What a receipt stands for; None where there is no such receipt. Spaces, hyphens and case do not matter."""
    return db.session.scalar(select(Erasure).where(Erasure.receipt_hash == _receipt_hash(number)))


def by_ref(ref: str) -> Enquiry | None:
    """The enquiry with that reference, as somebody types it."""
    return db.session.scalar(select(Enquiry).where(Enquiry.ref == ref.strip().upper()))


def _opened_without_mail(enquiry: Enquiry) -> frozenset[int | None]:
    """The recipients whose clinic opened the enquiry from the portal, or passed it on: that made a link by hand."""
    by_hand = select(Link.recipient_id).where(
        Link.enquiry_id == enquiry.id, Link.purpose == links.QUOTE, Link.mailed.is_(False)
    )
    return frozenset(db.session.scalars(by_hand))


def _delete(enquiry: Enquiry, reason: str, number: str, now: datetime) -> tuple[Erasure, Sequence[Withdrawn]]:
    """The row that says so, and the mails as they were."""
    enquiry_id = enquiry.id
    db.session.flush()
    counts: dict[str, Any] = {}
    for table, condition in hanging_on(enquiry_id):
        found = db.session.scalar(select(func.count()).select_from(table).where(condition))
        if found:
            counts[table.name] = found
    mails = withdraw(letters.about(enquiry_id))
    # By the database's own cascade, which knows all tables; the objects in memory are let go of.
    db.session.expunge(enquiry)
    db.session.execute(delete(Enquiry).where(Enquiry.id == enquiry_id))
    db.session.expire_all()
    erasure = Erasure(
        receipt_hash=_receipt_hash(number),
        reason=reason,
        counts=counts | {"delivery": len(mails)},
        erased_at=now,
    )
    db.session.add(erasure)
    db.session.flush()
    return erasure, mails


def hanging_on(enquiry_id: int) -> list[tuple[Table, ColumnElement[bool]]]:
    """Every table whose rows go with the enquiry's, each with which rows those are; found by the foreign keys."""
    metadata = Enquiry.metadata
    start: Table = metadata.tables[Enquiry.__tablename__]
    going: dict[str, tuple[Table, ColumnElement[bool]]] = {
        start.name: (start, start.c.id == enquiry_id),
    }
    for table in metadata.sorted_tables:
        ways = [
            key.parent.in_(select(key.column).where(going[key.column.table.name][1]))
            for key in table.foreign_keys
            if key.ondelete == "CASCADE" and key.column.table.name in going
        ]
        if ways:
            going[table.name] = (table, or_(*ways))
    return list(going.values())


def number_for(token: str) -> str:
    """The receipt's number for whoever erases with this link: the same each time, so that a page that is loaded again
    shows it again. Nothing stored leads from the one to the other, and the token is as hard to guess as the number.
    """
    rest = int(keyed_hash(f"receipt of {token}"), 16)
    letters_of_it = []
    for _place in range(_GROUPS * _GROUP):
        rest, place = divmod(rest, len(_ALPHABET))
        letters_of_it.append(_ALPHABET[place])
    return "-".join(
        "".join(letters_of_it[start : start + _GROUP]) for start in range(0, _GROUPS * _GROUP, _GROUP)
    )


def _new_number() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _place in range(_GROUP)) for _group in range(_GROUPS))
    return "-".join(groups)


def _receipt_hash(number: str) -> str:
    """A plain hash is enough: there is nothing to guess from in 99 random bits."""
    plain = "".join(number.split()).replace("-", "").upper()
    return hashlib.sha256(f"receipt:{plain}".encode()).hexdigest()
