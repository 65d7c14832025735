"""Finds a rule's words in a text however they are dressed up, and says where they stand in what was typed."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from webapp.domain.lint.rules import TEXT_RULES, Severity, TextRule, When

# Letters of other alphabets that are drawn like Latin ones (Unicode TR 39, the common ones).
_LOOK_ALIKE = str.maketrans(
    "асеорхуіјѕԁԛԝһԍᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢαοερτυνικ", "aceopxyijsdqwhgabcdeghijklmnoprstuvwyzaoeptuvik"
)
# What shows as nothing, or only changes how its neighbour is drawn.
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc"})
# Longer texts than any field holds are read to here: a rule's words are at the front, and time stays bounded.
MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that a rule is about. `start` and `end` are places in the text as it was typed."""

    rule_id: str
    severity: Severity
    matched: str
    start: int
    end: int
    why: str
    source: str


def check(text: str, market: str, *, brand_names: bool, has_event_terms: bool = False) -> tuple[Finding, ...]:
    """What the rules of "SG" or "KR" find in a clinic's text, in the order of the rules; each rule at most once.

    `brand_names`: the market's public pages may name brands. `has_event_terms`: the offer carries target, period,
    scope and both prices, so that a discount may be named.

    >>> [finding.rule_id for finding in check("Lowest price in town", "SG", brand_names=True)]
    ['SG-PRICEPREFIX']
    """
    plain, places = _plain(text[:MAX_LENGTH])
    standing = {
        When.ALWAYS: True,
        When.BRAND_NAMES_OFF: not brand_names,
        When.NO_EVENT_TERMS: not has_event_terms,
    }
    found: list[Finding] = []
    for rule, pattern in _compiled(market):
        match = pattern.search(plain) if standing[rule.when] else None
        if match is not None and match.end() > match.start():
            start, end = places[match.start()], places[match.end() - 1] + 1
            found.append(Finding(rule.id, rule.severity, text[start:end], start, end, rule.why, rule.source))
    return tuple(found)


@cache
def _compiled(market: str) -> tuple[tuple[TextRule, re.Pattern[str]], ...]:
    return tuple(
        (rule, re.compile("|".join(f"(?:{pattern})" for pattern in rule.patterns)))
        for rule in TEXT_RULES
        if rule.market in (None, market)
    )


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as rules are written for: compatibility forms, lower case, Latin letters for their look-alikes, no
    invisible characters, one space for any run of spaces; and where each of its characters was typed."""
    letters: list[str] = []
    places: list[int] = []
    for place, typed in enumerate(text):
        # A composed syllable or letter stays one: é is compared as é, 쥬 as 쥬.
        folded = unicodedata.normalize("NFKC", typed).casefold().translate(_LOOK_ALIKE)
        for letter in folded:
            if letter.isspace():
                if not letters or letters[-1] == " ":
                    continue
                letter = " "
            elif unicodedata.category(letter) in _INVISIBLE:
                continue
            letters.append(letter)
            places.append(place)
    return "".join(letters), places
