"""`flask listings import`: a folder of files becomes clinics and offers, all of it or nothing."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories
from webapp.clinics.models import Clinic
from webapp.offers.models import Offer

CLINICS = (
    "ref,name,country,address,postal_code,lat,lng,enquiry_email,authority,accepts_enquiries,source\n"
    "north,North Clinic,SG,10 Sinaran Drive,307506,1.3207,103.8442,ask@north.example,authorised,yes,its own list\n"
)
OFFERS = (
    "clinic_ref,offer_ref,title,price,currency,tax,price_kind,source\n"
    "north,one,Healer,480,SGD,inclusive,regular,own\n"
)
PARTS = "clinic_ref,offer_ref,treatment,quantity,unit\nnorth,one,rejuran_healer,2,cc\n"


@pytest.fixture
def files(tmp_path: Path, session: Session) -> Path:
    factories.treatment(session)
    session.commit()
    for name, text in (("clinics.csv", CLINICS), ("offers.csv", OFFERS), ("offer_parts.csv", PARTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["listings", "import", *arguments])


def counted(session: Session) -> tuple[int, int]:
    session.commit()
    return (
        session.scalar(select(func.count()).select_from(Clinic)) or 0,
        session.scalar(select(func.count()).select_from(Offer)) or 0,
    )


def test_import_adds_and_a_second_one_changes_nothing(app: Flask, session: Session, files: Path) -> None:
    first = run(app, str(files))
    assert first.exit_code == 0, first.output
    assert counted(session) == (1, 1)
    offer = session.scalars(select(Offer)).one()
    assert (offer.price_amount, offer.parts[0].unit, offer.consultation) == (48000, "ml", None)
    assert "changed 0 clinics and 0 offers" in run(app, str(files)).output
    assert counted(session) == (1, 1)


def test_update_by_ref_keeps_the_address_of_the_page(app: Flask, session: Session, files: Path) -> None:
    run(app, str(files))
    (files / "clinics.csv").write_text(CLINICS.replace("North Clinic", "North Skin Clinic"), encoding="utf-8")
    (files / "offers.csv").write_text(OFFERS.replace("480", "450.50"), encoding="utf-8")
    assert "changed 1 clinics and 1 offers" in run(app, str(files)).output
    session.commit()
    clinic, offer = session.scalars(select(Clinic)).one(), session.scalars(select(Offer)).one()
    assert (clinic.name, clinic.slug, offer.price_amount) == ("North Skin Clinic", "north-clinic", 45050)


def test_a_dry_run_changes_nothing(app: Flask, session: Session, files: Path) -> None:
    told = run(app, str(files), "--dry-run")
    assert told.exit_code == 0
    assert "Would add 1 clinics and 1 offers" in told.output
    assert counted(session) == (0, 0)


def test_one_bad_row_and_nothing_is_imported(app: Flask, session: Session, files: Path) -> None:
    (files / "offers.csv").write_text(
        OFFERS + "north,two,Eye,cheap,SGD,inclusive,regular,own\n", encoding="utf-8"
    )
    told = run(app, str(files))
    assert told.exit_code == 1
    assert "offers.csv, line 3, price" in told.output
    assert counted(session) == (0, 0)


def test_who_asked_not_to_be_listed_is_never_brought_back(app: Flask, session: Session, files: Path) -> None:
    factories.clinic(session, ref="north", slug="north", name="Gone", authority="do_not_list")
    session.commit()
    run(app, str(files))
    session.commit()
    clinic = session.scalars(select(Clinic)).one()
    assert (clinic.name, clinic.authority) == ("Gone", "do_not_list")
    assert counted(session) == (1, 0)


def test_parts_alone_replace_those_of_a_known_offer(app: Flask, session: Session, files: Path) -> None:
    run(app, str(files))
    (files / "clinics.csv").unlink()
    (files / "offers.csv").unlink()
    (files / "offer_parts.csv").write_text(PARTS + "north,one,other,,\n", encoding="utf-8")
    assert run(app, str(files)).exit_code == 0
    session.commit()
    assert [part.treatment_id is None for part in session.scalars(select(Offer)).one().parts] == [False, True]


def test_offers_alone_keep_the_parts_of_known_ones(app: Flask, session: Session, files: Path) -> None:
    run(app, str(files))
    (files / "offer_parts.csv").unlink()
    (files / "offers.csv").write_text(OFFERS.replace("480", "450"), encoding="utf-8")
    assert "changed 0 clinics and 1 offers" in run(app, str(files)).output
    session.commit()
    offer = session.scalars(select(Offer)).one()
    assert (offer.price_amount, len(offer.parts)) == (45000, 1)


def test_a_path_with_nothing_is_an_error_in_words(app: Flask, session: Session, tmp_path: Path) -> None:
    told = run(app, str(tmp_path / "nowhere"))
    assert told.exit_code == 1
    assert "There is nothing at this path" in told.output
