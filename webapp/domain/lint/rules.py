"""The words that the markets' advertising laws are about, in the three languages of the site.

Each rule says why in words that a clinic can act on, and where it comes from. Superlatives go to a person, because
not every "best" is a boast; what can only be a forbidden claim is refused at once.
"""

from webapp.domain.lint.both import BOTH
from webapp.domain.lint.korea import KOREA
from webapp.domain.lint.rule import TextRule
from webapp.domain.lint.singapore import SINGAPORE

TEXT_RULES: tuple[TextRule, ...] = (*SINGAPORE, *KOREA, *BOTH)


def rules_of(market: str) -> tuple[TextRule, ...]:
    """The rules that stand in "SG" or "KR", those of both markets too."""
    return tuple(rule for rule in TEXT_RULES if rule.market in (None, market))
