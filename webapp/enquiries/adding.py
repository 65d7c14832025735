"""Which clinics an enquiry can still go to: those that sell the same, the picked ones first, then the nearest."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.domain.geo import Point, distance_m
from webapp.enquiries import asking
from webapp.enquiries.asking import MAX_CLINICS
from webapp.enquiries.models import Enquiry
from webapp.extensions import db
from webapp.offers.models import Offer, OfferPart

_SHOWN = 10
# Beyond every distance on earth, for a clinic whose place nobody knows.
_FAR = 1e9


def candidates(enquiry: Enquiry, picked: Sequence[str], now: datetime) -> list[Clinic]:
    """At most ten clinics that can be asked now and sell one of the treatments; `picked` are slugs to begin with."""
    if not room(enquiry):
        return []
    asked = [recipient.clinic_id for recipient in enquiry.recipients]
    wanted = [want.treatment_id for want in enquiry.wants]
    sellers = (
        select(Offer.clinic_id)
        .join(Offer.parts)
        .where(Offer.retired_on.is_(None), OfferPart.treatment_id.in_(wanted))
    )
    found = db.session.scalars(
        select(Clinic).where(
            clinics.visible(),
            Clinic.authority == "authorised",
            Clinic.accepts_enquiries.is_(True),
            Clinic.id.in_(sellers),
            Clinic.id.not_in(asked),
        )
    ).all()
    places = [point for row in clinics.by_ids(asked).values() if (point := _point(row))]
    order = {slug: number for number, slug in enumerate(picked)}
    nearest = sorted(
        found, key=lambda row: (order.get(row.slug, len(order)), _distance(row, places), row.name, row.id)
    )
    shown: list[Clinic] = []
    for clinic in nearest:
        if len(shown) == _SHOWN:
            break
        if asking.refusal(clinic, now) is None:
            shown.append(clinic)
    return shown


def room(enquiry: Enquiry) -> int:
    """How many clinics more it may go to."""
    return 0 if enquiry.closed_at is not None else max(0, MAX_CLINICS - len(enquiry.recipients))


def _point(clinic: Clinic) -> Point | None:
    if clinic.lat is None or clinic.lng is None:
        return None
    return Point(clinic.lat, clinic.lng)


def _distance(clinic: Clinic, places: Sequence[Point]) -> float:
    """Metres to the nearest of the places."""
    here = _point(clinic)
    return min((distance_m(here, place) for place in places), default=_FAR) if here else _FAR
