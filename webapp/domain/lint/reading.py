"""Finds the rules' words in a text, and says where they stand in what was typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from webapp.domain.lint.cleaning import Cleaned, clean
from webapp.domain.lint.rule import Severity, TextRule, When
from webapp.domain.lint.rules import rules_of

# Longer texts than any field holds are read to here, so that time stays bounded.
MAX_LENGTH = 20_000

_STRICTNESS = {Severity.BLOCK: 3, Severity.HOLD: 2, Severity.WARN: 1}

# "not" in the same clause, near enough to be about the words found. "no" alone says less: "no pain, guaranteed".
_NOT_BEFORE = re.compile(
    r"(?:\b(?:do|does|did|can|could|is|are|was|were|will|would|has|have)(?:n't| not)|\bcannot|\bcan't|"
    r"\bwon't|\bnever|\bnot|\bnor|\bwithout)"
    r"(?! (?:only|just|merely)\b)[^.!?;,:]{0,24}$"
    "|(?:不(?!仅|但|只)|没有?|无法|并非|未)[^。，！？；、,.;!?]{0,4}$",
    re.ASCII,
)
_NO_BEFORE = re.compile(
    r"\bno\b(?! (?:doubt|matter|one|1)\b)[^.!?;,:]{0,24}$|无[^。，！？；、,.;!?]{0,2}$", re.ASCII
)
_NOT_AFTER = re.compile(
    r"^[^.!?;,:]{0,12}\b(?:not|no longer|never|ended)\b"
    r"|^[가-힣 ]{0,10}(?:지 ?(?:않|못)|안 ?(?:합|됩|되|해)|아닙|아니|아닌|없|불가|종료|폐지)"
    "|^[^。，！？；、,.;!?]{0,4}(?:已?取消|已?结束|不再|不可)",
    re.ASCII,
)
_BEFORE, _AFTER = 48, 24

# What may stand between the syllables of a word that is spaced out, and what may follow it within its token.
_GAP = r"[ ._*·~/-]{0,3}"
_PARTICLE = r"(?:으로|이나|에서|까지|부터|입니다|이|가|은|는|을|를|의|도|만|와|과|로|에)?"


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


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: TextRule
    words: re.Pattern[str]
    allowed: re.Pattern[str] | None


def check(text: str, market: str, *, brand_names: bool, has_event_terms: bool = False) -> tuple[Finding, ...]:
    """What the rules of "SG" or "KR" find in a clinic's text, in the order of the rules; each rule at most once.

    `brand_names`: the market's public pages may name brands. `has_event_terms`: the offer carries target, period,
    scope and both prices, so that a discount may be named. What the clinic denies ("we do not guarantee results")
    weighs less: a person reads what would be refused, and what a person would read passes.

    >>> [finding.rule_id for finding in check("Lowest price in town", "SG", brand_names=True)]
    ['SG-PRICEPREFIX']
    """
    typed = text[:MAX_LENGTH]
    cleaned = clean(typed)
    views = tuple(dict.fromkeys((cleaned.text, cleaned.with_letters)))
    standing = {
        When.ALWAYS: True,
        When.BRAND_NAMES_OFF: not brand_names,
        When.NO_EVENT_TERMS: not has_event_terms,
    }
    found: dict[str, Finding] = {}
    for compiled in _compiled(market):
        if not standing[compiled.rule.when]:
            continue
        for view in views:
            for finding in _findings(compiled, view, cleaned, typed):
                known = found.get(finding.rule_id)
                if known is None or _STRICTNESS[finding.severity] > _STRICTNESS[known.severity]:
                    found[finding.rule_id] = finding
    return tuple(found.values())


def _findings(compiled: _Compiled, view: str, cleaned: Cleaned, typed: str) -> Iterator[Finding]:
    rule = compiled.rule
    # Most texts hold none of a rule's words, and are not searched for what is allowed around them.
    if compiled.words.search(view) is None:
        return
    harmless = [match.span() for match in compiled.allowed.finditer(view)] if compiled.allowed else []
    next_harmless = 0
    for match in compiled.words.finditer(view):
        # Both lists are in order, so each harmless phrase is passed once.
        while next_harmless < len(harmless) and harmless[next_harmless][1] <= match.start():
            next_harmless += 1
        if next_harmless < len(harmless) and harmless[next_harmless][0] < match.end():
            continue
        severity = _severity(rule, view, *match.span())
        if severity is None:
            continue
        start, end = cleaned.where(*match.span())
        yield Finding(rule.id, severity, typed[start:end], start, end, rule.why, rule.source)
        if severity is rule.severity:
            return


def _severity(rule: TextRule, view: str, start: int, end: int) -> Severity | None:
    """The rule's own severity, or what is left of it where the text denies the words; None for nothing."""
    if not rule.deniable:
        return rule.severity
    before, after = view[max(0, start - _BEFORE) : start], view[end : end + _AFTER]
    denied = _NOT_BEFORE.search(before) or _NOT_AFTER.search(after)
    if rule.severity is Severity.BLOCK:
        return Severity.HOLD if denied or _NO_BEFORE.search(before) else Severity.BLOCK
    return None if denied else rule.severity


@cache
def _compiled(market: str) -> tuple[_Compiled, ...]:
    return tuple(
        _Compiled(
            rule,
            re.compile(
                "|".join([*(f"(?:{each})" for each in rule.patterns), *_hangul(rule.hangul)]), re.ASCII
            ),
            re.compile("|".join(f"(?:{each})" for each in rule.allowed), re.ASCII) if rule.allowed else None,
        )
        for rule in rules_of(market)
    )


def _hangul(words: tuple[str, ...]) -> Iterator[str]:
    """Patterns for Korean words: as they are written, and spaced out, which must then fill whole tokens.

    Without that, 후기 (a review) would be found in 시술 후 기본 관리 (basic care after the treatment).
    """
    for word in words:
        yield word.replace(" ", " ?")
        syllables = _GAP.join(word.replace(" ", ""))
        yield rf"(?<![가-힣a-z0-9]){syllables}(?={_PARTICLE}(?![가-힣]))"
