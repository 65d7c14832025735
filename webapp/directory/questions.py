"""The questions that make a clinic's answer comparable, in every language of the site."""

import json
from functools import cache

from config import ROOT
from webapp.i18n import LANGUAGES

_QUESTIONS = ROOT / "seed" / "reference" / "questions.json"


@cache
def _question_texts() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(_QUESTIONS.read_text(encoding="utf-8"))["questions"]
    return rows


def questions() -> dict[str, tuple[str, str, list[str]]]:
    """The questions to ask a clinic: language code → (BCP 47 tag, the language's own name, questions)."""
    return {
        code: (tag, name, [row[code] for row in _question_texts()]) for code, (tag, name) in LANGUAGES.items()
    }
