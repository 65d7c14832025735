"""The price list as a file: down, up, what it would change, and one button that does just that, once."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests import factories
from tests.enquiries.filled_form import fields_of
from tests.portal.keepers import sign_in
from tests.portal.test_prices import offers, refuses
from tests.reading import Page
from webapp.clinics.models import Clinic
from webapp.domain.listing_csv import csv_bytes
from webapp.i18n import today_in, utc_now
from webapp.moderation.models import Decision, HeldText
from webapp.offers.models import Offer
from webapp.portal.models import PriceListUpload

HEADER = [
    "offer_ref", "title", "price", "currency", "tax", "tax_rate", "price_kind", "treatment", "quantity", "unit",
    "sessions", "consultation_fee", "parts_complete",
]  # fmt: skip


def row(ref: str, title: str, price: str, **more: str) -> list[str]:
    """One single of Rejuran Healer 2 ml, with tax."""
    said = {
        "offer_ref": ref, "title": title, "price": price, "currency": "SGD", "tax": "inclusive", "tax_rate": "9",
        "price_kind": "regular", "treatment": "rejuran_healer", "quantity": "2", "unit": "ml", "sessions": "1",
        "consultation_fee": "included", "parts_complete": "yes",
    }  # fmt: skip
    return [(said | more)[column] for column in HEADER]


def sheet(*rows: list[str]) -> bytes:
    return csv_bytes([HEADER, *rows])


def workbook(*rows: list[str]) -> bytes:
    book = Workbook()
    for line in (HEADER, *rows):
        book.worksheets[0].append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def clinic(session: Session) -> Clinic:
    factories.treatment(session, "rejuran_healer", name_en="Rejuran Healer")
    factories.treatment(session, "ha_booster", name_en="HA booster", kind="class")
    factories.treatment(session, "exosome", name_en="Exosome", status_sg="do not list")
    return factories.clinic(session)


@pytest.fixture
def owner(client: FlaskClient, session: Session, clinic: Clinic) -> FlaskClient:
    sign_in(client, session, clinic)
    return client


def url(clinic: Clinic, rest: str = "") -> str:
    return f"/portal/{clinic.slug}/price-list{rest}"


def upload(browser: FlaskClient, clinic: Clinic, content: bytes, name: str = "prices.csv") -> Any:
    fields: dict[str, Any] = dict(fields_of(browser.get(url(clinic)).get_data(as_text=True), url(clinic)))
    fields["file"] = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart(fields)
    return browser.post(url(clinic), data=body, content_type=f"multipart/form-data; boundary={boundary}")


def dry_run(browser: FlaskClient, clinic: Clinic, content: bytes, name: str = "prices.csv") -> Page:
    answer = upload(browser, clinic, content, name)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return Page(browser, answer.headers["Location"]).check()


def confirm(browser: FlaskClient, page: Page, **changes: str) -> Any:
    return browser.post(page.path, data=fields_of(page.source, page.path) | changes)


def priced(session: Session, clinic: Clinic) -> dict[str, int | None]:
    return {offer.ref: offer.price_amount for offer in offers(session, clinic) if offer.retired_on is None}


def test_a_list_of_forty_goes_live_in_four_steps(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    """Prices, the file's page, the file, the button: four requests, and the search has all forty."""
    listed = [
        row(f"item-{number}", f"Rejuran {number}", str(300 + number), sessions=str(1 + number % 3))
        for number in range(40)
    ]
    assert Page(owner, f"/portal/{clinic.slug}/prices").links("Download or upload the list") == [url(clinic)]
    page = dry_run(owner, clinic, workbook(*listed), "prices.xlsx")
    assert "40 new" in page.text
    assert offers(session, clinic) == []
    assert confirm(owner, page).status_code == 303
    assert len(priced(session, clinic)) == 40
    assert (
        "Your price list is live: 40 offers added."
        in Page(owner, f"/portal/{clinic.slug}/prices").check().text
    )
    found = owner.get(f"/api/v1/clinics/{clinic.slug}").get_json()
    assert len(found["offers"]) == 40
    assert found["offers"][39]["price"]["amount"] == "339.00"


