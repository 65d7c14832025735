"""What a rule about a clinic's words is made of."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """What happens to the text: refused, kept until a person has read it, or public with a word to the clinic."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"


class When(StrEnum):
    """Whether a rule always stands."""

    ALWAYS = "always"
    # While the operator's switch keeps brand names off Singapore's public pages.
    BRAND_NAMES_OFF = "brand_names_off"
    # Unless the offer carries all that Korea wants beside a discount.
    NO_EVENT_TERMS = "no_event_terms"


@dataclass(frozen=True, slots=True)
class TextRule:
    """`market` None: both. A rule may stand twice, with what is refused and with what a person reads first.

    `patterns` are matched in the text as cleaning.py leaves it: lower case, no accents, simplified Chinese, one space
    between words; in the ASCII mode of `re`, so that "best" ends before 피부과. A repetition in them has an upper
    bound, or reading would not stay linear.
    `hangul` are Korean words, found also with spaces or dots between their syllables; a space in one may be absent.
    `allowed` are harmless phrases: what is found inside one does not count.
    `deniable`: "we do not guarantee" is less than "we guarantee" (reading.py says how much less).
    """

    id: str
    market: str | None
    severity: Severity
    why: str
    source: str
    patterns: tuple[str, ...] = ()
    hangul: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    deniable: bool = True
    when: When = When.ALWAYS

    def held(self, *patterns: str, hangul: tuple[str, ...] = (), allowed: tuple[str, ...] = ()) -> "TextRule":
        """The same rule for words that may be harmless: a person reads them first."""
        return replace(self, severity=Severity.HOLD, patterns=patterns, hangul=hangul, allowed=allowed)
