"""Bounces with and without a report, as the usual mail systems write them."""

import pytest

from tests.outbox.inbound.samples import MESSAGE_ID, TO_US, block, daemon, mail, report
from webapp.outbox.inbound.bounces import Bounce, read
from webapp.outbox.inbound.incoming import parse

pytestmark = pytest.mark.once


def bounce(content: bytes) -> Bounce:
    found = read(parse(content))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "status, diagnosis",
    [
        (
            "5.1.1",
            "550 5.1.1 <desk@larch.example>: Recipient address rejected: User unknown in virtual table",
        ),
        ("5.1.2", "550 5.1.2 Host unknown (Name server: larch.example: host not found)"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled."),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied."),
        ("5.4.4", ""),
        ("5.0.0", "550 No such user here"),
        ("5.0.0", "554 delivery error: This user doesn't exist"),
        # Long texts name other things too.
        ("5.1.1", "550 5.1.1 no such user; see our policy on spam"),
    ],
)
def test_an_address_that_is_no_good_is_a_hard_bounce(status: str, diagnosis: str) -> None:
    found = bounce(report(block("failed", status, diagnosis)))
    assert (found.kind, found.hard, found.status) == ("failed", True, status)
    assert found.recipient == "desk@larch.example"


@pytest.mark.parametrize(
    "status, diagnosis",
    [
        ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota"),
        ("4.2.2", "452 4.2.2 mailbox full"),
        ("4.4.1", "connect to mx.larch.example[192.0.2.1]:25: Connection timed out"),
        ("4.7.1", "450 4.7.1 greylisted, try again later"),
        ("5.7.1", "550 5.7.1 Message rejected as spam by content filtering"),
        ("5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to the DMARC policy"),
        ("5.3.4", "552 5.3.4 message too big"),
        ("5.4.7", "Delivery expired (message too old)"),
        ("5.0.0", "550 blocked: your address is on a blocklist"),
        ("5.0.0", "550 편지함 용량 초과"),
        ("5.0.0", "452 try later"),
    ],
)
def test_a_mailbox_that_is_full_a_policy_and_a_time_out_are_soft(status: str, diagnosis: str) -> None:
    found = bounce(report(block("failed", status, diagnosis)))
    assert (found.kind, found.hard) == ("failed", False)


def test_a_delay_is_no_failure() -> None:
    delayed = report(
        block("delayed", "4.4.1"), text="THIS IS A WARNING MESSAGE ONLY. Delivery will be retried.\n"
    )
    assert bounce(delayed) == Bounce("delayed", False, "4.4.1", None, "desk@larch.example")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_is_no_bounce(action: str) -> None:
    assert read(parse(report(block(action, "2.0.0")))) is None


def test_of_several_addressees_the_worst_counts() -> None:
    found = bounce(report(block("delivered", "2.0.0", to="a@b.example"), block(), block("delayed", "4.4.1")))
    assert (found.kind, found.hard) == ("failed", True)


def test_the_reply_of_the_server_is_kept_as_its_number() -> None:
    assert bounce(report(block("failed", "5.1.1", "550 5.1.1 unknown"))).code == 550
    assert bounce(report(block("failed", "5.1.1", "host mx[192.0.2.550] said: unknown"))).code is None


def test_the_address_that_we_wrote_to_counts_before_the_one_behind_it() -> None:
    forwarded = "Original-Recipient: rfc822;desk@larch.example\n" + block(to="old.colleague@mail.example")
    assert bounce(report(forwarded)).recipient == "desk@larch.example"


def test_a_report_that_names_no_action_is_read_by_its_status() -> None:
    assert bounce(report("Final-Recipient: rfc822; desk@larch.example\nStatus: 5.1.1")).hard


def test_a_report_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    content = report(block())
    assert bounce(content[: content.index(b"Status:") + 20]).kind == "failed"


QMAIL = f"""Hi. This is the qmail-send program at mx.relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<desk@larch.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{TO_US}>
Message-ID: <{MESSAGE_ID}>
Subject: A patient asks for a quote

We could not send message for past 4 hours of work: mailbox full of spam
"""
POSTFIX = """This is the mail system at host mx.relay.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<desk@larch.example>: host mx.larch.example[192.0.2.25] said: 550 5.1.1
    <desk@larch.example>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)
"""
EXCHANGE = """Delivery has failed to these recipients or groups:

desk@larch.example
The email address you entered couldn't be found. Please check the recipient's email address.

Diagnostic information for administrators:
Generating server: EX1.larch.example
desk@larch.example
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Original message headers:

Received: from mx.relay.example
"""
GMAIL = """
** Address not found **

Your message wasn't delivered to desk@larch.example because the address couldn't be found, or is unable to
receive mail.

The response from the remote server was:
550 5.1.1 <desk@larch.example>: Email address could not be found, or was misspelled (G8)
"""
NAVER = """메일 전송 실패 안내

아래 주소로 메일을 보내지 못했습니다. 존재하지 않는 메일 계정입니다.
받는 사람 : desk@larch.example
"""
QQ = """抱歉，您的邮件被退回来了……
原邮件信息：
收件人 desk@larch.example
退信原因： 收件人邮箱不存在
"""
NETEASE = """系统退信
很抱歉，您的邮件未能成功投递。无法送达到以下收件人：desk@larch.example
550 User not found: desk@larch.example
"""


@pytest.mark.parametrize("text", [QMAIL, POSTFIX, EXCHANGE, GMAIL, NAVER, QQ, NETEASE])
def test_the_usual_systems_words_are_understood_without_a_report(text: str) -> None:
    found = bounce(daemon(text))
    assert (found.kind, found.hard) == ("failed", True)


@pytest.mark.parametrize(
    "text",
    [
        "Your message could not be delivered. The mailbox is full.\n",
        "Undeliverable: 552 5.2.2 quota exceeded\n",
        "Delivery has failed: 550 blocked by our spam policy\n",
        "메일 전송 실패: 받는 사람의 메일 용량이 초과되었습니다.\n",
        "退信：收件人邮箱已满\n",
        # Nothing is said of why.
        "Your message was returned to sender.\n",
    ],
)
def test_what_says_nothing_against_the_address_is_soft(text: str) -> None:
    found = bounce(daemon(text))
    assert (found.kind, found.hard) == ("failed", False)


@pytest.mark.parametrize(
    "text",
    [
        "Warning: could not send message for past 4 hours. You do not need to resend your message.\n",
        "** Delivery incomplete **\nThere was a temporary problem while delivering your message.\n",
    ],
)
def test_a_delay_in_words_is_no_failure(text: str) -> None:
    assert bounce(daemon(text)).kind == "delayed"


def test_what_people_write_about_failures_is_no_bounce() -> None:
    assert (
        read(parse(mail("Your mail could not be delivered? 550 5.1.1 we see here. Please ask again.\n")))
        is None
    )


def test_a_machine_that_writes_of_something_else_is_no_bounce() -> None:
    assert read(parse(daemon("Your subscription is confirmed.\n", "Welcome"))) is None
