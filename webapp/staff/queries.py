"""Reads of the staff room: what waits in each queue, the mails that ended undelivered, the log of decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from webapp.clinics.models import Clinic
from webapp.enquiries.letters import about as about_enquiry
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db
from webapp.moderation.models import Claim, Decision, HeldText, NeverListRequest, PositionReview, Proposal
from webapp.outbox import queries as outbox
from webapp.outbox.models import Delivery
from webapp.quotes.services.again import can_be_written

# Decisions that take a letter out of the queue.
LETTER_SEEN, LETTER_AGAIN = "letter.seen", "letter.sent_again"
# And one that does not: the address is written to again.
ADDRESS_LIFTED = "address.lifted"
DEAD = ("failed", "expired")
# Rows of one page of a queue or of the log.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits in each queue."""

    claims: int
    texts: int
    proposals: int
    places: int
    letters: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: what it is about and what happened to it, never to whom. `suppressed` says why its address gets no mail;
    `can_be_sent_again` whether it waits and a room can write it anew."""

    id: int
    about: str
    state: str
    came_back: bool
    history: Sequence[tuple[datetime, str, int | None, str]]
    suppressed: frozenset[str]
    can_be_sent_again: bool
    # It never arrived, nobody has looked at it and it was not sent again.
    is_waiting: bool


def waiting() -> Waiting:
    counts = db.session.execute(
        select(
            select(func.count()).where(Claim.state == "waiting").scalar_subquery()
            + select(func.count()).where(NeverListRequest.state == "waiting").scalar_subquery(),
            select(func.count()).where(HeldText.state == "held").scalar_subquery(),
            select(func.count()).where(Proposal.state == "open").scalar_subquery(),
            select(func.count()).where(PositionReview.state == "open").scalar_subquery(),
            select(func.count()).select_from(_dead().subquery()).scalar_subquery(),
        )
    ).one()
    return Waiting(*counts)


class OfClinic(Protocol):
    """A row that belongs to a clinic."""

    clinic_id: Any


Row = TypeVar("Row", bound=OfClinic)


def with_clinics(rows: Sequence[Row]) -> list[tuple[Row, Clinic]]:
    """Each row with its clinic."""
    ids = {row.clinic_id for row in rows}
    clinics = {row.id: row for row in db.session.scalars(select(Clinic).where(Clinic.id.in_(ids)))}
    return [(row, clinics[row.clinic_id]) for row in rows]


def clinic(slug: str) -> Clinic | None:
    """A clinic, whatever its state."""
    return db.session.scalar(select(Clinic).where(Clinic.slug == slug))


def clinics(text: str) -> Sequence[Clinic]:
    """At most a page of clinics whose name or ref holds the text, in any case; "" gives the newest."""
    chosen = select(Clinic).order_by(Clinic.id.desc()).limit(PAGE)
    if text:
        names = (Clinic.name, Clinic.name_zh, Clinic.name_ko, Clinic.ref)
        chosen = chosen.where(or_(*(name.icontains(text, autoescape=True) for name in names)))
    return db.session.scalars(chosen).all()


def letters() -> list[Letter]:
    """The mails that never arrived and that nobody has looked at, oldest first, at most a page of them."""
    return _told(db.session.scalars(_dead().order_by(Delivery.ended_at, Delivery.id).limit(PAGE)).all())


def letters_of(ref: str) -> list[Letter] | None:
    """Every mail about the enquiry of that reference, oldest first; None where there is no such enquiry."""
    enquiry_id = db.session.scalar(select(Enquiry.id).where(Enquiry.ref == ref.strip().upper()))
    return None if enquiry_id is None else _told(outbox.about(about_enquiry(enquiry_id)))


def _told(rows: Sequence[Delivery]) -> list[Letter]:
    ids = [row.id for row in rows]
    clinics = _recipients(ids)
    suppressed = outbox.suppressed(ids)
    histories = outbox.whole_histories(ids)
    again = can_be_written(rows)
    waiting_ids = set(db.session.scalars(select(Delivery.id).where(Delivery.id.in_(ids), _waits())))
    return [
        Letter(
            row.id,
            _("Enquiry %(ref)s to %(clinic)s", ref=clinics[row.id][0], clinic=clinics[row.id][1])
            if row.id in clinics
            else row.key,
            row.state,
            row.bounced_at is not None,
            histories[row.id],
            suppressed.get(row.id, frozenset()),
            row.id in again and row.id in waiting_ids,
            row.id in waiting_ids,
        )
        for row in rows
    ]


def letter(delivery_id: int) -> Delivery | None:
    """One mail, whatever its state."""
    return db.session.get(Delivery, delivery_id)


def dead_letter(delivery_id: int) -> Delivery | None:
    """One mail of `letters()`, None when it is none of them (any more)."""
    return db.session.scalar(_dead().where(Delivery.id == delivery_id))


def decisions(clinic_ref: str, before: int | None) -> tuple[Sequence[Decision], int | None]:
    """A page of the log, newest first, and the id to go on before; None at its end."""
    chosen = select(Decision).order_by(Decision.id.desc()).limit(PAGE + 1)
    if clinic_ref:
        chosen = chosen.where(Decision.clinic_ref == clinic_ref)
    if before is not None:
        chosen = chosen.where(Decision.id < before)
    rows = db.session.scalars(chosen).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _dead() -> Select[Delivery]:
    return select(Delivery).where(_waits())


def _waits() -> ColumnElement[bool]:
    """It ended undelivered, or was taken and came back; and nobody has looked at it or had it written again."""
    looked_at = exists().where(
        Decision.what.in_((LETTER_SEEN, LETTER_AGAIN)), Decision.subject == Delivery.key
    )
    newer = aliased(Delivery)
    again = exists().where(
        newer.about == Delivery.about, newer.key.like(literal("%:after-").concat(cast(Delivery.id, String)))
    )
    never_arrived = or_(Delivery.state.in_(DEAD), Delivery.bounced_at.is_not(None))
    return and_(never_arrived, ~looked_at, ~again)


def _recipients(delivery_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The enquiry's reference and the clinic's name. Not whole rows, which a page about mails that no key opens could
    not show."""
    rows = db.session.execute(
        select(Recipient.delivery_id, Enquiry.ref, Clinic.name)
        .join(Enquiry, Enquiry.id == Recipient.enquiry_id)
        .join(Clinic, Clinic.id == Recipient.clinic_id)
        .where(Recipient.delivery_id.in_(delivery_ids))
    )
    return {delivery_id: (ref, name) for delivery_id, ref, name in rows if delivery_id is not None}
