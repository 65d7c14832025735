"""`flask listings export`: everything stored comes out as files, and the files bring it back as it was."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from webapp.clinics.models import Clinic, Practitioner
from webapp.domain.listing_csv import (
    DESCRIPTOR,
    FILES,
    csv_files,
    read_price_list,
    with_kept_parts,
    write_price_list,
)
from webapp.domain.money import Money
from webapp.domain.offers import Fee
from webapp.moderation import export
from webapp.moderation.seed import seed
from webapp.offers.models import Offer, OfferPart
from webapp.refresh.queries import shelf
from webapp.unit_of_work import unit_of_work

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: str | Path) -> Result:
        done = app.test_cli_runner().invoke(args=["listings", *map(str, arguments)])
        assert done.exit_code == 0, done.output
        return done

    return run


@pytest.fixture
def seeded(session: Session) -> Session:
    with unit_of_work():
        seed(NOW, sample=True)
    return session


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_bytes().decode(), newline="")))


def test_import_of_an_export_changes_nothing(seeded: Session, run: Run, tmp_path: Path) -> None:
    told = run("export", tmp_path / "all.zip").output
    clinics = seeded.scalar(select(func.count()).select_from(Clinic))
    offers = seeded.scalar(select(func.count()).select_from(Offer))
    assert f"{clinics} clinics, " in told and f" {offers} offers written" in told
    before = csv_files(export.listing())
    told = run("import", tmp_path / "all.zip").output
    assert "Added 0 clinics and 0 offers, changed 0 clinics and 0 offers." in told
    seeded.commit()
    assert csv_files(export.listing()) == before


def test_an_emptied_database_is_brought_back_byte_by_byte(seeded: Session, run: Run, tmp_path: Path) -> None:
    run("export", tmp_path / "first")
    seeded.execute(delete(Clinic))
    seeded.commit()
    assert seeded.scalar(select(func.count()).select_from(OfferPart)) == 0
    run("import", tmp_path / "first")
    seeded.commit()
    run("export", tmp_path / "second")
    assert set(contents(tmp_path / "first")) == {*FILES, DESCRIPTOR}
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def test_nasty_values_come_back_as_they_were(session: Session, run: Run, tmp_path: Path) -> None:
    clinic = factories.clinic(
        session,
        ref="=ref",
        name='-"Clinic", 丽珠兰; 리쥬란',
        name_ko="'=하나의원",
        phone=None,
        lat=1.3040000000000003,
        lng=103.83580000000001,
        website="https://one.example/?a=1,2",
    )
    session.add(
        Practitioner(clinic_id=clinic.id, name="@Dr O'Neil", registration_no="+M1", languages="en;ko")
    )
    healer = factories.offer(
        session,
        clinic,
        [{"quantity": Decimal("2.125"), "areas": "face;neck", "words": "=a\n-b"}, {"treatment_id": None}],
        title="＝Healer",
        refund_terms='No refund,\n"none"\n@all',
        other_fees=[["a;b\\c: d", 2050], ["-e", 0]],
        consultation="fee",
        consultation_fee_amount=5450,
        tax_rate=Decimal("8.25"),
    )
    none = factories.offer(session, clinic, other_fees=[])
    unknown = factories.offer(session, clinic, other_fees=None)
    won = factories.offer(
        session, clinic, currency="KRW", price_amount=250000, regular_price_amount=489000, parts=()
    )
    refs = [row.ref for row in (healer, none, unknown, won)]
    session.commit()
    run("export", tmp_path / "a")
    assert [row["other_fees"] for row in table(tmp_path / "a", "offers.csv")] == [
        "a\\;b\\\\c: d:20.50;-e:0.00",
        "none",
        "",
        "",
    ]
    assert [row["price"] for row in table(tmp_path / "a", "offers.csv")][-1] == "250000"
    assert table(tmp_path / "a", "practitioners.csv")[0]["name"] == "'@Dr O'Neil"
    assert "changed 0 clinics and 0 offers" in run("import", tmp_path / "a").output
    session.execute(delete(Clinic))
    session.commit()
    run("import", tmp_path / "a")
    session.commit()
    back = session.scalars(select(Clinic)).one()
    assert (back.ref, back.name, back.name_ko) == ("=ref", '-"Clinic", 丽珠兰; 리쥬란', "'=하나의원")
    assert (back.lat, back.lng) == (1.3040000000000003, 103.83580000000001)
    terms = {row.offer_ref: row.terms for row in export.price_list(back)}
    assert list(terms) == refs
    assert terms[healer_ref := refs[0]].other_fees == (
        Fee("a;b\\c: d", Money(2050, "SGD")),
        Fee("-e", Money(0, "SGD")),
    )
    assert terms[healer_ref].refund_terms == 'No refund,\n"none"\n@all'
    assert terms[healer_ref].parts[0].quantity == Decimal("2.125")
    assert (terms[refs[1]].other_fees, terms[refs[2]].other_fees) == ((), None)
    run("export", tmp_path / "b")
    assert contents(tmp_path / "b") == contents(tmp_path / "a")


def test_retired_offers_stay_out(session: Session, run: Run, tmp_path: Path) -> None:
    clinic = factories.clinic(session)
    kept = factories.offer(session, clinic).ref
    factories.offer(session, clinic, retired_on=date(2026, 11, 1))
    session.commit()
    run("export", tmp_path)
    assert [row["offer_ref"] for row in table(tmp_path, "offers.csv")] == [kept]
    assert {row["offer_ref"] for row in table(tmp_path, "offer_parts.csv")} == {kept}


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({"position_source": "import"}, ("1.3039", "103.8358")),
        ({"position_source": "clinic", "pin_confirmed_on": date(2026, 11, 1)}, ("1.3039", "103.8358")),
        ({"position_source": "onemap", "precision": "building"}, ("", "")),
        ({"lat": None, "lng": None, "precision": None, "position_source": None}, ("", "")),
    ],
    ids=["given by an import", "the clinic's own pin", "found from its address", "nowhere"],
)
def test_only_a_point_that_was_given_is_written(
    session: Session, run: Run, tmp_path: Path, values: dict[str, object], written: tuple[str, str]
) -> None:
    clinic = factories.clinic(session, **values)
    session.commit()
    before = (clinic.lat, clinic.lng, clinic.precision, clinic.position_source)
    run("export", tmp_path)
    (row,) = table(tmp_path, "clinics.csv")
    assert (row["lat"], row["lng"]) == written
    assert "changed 0 clinics" in run("import", tmp_path).output
    session.commit()
    assert (clinic.lat, clinic.lng, clinic.precision, clinic.position_source) == before


def test_an_empty_database_is_four_headers(session: Session, run: Run, tmp_path: Path) -> None:
    assert "0 clinics, 0 practitioners and 0 offers" in run("export", tmp_path / "none").output
    assert {
        name: len(data.splitlines())
        for name, data in contents(tmp_path / "none").items()
        if name != DESCRIPTOR
    } == dict.fromkeys(FILES, 1)


def test_a_path_that_cannot_be_written_is_an_error_in_words(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("mine")
    told = app.test_cli_runner().invoke(args=["listings", "export", str(tmp_path / "taken")])
    assert told.exit_code == 1
    assert "File exists" in told.output
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_clinics_price_list_goes_out_and_comes_back(seeded: Session) -> None:
    clinic = seeded.scalars(select(Clinic).where(Clinic.ref == "sample-sg-orchard-larch")).one()
    offers = export.price_list(clinic)
    there = shelf(clinic, NOW, small_change=0)
    read = read_price_list(
        write_price_list(offers, with_source=True),
        clinic_ref=there.clinic_ref,
        country=there.country,
        known=there.known,
        on=there.on,
        source="upload",
        names=there.names,
        titles=there.titles,
    )
    assert read.errors == ()
    assert [(row.offer_ref, row.terms) for row in read.listing.offers] == [
        (row.offer_ref, row.terms) for row in offers
    ]


def test_prices_alone_keep_the_parts_also_of_an_offer_that_had_gone(session: Session) -> None:
    clinic = factories.clinic(session)
    gone = factories.offer(session, clinic, retired_on=date(2026, 11, 1), title="Gone")
    here = factories.offer(session, clinic, [{}, {"treatment_id": None}])
    there = shelf(clinic, NOW, small_change=0)
    read = read_price_list(
        [
            ["offer_ref", "title", "price", "currency", "tax", "price_kind"],
            [gone.ref, "Gone", "400", "SGD", "inclusive", "regular"],
            ["", here.title, "500", "SGD", "inclusive", "regular"],
        ],
        clinic_ref=there.clinic_ref,
        country=there.country,
        known=there.known,
        on=there.on,
        source="upload",
        titles=there.titles,
    )
    assert read.errors == ()
    rows = with_kept_parts(read.listing, there.parts)
    assert [(row.offer_ref, len(row.terms.parts)) for row in rows] == [(gone.ref, 1), (here.ref, 2)]


def test_names_of_treatments_are_exact_and_mean_one(seeded: Session) -> None:
    names = export.treatment_names()
    assert names["rejuran healer"] == names["丽珠兰"] == names["리쥬란"] == "rejuran_healer"
    # Both are told apart only by asking; a misspelling is for the search box.
    assert not {"婴儿针", "水光针", "연어주사"} & set(names)
    assert not {"profilo", "rejuran heeler", "rejuan"} & set(names)
