"""Changes found: shown as what is there and what would be, and decided on one screen, never blindly."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.portal.keepers import sign_in
from tests.portal.test_prices import refuses
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.domain.money import Money
from webapp.domain.offers import Part
from webapp.moderation.models import Proposal
from webapp.moderation.services import proposals
from webapp.moderation.services.proposals import Change, offer_after
from webapp.offers.models import Offer
from webapp.offers.queries import terms_of
from webapp.offers.terms_json import terms_as_json

FEED = "https://feed.example/prices.csv"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return factories.clinic(session, phone=None, hours="Mo-Fr 10:00-19:00")


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def other_price(offer: Offer, amount: int, **more: Any) -> Any:
    """The terms as a feed would state them: the offer's own, but for the price."""
    terms = terms_as_json(terms_of(offer)) | {"price": [amount, "SGD"]} | more
    return offer_after(terms)


def proposed(session: Session, clinic: Clinic, *changes: Change, origin: str = "feed") -> list[Proposal]:
    made = proposals.propose(
        clinic, changes, origin=origin, source=FEED, seen_on=date(2026, 11, 20), now=factories.NOW
    )
    session.commit()
    return made


def url(clinic: Clinic) -> str:
    return f"/portal/{clinic.slug}/proposals"


def decide(browser: FlaskClient, clinic: Clinic, answer: str, shown: Any = (), ticked: Any = ()) -> Page:
    """Press a button of the page; `shown` and `ticked` are proposals."""
    page = Page(browser, url(clinic))
    tokens = [field.get("value") or "" for field in page.all("input", name="csrf_token")]
    sent = {
        "csrf_token": tokens[0], "answer": answer, "shown": [str(row.id) for row in shown],
        "ticked": [str(row.id) for row in ticked],
    }  # fmt: skip
    assert browser.post(url(clinic), data=sent).status_code == 303
    return Page(browser, url(clinic)).check()


def prices(session: Session, clinic: Clinic) -> list[int | None]:
    session.commit()
    return list(
        session.scalars(
            select(Offer.price_amount)
            .where(Offer.clinic_id == clinic.id, Offer.retired_on.is_(None))
            .order_by(Offer.id)
        )
    )


def states(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(select(Proposal.state).order_by(Proposal.id)))


def test_an_empty_screen_says_so(owner: FlaskClient, clinic: Clinic) -> None:
    assert "There is nothing to decide." in Page(owner, url(clinic)).check().text


