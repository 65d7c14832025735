"""The messages that translators get: each can be said in every language without breaking a page."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config import ROOT

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def messages() -> Iterator[str | tuple[str, str]]:
    """Every message of the code: a text, or a singular and its plural."""
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT / "webapp"), method_map=METHODS, keywords=KEYWORDS
    ):
        yield (str(message[0]), str(message[1])) if isinstance(message, tuple) else message


def test_no_text_is_both_a_plain_message_and_a_singular() -> None:
    """A catalogue has one entry for both. In Chinese and Korean it holds the plural's number, which the plain one
    lacks: the page would fail."""
    plain = {message for message in messages() if isinstance(message, str)}
    singular = {message[0] for message in messages() if isinstance(message, tuple)}
    assert singular
    assert plain & singular == set()


def test_a_singular_names_what_its_plural_names() -> None:
    """A language with one form for both is checked against the singular when its catalogue is compiled."""
    pairs = [message for message in messages() if isinstance(message, tuple)]
    unlike = [pair for pair in pairs if len({frozenset(_PLACEHOLDER.findall(text)) for text in pair}) > 1]
    assert unlike == []


@pytest.mark.parametrize("language", ["zh_Hans", "ko"])
def test_a_catalogue_says_every_message_with_the_same_placeholders(language: str) -> None:
    """`make messages` brings a catalogue in step; what is then empty is for a translator."""
    with (ROOT / "webapp" / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    missing, unlike = [], []
    for message in {text if isinstance(text, str) else text[0]: text for text in messages()}.values():
        said = catalogue.get(message if isinstance(message, str) else message[0])
        strings = said.string if said else ""
        texts = list(strings) if isinstance(strings, list | tuple) else [strings or ""]
        if not any(texts):
            missing.append(message)
            continue
        wanted = message if isinstance(message, str) else message[1]
        if any(sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(wanted)) for text in texts):
            unlike.append(message)
    assert missing == []
    assert unlike == []
