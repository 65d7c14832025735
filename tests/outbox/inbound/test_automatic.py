"""Mails of machines are told from people's."""

import pytest

from tests.outbox.inbound.samples import mail
from webapp.outbox.inbound.automatic import is_automatic
from webapp.outbox.inbound.incoming import parse

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Auto-Submitted: AUTO-NOTIFIED; owner-email=x@y.example",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-Autorespond: away",
        "Return-Path: <>",
        "From: postmaster@larch.example",
        "From: Mail Delivery Subsystem <mailer-daemon@mx.example>",
        "Subject: Automatic reply: A patient asks for a quote",
        "Subject: Re: Out of Office until Monday",
        "Subject: Auto-Reply: closed today",
        "Subject: 자동회신: 부재중입니다",
        "Subject: [부재중] 문의",
        "Subject: 回复：自动回复: 我在休假",
        "Subject: 自動回覆：不在辦公室",
        "Subject: =?utf-8?B?7J6Q64+ZIOydkeuLtQ==?=",
    ],
)
def test_a_machine_wrote_it(header: str) -> None:
    assert is_automatic(parse(mail("I am away.\n", header)))


@pytest.mark.parametrize(
    "header",
    [
        "Subject: Re: A patient asks for a quote",
        "Subject: the office is open, out of stock",
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: None",
        "Precedence: normal",
        "From: Postmaster Lim <lim@larch.example>",
    ],
)
def test_somebody_wrote_it(header: str) -> None:
    assert not is_automatic(parse(mail("Dear Mei, it is S$500.\n", header)))
