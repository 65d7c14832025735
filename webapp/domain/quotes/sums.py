"""A quote added up by the same rules as a published offer, line by line, beside what was asked for."""

from dataclasses import replace
from datetime import date

from webapp.domain.offers import CourseSum, Purchase, Want, Weighing, bill, course_sum, unstated
from webapp.domain.quotes.terms import QuoteTerms, own_reasons, reasons_against_quote


def quote_sum(quote: QuoteTerms, want: Want | None, on: date) -> CourseSum:
    """Add a quote up on the day `on`, line by line, beside what was asked for.

    The lines of the bill are always the quote's own. With `want`, `covered`, `left_over` and CANNOT_REPEAT
    say how far the quote answers it, and a quote for something else has a `mismatch` and no total. With None
    (the clinic proposed what it thinks right) it is added up as it stands, a visit for each session of its
    longest part.
    """
    offer = quote.as_offer()
    longest = max(part.sessions for part in offer.parts)
    measured = course_sum(offer, want, on, max_price_age_days=None) if want is not None else None
    if measured is not None and measured.mismatch is None:
        reasons = measured.reasons + own_reasons(quote)
        visits = measured.covered
    else:
        reasons = reasons_against_quote(quote, on)
        visits = longest
    # The lines are taken in the same visits, so the fees of these are asked with the first.
    # What is known of these is shown, also where not all of it is.
    purchases = [
        Purchase(
            "",
            replace(offer, title=line.title, other_fees=quote.known_fees),
            1,
            0 if number else visits,
            line.price,
        )
        for number, line in enumerate(quote.lines)
    ]
    sums = bill(purchases, quote.currency, Weighing.of([offer]))
    stands = not reasons and (measured is None or measured.mismatch is None)
    return CourseSum(
        currency=quote.currency,
        mismatch=measured.mismatch if measured is not None else None,
        parts=measured.parts if measured is not None else offer.parts,
        times=1,
        covered=measured.covered if measured is not None else longest,
        lines=sums.lines,
        total=sums.total if stands else None,
        reasons=reasons,
        conditions=(),
        left_over=measured.left_over if measured is not None else (),
        unstated=unstated(offer),
    )