def test_the_dry_run_shows_what_would_change_and_changes_nothing(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    factories.offer(session, clinic, ref="dearer", title="Dearer", price_amount=40000)
    factories.offer(session, clinic, ref="same", title="The same", price_amount=50000)
    factories.offer(session, clinic, ref="other", title="Other terms", price_amount=50000)
    factories.offer(session, clinic, ref="away", title="Not in the file", price_amount=50000)
    session.commit()
    page = dry_run(
        owner,
        clinic,
        sheet(
            row("dearer", "Dearer", "450"),
            row("same", "The same", "500"),
            row("other", "Other terms", "500", consultation_fee="30"),
            row("", "Brand new", "650"),
        ),
    )
    assert "1 new 2 different 1 the same 1 not in the file" in page.text
    assert "S$400 → S$450 (+12.5 %)" in page.text
    assert "Consultation fee The consultation is included → S$30" in page.text
    assert "Not in the file, S$500" in page.text
    assert priced(session, clinic) == {"dearer": 40000, "same": 50000, "other": 50000, "away": 50000}
    assert session.scalars(select(Decision)).all() == []
    assert confirm(owner, page).status_code == 303
    after = priced(session, clinic)
    assert after.pop("away") == 50000
    assert after.pop("dearer") == 45000
    assert (after.pop("same"), after.pop("other")) == (50000, 50000)
    assert list(after.values()) == [65000]
    today = today_in("SG", utc_now())
    verified = {offer.ref: offer.verified_on for offer in offers(session, clinic)}
    assert verified.pop("away") != today
    assert set(verified.values()) == {today}


def test_what_is_not_in_the_file_is_retired_only_where_that_is_ticked(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    factories.offer(session, clinic, ref="kept")
    factories.offer(session, clinic, ref="away")
    session.commit()
    content = sheet(row("kept", "Kept", "500"))
    page = dry_run(owner, clinic, content)
    assert fields_of(page.source, page.path).get("retire_missing") is None
    confirm(owner, page)
    assert set(priced(session, clinic)) == {"kept", "away"}
    confirm(owner, dry_run(owner, clinic, content), retire_missing="y")
    assert set(priced(session, clinic)) == {"kept"}
    # A retired offer that the file names again comes back, and the page says that it is new on the list.
    page = dry_run(owner, clinic, sheet(row("kept", "Kept", "500"), row("away", "Away", "510")))
    assert "1 new" in page.text
    confirm(owner, page)
    assert priced(session, clinic) == {"kept": 50000, "away": 51000}


def test_a_file_is_applied_once(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "A", "500")))
    fields = fields_of(page.source, page.path)
    assert owner.post(page.path, data=fields).status_code == 303
    factories_price = session.scalars(select(Offer)).one()
    factories_price.price_amount = 99900
    session.commit()
    for _time in range(2):
        again = owner.post(page.path, data=fields)
        assert again.status_code == 303
        assert again.headers["Location"].endswith("/prices")
        assert "was applied already" in Page(owner, again.headers["Location"]).text
    assert owner.get(page.path).status_code == 303
    assert priced(session, clinic) == {"a": 99900}
    kept = session.scalars(select(PriceListUpload)).one()
    assert kept.used_at is not None
    assert kept.content == b""


def test_a_list_that_changed_in_between_is_shown_again(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    offer = factories.offer(session, clinic, ref="a", title="A", price_amount=50000)
    session.commit()
    page = dry_run(owner, clinic, sheet(row("a", "A", "550")))
    session.get_one(Offer, offer.id).price_amount = 60000
    session.commit()
    answer = confirm(owner, page)
    assert answer.headers["Location"].endswith(page.path)
    again = Page(owner, page.path).check()
    assert "Your list has changed since you saw this" in again.text
    assert "S$600 → S$550" in again.text
    assert priced(session, clinic) == {"a": 60000}
    confirm(owner, again)
    assert priced(session, clinic) == {"a": 55000}


@pytest.mark.parametrize("shown", ["", "0" * 64, "x" * 100_000])
def test_a_tampered_hidden_field_applies_nothing(
    owner: FlaskClient, session: Session, clinic: Clinic, shown: str
) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "A", "550")))
    assert confirm(owner, page, shown=shown).status_code == 303
    assert priced(session, clinic) == {}
    assert session.scalars(select(PriceListUpload.used_at)).all() == [None]


def test_an_upload_without_a_token_is_refused(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "A", "550")))
    assert confirm(owner, page, csrf_token="").status_code == 400
    assert priced(session, clinic) == {}
    fields: dict[str, Any] = {
        "file": (io.BytesIO(sheet(row("a", "A", "550"))), "a.csv"),
        "csrf_token": "stale",
    }
    answer = owner.post(url(clinic), data=fields, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_an_upload_expires_after_an_hour_and_goes_with_the_next(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "A", "550")))
    session.commit()
    kept = session.scalars(select(PriceListUpload)).one()
    assert kept.expires_at - kept.created_at == timedelta(hours=1)
    kept.expires_at = utc_now() - timedelta(seconds=1)
    session.commit()
    answer = confirm(owner, page)
    assert answer.headers["Location"].endswith("/price-list")
    assert "has expired" in Page(owner, url(clinic)).text
    assert priced(session, clinic) == {}
    dry_run(owner, clinic, sheet(row("b", "B", "550")))
    session.commit()
    assert len(session.scalars(select(PriceListUpload)).all()) == 1


