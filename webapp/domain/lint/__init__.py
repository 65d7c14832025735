"""Reads a clinic's public text under the rules of its market: what is forbidden, what a person reads first, what is
only warned of. Rules are data (singapore.py, korea.py, both.py); our own notices and cited facts are not a clinic's
text and are not read.
"""

from webapp.domain.lint.reading import Finding, check
from webapp.domain.lint.rule import Severity, TextRule
from webapp.domain.lint.rules import TEXT_RULES

__all__ = ["TEXT_RULES", "Finding", "Severity", "TextRule", "check"]
