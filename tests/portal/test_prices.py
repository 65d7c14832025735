"""The clinic's own price list: what stands there, and an offer added, changed, retired and confirmed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.keepers import sign_in
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.domain.lint import Finding, Severity
from webapp.domain.market import policies
from webapp.i18n import today_in, utc_now
from webapp.moderation.actors import SYSTEM
from webapp.moderation.models import Decision, HeldText
from webapp.moderation.services import texts
from webapp.offers.models import Offer


@pytest.fixture
def clinic(session: Session) -> Clinic:
    factories.treatment(session, "rejuran_healer", name_en="Rejuran Healer")
    factories.treatment(session, "ha_booster", name_en="HA booster", kind="class")
    factories.treatment(
        session,
        "exosome",
        name_en="Exosome",
        status_sg="do not list",
        status_kr="topical only",
        injectable=False,
    )
    return factories.clinic(session)


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def url(clinic: Clinic, rest: str = "") -> str:
    return f"/portal/{clinic.slug}/prices{rest}"


def form_of(browser: FlaskClient, path: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send for the offer's form, with the changes; None leaves a field out."""
    found: dict[str, Any] = dict(fields_of(browser.get(path).get_data(as_text=True), path))
    return {
        name: value
        for name, value in (
            found | {name.replace("__", "-"): value for name, value in changes.items()}
        ).items()
        if value is not None
    }