def test_another_persons_upload_is_not_there(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "A", "550")))
    fields = fields_of(page.source, page.path)
    number = page.path.rpartition("/")[2]
    # A colleague of the same clinic, and one of another clinic.
    colleague = owner.application.test_client()
    other = factories.clinic(session)
    sign_in(colleague, session, clinic, other, email="colleague@example.org")
    for address in (page.path, url(other, f"/{number}")):
        assert colleague.get(address).status_code == 404
    token = fields_of(Page(colleague, url(clinic)).source, url(clinic))["csrf_token"]
    for address in (page.path, url(other, f"/{number}")):
        assert colleague.post(address, data=fields | {"csrf_token": token}).status_code == 404
    for rest in ("", ".csv", ".xlsx", "-template.csv", "-template.xlsx", f"/{number}"):
        assert owner.get(url(other, rest)).status_code == 404
    assert priced(session, clinic) == {}
    assert confirm(owner, page).status_code == 303
    assert priced(session, clinic) == {"a": 55000}


def test_rows_with_errors_are_named_by_row_and_column_and_nothing_is_kept(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    answer = upload(
        owner,
        clinic,
        sheet(
            row("good", "Good", "500"),
            row("bad", "Bad", "twelve"),
            row("worse", "Worse", "500", treatment="exosome"),
            row("odd", "Odd", "500", treatment="rejuran_heeler"),
        ),
    )
    text = " ".join(answer.get_data(as_text=True).split())
    assert answer.status_code == 422
    assert "Row 3, Price: “twelve” is not an amount in SGD, such as 1380.00." in text
    assert "Row 4, Treatment: “exosome” cannot be listed in SG: The market does not allow" in text
    assert "[PRODUCT-DO-NOT-LIST]" in text
    assert "Row 5, Treatment: There is no treatment “rejuran_heeler”. Did you mean “rejuran_healer”?" in text
    assert "Apply this" not in text
    assert priced(session, clinic) == {}
    assert session.scalars(select(PriceListUpload)).all() == []


def test_the_rules_about_words_speak_for_each_row(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet(row("a", "Plain", "500"), row("b", "The finest", "500"))
    refuses(monkeypatch, "finest", "block")
    answer = upload(owner, clinic, content)
    assert answer.status_code == 422
    assert "Row 3, The finest: “finest”: it praises (rule TEST-WORD)" in answer.get_data(as_text=True)
    refuses(monkeypatch, "finest", "hold")
    page = dry_run(owner, clinic, content)
    assert "Our staff read this before it is public: “finest”: it praises" in page.text
    confirm(owner, page)
    assert [offer.title for offer in offers(session, clinic)] == ["Plain", "PN skin booster"]
    # The list as it is now, sent back: the title that waits goes on waiting.
    again = owner.get(url(clinic, ".csv")).get_data()
    confirm(owner, dry_run(owner, clinic, again))
    session.commit()
    assert [(held.text, held.state) for held in session.scalars(select(HeldText))] == [("The finest", "held")]


def test_a_rule_that_came_between_page_and_button_stops_all_of_it(
    owner: FlaskClient, session: Session, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = dry_run(owner, clinic, sheet(row("a", "Plain", "500"), row("b", "The finest", "500")))
    refuses(monkeypatch, "finest", "block")
    assert confirm(owner, page).headers["Location"].endswith(page.path)
    assert "Row 3, The finest" in Page(owner, page.path).text
    assert priced(session, clinic) == {}


def test_steep_changes_are_asked_about(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    factories.offer(session, clinic, ref="a", title="A", price_amount=50000)
    session.commit()
    page = dry_run(owner, clinic, sheet(row("a", "A", "50")))
    assert "S$500 → S$50 (−90 %) Is this right?" in page.text


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "empty.csv", "The file is empty."),
        (b"\xff\xd8\xff\xe0 picture", "menu.csv", "This is a picture."),
        (b"%PDF-1.7", "menu.csv", "This is a PDF."),
        (b"<html><body>menu</body></html>", "menu.xls", "This is a web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "menu.xls", "Excel file of before 2007"),
        (b"PK\x03\x04 not really", "menu.xlsx", "damaged"),
        (b"title,price\n\xff\xfe\xfa,1", "x.csv", "neither UTF-8"),
        (b"title,price\n\"never closed", "x.csv", "A quote that opens here is never closed."),
        (b"title;price;nonsense\n", "x.csv", "There is no column “nonsense”."),
        (b"offer_ref,title,price,currency,tax,price_kind,treatment\n", "x.csv", "The file holds no offers."),
        (b"\n\n\n", "x.csv", "The file has no header row."),
        (b"a,b\n" * 600_000, "x.csv", "larger than 2 MB"),
        (b"title\n" + b"x" * 100_000, "x.csv", "longer than 50000 characters"),
        (b"title\n" + b"x\n" * 2_500, "x.csv", "more than 2000 rows"),
        (b"title\x00,price\n", "x.csv", "NUL character"),
    ],
)  # fmt: skip
def test_hostile_and_mistaken_files_are_named_for_what_they_are(
    owner: FlaskClient, session: Session, clinic: Clinic, content: bytes, name: str, says: str
) -> None:
    answer = upload(owner, clinic, content, name)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert session.scalars(select(PriceListUpload)).all() == []


def test_no_file_at_all_is_asked_for(owner: FlaskClient, clinic: Clinic) -> None:
    fields = fields_of(owner.get(url(clinic)).get_data(as_text=True), url(clinic))
    for sent in ({}, {"file": "a text"}, {"file": (io.BytesIO(b""), "")}):
        answer = owner.post(url(clinic), data=fields | sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Choose a file." in answer.get_data(as_text=True)


def test_names_and_titles_that_are_markup_stay_text(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    evil = "<script>window.__x=1</script>"
    page = dry_run(owner, clinic, sheet(row("a", evil, "500")), f"{evil}.csv")
    assert "<script>window" not in page.source
    assert evil in page.text
    confirm(owner, page)
    listed = owner.get(f"/portal/{clinic.slug}/prices").get_data(as_text=True)
    assert "<script>window" not in listed


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["", "/zh", "/ko"])
def test_what_is_downloaded_and_sent_back_changes_nothing(
    owner: FlaskClient, session: Session, clinic: Clinic, kind: str, language: str
) -> None:
    booster = factories.treatment(session, "ha_booster").id
    factories.offer(session, clinic, parts=({}, {"treatment_id": booster, "words": "=1+1"}), title="=cmd()")
    factories.offer(session, clinic, other_fees=[["a;b", 100]], refund_terms="two\nlines", title="@x")
    factories.offer(session, clinic, price_kind="on_request", price_amount=None)
    session.commit()
    answer = owner.get(language + url(clinic, kind))
    assert answer.headers["Content-Disposition"] == f"attachment; filename={clinic.slug}-prices{kind}"
    page = dry_run(owner, clinic, answer.get_data(), f"prices{kind}")
    assert "3 the same" in page.text
    assert "0 new 0 different" in page.text


def test_templates_are_empty_and_name_the_catalogue(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    book = load_workbook(io.BytesIO(owner.get(url(clinic, "-template.xlsx")).get_data()))
    assert [each.title for each in book.worksheets] == ["Prices", "Treatments", "Words"]
    names = [cells[0].value for cells in book.worksheets[1].iter_rows(min_row=2)]
    assert names == ["Rejuran Healer", "HA booster"]
    # What the second sheet calls a treatment is what the first one takes.
    assert "1 new" in dry_run(owner, clinic, sheet(row("", "By name", "1", treatment="Rejuran Healer"))).text
    empty = owner.get(url(clinic, "-template.csv")).get_data()
    answer = upload(owner, clinic, empty)
    assert answer.status_code == 422
    assert b"Rejuran Healer" in owner.get(f"/portal/{clinic.slug}/treatment-names.csv").get_data()


def test_a_column_that_is_left_out_changes_nothing_and_an_empty_cell_is_shown(
    owner: FlaskClient, session: Session, clinic: Clinic
) -> None:
    factories.offer(session, clinic, ref="a", title="A", price_amount=50000, numbing="included")
    session.commit()
    assert "0 different 1 the same" in dry_run(owner, clinic, sheet(row("a", "A", "500"))).text
    with_empty = csv_bytes([[*HEADER, "numbing"], [*row("a", "A", "500"), ""]])
    page = dry_run(owner, clinic, with_empty)
    assert "1 different" in page.text
    assert "Numbing Numbing cream is included → not stated" in page.text


def test_a_short_file_of_prices_alone_is_enough(owner: FlaskClient, session: Session, clinic: Clinic) -> None:
    factories.offer(session, clinic, ref="a", title="A", price_basis="per_session", parts=({"sessions": 3},))
    session.commit()
    said = [["title", "price", "currency", "tax", "price_kind"], ["A", "520", "SGD", "inclusive", "regular"]]
    confirm(owner, dry_run(owner, clinic, csv_bytes(said)))
    (after,) = offers(session, clinic)
    assert (after.ref, after.price_amount, after.price_basis) == ("a", 52000, "per_session")
    assert [part.sessions for part in after.parts] == [3]
    # A price per session of one part that the file makes a combo is for the combo, as an empty column says.
    combo = [
        [*said[0], "offer_ref", "treatment"],
        [*said[1], "a", "rejuran_healer"],
        [""] * 5 + ["a", "ha_booster"],
    ]
    confirm(owner, dry_run(owner, clinic, csv_bytes(combo)))
    assert [(row.price_basis, len(row.parts)) for row in offers(session, clinic)] == [("total", 2)]
