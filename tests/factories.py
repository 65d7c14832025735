"""Rows for tests: small, valid, and different only where a test says so."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from webapp.clinics.models import Clinic
from webapp.enquiries.models import Consent, ConsentText, Enquiry, EnquiryWant, Recipient
from webapp.offers.models import Offer, OfferPart
from webapp.offers.services import record_version
from webapp.treatments.models import Treatment

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
_numbers = count(1)


def treatment(session: Session, slug: str = "rejuran_healer", **more: Any) -> Treatment:
    """The treatment with that slug, made when it is not there."""
    found = session.query(Treatment).filter_by(slug=slug).one_or_none()
    if found:
        return found
    name = slug.replace("_", " ").title()
    values: dict[str, Any] = {
        "kind": "product", "active_class": "PN", "generic_en": "PN skin booster", "generic_zh": "", "generic_ko": "",
        "name_en": name, "name_zh_hans": "", "name_zh_hant": "", "name_ko": "", "usual_quantity": Decimal(2),
        "usual_unit": "ml", "status_sg": "brand_name_public=off", "status_kr": "on", "summary_en": "",
        "summary_zh": "", "summary_ko": "", "injectable": True,
    }  # fmt: skip
    row = Treatment(slug=slug, **(values | more))
    session.add(row)
    session.flush()
    return row


def clinic(session: Session, **more: Any) -> Clinic:
    """An authorised sample clinic at 238859 that takes enquiries."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "ref": f"clinic-{number}", "slug": f"clinic-{number}", "name": f"Clinic {number}", "country": "SG",
        "address": "290 Orchard Road", "postal_code": "238859", "lat": 1.3039, "lng": 103.8358,
        "precision": "building", "position_source": "import", "languages": "en;zh", "gst_registered": True,
        "enquiry_email": f"enquiries@clinic-{number}.example", "enquiry_email_confirmed_on": date(2026, 11, 1),
        "authority": "authorised", "authority_by": "The owner", "authority_on": date(2026, 11, 1),
        "accepts_enquiries": True, "sample": True, "source": "sample data", "verified_on": date(2026, 11, 1),
        "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    row = Clinic(**(values | more))
    session.add(row)
    session.flush()
    return row


def offer(session: Session, at: Clinic, parts: Sequence[dict[str, Any]] = ({},), **more: Any) -> Offer:
    """A complete single: Rejuran Healer 2 ml × 1, S$500 with tax, consultation included. `parts` changes its parts."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "ref": f"offer-{number}", "title": f"Offer {number}", "price_amount": 50000, "currency": "SGD",
        "price_basis": "total", "tax": "inclusive", "tax_rate": Decimal(9), "price_kind": "regular",
        "eligibility": "any", "consultation": "included", "parts_complete": True, "source": "sample data",
        "verified_on": date(2026, 11, 1), "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    row = Offer(clinic_id=at.id, **(values | more))
    for position, part in enumerate(parts):
        row.parts.append(
            OfferPart(
                position=position,
                **(
                    {
                        "treatment_id": treatment(session).id,
                        "quantity": Decimal(2),
                        "unit": "ml",
                        "sessions": 1,
                    }
                    | part
                ),
            )
        )
    session.add(row)
    record_version(row, row.created_at)
    return row


def enquiry(session: Session, *clinics: Clinic, state: str = "reached", **more: Any) -> Enquiry:
    """Mei asks the clinics for three sessions of Rejuran Healer, now; each mail is in the `state` named."""
    now = more.pop("created_at", NOW)
    number = next(_numbers)
    values: dict[str, Any] = {
        "ref": f"LFL-{number:08}", "language": "en", "name": "Mei", "email": "mei@patient.test",
        "idempotency_key": f"key-{number}", "body_hash": "b", "created_at": now, "last_act_at": now,
        "expires_at": now + timedelta(days=90),
    }  # fmt: skip
    wants = more.pop("wants", [{}])
    row = Enquiry(**(values | more))
    for position, want in enumerate(wants):
        row.wants.append(
            EnquiryWant(position=position, **({"treatment_id": treatment(session).id, "sessions": 3} | want))
        )
    words = ConsentText(language="en", sha256=f"{number:064}", text="words", first_used_at=now)
    for at in clinics:
        agreed = Consent(matter="enquiry", text=words, given_at=now)
        row.recipients.append(Recipient(clinic_id=at.id, state=state, asked_at=now, consents=[agreed]))
    session.add(row)
    session.flush()
    return row
