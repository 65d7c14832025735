"""What is counted of listed, quoted and paid: codes and words. Counts only, so that they may outlive an enquiry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.domain.money import Money
from webapp.domain.quotes import Relation, relation
from webapp.enquiries.models import Recipient


class Outcome(StrEnum):
    """One thing that happened between a clinic and a patient; a code of PriceOutcome.kind."""

    ASKED = "asked"
    QUOTED_SAME = "quoted_same"
    QUOTED_ABOVE = "quoted_above"
    QUOTED_BELOW = "quoted_below"
    # The clinic lists nothing that gives a total for the same, or the quote itself gives none.
    QUOTED_NOT_COMPARABLE = "quoted_not_comparable"
    CONSULTATION_FIRST = "consultation_first"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    PAID_AS_QUOTED = "paid_as_quoted"
    PAID_ABOVE = "paid_above"
    PAID_BELOW = "paid_below"


OUTCOMES = {
    Outcome.ASKED: _l("asked"),
    Outcome.QUOTED_SAME: _l("quoted as listed"),
    Outcome.QUOTED_ABOVE: _l("quoted above the listed price"),
    Outcome.QUOTED_BELOW: _l("quoted below the listed price"),
    Outcome.QUOTED_NOT_COMPARABLE: _l("quoted, not comparable with a listed price"),
    Outcome.CONSULTATION_FIRST: _l("wanted to see the patient first"),
    Outcome.DECLINED: _l("declined by the clinic"),
    Outcome.ACCEPTED: _l("accepted by the patient"),
    Outcome.PAID_AS_QUOTED: _l("paid as quoted"),
    Outcome.PAID_ABOVE: _l("paid above the quote"),
    Outcome.PAID_BELOW: _l("paid below the quote"),
}

QUOTED = (
    Outcome.QUOTED_SAME,
    Outcome.QUOTED_ABOVE,
    Outcome.QUOTED_BELOW,
    Outcome.QUOTED_NOT_COMPARABLE,
)


_PAID = {
    Relation.SAME: Outcome.PAID_AS_QUOTED,
    Relation.ABOVE: Outcome.PAID_ABOVE,
    Relation.BELOW: Outcome.PAID_BELOW,
}


def paid_outcome(recipient: Recipient, quoted: Money | None) -> Outcome | None:
    """What she paid at the clinic beside the `quoted` total; None where one of them is not known."""
    if recipient.paid_amount is None or recipient.paid_currency is None:
        return None
    return _PAID.get(relation(Money(recipient.paid_amount, recipient.paid_currency), quoted))


@dataclass(frozen=True, slots=True)
class Counted:
    """One clinic's counts, as a line of a table of them."""

    asked: int
    quoted: int
    # (words, count) of everything else that happened, in the order of Outcome.
    others: Sequence[tuple[str, int]]


def counted(counts: Mapping[str, int]) -> Counted:
    """The counts of one clinic in words; `quoted` is the sum of its quotes, however they stood to the price list."""
    return Counted(
        counts.get(Outcome.ASKED, 0),
        sum(counts.get(outcome, 0) for outcome in QUOTED),
        [
            (str(words), counts[outcome])
            for outcome, words in OUTCOMES.items()
            if outcome is not Outcome.ASKED and counts.get(outcome)
        ],
    )
