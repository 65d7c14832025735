"""A column of a comparison: bills that add up to the minor unit, and every reason and difference in words."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.directory.compare.bills import Bill, bills
from tests.directory.compare.conftest import Switch
from tests.reading import Page
from webapp.clinics.models import Clinic

BASKETS = [
    "want=rejuran_healer:3x2ml",
    "want=rejuran_healer:1x2ml&want=ha_booster_generic:1x2.5ml",
    "want=rejuran_healer:4x2ml@face&want=rejuran_eye:2x1ml&weekdays=yes&eligibility=first_visit&foreign=no",
    "want=juvelook_skin:2&want=profhilo:2&want=juvederm_volite:1&want=ha_booster_generic:1&weekdays=yes",
    "want=rejuran_healer:12x2ml&eligibility=returning&foreign=yes",
]


def column(client: FlaskClient, clinic: Clinic, query: str) -> Bill:
    (found,) = bills(Page(client, f"/compare?clinic={clinic.slug}&{query}").check())
    return found


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session)


def test_every_bill_of_the_sample_adds_up(seeded: Session, client: FlaskClient) -> None:
    slugs = [row.slug for row in seeded.query(Clinic).order_by(Clinic.slug)]
    complete = incomplete = 0
    for basket in BASKETS:
        for first in range(0, len(slugs), 5):
            named = "&".join(f"clinic={slug}" for slug in slugs[first : first + 5])
            for bill in bills(Page(client, f"/compare?{named}&{basket}").check()):
                if bill.total is None:
                    incomplete += 1
                    # A reason, or a clinic that has not joined: never only a missing number.
                    assert "incomplete" in bill.words or "has not joined" in bill.words, bill
                    continue
                complete += 1
                assert bill.sum == bill.total.amount, bill
                assert {amount.currency for _words, amount in bill.lines} == {bill.total.currency}
                assert bill.tax is None or 0 < bill.tax.amount < bill.total.amount
    assert complete > 15
    assert incomplete > 15


def test_bills_with_fees_a_consultation_and_tax_on_top(
    session: Session, client: FlaskClient, clinic: Clinic
) -> None:
    factories.offer(
        session,
        clinic,
        title="Single",
        price_amount=33333,
        tax="exclusive",
        consultation="fee",
        consultation_fee_amount=4999,
        other_fees=[["needle", 1501], ["cream", 0]],
        numbing="none",
    )
    session.commit()
    bill = column(client, clinic, "want=rejuran_healer:3x2ml")
    assert [(what, amount.amount) for what, amount in bill.lines] == [
        ("3 × Single", 99999),
        ("Consultation", 4999),
        ("3 × needle", 4503),
        ("3 × cream", 0),
        ("Tax, 9 %", 9855),
    ]
    assert bill.total is not None
    assert bill.total.amount == bill.sum == 119356
    assert bill.tax is not None
    assert bill.tax.amount == 9855
    assert "Beside this total" not in bill.words


def test_the_tax_within_a_price_is_said_and_added_to_nothing(
    session: Session, client: FlaskClient, clinic: Clinic
) -> None:
    factories.offer(session, clinic, price_amount=109000)
    session.commit()
    bill = column(client, clinic, "want=rejuran_healer:1x2ml")
    assert "Total S$1,090 of which tax S$90" in bill.words
    assert bill.sum == 109000
    assert "Beside this total: other fees are not stated, the price of numbing cream is not stated." in (
        bill.words
    )


def test_two_offers_with_one_title_and_price_keep_their_own_words(
    session: Session, client: FlaskClient, switch: Switch
) -> None:
    """Where brands may not stand, each goes by what it is."""
    eye = factories.treatment(session, "rejuran_eye", generic_en="PN eye booster")
    clinic = factories.clinic(session)
    factories.offer(session, clinic, title="Set")
    factories.offer(
        session,
        clinic,
        title="Set",
        parts=[{"treatment_id": eye.id, "quantity": Decimal(1)}],
        tax="exclusive",
    )
    session.commit()
    query = "want=rejuran_healer:2x2ml&want=rejuran_eye:1x1ml"
    for brands, titles in ((True, ("2 × Set", "Set")), (False, ("2 × PN skin booster", "PN eye booster"))):
        switch(brand_names_sg=brands)
        bill = column(client, clinic, query)
        assert [(what, amount.amount) for what, amount in bill.lines] == [
            (titles[0], 100000),
            (titles[1], 50000),
            ("Tax, 9 %", 4500),
        ]
        assert bill.total is not None
        assert bill.total.amount == bill.sum


def test_left_over_and_conditions(session: Session, client: FlaskClient, clinic: Clinic) -> None:
    factories.offer(
        session,
        clinic,
        title="Course",
        parts=[{"sessions": 4}],
        weekday_only=True,
        eligibility="first_visit",
        expires_after_days=180,
        same_price_for_foreigners=False,
        numbing="extra",
        once_per_patient=True,
    )
    session.commit()
    bill = column(
        client,
        clinic,
        "want=rejuran_healer:3x2ml&weekdays=yes&eligibility=first_visit&foreign=no",
    )
    assert "1 session of Rejuran Healer 2 ml is left over." in bill.words
    assert (
        "Conditions: first visit only, weekdays only, once per patient, numbing cream costs extra, "
        "another price for foreigners, sessions expire" in bill.words
    )
    unsaid = column(client, clinic, "want=rejuran_healer:3x2ml")
    assert unsaid.total is None
    assert (
        "3 sessions of Rejuran Healer 2 ml are not covered: its price has a condition that you did not say "
        "you meet." in unsaid.words
    )
    assert "Course: first visit only weekdays only another price for foreigners" in unsaid.words


GAPS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (
        {"weekday_only": True},
        {},
        "want=rejuran_healer:2x2ml",
        (
            "2 sessions of Rejuran Healer 2 ml are not covered: its price has a condition that you did not "
            "say you meet."
        ),
    ),
    (
        {"once_per_patient": True},
        {},
        "want=rejuran_healer:2x2ml",
        "1 session of Rejuran Healer 2 ml is not covered: the price is for one purchase only.",
    ),
    (
        {},
        {"quantity": Decimal(4)},
        "want=rejuran_healer:1x2ml",
        (
            "1 session of Rejuran Healer 2 ml is not covered: it is offered only in another amount, variant "
            "or area."
        ),
    ),
    ({}, {}, "want=profhilo:1x1syringe", "Profhilo 1 syringe: not on its price list."),
]


@pytest.mark.parametrize(("terms", "part", "query", "words"), GAPS, ids=[row[3][-30:] for row in GAPS])
def test_why_sessions_are_not_covered(
    session: Session,
    client: FlaskClient,
    clinic: Clinic,
    terms: dict[str, Any],
    part: dict[str, Any],
    query: str,
    words: str,
) -> None:
    factories.treatment(session, "profhilo", usual_quantity=Decimal(1), usual_unit="syringe")
    factories.offer(session, clinic, parts=[part], **terms)
    session.commit()
    bill = column(client, clinic, query)
    assert bill.total is None
    assert words in bill.words


@pytest.mark.parametrize(
    ("part", "query", "words"),
    [
        ({"quantity": Decimal(4)}, "want=rejuran_healer:1x2ml", "Other: another amount: 4 ml"),
        (
            {"quantity": Decimal(1), "unit": "vial"},
            "want=rejuran_healer:1x2ml",
            "Other: another unit: 1 vial",
        ),
        ({"quantity": None, "unit": "vial"}, "want=rejuran_healer:1x2ml", "Other: another unit: vial"),
        ({"areas": "face;neck"}, "want=rejuran_healer:1x2ml@face", "Other: another area: face, neck"),
        (
            {"areas": "neck", "quantity": Decimal(1)},
            "want=rejuran_healer:1x2ml@face",
            "Other: another amount: 1 ml; another area: neck",
        ),
        ({"slug": "rejuran_s"}, "want=rejuran_healer:1x2ml", "Other: another variant: Rejuran S"),
    ],
    ids=["amount", "unit", "unit only", "area", "two", "variant"],
)
def test_what_is_not_comparable_says_in_what_it_differs(
    session: Session, client: FlaskClient, clinic: Clinic, part: dict[str, Any], query: str, words: str
) -> None:
    own = dict(part)
    if slug := own.pop("slug", None):
        own["treatment_id"] = factories.treatment(session, slug).id
    factories.offer(session, clinic, title="Other", parts=[own])
    factories.offer(session, clinic, title="Alike", parts=[{"areas": "face"}])
    session.commit()
    bill = column(client, clinic, query)
    assert words in bill.words
    assert bill.total is not None
    assert bill.total.amount == 50000
    assert "1 offer is not comparable" in bill.words


@pytest.mark.parametrize(
    ("terms", "part", "reason"),
    [
        ({"tax": "unknown", "tax_rate": None}, {}, "Whether tax is in the price is not stated."),
        ({"tax": "exclusive", "tax_rate": None}, {}, "Tax comes on top; how much is not stated."),
        ({"consultation": None}, {}, "The consultation fee is not stated."),
        ({"price_amount": None, "price_kind": "on_request"}, {}, "Price on request"),
        ({"parts_complete": False}, {}, "Not all parts of the combo are stated."),
        ({"verified_on": None}, {}, "The price was never confirmed."),
        ({}, {"quantity": None, "unit": None}, "How much you get per session is not stated."),
    ],
    ids=["tax", "rate", "consultation", "price", "parts", "unconfirmed", "amount"],
)
def test_what_is_not_stated_leaves_no_total_and_gives_the_reason(
    session: Session,
    client: FlaskClient,
    terms: dict[str, Any],
    part: dict[str, Any],
    reason: str,
) -> None:
    seoul = factories.clinic(session, country="KR", lat=37.498, lng=127.028, gst_registered=None)
    factories.offer(session, seoul, parts=[part], **({"currency": "KRW", "price_amount": 250000} | terms))
    session.commit()
    bill = column(client, seoul, "want=rejuran_healer:1x2ml")
    assert bill.total is None
    assert "Total incomplete" in bill.words or bill.lines == []
    assert reason in bill.words


def test_no_page_of_singapore_names_a_period(session: Session, client: FlaskClient, clinic: Clinic) -> None:
    factories.offer(session, clinic, title="Week", price_kind="event", valid_until=factories.NOW.date())
    factories.offer(session, clinic, title="Past", valid_until=factories.NOW.date().replace(day=1))
    session.commit()
    bill = column(client, clinic, "want=rejuran_healer:1x2ml")
    assert "Past: No price is stated for today." in bill.words
    for words in ("ended", "no longer", "valid", "event"):
        assert words not in bill.words


def test_an_open_combo_is_never_used_silently(session: Session, client: FlaskClient, clinic: Clinic) -> None:
    factories.offer(session, clinic, title="Single", price_amount=50000)
    factories.offer(session, clinic, title="Duo", price_amount=10000, parts=[{}, {"quantity": None}])
    factories.offer(session, clinic, title="Half told", price_amount=9000, parts_complete=False)
    session.commit()
    bill = column(client, clinic, "want=rejuran_healer:1x2ml")
    assert "Half told: Not all parts of the combo are stated." in bill.words
    assert bill.total is not None
    assert bill.total.amount == 10000
    assert "is left over" in bill.words
