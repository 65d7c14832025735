"""No word of a user becomes a header, whatever it looks like."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webapp.outbox.wire_format import UnsafeMail, header_text, plain_address, serialise

pytestmark = pytest.mark.once

SENT_HEADERS = [
    "auto-submitted",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
]
# The trap of Python 3.11.7 and 3.12.1, and its relatives.
ATTACKS = [
    "=?utf-8?q?x=0aBcc:=20thief@bad.example?=",
    "=?utf-8?q?x=0d=0aBcc:=20thief@bad.example=0d=0a=0d=0abody?=",
    "=?utf-8?b?eApCY2M6IHRoaWVmQGJhZC5leGFtcGxl?=",
    "==??utf-8?q?x=0aBcc:=20thief@bad.example?=",
    "=\u200b?utf-8?q?x=0aBcc:=20thief@bad.example?=",
    "=\x00?utf-8?q?x=0aBcc:=20thief@bad.example?=",
    "x\r\nBcc: thief@bad.example",
    "x\nBcc: thief@bad.example",
    "x\rBcc: thief@bad.example",
    "x\x85Bcc: thief@bad.example",
    "x\u2028Bcc: thief@bad.example",
    "x\x0bBcc: thief@bad.example\x0c",
    "x\x00y",
]


def _written(message: EmailMessage) -> str:
    return serialise(
        message,
        sender="Like for Like <no-reply@likeforlike.example>",
        to="kim@clinic.example",
        message_id="1@likeforlike.example",
        date=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
    )


def _mail(subject: str, body: str = "words\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = header_text(subject)
    message.set_content(body)
    return message


def _sent_headers(written: str) -> list[str]:
    return sorted(name.lower() for name in message_from_bytes(written.encode("ascii"), policy=policy.default))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_the_subject_stays_in_the_subject(attack: str) -> None:
    written = _written(_mail(f"A question from {attack}"))
    assert _sent_headers(written) == SENT_HEADERS
    head = written.partition("\r\n\r\n")[0]
    assert "\r\nBcc" not in head
    assert "\nBcc" not in head.replace("\r\n", "")


@pytest.mark.parametrize("attack", ATTACKS[:3])
def test_a_subject_that_was_set_without_care_is_made_harmless(attack: str) -> None:
    message = EmailMessage()
    try:
        message["Subject"] = attack
    except ValueError:
        return  # a newer Python refuses to set it
    message.set_content("words\n")
    assert _sent_headers(_written(message)) == SENT_HEADERS


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.text(max_size=500))
@example("=?utf-8?q?=0aTo:?= =?x?q?=0d?=", "\r\n.\r\nMAIL FROM:<a@b>\r\n")
def test_no_text_at_all_makes_another_header(subject: str, body: str) -> None:
    message = _mail("S " + subject, body.encode("utf-8", "replace").decode())
    assert _sent_headers(_written(message)) == SENT_HEADERS


def test_a_header_that_no_mail_of_ours_has_is_refused() -> None:
    message = _mail("a question")
    message["Bcc"] = "thief@bad.example"
    with pytest.raises(UnsafeMail):
        _written(message)


def test_a_part_whose_headers_read_differently_is_refused() -> None:
    message = _mail("a question")
    message.add_attachment("words", subtype="plain", filename="=?utf-8?q?x=0d=0aBcc:=20thief@bad.example?=")
    with pytest.raises(UnsafeMail):
        _written(message)


def test_the_mail_is_ascii_with_crlf_under_our_own_headers() -> None:
    message = _mail("리쥬란 힐러 견적을 부탁드립니다", "안녕하세요\n")
    message["To"] = "somebody@else.example"
    message["From"] = "visitor@mail.example"
    written = _written(message)
    assert written.isascii()
    assert "\n" not in written.replace("\r\n", "")
    read = message_from_bytes(written.encode(), policy=policy.default)
    assert read["Subject"] == "리쥬란 힐러 견적을 부탁드립니다"
    assert read["To"] == "kim@clinic.example"
    assert read["From"] == "Like for Like <no-reply@likeforlike.example>"
    assert read["Message-ID"] == "<1@likeforlike.example>"
    assert read["Date"] == "Tue, 03 Nov 2026 09:30:00 +0000"
    assert read.get_content() == "안녕하세요\n"


def test_a_mail_without_a_subject_is_refused() -> None:
    with pytest.raises(UnsafeMail, match="no subject"):
        _written(_mail("\u200b \r\n"))


def test_header_text_keeps_words_and_drops_what_moves_or_hides_them() -> None:
    assert header_text("  Ms\t陈 \u202eevil\u202c O'Neil  ") == "Ms 陈 evil O'Neil"
    assert header_text("a" * 300, longest=10) == "a" * 9 + "…"
    assert header_text("2 + 2 =? 4") == "2 + 2 = ? 4"


@pytest.mark.parametrize(
    ("given_address", "plain"),
    [("Kim@Clinic.example ", "Kim@Clinic.example"), ("info@의원.example", "info@xn--sp5btj.example")],
)
def test_an_address_as_smtp_takes_it(given_address: str, plain: str) -> None:
    assert plain_address(given_address) == plain


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kim",
        "kim@",
        "@clinic.example",
        "kim@clinic.example, thief@bad.example",
        "Kim <kim@clinic.example>",
        "kim@clinic.example\r\nRCPT TO:<thief@bad.example>",
        "kim\n@clinic.example",
        "김@clinic.example",
        "kim@clinic..example",
        "kim@" + "a" * 64 + ".example",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeMail):
        plain_address(address)
