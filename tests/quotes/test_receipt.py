"""The patient erases everything, and the receipt stays to be read for whoever holds the link."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.quotes.given import asked, opened, own_page
from webapp.enquiries.models import Enquiry, Erasure
from webapp.enquiries.services import erasing


def test_erasing_asks_once_more_and_gives_a_receipt(client: FlaskClient, session: Session) -> None:
    page = own_page(session, asked(session, factories.clinic(session), factories.clinic(session)))
    opened(client, page)
    confirm = client.get(f"{page}/erase")
    assert "Erase everything now" in confirm.get_data(as_text=True)
    session.commit()
    assert len(session.scalars(select(Enquiry)).all()) == 1
    fields = fields_of(confirm.get_data(as_text=True), f"{page}/erase")
    answer = client.post(f"{page}/erase", data=fields)
    assert answer.status_code == 200
    session.commit()
    assert session.scalars(select(Enquiry)).all() == []
    assert session.scalars(select(Erasure.reason)).one() == "patient"
    assert client.get(page).status_code == 404
    # Pressed twice or loaded again, the receipt stands there still: it is this one, and there is no other.
    for again in (client.post(f"{page}/erase", data=fields), client.get(f"{page}/erase")):
        assert (again.status_code, again.get_data(as_text=True)) == (200, answer.get_data(as_text=True))
    assert again.headers["Cache-Control"] == "no-store"
    number = re.search(r'<dd class="figures">([2-9A-Z-]{24})</dd>', again.get_data(as_text=True))
    assert number is not None
    receipt = erasing.find_receipt(number.group(1))
    session.commit()
    assert receipt is session.scalars(select(Erasure)).one()
    other = page[:-1] + ("A" if page[-1] != "A" else "B")
    assert client.get(f"{other}/erase").status_code == 404
    assert client.post(f"{other}/erase", data=fields).status_code == 404
