"""What a reply quotes of our mail holds a link that acts for its addressee: nobody else may read it."""

import pytest

from tests.outbox.inbound.samples import INBOUND, TO_US, TOKEN, mail
from webapp.outbox.inbound import hearing
from webapp.outbox.inbound.scrubbing import scrubbed
from webapp.signing import new_token

pytestmark = pytest.mark.once

LINK = "https://likeforlike.example/ko/q/"


@pytest.mark.parametrize(
    "form",
    [
        f"{LINK}%s",
        f"<{LINK}%s>",
        f"[{LINK}%s]({LINK}%s)",
        f"{LINK}%s?utm=1 and more",
        "https://safe.example/?url=https%%3A%%2F%%2Flikeforlike.example%%2Fq%%2F%s&data=x",
        "see /q/%s.",
    ],
)
def test_no_token_of_a_link_is_left(form: str) -> None:
    token = new_token()
    text = scrubbed(form.replace("%%", "%").replace("%s", token), INBOUND)
    assert token not in text
    assert "/" in text


@pytest.mark.parametrize("broken_at", [1, 12, 42])
@pytest.mark.parametrize("between", ["\n", "\n> ", "=\n", "\n> > "])
def test_not_even_where_a_line_breaks_it(broken_at: int, between: str) -> None:
    token = new_token()
    text = scrubbed(f"> {LINK}{token[:broken_at]}{between}{token[broken_at:]} and words", INBOUND)
    assert text == f"> {LINK}… and words"


def test_no_token_of_an_address_is_left() -> None:
    assert scrubbed(f"From: Like for Like <{TO_US.upper()}>", INBOUND).count(TOKEN.upper()) == 0


@pytest.mark.parametrize(
    "words", ["S$500/session", "https://larch.example/prices/healer-and-more", "1/2\n3/4"]
)
def test_other_words_stay(words: str) -> None:
    assert scrubbed(words, INBOUND) == words


def test_neither_the_words_nor_the_whole_mail_hold_one() -> None:
    token = new_token()
    content = mail(f"It is S$500.\n\nOn Sat, Nov 21, 2026 at 12:00 Like <{TO_US}> wrote:\n> {LINK}{token}\n")
    understood = hearing.understand(content, INBOUND)
    assert understood.words == "It is S$500."
    assert "It is S$500." in understood.raw and LINK in understood.raw
    assert token not in understood.raw and TOKEN not in understood.raw
    hidden = hearing.understand(mail(f"{LINK}{token[:20]}\u200b{token[20:]} it is\x07S$500.\n"), INBOUND)
    assert token[20:] not in hidden.words + hidden.raw
    assert hidden.words.endswith("it is S$500.")
    below = hearing.understand(mail(f"{LINK}{token}\nIt is S$500.\n"), INBOUND)
    assert token not in below.words
