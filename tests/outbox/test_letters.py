"""A mail from its three files, in the reader's language."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader, TemplateNotFound, UndefinedError

from tests.factories import NOW
from webapp.outbox.letters import compose
from webapp.outbox.wire_format import WIRE_POLICY, serialise

pytestmark = pytest.mark.once

LINK = "https://likeforlike.example/q/" + "a" * 120
TEMPLATES = {
    "room/email/asks/subject.txt": "{{ name }} asks\n  about {{ what }}\n",
    "room/email/asks/body.txt": "\n{{ name }} asks in {{ language }}.\n\nhttps://likeforlike.example/q/"
    + "a" * 120
    + "\n",
    "room/email/asks/body.html": '<html lang="{{ language }}"><p>{{ name }} asks.</p></html>',
    "room/email/broken/subject.txt": "{{ missing.words }}",
}


@pytest.fixture
def context(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An application context, as a worker has it, with templates of the test's own besides the real ones."""
    loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader or DictLoader({})])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    with app.app_context():
        yield


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-Hans"), ("ko", "ko")])
def test_a_letter_has_a_plain_part_first_and_says_its_language(
    context: None, language: str, tag: str
) -> None:
    message = compose("room/email/asks", language, name="Mina", what="Rejuran")
    read = message_from_bytes(message.as_bytes(policy=WIRE_POLICY), policy=policy.default)
    assert read["Subject"] == "Mina asks about Rejuran"
    assert read["Content-Language"] == tag
    assert read["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    plain, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines()[0] == f"Mina asks in {language}."
    assert LINK in plain.get_content(), "a link is never broken"
    assert f'lang="{language}"' in html.get_content()


def test_a_mail_that_its_reader_may_stop_says_where_in_one_unbroken_line(context: None) -> None:
    """RFC 8058; Python would write a long address as encoded words, and no mail program would find it."""
    address = "https://likeforlike.example/zh/u/" + "a" * 120
    message = compose("room/email/asks", "en", name="Mina", what="Rejuran", unsubscribe=address)
    lines = message.as_bytes(policy=WIRE_POLICY).split(b"\r\n")
    assert f"List-Unsubscribe: <{address}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    written = serialise(message, sender="a@b.example", to="c@d.example", message_id="1@b.example", date=NOW)
    assert f"List-Unsubscribe: <{address}>\r\n" in written


def test_a_mail_that_somebody_asked_for_names_no_way_to_stop_it(context: None) -> None:
    message = compose("room/email/asks", "en", name="Mina", what="Rejuran")
    assert "List-Unsubscribe" not in message


def test_a_name_is_escaped_in_html_and_harmless_in_the_subject(context: None) -> None:
    message = compose(
        "room/email/asks", "en", name="<b>=?utf-8?q?x=0aBcc:=20t@bad.example?=", what="\r\nX: y"
    )
    html = message.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;" in html.get_content()
    read = message_from_bytes(message.as_bytes(policy=WIRE_POLICY), policy=policy.default)
    assert sorted(read.keys()) == sorted(message.keys())
    assert "Bcc" not in read
    assert "X" not in read


def test_a_template_that_fails_or_is_missing_raises(context: None) -> None:
    with pytest.raises(UndefinedError):
        compose("room/email/broken", "en")
    with pytest.raises(TemplateNotFound):
        compose("room/email/none", "en")


def test_every_mail_of_every_room_has_its_three_files(app: Flask) -> None:
    folders = {path.parent for path in Path(app.root_path).glob("*/templates/*/email/*/*")}
    assert folders, "the rooms write mails"
    for folder in folders:
        assert sorted(path.name for path in folder.iterdir()) == ["body.html", "body.txt", "subject.txt"], (
            folder
        )
