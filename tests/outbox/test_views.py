"""The development mailbox: what was sent, to read and click; and nowhere but in development."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient

from config import from_environment
from webapp.app import create_app
from webapp.clients import maildir

pytestmark = pytest.mark.once


@pytest.fixture
def folder(mail_to: Callable[[str], None], tmp_path: Path) -> Path:
    """The folder that the mails of this test go to."""
    mail_to(f"maildir://{tmp_path / 'mailbox'}")
    return tmp_path / "mailbox"


def _deliver(folder: Path, subject: str, text: str) -> None:
    message = EmailMessage()
    message["To"] = "desk@clinic.example"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p><script>alert(1)</script>", subtype="html")
    maildir.deliver(folder, message.as_bytes())


def test_an_empty_mailbox_says_where_mails_go(client: FlaskClient, folder: Path) -> None:
    page = client.get("/mailbox")
    assert page.status_code == 200
    assert "No mail yet." in page.text


def test_mails_are_listed_newest_first_and_each_opens(client: FlaskClient, folder: Path) -> None:
    for subject in ("the first one", "the second one <b>"):
        _deliver(folder, subject, "words")
    page = client.get("/mailbox").text
    assert page.index("the second one &lt;b&gt;") < page.index("the first one")
    assert "desk@clinic.example" in page
    key = maildir.newest(folder, 1)[0].key
    assert f'href="/mailbox/{key}"' in page
    shown = client.get(f"/mailbox/{key}")
    assert "the second one &lt;b&gt;" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_our_own_links_can_be_clicked_and_no_others(client: FlaskClient, app: Flask, folder: Path) -> None:
    ours = app.config["SETTINGS"].base_url
    _deliver(
        folder,
        "a question",
        f"Answer here: {ours}/q/abc-_1.\nor {ours}.evil.example/ or https://other.example/x\n\n<script>x</script>\n",
    )
    page = client.get(f"/mailbox/{maildir.newest(folder, 1)[0].key}").text
    assert f'<a href="{ours}/q/abc-_1">{ours}/q/abc-_1</a>.' in page
    assert f'href="{ours}.evil' not in page
    assert 'href="https://other.example' not in page
    assert "<script>" not in page


@pytest.mark.parametrize("key", ["none", "..%2f..%2fsecret_key", "..", "new", "%00"])
def test_a_key_that_is_no_mail_is_not_found(client: FlaskClient, folder: Path, key: str) -> None:
    _deliver(folder, "a question", "words")
    assert client.get(f"/mailbox/{key}").status_code == 404


def test_a_mail_that_its_reader_has_seen_keeps_its_address(client: FlaskClient, folder: Path) -> None:
    _deliver(folder, "a question", "words")
    (unread,) = (folder / "new").iterdir()
    unread.rename(folder / "cur" / f"{unread.name}:2,S")
    assert client.get(f"/mailbox/{unread.name}").status_code == 200


def test_where_mails_go_to_a_server_the_page_says_so(
    client: FlaskClient, mail_to: Callable[[str], None]
) -> None:
    mail_to("smtp://127.0.0.1:25")
    page = client.get("/mailbox")
    assert "MAIL_URL" in page.text
    assert client.get("/mailbox/any").status_code == 404


def test_there_is_no_mailbox_outside_development(tmp_path: Path, app: Flask, client: FlaskClient) -> None:
    settings = from_environment(
        {
            "BASE_URL": "https://likeforlike.example",
            "INSTANCE_DIR": str(tmp_path),
            "SECRET_KEY": "x" * 40,
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "MAIL_URL": "smtps://mail.example",
        }
    )
    elsewhere = create_app(settings)
    assert not [rule for rule in elsewhere.url_map.iter_rules() if rule.rule.startswith("/mailbox")]
    # The second lock: the routes themselves ask, should they ever be registered.
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, base_url="https://likeforlike.example")
    try:
        assert client.get("/mailbox").status_code == 404
    finally:
        app.config["SETTINGS"] = kept
