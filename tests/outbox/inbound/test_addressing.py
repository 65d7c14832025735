"""Which of our mails an incoming one is about."""

import pytest

from tests.outbox.inbound.samples import INBOUND, MESSAGE_ID, TOKEN, block, daemon, mail, report
from webapp.outbox.inbound.addressing import message_ids, tokens
from webapp.outbox.inbound.incoming import parse

pytestmark = pytest.mark.once

OURS = f"reply+{TOKEN}@in.example.org"


@pytest.mark.parametrize("name", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"])
@pytest.mark.parametrize(
    "value",
    [OURS, f"<{OURS}>", f"Like for Like <{OURS.upper()}>, other@x.example", f"a@b.example,\r\n {OURS}"],
)
def test_the_token_of_the_address_is_found_wherever_it_stands(name: str, value: str) -> None:
    content = mail("Words\n", f"{name}: {value}", to="somebody@in.example.org")
    assert tokens(parse(content), INBOUND) == [TOKEN]


@pytest.mark.parametrize(
    "value",
    [
        "reply@in.example.org",
        "reply+short@in.example.org",
        f"reply+{TOKEN}@elsewhere.example",
        f"reply+{TOKEN}@in.example.org.evil.example",
        f"evil-reply+{TOKEN}@in.example.org",
    ],
)
def test_other_addresses_hold_none(value: str) -> None:
    assert tokens(parse(mail("Words\n", to=value)), INBOUND) == []


def test_where_nobody_listens_there_is_no_token() -> None:
    assert tokens(parse(mail("Words\n")), "") == []


def test_an_answer_names_the_nearest_mail_first() -> None:
    content = mail("Words\n", "In-Reply-To: <c@x>", "References: <a@x>\r\n <b@x> <c@x>")
    assert message_ids(parse(content)) == ["c@x", "b@x", "a@x"]


def test_only_what_a_message_id_can_be_is_looked_for() -> None:
    content = mail("Words\n", "In-Reply-To: <a\0b@x> <ü@x> <" + "x" * 129 + "> <a b@x> <good@x>")
    assert message_ids(parse(content)) == ["good@x"]


def test_a_returned_mail_names_itself() -> None:
    assert MESSAGE_ID in message_ids(parse(report(block())))
    whole = mail(
        f"--b\nContent-Type: text/plain\n\nFailed.\n--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: <{MESSAGE_ID}>\nSubject: x\n\nWords\n--b--\n",
        'Content-Type: multipart/mixed; boundary="b"',
    )
    assert message_ids(parse(whole)) == [MESSAGE_ID]
    assert message_ids(parse(daemon(f"Failed.\n\n> Message-ID: <{MESSAGE_ID}>\n"))) == [MESSAGE_ID]
