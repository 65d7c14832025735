"""What a posted mail carries besides its words: a way back, a signature, an id for the relay, a time."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from sqlalchemy.orm import Session

from tests.bells import Bells
from tests.clients.smtp_servers import ChosenAnswers, mail_server
from tests.outbox.conftest import claimed, post, question, row, settle
from webapp.encryption import address_hash
from webapp.outbox import services
from webapp.outbox.letters import compose
from webapp.outbox.services.posting import reply_token_hash
from webapp.outbox.signatures import signed
from webapp.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("session")

INBOUND = "reply+{token}@in.likeforlike.example"


@pytest.fixture
def settings_of(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Call it with settings: this test's mails are posted under them."""

    def use(**values: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **values))

    return use


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem() -> str:
    return _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _published(name: bytes, timeout: int = 5) -> bytes | None:
    """What the name server says of our key, and of nobody else's."""
    if name != b"mail2026._domainkey.likeforlike.example.":
        return None
    der = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def _verifies(mail: bytes) -> bool:
    verified: bool = dkim.verify(mail, dnsfunc=_published)
    return verified


def _read(mail: bytes) -> EmailMessage:
    return message_from_bytes(mail, _class=EmailMessage, policy=policy.default)


# Where it comes back to


def test_without_an_inbound_address_a_mail_comes_back_to_where_it_is_from() -> None:
    delivery_id = post(hears_replies=True)
    letter = claimed(delivery_id)
    assert letter.bounces_to is None
    assert "Reply-To" not in _read(letter.mail)
    assert row(delivery_id).reply_hash is None


def test_a_mail_that_hears_replies_has_an_address_of_its_own_for_them(
    settings_of: Callable[..., None],
) -> None:
    settings_of(inbound_address=INBOUND)
    delivery_id = post(hears_replies=True)
    letter = claimed(delivery_id)
    assert letter.bounces_to is not None
    token = re.fullmatch(r"reply\+([a-z2-7]{32})@in\.likeforlike\.example", letter.bounces_to)
    assert token
    message = _read(letter.mail)
    assert message["Reply-To"] == letter.bounces_to
    assert "Return-Path" not in message, "it is the envelope's"
    assert row(delivery_id).reply_hash == reply_token_hash(token.group(1))
    assert reply_token_hash(token.group(1).upper()) == row(delivery_id).reply_hash


def test_a_mail_that_hears_none_still_comes_back_to_an_address_of_its_own(
    settings_of: Callable[..., None], mail_to: Callable[[str], None]
) -> None:
    settings_of(inbound_address=INBOUND)
    first, second = claimed(post("k:1")), claimed(post("k:2"))
    assert "Reply-To" not in _read(first.mail)
    assert first.bounces_to != second.bounces_to
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        for letter in (first, second):
            services.attempt(letter)
    assert answers.senders == [first.bounces_to, second.bounces_to]
    assert answers.taken == [first.mail, second.mail]


def test_the_address_is_found_by_its_hash_after_the_mail_has_ended() -> None:
    delivery_id = post(to="Kim@Clinic.example")
    settle(claimed(delivery_id), services.Accepted(250))
    assert row(delivery_id).to_address is None
    assert row(delivery_id).to_hash == address_hash("kim@clinic.example")


def test_templates_know_whether_a_reply_is_heard(
    settings_of: Callable[..., None], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []

    def note(template: str, **context: object) -> str:
        heard.append(context["replies_heard"])
        return "words"

    monkeypatch.setattr("webapp.outbox.letters.render_template", note)
    compose("any", "en")
    settings_of(inbound_address=INBOUND)
    compose("any", "en")
    assert heard == [False] * 3 + [True] * 3


# When


def test_a_mail_for_later_rings_no_bell_and_is_not_claimed_before(bells: Bells) -> None:
    delivery_id = post(not_before_seconds=600.0)
    stored = row(delivery_id)
    assert abs((stored.next_at - stored.created_at).total_seconds() - 600) < 1
    assert bells.rung == []
    with unit_of_work():
        assert services.claim(delivery_id) is None
        assert services.claim_next() is None


# The signature


def test_a_signed_mail_verifies_with_the_published_key(settings_of: Callable[..., None]) -> None:
    settings_of(dkim_key=_pem(), dkim_selector="mail2026", inbound_address=INBOUND)
    mail = claimed(post(hears_replies=True)).mail
    assert _verifies(mail)
    signature = _read(mail)["DKIM-Signature"].replace(" ", "")
    assert "d=likeforlike.example;" in signature
    assert "c=relaxed/relaxed;" in signature
    names = re.search(r"h=([^;]+);", signature)
    assert names
    assert {"from", "to", "subject", "date", "message-id", "reply-to", "content-type"} <= set(
        names.group(1).split(":")
    )


@pytest.mark.parametrize(
    "change",
    [
        (b"Please answer", b"Please pay"),
        (b"\r\nSubject: ", b"\r\nSubject: Re: "),
        (b"\r\nTo: kim@", b"\r\nTo: tim@"),
        (b"\r\nSubject: ", b"\r\nReply-To: thief@bad.example\r\nSubject: "),
        (b"\r\nSubject: ", b"\r\nFrom: thief@bad.example\r\nSubject: "),
    ],
)
def test_a_mail_that_was_changed_on_the_way_does_not_verify(
    settings_of: Callable[..., None], change: tuple[bytes, bytes]
) -> None:
    settings_of(dkim_key=_pem(), dkim_selector="mail2026")
    mail = claimed(post()).mail
    assert mail.count(change[0]) == 1
    assert _verifies(mail)
    assert not _verifies(mail.replace(*change))


def test_a_repeat_is_the_same_mail_byte_for_byte_signature_included(
    settings_of: Callable[..., None], mail_to: Callable[[str], None]
) -> None:
    settings_of(dkim_key=_pem(), dkim_selector="mail2026")
    letter = claimed(post())
    settings_of(dkim_selector="another")
    answers = ChosenAnswers()
    with mail_server(answers) as port:
        mail_to(f"smtp://127.0.0.1:{port}")
        services.attempt(letter)
        services.attempt(letter)
    assert answers.taken == [letter.mail, letter.mail]
    assert _verifies(answers.taken[0])


def test_without_a_key_nothing_is_signed(app: Flask) -> None:
    assert signed("From: a@b.example\r\n\r\n", app.config["SETTINGS"]) == "From: a@b.example\r\n\r\n"


def test_a_relay_finds_the_message_id_under_the_header_that_it_wants(
    settings_of: Callable[..., None],
) -> None:
    settings_of(mail_idempotency_header="X-Idempotency-Key")
    message = _read(claimed(post()).mail)
    assert message["X-Idempotency-Key"] == message["Message-ID"]
    assert _read(claimed(post("k:2")).mail)["X-Idempotency-Key"] != message["Message-ID"]


def test_a_room_cannot_set_where_replies_go() -> None:
    def thief() -> EmailMessage:
        message = question()
        message["Reply-To"] = "thief@bad.example"
        return message

    with unit_of_work():
        delivery_id = services.post("k:1", "kim@clinic.example", thief).id
    assert "Reply-To" not in _read(claimed(delivery_id).mail)
