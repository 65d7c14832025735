"""What machines look for: health, the sitemap, robots.txt and security.txt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from tests import factories
from webapp.guide import machine_files
from webapp.i18n import LANGUAGES
from webapp.outbox.models import Delivery
from webapp.treatments.models import Treatment

NOW = datetime(2026, 11, 21, 4, 0, 30, 999, tzinfo=UTC)
_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_LINK = "{http://www.w3.org/1999/xhtml}link"


def test_alive_asks_nothing_of_the_database(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"alive": True})
    assert answer.headers["Cache-Control"] == "no-store"


def queue_mail(session: Session, due: datetime) -> None:
    session.add(
        Delivery(
            key="test:1", message_id="1@test.example", to_address="a@b.example", mail="…", state="pending",
            next_at=due, created_at=due,
        )
    )  # fmt: skip
    session.commit()


def test_ready_with_nothing_and_with_what_is_just_due(client: FlaskClient, session: Session) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "ready": True, "oldest_due_seconds": None, "overdue_after_seconds": 60.0, "held_back": None, "mails": {},
    }  # fmt: skip
    queue_mail(session, datetime.now(UTC) - timedelta(seconds=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["mails"] == {"pending": 1}


def test_not_ready_while_a_mail_is_overdue(client: FlaskClient, session: Session) -> None:
    queue_mail(session, datetime.now(UTC) - timedelta(minutes=10))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["ready"] is False
    assert answer.get_json()["oldest_due_seconds"] > 500
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_sitemap_has_every_public_page_in_every_language_and_no_sample(
    client: FlaskClient, reference: Session, settings: Settings
) -> None:
    factories.clinic(reference, slug="a-sample")
    factories.clinic(reference, slug="a-real-one", sample=False)
    factories.clinic(reference, slug="one-that-left", sample=False, authority="withdrawn")
    reference.commit()
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    urls = {
        url.findtext(_MAP + "loc", ""): [(link.get("hreflang"), link.get("href")) for link in url.iter(_LINK)]
        for url in ElementTree.fromstring(answer.data)
    }
    assert f"{settings.base_url}/zh/treatments/rejuran_healer" in urls
    assert urls[f"{settings.base_url}/clinics/a-real-one"] == [
        ("en", f"{settings.base_url}/clinics/a-real-one"),
        ("zh-Hans", f"{settings.base_url}/zh/clinics/a-real-one"),
        ("ko", f"{settings.base_url}/ko/clinics/a-real-one"),
    ]
    assert not [url for url in urls if "a-sample" in url or "one-that-left" in url]
    treatments = len(reference.scalars(select(Treatment.id)).all())
    assert len(urls) == 3 * (len(machine_files.OPEN_PAGES) + treatments + 1)


@pytest.mark.parametrize("path", machine_files.OPEN_PAGES)
def test_every_page_of_the_sitemap_is_there(client: FlaskClient, reference: Session, path: str) -> None:
    assert client.get(path).status_code == 200


def test_robots_keep_out_of_what_stands_behind_links(client: FlaskClient, settings: Settings) -> None:
    lines = client.get("/robots.txt").get_data(as_text=True).splitlines()
    for prefix in ("", "/zh", "/ko"):
        for path in ("/e/", "/q/", "/c/", "/u/", "/enquiries", "/never-list", "/sent/", "/mailbox"):
            assert f"Disallow: {prefix}{path}" in lines
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {settings.base_url}/sitemap.xml" in lines
    assert len([line for line in lines if line.startswith("Disallow")]) == 8 * len(LANGUAGES)


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_security_txt_has_a_contact_and_an_end(settings: Settings) -> None:
    chosen = replace(settings, security_contact="security@clinic.example")
    text = machine_files.security_txt(chosen, NOW)
    assert text is not None
    assert fields(text) == {
        "Contact": "mailto:security@clinic.example",
        "Expires": "2027-05-20T04:00:30Z",
        "Preferred-Languages": "en, zh, ko",
        "Canonical": f"{settings.base_url}/.well-known/security.txt",
    }
    link = machine_files.security_txt(replace(settings, security_contact="https://a.example/@us"), NOW)
    assert link is not None
    assert fields(link)["Contact"] == "https://a.example/@us"


def test_security_txt_without_a_contact_is_there_in_development_only(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    assert fields(answer.get_data(as_text=True))["Contact"].endswith(".example")
    public = replace(settings, base_url="https://likeforlike.example")
    monkeypatch.setitem(app.config, "SETTINGS", public)
    assert client.get("/.well-known/security.txt").status_code == 404


def test_the_figures_are_for_this_machine_only(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "lfl_mails{" in answer.text
    for elsewhere in ("203.0.113.7", "", "unix:"):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": elsewhere}).status_code == 404
