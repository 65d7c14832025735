"""Reads of the enquiries room: what one clinic was asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select
from sqlalchemy.orm import contains_eager

from webapp.domain.offers import Want
from webapp.domain.units import Quantity, Unit
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import db


class Stage(StrEnum):
    """How far a clinic is with an enquiry."""

    OPEN = "open"
    ANSWERED = "answered"
    # It declined, or the patient decided, or she has finished with the enquiry.
    CLOSED = "closed"


def _stages(known_until: datetime) -> Mapping[Stage, ColumnElement[bool]]:
    closed = or_(
        Recipient.state == "declined",
        Recipient.decided_at <= known_until,
        Enquiry.closed_at <= known_until,
    )
    # Without a time to compare with, a comparison is unknown, and so would its opposite be.
    is_closed = func.coalesce(closed, false())
    return {
        Stage.OPEN: and_(Recipient.state != "answered", not_(is_closed)),
        Stage.ANSWERED: and_(Recipient.state == "answered", not_(is_closed)),
        Stage.CLOSED: is_closed,
    }


def of_clinic(
    clinic_id: int, known_until: datetime, limit: int, before: int | None = None, stage: Stage | None = None
) -> Sequence[Recipient]:
    """What a clinic was asked, newest first, with the enquiries; `before` is a recipient's id to go on from.

    What patients decided after `known_until` makes no difference to the stage.
    """
    chosen = (
        select(Recipient)
        .join(Recipient.enquiry)
        .where(Recipient.clinic_id == clinic_id)
        .order_by(Recipient.id.desc())
        .limit(limit)
        .options(contains_eager(Recipient.enquiry).selectinload(Enquiry.wants))
    )
    if before is not None:
        chosen = chosen.where(Recipient.id < before)
    if stage is not None:
        chosen = chosen.where(_stages(known_until)[stage])
    return db.session.scalars(chosen).all()


def count_by_stage(clinic_id: int, known_until: datetime) -> Mapping[Stage, int]:
    """How many enquiries of a clinic are at each stage; `known_until` as in `of_clinic`."""
    stages = _stages(known_until)
    counted = select(
        *(func.count(Recipient.id).filter(of_stage).label(stage.value) for stage, of_stage in stages.items())
    )
    row = db.session.execute(counted.join(Recipient.enquiry).where(Recipient.clinic_id == clinic_id)).one()
    return dict(zip(stages, row, strict=True))


def to_answer(clinic_id: int, known_until: datetime, now: datetime) -> int:
    """How many patients' enquiries a clinic is still to answer; `known_until` as in `of_clinic`.

    One whose time is over may stand for an hour, until the purge, and cannot be answered any more.
    """
    waiting = (
        select(func.count(Recipient.id))
        .join(Recipient.enquiry)
        .where(
            Recipient.clinic_id == clinic_id,
            _stages(known_until)[Stage.OPEN],
            Enquiry.is_test.is_(False),
            Enquiry.expires_at > now,
        )
    )
    return db.session.scalar(waiting) or 0


def for_clinic(clinic_id: int, ref: str) -> Recipient | None:
    """A clinic's part of the enquiry with that ref; None when it was not asked."""
    return db.session.scalar(
        select(Recipient).join(Recipient.enquiry).where(Recipient.clinic_id == clinic_id, Enquiry.ref == ref)
    )


def tests_since(clinic_id: int, since: datetime) -> int:
    """How many test enquiries a clinic has sent itself since then."""
    return (
        db.session.scalar(
            select(func.count(Recipient.id))
            .join(Recipient.enquiry)
            .where(Recipient.clinic_id == clinic_id, Enquiry.is_test, Enquiry.created_at >= since)
        )
        or 0
    )


def asked_since(clinic_id: int, since: datetime, at_most: int) -> int:
    """How many patients' enquiries a clinic got since then; counting stops at `at_most`."""
    asked = (
        select(Recipient.id)
        .join(Recipient.enquiry)
        .where(Recipient.clinic_id == clinic_id, Recipient.asked_at >= since, Enquiry.is_test.is_(False))
        .order_by(Recipient.id.desc())
        .limit(at_most)
    )
    return db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def wants_of(enquiry: Enquiry, slugs: Mapping[int, str]) -> tuple[Want, ...]:
    """What an enquiry asks for, in its order, as the domain compares it. `slugs` maps treatment ids."""
    return tuple(
        Want(
            slugs[row.treatment_id],
            row.sessions,
            Quantity(row.quantity.normalize(), Unit(row.unit))
            if row.quantity is not None and row.unit
            else None,
            row.area,
        )
        for row in enquiry.wants
    )
