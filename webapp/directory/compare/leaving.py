"""Stopping before a course that was paid for ahead is used up: what each session taken has cost then, in words."""

from dataclasses import dataclass

from webapp.directory.compare.columns import Column
from webapp.domain.course_plan import exit_values
from webapp.i18n import format_money


@dataclass(frozen=True, slots=True)
class LeavingLine:
    """Stopping early: per number of sessions used, what each has cost. `refund` in the clinic's own words."""

    name: str
    title: str
    refund: str | None
    expires: int | None
    exits: list[tuple[int, str]]


def leaving_lines(column: Column) -> list[LeavingLine]:
    """For every purchase of several sessions of one treatment; none of one session can be left early.

    Clinics' refund terms are their own words, which nothing here reads; so it shows the dearest case, that
    nothing comes back, beside those words.
    """
    mix = column.answer.mix
    titles = {view.offer.ref: view.title for view in column.bought}
    lines: list[LeavingLine] = []
    for purchase in mix.purchases:
        terms = purchase.terms
        if not mix.complete or not terms.is_prepaid or len(terms.parts) > 1 or purchase.each is None:
            continue
        exits = exit_values(purchase.each, terms.parts[0].sessions, None)
        lines.append(
            LeavingLine(
                column.name,
                titles.get(purchase.ref, terms.title),
                terms.refund_terms,
                terms.expires_after_days,
                [(one.used, format_money(one.at_most)) for one in exits if one.at_most is not None],
            )
        )
    return lines