def single(browser: FlaskClient, clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """The commonest offer: one treatment, its price, tax included."""
    said = {
        "title": "Rejuran, 2 ml", "parts__0__treatment": "rejuran_healer", "parts__0__quantity": "2",
        "parts__0__unit": "ml", "price": "480",
    }  # fmt: skip
    return form_of(browser, url(clinic, "/new"), **(said | changes))


def offers(session: Session, clinic: Clinic) -> list[Offer]:
    session.commit()
    return list(session.scalars(select(Offer).where(Offer.clinic_id == clinic.id).order_by(Offer.id)))


def refuses(monkeypatch: pytest.MonkeyPatch, word: str, severity: str) -> None:
    """A rule of the market about one word, so that these tests do not depend on the list of words."""

    def check(text: str, market: str, **more: Any) -> tuple[Finding, ...]:
        start = text.find(word)
        if start < 0:
            return ()
        return (
            Finding("TEST-WORD", Severity(severity), word, start, start + len(word), "it praises", "a test"),
        )

    monkeypatch.setattr(policies, "check", check)


def test_an_empty_list_says_what_to_do(owner: FlaskClient, clinic: Clinic) -> None:
    page = Page(owner, url(clinic)).check()
    assert "Nothing is on your list yet" in page.text
    assert page.links("Add an offer") == [url(clinic, "/new")]


def test_the_commonest_offer_takes_five_answers_and_is_public_and_searchable_at_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    Page(owner, url(clinic, "/new")).check()
    answer = owner.post(url(clinic, "/new"), data=single(owner, clinic))
    assert answer.status_code == 303
    (row,) = offers(session, clinic)
    assert (row.title, row.price_amount, row.currency, row.tax, row.tax_rate) == (
        "Rejuran, 2 ml", 48000, "SGD", "inclusive", Decimal(9),
    )  # fmt: skip
    assert (row.origin, row.confirmed_by, row.verified_on) == (
        "clinic",
        "Mei Owner",
        today_in("SG", utc_now()),
    )
    # What the form was not told stays unknown.
    assert (row.consultation, row.other_fees, row.numbing, row.once_per_patient) == (None, None, None, None)
    page = Page(owner, url(clinic)).check()
    assert "S$480" in page.text
    assert "is saved and confirmed as of today" in page.text
    assert "S$480" in owner.get(f"/clinics/{clinic.slug}").get_data(as_text=True)
    found = owner.get("/api/v1/clinics?treatment=rejuran_healer").get_json()
    assert [o["price"]["amount"] for row in found["clinics"] for o in row["offers"]] == ["480.00"]


def test_a_changed_price_is_in_the_search_at_once(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    row = factories.offer(session, clinic)
    session.commit()
    path = url(clinic, f"/{row.ref}")
    Page(owner, path).check()
    assert owner.post(path, data=form_of(owner, path, price="1,250.50")).status_code == 303
    found = owner.get("/api/v1/clinics?treatment=rejuran_healer").get_json()
    assert [o["price"]["amount"] for each in found["clinics"] for o in each["offers"]] == ["1250.50"]
    session.commit()
    assert session.scalars(select(Decision.what)).all() == ["offer.changed"]


def test_every_answer_of_the_form_comes_back_as_it_was(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    said = single(
        owner, clinic, parts__0__words="the pink one", parts__0__areas="face; neck", parts__0__interval_weeks="4",
        parts__0__sessions="3", parts_missing="y", tax="exclusive", tax_rate="9", price_kind="event",
        regular_price="600", valid_from="2026-11-01", valid_until="2099-12-31", event_target="new patients",
        event_scope="one session", consultation="fee", consultation_fee="50", consultation_waived="yes",
        fees="some", other_fees__0__name="medicine", other_fees__0__amount="20", other_fees__1__name="needle",
        other_fees__1__amount="0", numbing="extra", injector="doctor", eligibility="first_visit",
        weekday_only="yes", once_per_patient="no", same_price_for_foreigners="no", expires_after_days="365",
        refund_terms="Unused sessions\nless 10 %", refund_basis="pro_rata",
    )  # fmt: skip
    assert owner.post(url(clinic, "/new"), data=said).status_code == 303
    (row,) = offers(session, clinic)
    (part,) = row.parts
    assert (part.words, part.areas, part.interval_weeks, part.sessions) == ("the pink one", "face;neck", 4, 3)
    assert row.other_fees == [["medicine", 2000], ["needle", 0]]
    assert (row.consultation, row.consultation_fee_amount, row.consultation_waived) == ("fee", 5000, True)
    assert (row.weekday_only, row.once_per_patient, row.same_price_for_foreigners) == (True, False, False)
    assert row.parts_complete is False
    assert (row.refund_terms, row.refund_basis) == ("Unused sessions\nless 10 %", "pro_rata")
    # Saved again untouched, nothing is different.
    path = url(clinic, f"/{row.ref}")
    assert owner.post(path, data=form_of(owner, path)).status_code == 303
    session.commit()
    assert session.scalars(select(Decision.what)).all() == ["offer.added"]


def test_groups_stand_open_only_where_they_say_something(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    def opened(path: str) -> list[bool]:
        return [group.get("open") is not None for group in Page(owner, path).with_class("quote-row")[1:]]

    assert opened(url(clinic, "/new")) == [False] * 4
    plain = factories.offer(session, clinic, consultation=None)
    rich = factories.offer(session, clinic, numbing="extra", expires_after_days=90)
    session.commit()
    assert opened(url(clinic, f"/{plain.ref}")) == [False] * 4
    assert opened(url(clinic, f"/{rich.ref}")) == [False, True, True, True]


def test_a_part_is_added_without_losing_what_was_typed(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    fields = single(owner, clinic, refund_terms="no refund", price="12,3,4")
    page = owner.post(url(clinic, "/new"), data=fields | {"add": "part"}).get_data(as_text=True)
    again: dict[str, Any] = dict(fields_of(page, "/new"))
    assert again["price"] == ["12,3,4"]
    assert again["refund_terms"] == ["no refund"]
    assert again["parts-1-treatment"] == [""]
    again |= {
        "parts-1-treatment": "ha_booster",
        "parts-1-quantity": "1",
        "parts-1-unit": "ml",
        "price": "900",
    }
    assert owner.post(url(clinic, "/new"), data=again).status_code == 303
    (row,) = offers(session, clinic)
    assert [part.unit for part in row.parts] == ["ml", "ml"]
    # Six rows at most.
    for _time in range(9):
        page = owner.post(url(clinic, "/new"), data=again | {"add": "part"}).get_data(as_text=True)
        again = dict(fields_of(page, "/new"))
    assert "parts-5-treatment" in again
    assert "parts-6-treatment" not in again


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"title": ""}, "title", "Give it a name."),
        ({"title": "x" * 301}, "title", "At most 300 characters."),
        ({"price": ""}, "price", "Give an amount."),
        ({"price": "0"}, "price", "A price is above zero."),
        ({"price": "abc"}, "price", "Write the amount in figures"),
        ({"price": "480.123"}, "price", "more decimals"),
        ({"price_kind": "on_request"}, "price", "A price on request is empty"),
        ({"parts__0__treatment": ""}, "parts-0-treatment", "Choose a treatment"),
        ({"parts__0__treatment": "no_such"}, "parts-0-treatment", "Not a valid choice"),
        ({"parts__0__treatment": "other"}, "parts-0-words", "Say what it is."),
        ({"parts__0__unit": ""}, "parts-0-unit", "Choose the unit."),
        ({"parts__0__quantity": "2.0001"}, "parts-0-quantity", "at most three decimals"),
        ({"parts__0__quantity": "NaN"}, "parts-0-quantity", "A number above zero"),
        ({"parts__0__sessions": "101"}, "parts-0-sessions", "from 1 to 100"),
        ({"tax": "exclusive", "tax_rate": ""}, "tax_rate", "Give the rate"),
        ({"tax_rate": "9.123"}, "tax_rate", "At most two decimals."),
        ({"tax_rate": "Infinity"}, "tax_rate", "Between 0 and 30"),
        ({"price_kind": "event"}, "valid_until", "No page shows an event price without this."),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "valid_until", "before the first day"),
        ({"consultation": "fee"}, "consultation_fee", "Give an amount."),
        ({"consultation": "included", "consultation_fee": "5"}, "consultation_fee", "Either the consultation"),
        ({"fees": "some"}, "fees", "Name at least one fee"),
        ({"fees": "none", "other_fees__0__name": "x", "other_fees__0__amount": "1"}, "fees", "Either there are no"),
        ({"other_fees__0__amount": "1"}, "other_fees-0-name", "Say what the fee is for."),
        ({"other_fees__0__name": "needle"}, "other_fees-0-amount", "Give an amount."),
        ({"csrf_token": "stale"}, None, "CSRF"),
    ],
)  # fmt: skip
def test_each_finding_stands_beside_its_field_and_nothing_typed_is_lost(
    owner: FlaskClient,
    session: Session,
    clinic: Clinic,
    changes: dict[str, str],
    field: str | None,
    says: str,
) -> None:
    fields = single(owner, clinic, **({"refund_terms": "kept words"} | changes))
    answer = owner.post(url(clinic, "/new"), data=fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "kept words" in page
    assert says in page
    assert "Please look at this once more" in page
    if field is not None:
        assert f'id="{field}-error"' in page
        assert f'href="#{field}"' in page
    assert offers(session, clinic) == []


def test_a_price_per_unit_is_for_one_treatment_only(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    combo = {"parts__1__treatment": "ha_booster", "price_basis": "per_unit"}
    answer = owner.post(url(clinic, "/new"), data=single(owner, clinic, **combo))
    assert answer.status_code == 422
    assert "for one treatment only" in answer.get_data(as_text=True)
    assert (
        owner.post(url(clinic, "/new"), data=single(owner, clinic, price_basis="per_unit")).status_code == 303
    )


def test_koreas_event_terms_are_asked_for_and_singapores_fields_say_that_nobody_sees_them(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    korean = factories.clinic(session, country="KR", gst_registered=None)
    sign_in(client, session, clinic, korean)
    said = {
        "price_kind": "event",
        "valid_from": "2026-01-01",
        "valid_until": "2099-01-01",
        "price": "250,000",
    }
    answer = client.post(url(korean, "/new"), data=single(client, korean, **said))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for field in ("event_target", "event_scope", "regular_price"):
        assert f'id="{field}-error"' in page
    assert "rule KR-EVENT-TERMS" in page
    terms = {"event_target": "everyone", "event_scope": "one session", "regular_price": "200000"}
    answer = client.post(url(korean, "/new"), data=single(client, korean, **(said | terms)))
    assert "The price before must be higher" in answer.get_data(as_text=True)
    terms["regular_price"] = "300000"
    assert client.post(url(korean, "/new"), data=single(client, korean, **(said | terms))).status_code == 303
    (row,) = offers(session, korean)
    assert (row.currency, row.price_amount, row.tax_rate) == ("KRW", 250000, Decimal(10))
    assert "Before ₩300,000, 16 % less" in Page(client, url(korean)).check().text
    singapore = Page(client, url(clinic, "/new")).text
    assert "No public page in Singapore shows it (rule SG-PRICE-ONE)" in singapore
    assert "rule SG-PRICE-GST" in singapore


def test_what_a_market_refuses_cannot_be_chosen_and_says_why(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    page = Page(owner, url(clinic, "/new"))
    options = [option.get("value") for option in page.all("option")]
    assert "exosome" not in options
    assert "rejuran_healer" in options
    assert "Exosome: The market does not allow this treatment" in page.text
    # The name of the field sent by hand changes nothing.
    answer = owner.post(url(clinic, "/new"), data=single(owner, clinic, parts__0__treatment="exosome"))
    assert answer.status_code == 422
    assert offers(session, clinic) == []


def test_an_injection_of_what_is_for_the_skin_only_is_refused_with_the_rule(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    korean = factories.clinic(session, country="KR")
    sign_in(client, session, korean)
    said = {"parts__0__treatment": "exosome", "parts__0__words": "exosome injection", "price": "90000"}
    answer = client.post(url(korean, "/new"), data=single(client, korean, **said))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "rule PRODUCT-TOPICAL-ONLY" in page
    assert 'id="parts-0-treatment-error"' in page
    assert offers(session, korean) == []
    on_the_skin = said | {"parts__0__words": "exosome on the skin"}
    assert client.post(url(korean, "/new"), data=single(client, korean, **on_the_skin)).status_code == 303


def test_forbidden_words_are_refused_beside_their_field_with_the_rules_reason(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "unbeatable", "block")
    said = {
        # The first row is empty: the finding still stands beside the row that was typed in.
        "parts__0__treatment": "", "parts__0__quantity": "", "parts__0__unit": "",
        "parts__1__treatment": "rejuran_healer", "parts__1__words": "unbeatable stuff",
        "other_fees__2__name": "unbeatable needle", "other_fees__2__amount": "1",
    }  # fmt: skip
    answer = owner.post(url(clinic, "/new"), data=single(owner, clinic, **said))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "it praises (rule TEST-WORD)" in page
    assert 'id="parts-1-words-error"' in page
    assert 'id="other_fees-2-name-error"' in page
    assert offers(session, clinic) == []


def test_words_for_a_person_are_announced_and_survive_other_changes(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "finest", "hold")
    assert owner.post(url(clinic, "/new"), data=single(owner, clinic, title="The finest")).status_code == 303
    page = Page(owner, url(clinic)).check().text
    assert "Our staff read this before it is public" in page
    assert "it praises" in page
    (row,) = offers(session, clinic)
    assert row.title == "PN skin booster"
    path = url(clinic, f"/{row.ref}")
    fields = form_of(owner, path, price="500")
    assert fields["title"] == ["The finest"]
    assert owner.post(path, data=fields).status_code == 303
    session.commit()
    assert [(held.text, held.state) for held in session.scalars(select(HeldText))] == [("The finest", "held")]
    assert offers(session, clinic)[0].price_amount == 50000


def test_warnings_are_told_and_keep_nothing_back(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "gentle", "warn")
    owner.post(url(clinic, "/new"), data=single(owner, clinic, title="A gentle one"))
    assert "Please look at this: “gentle”: it praises" in Page(owner, url(clinic)).text
    assert offers(session, clinic)[0].title == "A gentle one"


def test_somebody_elses_change_is_shown_before_it_is_written_over(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    row = factories.offer(session, clinic)
    session.commit()
    path = url(clinic, f"/{row.ref}")
    mine = form_of(owner, path, price="700")
    assert owner.post(path, data=form_of(owner, path, price="600")).status_code == 303
    answer = owner.post(path, data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Somebody changed this offer" in page
    assert "S$600" in page
    assert offers(session, clinic)[0].price_amount == 60000
    assert owner.post(path, data=fields_of(page, path)).status_code == 303
    assert offers(session, clinic)[0].price_amount == 70000


def test_a_hidden_price_says_by_which_rule_and_what_to_do(
    client: FlaskClient, session: Session, clinic: Clinic
) -> None:
    korean = factories.clinic(session, country="KR")
    left = factories.clinic(session, authority="withdrawn")
    sign_in(client, session, clinic, korean, left)
    factories.offer(session, clinic, tax="exclusive", tax_rate=None, title="Without tax")
    factories.offer(session, korean, price_kind="event", currency="KRW", valid_until=date(2099, 1, 1))
    factories.offer(session, korean, price_kind="on_request", price_amount=None, currency="KRW")
    factories.offer(session, left)
    session.commit()
    page = Page(client, url(clinic)).text
    assert "it leaves out the tax" in page and "rule SG-PRICE-GST" in page
    page = Page(client, url(korean)).text
    assert "Missing: for whom it is, first day, what it covers, a higher price before." in page
    assert "rule KR-EVENT-TERMS" in page
    assert "Give a price, and it is shown." in page
    assert "rule LISTING-AUTHORITY" in Page(client, url(left)).text


def test_confirming_all_prices_is_one_click(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    today = today_in("SG", utc_now())
    stale = factories.offer(session, clinic, verified_on=today - timedelta(days=100))
    factories.offer(session, clinic, verified_on=None)
    gone = factories.offer(session, clinic, verified_on=None, retired_on=date(2026, 11, 1))
    session.commit()
    page = Page(owner, url(clinic))
    assert "unconfirmed since" in page.text
    assert "never confirmed" in page.text
    assert "2 are unconfirmed" in page.text
    fields = fields_of(page.source, "/confirm")
    for _time in range(2):
        assert owner.post(url(clinic, "/confirm"), data=fields).status_code == 303
    session.commit()
    assert {row.verified_on for row in offers(session, clinic) if row.id != gone.id} == {today}
    assert session.get_one(Offer, gone.id).verified_on is None
    assert session.get_one(Offer, stale.id).confirmed_by == "Mei Owner"
    assert "unconfirmed" not in Page(owner, url(clinic)).text


def test_an_offer_is_retired_and_brought_back_as_it_was(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    row = factories.offer(session, clinic, title="Leaves us")
    session.commit()
    for action, listed in (("retire", False), ("restore", True)):
        path = url(clinic, f"/{row.ref}/{action}")
        fields = fields_of(owner.get(url(clinic)).get_data(as_text=True), path)
        for _time in range(2):
            assert owner.post(path, data=fields).status_code == 303
        assert ("Leaves us" in owner.get(f"/clinics/{clinic.slug}").get_data(as_text=True)) is listed
    assert offers(session, clinic)[0].verified_on == date(2026, 11, 1)


@pytest.mark.parametrize("ref", ["a/b", "라미네이트 1", "50%", "a?b=c", "x.y", "'\"<b>"])
def test_any_ref_that_an_import_brought_can_be_edited(
    owner: FlaskClient, session: Session, clinic: Clinic, ref: str
) -> None:
    factories.offer(session, clinic, ref=ref)
    session.commit()
    (edit,) = Page(owner, url(clinic)).links("Edit: " + offers(session, clinic)[0].title)
    assert Page(owner, edit).check().heading == "Edit an offer"


def test_another_clinics_offer_is_not_there(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    other = factories.clinic(session)
    theirs = factories.offer(session, other, ref="theirs")
    own = factories.offer(session, clinic)
    session.commit()
    path = url(clinic, f"/{own.ref}")
    fields = form_of(owner, path, price="1")
    for address in (
        url(clinic, "/theirs"),
        url(other, "/theirs"),
        url(other, f"/{own.ref}"),
        url(clinic, "/none"),
    ):
        assert owner.get(address).status_code == 404
        assert owner.post(address, data=fields).status_code == 404
        for action in ("retire", "restore"):
            assert owner.post(f"{address}/{action}", data=fields).status_code == 404
    for address in (url(other), url(other, "/new")):
        assert owner.get(address).status_code == 404
    assert owner.post(url(other, "/confirm"), data=fields).status_code == 404
    session.commit()
    assert session.get_one(Offer, theirs.id).price_amount == 50000


def test_extra_fields_change_nothing(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    row = factories.offer(session, clinic)
    session.commit()
    path = url(clinic, f"/{row.ref}")
    extra = {
        "clinic_id": "999", "ref": "mine", "currency": "USD", "origin": "seed", "source": "me",
        "verified_on": "2020-01-01",
        "parts-99999999999-treatment": "ha_booster", "parts-x-treatment": "ha_booster",
    }  # fmt: skip
    answer = owner.post(path, data=form_of(owner, path) | extra)
    assert answer.status_code in {303, 422}
    (after,) = offers(session, clinic)
    assert (after.clinic_id, after.ref, after.currency, after.origin) in {
        (clinic.id, row.ref, "SGD", "clinic"),
        (clinic.id, row.ref, "SGD", None),
    }


def test_the_markets_own_list_of_words_stands_behind_the_form(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    said = single(owner, clinic, title="Rejuran, usual price S$900")
    answer = owner.post(url(clinic, "/new"), data=said)
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.get_data(as_text=True)
    assert "“usual price”" in answer.get_data(as_text=True)
    assert offers(session, clinic) == []


def test_what_staff_let_through_is_not_asked_about_again(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "finest", "hold")
    owner.post(url(clinic, "/new"), data=single(owner, clinic, title="The finest"))
    session.commit()
    (held,) = session.scalars(select(HeldText))
    texts.release(held, SYSTEM, factories.NOW)
    session.commit()
    path = url(clinic, f"/{offers(session, clinic)[0].ref}")
    assert owner.post(path, data=form_of(owner, path, price="500")).status_code == 303
    session.commit()
    assert [row.state for row in session.scalars(select(HeldText))] == ["released"]
    assert offers(session, clinic)[0].title == "The finest"
