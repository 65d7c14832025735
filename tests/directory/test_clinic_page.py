"""The clinic's page: its state, its offers, what can be checked, and the source of every fact."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.reading import Page, words
from webapp.clinics.models import Practitioner


def test_an_authorised_clinic(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics/larch-linden-skin-clinic").check()
    assert page.title.startswith("Larch & Linden Skin Clinic")
    text = page.text
    assert "Agreed by Dr Isolde Quek, medical director on 17 August 2026." in text
    assert "Registration number SAMPLE-M10431" in text
    assert "Checked on 2 November 2026" in text
    assert "Source of this listing: sample data. Last confirmed 10 November 2026." in text
    assert "Baby Skin Trio" in text
    assert "Monday 10:00 to 19:00" in text
    assert "Sunday closed" in text
    assert "290 Orchard Road, Paragon, #14-31, 238859" in text
    assert page.links("Ask for a quote") == ["/enquiries/new?clinic=larch-linden-skin-clinic"]
    assert page.links("Compare")
    assert page.all("meta", name="robots")[0].get("content") == "noindex"


def test_a_clinic_that_has_not_joined(seeded: Session, client: FlaskClient) -> None:
    page = Page(client, "/clinics/halley-medical-aesthetics").check()
    text = page.text
    assert "This clinic has not joined Like for Like." in text
    assert "third part not stated" in text
    assert "S2: interview with Dr Mark Lim" in text
    assert "S$" not in text
    assert page.links("Ask for a quote") == []
    assert not [link for link in page.all("a") if (link.get("href") or "").startswith("/enquiries")]
    for code, tag in (("en", "en"), ("zh", "zh-Hans"), ("ko", "ko")):
        questions = page.all("ol", id=f"questions-{code}")[0]
        assert len(list(questions)) >= 8
        assert page.all("details", lang=tag)


def test_under_the_strict_rule_only_contact_details_stand(
    app: Flask, seeded: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], unclaimed_sg="strict"))
    page = Page(client, "/clinics/halley-medical-aesthetics").check()
    for hidden in ("Trio", "Mark Lim,", "What you can check", "Rejuran"):
        assert hidden not in page.text.partition("Source of this listing")[0]
    listed = Page(client, "/clinics?treatment=rejuran_healer&market=SG").check()
    assert "Halley Medical Aesthetics" not in listed.cards


def test_brand_names_stay_off_public_pages_where_the_switch_says_so(
    app: Flask, seeded: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], brand_names_sg=False))
    for path in (
        "/clinics?q=rejuran+near+Orchard",
        "/clinics/larch-linden-skin-clinic",
        "/compare?clinic=larch-linden-skin-clinic&treatment=rejuran_healer",
    ):
        page = Page(client, path).check()
        assert "PN skin booster" in page.text
        for brand in ("Rejuran", "Juvederm", "Sculptra"):
            assert brand not in page.text, path
    assert "Rejuran Healer" in Page(client, "/clinics/chameoksae-clinic").text


def test_an_old_listing_says_since_when_it_is_unconfirmed(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session, verified_on=date(2026, 1, 1), hours="call us")
    clinic.practitioners.append(Practitioner(name="Dr A", register_url="javascript:alert(1)"))
    session.commit()
    page = Page(client, f"/clinics/{clinic.slug}").check()
    assert "Last confirmed 1 January 2026; unconfirmed since 30 June 2026." in page.text
    assert "call us" in page.text
    assert "not checked yet" in page.text
    assert not [link for link in page.all("a") if (link.get("href") or "").startswith("javascript")]


def test_it_says_why_a_clinic_cannot_be_asked(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session, accepts_enquiries=False)
    session.commit()
    page = Page(client, f"/clinics/{clinic.slug}").check()
    assert "This clinic does not take enquiries at the moment." in page.text
    assert page.links("Ask for a quote") == []


def test_what_an_offer_leaves_open_stands_in_words(session: Session, client: FlaskClient) -> None:
    clinic = factories.clinic(session)
    factories.offer(
        session,
        clinic,
        parts=[{"sessions": 3, "interval_weeks": 4, "areas": "face;neck"}],
        consultation="fee",
        consultation_fee_amount=5000,
        consultation_waived=True,
        other_fees=[["medicine", 2000]],
        injector="doctor",
    )
    session.commit()
    page = Page(client, f"/clinics/{clinic.slug}").check()
    for said in (
        "Rejuran Healer 2 ml × 3 face, neck",
        "Consultation S$50, waived with the treatment",
        "Other fees medicine S$20",
        "Who injects A doctor injects",
        "Interval 4 weeks between sessions",
        "refund of unused sessions",
        "Source sample data, 1 November 2026",
    ):
        assert said in page.text, said
    assert "numbing cream" in words(page.with_class("terms-more")[0])


def test_withdrawn_clinics_have_no_page(session: Session, client: FlaskClient) -> None:
    for authority in ("withdrawn", "do_not_list"):
        clinic = factories.clinic(session, authority=authority)
        session.commit()
        assert client.get(f"/clinics/{clinic.slug}").status_code == 404
