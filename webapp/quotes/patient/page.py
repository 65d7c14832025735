"""The whole page: what was asked, how each clinic stands with its answer, the comparison, the questions, the acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Want
from webapp.domain.quotes import QuoteAnswer, QuoteState, answer
from webapp.enquiries import links
from webapp.enquiries.models import Enquiry, Link
from webapp.fx import queries as fx
from webapp.fx.words import RateLine, rate_line
from webapp.quotes import queries
from webapp.quotes.decisions import known_until
from webapp.quotes.history import Version, versions
from webapp.quotes.models import Clarification, Quote
from webapp.quotes.patient.comparison import Comparison, compare
from webapp.quotes.patient.reading import Heard, Read, read
from webapp.quotes.patient.sides import clinic_side, own_sides
from webapp.quotes.patient.words import delivery_lines, differences, part_words, want_words
from webapp.quotes.services.deciding import ACCEPTED, NONE_SUITED
from webapp.settings import market_policy


@dataclass(frozen=True, slots=True)
class Order:
    """How she wants the comparison: as asked, or by total in one currency."""

    by_total: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One clinic: how the mail fared, its answer as a bill, and what she can do about it.

    `bill` adds the quote up beside what she asked, an amount that she left open taken as quoted.
    """

    heard: Heard
    deliveries: Sequence[tuple[str, str]]
    parts: Sequence[tuple[str, int]]
    bill: QuoteAnswer | None
    differs: Sequence[str]
    # Its answers with what each changed, the newest first; behind the button only, for they hold its words.
    versions: Sequence[Version]
    can_accept: bool
    can_decline: bool
    can_undo: bool
    # The answer that she decided on, where the clinic gave another since, and what it came to.
    decided_on: Quote | None
    decided_total: Money | None
    paid: Money | None

    @property
    def is_accepted(self) -> bool:
        return self.heard.recipient.decision == ACCEPTED


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answers: (who answers, None for the patient, and the words)."""

    question: Clarification
    by: str | None
    answers: Sequence[tuple[str | None, str]]
    waits_for_her: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template shows; clinics in the order in which they were asked."""

    enquiry: Enquiry
    wants: Sequence[tuple[str, Want]]
    settled: Sequence[str]
    cards: Sequence[Card]
    comparison: Comparison | None
    currency: str
    currencies: Sequence[str]
    rates: Sequence[RateLine]
    questions: Sequence[Asked]
    shares: Sequence[Link]
    shows_sample: bool

    @property
    def has_answers(self) -> bool:
        return any(card.heard.quote is not None or card.heard.by_mail for card in self.cards)

    @property
    def country(self) -> str:
        """The market whose calendar the page's own days are in: that of the clinic asked first."""
        return self.cards[0].heard.clinic.country

    @property
    def none_suited(self) -> bool:
        return self.enquiry.closed_as == NONE_SUITED

    @property
    def accepted(self) -> Card | None:
        return next((card for card in self.cards if card.is_accepted), None)

    @property
    def undecided(self) -> bool:
        """Is there a quote to say "none suited" about?"""
        return self.accepted is None and any(card.can_decline for card in self.cards)


def build(enquiry: Enquiry, order: Order, own: Sequence[OfferTerms], now: datetime, *, words: bool) -> Page:
    """The patient's page, in a fixed number of statements; `words` as in reading.read."""
    found = read(enquiry, now, words=words)
    cards = [_card(heard, found, now, words=words) for heard in found.heard]
    currency = order.currency or _usual_currency(found)
    comparison, rates = _compare(found, own, order.by_total, currency, now)
    in_use = {side.total.currency for side in comparison.sides if side.total} if comparison else set()
    return Page(
        enquiry=enquiry,
        wants=[(want_words(want, found.names), want) for want in found.wants],
        settled=[want_words(want, found.names) for want in found.settled],
        cards=cards,
        comparison=comparison,
        currency=currency,
        currencies=sorted({currency, *in_use}),
        rates=rates,
        questions=_questions(enquiry, found),
        shares=links.shared(enquiry, now),
        shows_sample=any(heard.clinic.sample for heard in found.heard),
    )


def _usual_currency(found: Read) -> str:
    """That of the market she asked first."""
    return market_policy(found.heard[0].clinic.country).currency if found.heard else "SGD"


def _compare(
    found: Read, own: Sequence[OfferTerms], by_total: bool, currency: str, now: datetime
) -> tuple[Comparison | None, Sequence[RateLine]]:
    sides = [clinic_side(heard, found) for heard in found.heard if not _has_nothing(heard)]
    sides += own_sides(own, found, now.date())
    if not sides:
        return None, ()
    rates = fx.current()
    comparison = compare(sides, rates, currency, now.date(), by_total=by_total)
    return comparison, [rate_line(rate, now) for rate in comparison.rates]


def _has_nothing(heard: Heard) -> bool:
    """It declined, or left before it answered: there is nothing to hold beside the others."""
    declined = heard.quote is not None and heard.quote.kind == "decline"
    return (declined or (heard.has_left and heard.quote is None)) and not heard.by_mail


def _card(heard: Heard, found: Read, now: datetime, *, words: bool) -> Card:
    recipient, quote, terms = heard.recipient, heard.quote, heard.terms
    bill = answer(terms, found.wants, heard.today) if terms is not None else None
    differs: list[str] = []
    if quote is not None and terms is not None and bill is not None:
        listed = Money(quote.listed_amount, quote.currency) if quote.listed_amount is not None else None
        beside = queries.beside_listed(quote, terms, found.wants)
        differs = differences(terms, bill, beside, listed, found.names)
    decided_at, is_accepted = recipient.decided_at, recipient.decision == ACCEPTED
    decided_on = queries.decided_on(heard.answers, decided_at)
    if decided_on is quote:
        decided_on = None
    # A clinic that declines after she took its quote would keep her from every other.
    open_to_her = quote is not None and (quote.kind != "decline" or is_accepted)
    taken = any(other.decision == ACCEPTED for other in found.enquiry.recipients)
    return Card(
        heard=heard,
        deliveries=delivery_lines(heard.history, heard.next_try, heard.clinic.country),
        parts=[
            (part_words(line.part, line.title, found.names), line.part.sessions)
            for line in (terms.lines if terms is not None else ())
        ],
        bill=bill,
        differs=differs,
        versions=versions(heard.answers, heard.clinic.country, found.slugs, found.names) if words else (),
        can_accept=terms is not None
        and heard.state is QuoteState.ACTIVE
        and not heard.has_left
        and not taken,
        can_decline=open_to_her and recipient.decision != "declined",
        can_undo=decided_at is not None and decided_at > known_until(now),
        decided_on=decided_on,
        decided_total=queries.total_when_given(decided_on, heard.clinic.country, found.slugs, found.wants)
        if decided_on is not None
        else None,
        paid=Money(recipient.paid_amount, recipient.paid_currency)
        if recipient.paid_amount is not None and recipient.paid_currency is not None
        else None,
    )


def _questions(enquiry: Enquiry, found: Read) -> Sequence[Asked]:
    clinic_of = {heard.recipient.id: heard.clinic.name for heard in found.heard}
    return [
        Asked(
            question,
            clinic_of.get(question.recipient_id, _("a clinic")) if question.recipient_id else None,
            [(clinic_of.get(one.recipient_id or 0), one.text) for one in question.answers],
            question.recipient_id is not None and not question.answers,
        )
        for question in queries.clarifications(enquiry.id)
    ]
