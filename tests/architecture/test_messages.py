"""The messages that translators get: each can be said in every language without breaking a page."""

from babel.messages.extract import extract_from_dir

from config import ROOT

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def test_no_text_is_both_a_plain_message_and_a_singular() -> None:
    """A catalogue has one entry for both. In Chinese and Korean it holds the plural's number, which the plain one
    lacks: the page would fail."""
    plain: set[str] = set()
    singular: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT / "webapp"), method_map=METHODS, keywords=KEYWORDS
    ):
        if isinstance(message, tuple):
            singular.add(str(message[0]))
        else:
            plain.add(message)
    assert singular
    assert plain & singular == set()