def test_every_kind_of_change_is_told_before_and_after(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    single = factories.offer(session, clinic, title="Rejuran single")
    gone = factories.offer(session, clinic, title="Leaves the menu")
    new = terms_of(single)
    new = type(new)(**{
        **{name: getattr(new, name) for name in new.__dataclass_fields__},
        "title": "Brand new", "price": Money(70000, "SGD"), "parts": (Part("rejuran_healer", sessions=3),),
    })  # fmt: skip
    proposed(
        session,
        clinic,
        Change("change_offer", single.ref, "", other_price(single, 56250, numbing="included")),
        Change("add_offer", "brand-new", "", offer_after(terms_as_json(new))),
        Change("retire_offer", gone.ref, "", None),
        Change("change_clinic", "", "hours", {"hours": "Mo-Sa 10:00-19:00"}),
        Change("change_practitioner", "Dr Lim", "", {"name": "Dr Lim", "registration_no": "M1"}),
    )
    text = Page(owner, url(clinic)).check().text
    for words in (
        "Rejuran single another price S$500 → S$562.50 (+12.5 %)",
        "Numbing not stated → Numbing cream is included",
        "Brand new a new offer S$700 Rejuran Healer, how much is not stated × 3",
        "Leaves the menu no longer there: would be retired",
        "Opening hours Mo-Fr 10:00-19:00 → Mo-Sa 10:00-19:00",
        "Dr Lim a new doctor",
        f"Read on 20 November 2026 at your price list on the web: {FEED}",
    ):
        assert words in text


def test_all_except_the_ticked_are_accepted_and_live(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sold = [factories.offer(session, clinic) for _number in range(3)]
    rows = proposed(
        session, clinic, *(Change("change_offer", o.ref, "", other_price(o, 52000)) for o in sold)
    )
    page = decide(owner, clinic, "accept_others", rows, rows[:1])
    assert "2 changes are accepted and live." in page.text
    assert prices(session, clinic) == [50000, 52000, 52000]
    assert states(session) == ["open", "accepted", "accepted"]
    found = owner.get("/api/v1/clinics?treatment=rejuran_healer").get_json()
    assert [o["price"]["amount"] for each in found["clinics"] for o in each["offers"]].count("520.00") == 2
    accepted = session.get_one(Offer, sold[1].id)
    assert (accepted.origin, accepted.source, accepted.confirmed_by) == ("feed", FEED, "Mei Owner")


def test_what_is_out_of_bounds_is_never_in_accept_all(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    usual, steep = factories.offer(session, clinic), factories.offer(session, clinic)
    rows = proposed(
        session,
        clinic,
        Change("change_offer", usual.ref, "", other_price(usual, 52000)),
        Change("change_offer", steep.ref, "", other_price(steep, 500000), out_of_bounds="ratio"),
    )
    page = Page(owner, url(clinic)).check()
    shown = [field.get("value") for field in page.all("input", name="shown")]
    assert shown == [str(rows[0].id)]
    assert "Is a digit missing or too many?" in page.text
    # Not even where its number is sent as one that was shown.
    decide(owner, clinic, "accept_others", rows)
    assert prices(session, clinic) == [52000, 50000]
    decide(owner, clinic, "accept_ticked", (), rows[1:])
    assert prices(session, clinic) == [52000, 500000]


def test_the_ticked_are_refused_and_not_proposed_again(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sold = factories.offer(session, clinic)
    change = Change("change_offer", sold.ref, "", other_price(sold, 52000))
    rows = proposed(session, clinic, change)
    page = decide(owner, clinic, "refuse_ticked", rows, rows)
    assert "1 change is refused." in page.text
    assert prices(session, clinic) == [50000]
    assert proposed(session, clinic, change) == []
    # Pressing the button again, as a reload would, changes nothing.
    decide_again = owner.post(url(clinic), data={"answer": "refuse_ticked"})
    assert decide_again.status_code == 400
    assert states(session) == ["refused"]


def test_a_proposal_that_came_after_the_page_waits_to_be_seen(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    first, second = factories.offer(session, clinic), factories.offer(session, clinic)
    (seen,) = proposed(session, clinic, Change("change_offer", first.ref, "", other_price(first, 52000)))
    proposed(session, clinic, Change("change_offer", second.ref, "", other_price(second, 53000)))
    decide(owner, clinic, "accept_others", [seen])
    assert prices(session, clinic) == [52000, 50000]
    assert states(session) == ["accepted", "open"]


def test_what_the_clinic_changed_since_is_not_written_over(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    sold = factories.offer(session, clinic)
    rows = proposed(session, clinic, Change("change_offer", sold.ref, "", other_price(sold, 52000)))
    session.get_one(Offer, sold.id).price_amount = 51000
    session.commit()
    page = decide(owner, clinic, "accept_others", rows)
    assert "1 change was out of date" in page.text
    assert prices(session, clinic) == [51000]


def test_a_rule_that_refuses_one_change_lets_the_others_through(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = factories.offer(session, clinic), factories.offer(session, clinic)
    rows = proposed(
        session,
        clinic,
        Change("change_offer", bad.ref, "", other_price(bad, 52000, title="The finest")),
        Change("change_offer", good.ref, "", other_price(good, 52000)),
    )
    refuses(monkeypatch, "finest", "block")
    page = decide(owner, clinic, "accept_others", rows)
    assert "it praises (rule TEST-WORD)" in page.text
    assert prices(session, clinic) == [52000, 50000]
    assert states(session) == ["open", "accepted"]


def test_many_refusals_are_told_in_few_words(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is announced travels in a cookie, which browsers cut off at 4 KB."""
    sold = [factories.offer(session, clinic, ref="참" * 120 + str(number)) for number in range(30)]
    title = "The finest " + "최고" * 100
    changes = [Change("change_offer", each.ref, "", other_price(each, 52000, title=title)) for each in sold]
    rows = proposed(session, clinic, *changes)
    refuses(monkeypatch, "finest", "block")
    page = decide(owner, clinic, "accept_others", rows)
    assert page.text.count("A rule refuses the change") == 4
    assert "And 26 more." in page.text
    assert prices(session, clinic) == [50000] * 30


def test_another_clinics_proposals_are_not_there(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    other = factories.clinic(session)
    theirs = factories.offer(session, other, title="Theirs alone")
    own = factories.offer(session, clinic)
    rows = proposed(session, other, Change("change_offer", theirs.ref, "", other_price(theirs, 1000)))
    proposed(session, clinic, Change("change_offer", own.ref, "", other_price(own, 52000)))
    for answer in ("accept_others", "accept_ticked", "refuse_ticked"):
        page = decide(owner, clinic, answer, rows, rows if answer != "accept_others" else ())
        assert "Theirs alone" not in page.text
    assert prices(session, other) == [50000]
    assert states(session) == ["open", "open"]
    assert owner.get(url(other)).status_code == 404


@pytest.mark.parametrize("answer", ["", "accept", "x" * 1000])
@pytest.mark.parametrize("number", ["", "0", "-1", "9" * 40, "1 or 1=1", "٣"])
def test_nonsense_decides_nothing(
    owner: FlaskClient, session: Session, clinic: Clinic, answer: str, number: str
) -> None:
    sold = factories.offer(session, clinic)
    proposed(session, clinic, Change("change_offer", sold.ref, "", other_price(sold, 52000)))
    (token, *_more) = [
        field.get("value") for field in Page(owner, url(clinic)).all("input", name="csrf_token")
    ]
    for chosen in (answer, "accept_others", "accept_ticked", "refuse_ticked"):
        sent = {"csrf_token": token, "answer": chosen, "shown": number, "ticked": number}
        assert owner.post(url(clinic), data=sent).status_code == 303
    assert states(session) == ["open"]
