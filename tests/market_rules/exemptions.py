"""What the rules let stand all the same, each with its reason: a finding whose surroundings hold the phrase.

Keys are a claim or a rule. An exemption that no page needs any more fails a test.
"""

from collections.abc import Iterable

_DENIED = "our own notice that the site has none of them"
_QUESTION_HELPS = "our own notice what the questions are for; no clinic is compared with another in it"
_CITED = "a cited guide text: the source's own words, with the source beside them"

EXEMPT: dict[str, dict[str, str]] = {
    "from": {
        "from the fewest sessions that a source names": "how the picture of a comparison is read: about sessions",
    },
    "period": {
        "언제까지 유효한가요": "a question for the reader to put to a clinic, which states nothing of a price",
    },
    "SG-BRAND-NAMES": dict.fromkeys(
        ("Fraxel erbium laser of 1550 nm", "Fraxel 1550 nm 铒激光", "프락셀 어븀 1550 nm"), _CITED
    ),
    "LISTING-UNCLAIMED": {
        "interview with Dr Mark Lim": "the title of the document that the listing comes from, which must be named",
    },
    "SG-COMPARE": {"이 병원의 가격을 다른 병원과 비교할 수 있습니다": _QUESTION_HELPS},
    "KR-COMPARE": {"이 병원의 가격을 다른 병원과 비교할 수 있습니다": _QUESTION_HELPS},
    "NEVER-REVIEWS": {
        "NEVER-REVIEWS ·": "the rule itself on /for-clinics, which names what it forbids",
        "평점, 후기, 유료 순위가 없습니다": _DENIED,
        "Reviews or ratings: there are none.": _DENIED,
        "点评或评分：本站没有": _DENIED,
        "후기나 평점: 없습니다": _DENIED,
        "수수료 없는 무료 서비스": "the open question of law about our own service, on /for-clinics",
        "会有小红包": f"{_CITED}; small red bumps after an injection, which are written like a gift of money",
    },
}


def allowed(rule: str, text: str) -> bool:
    """Is a rule's finding in `text` one of those?"""
    return any(phrase in text for phrase in EXEMPT.get(rule, ()))


def unneeded(texts: Iterable[str]) -> list[str]:
    """The phrases that stand in none of the texts."""
    left = [phrase for phrases in EXEMPT.values() for phrase in phrases]
    for text in texts:
        left = [phrase for phrase in left if phrase not in text]
    return left
