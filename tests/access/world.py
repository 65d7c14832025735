"""Two clinics that know nothing of each other, with something of everything, and people of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session

from tests import factories
from tests.accounts.signing_in import account
from tests.factories import NOW
from webapp.accounts.models import Account
from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part, Tax
from webapp.domain.units import Unit
from webapp.i18n import utc_now
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import HeldText, PositionReview
from webapp.moderation.services import editing, proposals
from webapp.moderation.services.proposals import Change
from webapp.outbox.models import Delivery
from webapp.portal.models import Invitation, Membership, PriceListUpload

# Stands in everything that belongs to one clinic: found on another clinic's page, it is a leak.
MARK = "Canary"
POINT = {
    "lat": 1.3039, "lng": 103.8358, "precision": "building", "confidence": 0.6, "radius_m": 40,
    "source": "gazetteer", "matched_text": f"{MARK} road",
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """One clinic, its people, and the ids of its things by the name of the address's parameter."""

    clinic: Clinic
    owner: Account
    colleague: Account
    ids: Mapping[str, Any]
    enquiry_ref: str


@dataclass(frozen=True)
class World:
    mine: Kept
    theirs: Kept
    stranger: Account
    staff: Account
    # Rows that only staff decide, by endpoint.
    staff_ids: Mapping[str, int]


def build(session: Session) -> World:
    mine, theirs = kept(session, "larch"), kept(session, "fir")
    held = session.scalars(select(HeldText).where(HeldText.clinic_id == mine.clinic.id)).one()
    letter = Delivery(
        key="a-letter", message_id="a@letter", state="failed", next_at=NOW, created_at=NOW, ended_at=NOW
    )
    review = PositionReview(
        clinic_id=mine.clinic.id, candidates=[{**POINT}], reason="unsure", address_hash="0", state="open",
        created_at=NOW,
    )  # fmt: skip
    session.add_all([letter, review])
    session.flush()
    world = World(
        mine,
        theirs,
        account(session, "stranger@nobody.example"),
        account(session, "staff@likeforlike.example", is_staff=True),
        {"staff.decide_text": held.id, "staff.decide_letter": letter.id, "staff.decide_place": review.id},
    )
    session.commit()
    return world


def kept(session: Session, slug: str) -> Kept:
    clinic = factories.clinic(
        session, slug=slug, ref=slug, name=f"{MARK} {slug}", group_ref=f"group-{slug}",
        enquiry_email=f"desk@{slug}.example", phone="+6562351234", hours="Mo-Fr 10:00-19:00",
        feed_url=f"https://{slug}.example/prices.csv",
    )  # fmt: skip
    owner = account(session, f"owner@{slug}.example", name=f"{MARK} owner of {slug}")
    colleague = account(session, f"colleague@{slug}.example", name=f"{MARK} colleague of {slug}")
    members = [
        Membership(clinic_id=clinic.id, account_id=row.id, role=role, created_at=NOW)
        for row, role in ((owner, "owner"), (colleague, "staff"))
    ]
    by = Actor(ActorKind.CLINIC, owner.name or "", owner.id)
    factories.treatment(session)
    terms = OfferTerms(
        title=f"{MARK} price of {slug}",
        currency="SGD",
        price=Money(52000, "SGD"),
        parts=(Part("rejuran_healer", Decimal(2), Unit.ML),),
        tax=Tax.INCLUSIVE,
    )
    editing.save_offer(clinic, f"{slug}-one", terms, by, utc_now())
    doctor = Practitioner(name=f"Dr {MARK} of {slug}", clinic_id=clinic.id)
    editing.edit_clinic(clinic, {"name_zh": f"{MARK} 最好 {slug}"}, by, utc_now())
    change = Change("change_clinic", "", "hours", {"hours": "Mo-Su 09:00-20:00"})
    (proposal,) = proposals.propose(
        clinic, [change], origin="feed", source=f"{MARK} feed", seen_on=date(2026, 11, 20), now=NOW
    )
    now = utc_now()
    invitation = Invitation(
        clinic_id=clinic.id, email=f"new@{slug}.example", role="staff", invited_by=owner.name, created_at=now,
        expires_at=now + timedelta(days=7), mailed_at=now, mails=1, sent_together=slug,
    )  # fmt: skip
    upload = PriceListUpload(
        clinic_id=clinic.id, account_id=owner.id, filename=f"{MARK}.csv", content=b"offer_ref,price\n",
        sha256="0" * 64, created_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    enquiry = factories.enquiry(
        session, clinic, ref=f"LFL-{slug.upper():A<8}", name=f"{MARK} patient", message=f"{MARK} words",
        email=f"patient-of-{slug}@mail.example", created_at=now,
    )  # fmt: skip
    session.add_all([*members, doctor, invitation, upload])
    session.flush()
    return Kept(
        clinic,
        owner,
        colleague,
        {
            "slug": slug,
            "doctor_id": doctor.id,
            "ref": f"{slug}-one",
            "invitation_id": invitation.id,
            "member_id": members[1].id,
            "number": upload.id,
            "proposal": proposal.id,
        },
        enquiry.ref,
    )


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the counts of the rate limits, as the database holds them."""
    session.commit()
    tables = MetaData()
    tables.reflect(session.connection())
    return {
        table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
        for table in tables.sorted_tables
        if table.name not in {"rate_count", "alembic_version"}
    }
