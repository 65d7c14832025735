"""What staff do and read in their room, and mails that never arrived."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW
from webapp.encryption import address_hash
from webapp.enquiries import letters
from webapp.enquiries.models import Enquiry
from webapp.moderation.models import Decision
from webapp.outbox.models import Delivery, DeliveryEvent


def press(staff: FlaskClient, page: str, path: str, **fields: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', staff.get(page).get_data(as_text=True))
    assert token
    return staff.post(path, data={"csrf_token": token.group(1), **fields})


def text_of(staff: FlaskClient, page: str) -> str:
    answer = staff.get(page)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def log(session: Session) -> list[tuple[str, str, str | None]]:
    session.commit()
    rows = session.scalars(select(Decision).where(Decision.by_kind == "staff").order_by(Decision.id))
    return [(row.what, row.by_name, row.reason) for row in rows]


def dead_mail_to(session: Session, enquiry: Enquiry, to: str, key: str, **values: Any) -> int:
    row = Delivery(
        key=key,
        message_id=f"{key}@test",
        about=letters.about(enquiry.id),
        to_hash=address_hash(to),
        **{"state": "failed", "next_at": NOW, "created_at": NOW, "ended_at": NOW} | values,
    )
    session.add(row)
    session.flush()
    session.add(DeliveryEvent(delivery_id=row.id, at=NOW, what="failed", smtp_code=550, note="refused"))
    session.commit()
    return row.id
