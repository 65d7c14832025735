"""What every rule of a market has: an id that messages and tests name, a sentence, and where it comes
from.
"""

from dataclasses import dataclass
from enum import StrEnum

# The project's own table of the two markets' rules. It is a reading of the law, not legal advice.
FIELD_RULES = "Like for Like's table of market rules (two markets, two rule books)"
SG_ADVERTISING = (
    "Singapore, Healthcare Services (Advertisement) Regulations 2021 (S 1033/2021), and the Ministry of "
    "Health's answers on solicitation"
)
KR_ADVERTISING = (
    "Korea, Medical Service Act, article 56 (advertising), and the ministry's guide to event prices"
)


class Country(StrEnum):
    """The two markets, ISO 3166-1."""

    SG = "SG"
    KR = "KR"


class Authority(StrEnum):
    """Whether a clinic has joined: the contract's value list of `authority`."""

    UNCLAIMED = "unclaimed"
    AUTHORISED = "authorised"
    WITHDRAWN = "withdrawn"
    DO_NOT_LIST = "do_not_list"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as /for-clinics shows it: `says` is a sentence in English, `source` where it comes from."""

    id: str
    says: str
    source: str
