"""The mail with the link as it reaches a mailbox, against the reviewed ones in mails/: a changed word is seen.

To accept new words, delete the file and run the test twice.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.accounts.conftest import WHO
from tests.accounts.signing_in import post
from tests.enquiries.test_mails import as_text
from webapp.accounts import mail
from webapp.accounts.models import Account

REVIEWED = Path(__file__).parent / "mails"
TOKEN = "T" * 43


@pytest.mark.parametrize("minutes", [10, 1])
def test_the_mail_is_the_reviewed_one(session: Session, minutes: int) -> None:
    text = as_text(mail.sign_in(Account(email=WHO, name="<b>Kim", language="en"), TOKEN, minutes))
    reviewed = REVIEWED / f"sign_in_{minutes}.en.txt"
    if not reviewed.exists():
        reviewed.write_text(text, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there; it is now: read it, then run this again")
    assert text == reviewed.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "prefix", "tag"), [("en", "", "en"), ("zh", "/zh", "zh-Hans"), ("ko", "/ko", "ko")]
)
def test_the_mail_and_its_link_are_in_the_accounts_language(
    session: Session, language: str, prefix: str, tag: str
) -> None:
    letter = mail.sign_in(Account(email=WHO, language=language), TOKEN, 10)
    assert letter["Content-Language"] == tag
    assert as_text(letter).count(f"BASE_URL{prefix}/sign-in/{TOKEN}") == 3


def test_whoever_asks_in_another_language_is_written_to_in_her_own(
    app: Flask, client: FlaskClient, session: Session, kim: Account, mailed_links: Callable[[str], list[str]]
) -> None:
    kim.language = "ko"
    session.commit()
    post(client, "/zh/sign-in", email=WHO)
    (path,) = mailed_links(WHO)
    assert path.startswith("/ko/sign-in/")
    answer = post(client, path)
    assert answer.location == "/ko/portal/"
