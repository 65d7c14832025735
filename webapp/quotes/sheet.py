"""What the clinic's page needs of one recipient: what was asked, how the sheet begins, what stands, what it says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from webapp.clinics import queries as clinics
from webapp.domain.basket import Offered, Reader, TooLarge, cheapest_mix, stated_amounts
from webapp.domain.offers import Purchase, Want, course_sum, price_of_one
from webapp.domain.quotes import QuoteAnswer, QuoteTerms, answer, starting_terms
from webapp.domain.units import Quantity
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import listed, localised, today_in
from webapp.offers import queries as offers
from webapp.offers.labels import area_names, area_options
from webapp.offers.queries import PublishedOffer
from webapp.quotes import queries
from webapp.quotes.forms import MAX_FEES, MAX_ROWS, QuoteForm, draft_of, fields_of, quote_form
from webapp.quotes.history import Version, versions
from webapp.quotes.labels import AnswerKind
from webapp.quotes.models import Quote, QuoteDraft
from webapp.quotes.services.answering import AnswerDraft, draft_mark, quote_of
from webapp.settings import market_policy
from webapp.treatments import queries as treatments

# How long a quote is good for unless the clinic says otherwise.
USUAL_DAYS = 30


class Sheet:
    """One recipient's sheet on the day of `now`, in the clinic's zone."""

    def __init__(self, recipient: Recipient, now: datetime) -> None:
        self.recipient = recipient
        self.now = now
        # What the clinic's offers hold is more than a sheet takes, so it began without them.
        self.begins_without_offers = False
        self.enquiry: Enquiry = recipient.enquiry
        self.clinic = clinics.by_ids([recipient.clinic_id])[recipient.clinic_id]
        self.currency = market_policy(self.clinic.country).currency
        self.today: date = today_in(self.clinic.country, now)
        rows = treatments.everything()
        self.by_slug = {row.slug: row for row in rows}
        self.slugs = {row.id: row.slug for row in rows}
        self.names = {row.slug: localised(row, "name") for row in rows}
        self.wants = enquiry_queries.wants_of(self.enquiry, self.slugs)

    @cached_property
    def answers(self) -> Sequence[Quote]:
        """All versions of the answer, the first one first."""
        return queries.versions([self.recipient.id]).get(self.recipient.id, ())

    @property
    def given(self) -> Quote | None:
        """The answer that stands."""
        return self.answers[-1] if self.answers else None

    @property
    def seen(self) -> int:
        """The number of the version that stands, 0 for none."""
        return self.given.version if self.given else 0

    @cached_property
    def kept(self) -> QuoteDraft | None:
        """What somebody of the clinic began and has not sent."""
        return queries.draft(self.recipient.id)

    @property
    def drafted(self) -> str:
        """Which draft that is: when it was saved; "" for none."""
        return draft_mark(self.kept)

    @property
    def history(self) -> Sequence[Version]:
        """All versions with what each changed, the newest first."""
        return versions(self.answers, self.clinic.country, self.slugs, self.names)

    # How the sheet begins

    def form(self, *, offer_ref: str = "", is_sent: bool = False) -> QuoteForm:
        """As it was sent; else the draft, else the answer that stands, else what the clinic's offers say."""
        typed = None
        if not is_sent and self.kept is not None and not offer_ref:
            typed = _typed(self.kept)
        prefilled = None
        if not is_sent and typed is None:
            prefilled = self._amended() if self.given and not offer_ref else self._begun(offer_ref)
            prefilled["seen"] = str(self.seen)
        form = quote_form(treatments.choices(), self._areas(), prefilled, typed)
        if not is_sent:
            form.drafted.data = self.drafted
        return form

    @cached_property
    def matching(self) -> Sequence[PublishedOffer]:
        """The clinic's own offers with a price that hold something of what is asked, the closest first."""
        found = []
        for offer in self._offers:
            courses = [course_sum(offer.terms, want, self.today, None) for want in self._settled]
            fitting = [course for course in courses if course.mismatch is None]
            if fitting and price_of_one(offer.terms) is not None:
                key = (
                    -len(fitting),
                    sum(len(course.reasons) for course in fitting),
                    sum(len(course.left_over) for course in fitting),
                    offer.id,
                )
                found.append((key, offer))
        return [offer for _, offer in sorted(found, key=lambda pair: pair[0])]

    @cached_property
    def _offers(self) -> Sequence[PublishedOffer]:
        return [
            offer
            for offer in offers.for_clinics([self.clinic.id]).get(self.clinic.id, ())
            if offer.terms.currency == self.currency
        ]

    @cached_property
    def _settled(self) -> Sequence[Want]:
        """The wants; one that leaves its amount open has the one that the clinic uses."""
        offered = [Offered(offer.ref, offer.terms) for offer in self._offers]
        return [
            want
            if want.quantity is not None
            else replace(want, quantity=self._amount(want.treatment, offered))
            for want in self.wants
        ]

    def _amount(self, slug: str, offered: Sequence[Offered]) -> Quantity | None:
        usual = treatments.usual_quantity(self.by_slug[slug])
        stated = stated_amounts(offered, slug)
        return usual if usual in stated or not stated else stated[0]

    def _begun(self, offer_ref: str) -> dict[str, Any]:
        purchases = self._purchases(offer_ref)
        terms = starting_terms(purchases, self.currency, self.today)
        fields = fields_of(terms, self._settled)
        if len(fields["lines"]) > MAX_ROWS or len(fields.get("fees", ())) > MAX_FEES:
            # Some of it would read as all of it.
            self.begins_without_offers = True
            terms, fields = None, fields_of(None, self._settled)
        usual = self.today + timedelta(days=USUAL_DAYS)
        ends = terms.valid_until if terms else None
        fields["valid_until"] = min(usual, ends) if ends and ends >= self.today else usual
        return fields

    def _purchases(self, offer_ref: str) -> Sequence[Purchase]:
        """What the clinic's offers come to for the wants: from one that was chosen on, else the cheapest mix."""
        wants = list(self._settled)
        chosen = next((offer for offer in self.matching if offer.ref == offer_ref), None)
        found: list[Purchase] = []
        if chosen is not None:
            courses = [(want, course_sum(chosen.terms, want, self.today, None)) for want in wants]
            held = [course for _, course in courses if course.mismatch is None]
            times, visits = max(course.times for course in held), max(course.covered for course in held)
            found.append(Purchase(chosen.ref, chosen.terms, times, visits, price_of_one(chosen.terms)))
            wants = [want for want, course in courses if course.mismatch is not None]
        return found + list(self._mix(wants))

    def _mix(self, wants: Sequence[Want]) -> Sequence[Purchase]:
        sized = [want for want in wants if want.quantity is not None]
        offered = [Offered(offer.ref, offer.terms) for offer in self._offers]
        try:
            # Whoever prices for one patient looks at her price today, however long ago it was confirmed.
            return cheapest_mix(offered, sized, self.today, Reader(), None).purchases if sized else ()
        except TooLarge:
            return ()

    def _amended(self) -> dict[str, Any]:
        """The answer that stands, to be changed."""
        given = self.given
        assert given is not None
        terms = queries.terms(given, self.clinic.country, self.slugs)
        fields = fields_of(terms, ()) if terms else self._begun("")
        ends = queries.range_of(given)
        return fields | {
            "note": given.note or "",
            "conditions": given.conditions or "",
            "range_low": ends.low.major() if ends else "",
            "range_high": ends.high.major() if ends else "",
            "decline_reason": given.decline_reason or "",
            "valid_until": given.valid_until or fields["valid_until"],
        }

    def _areas(self) -> list[tuple[str, str]]:
        """Every area to choose from, and those that this clinic or this patient names together."""
        options = dict(area_options())
        held = [part.areas for offer in self._offers for part in offer.terms.parts if part.areas]
        held += [tuple(want.area.split(";")) for want in self.wants if want.area]
        held += [tuple(line.area.split(";")) for quote in self.answers for line in quote.lines if line.area]
        for areas in held:
            options.setdefault(";".join(areas), listed(area_names(areas)))
        return list(options.items())

    # What it says

    def holds(self, kind: AnswerKind, form: QuoteForm) -> bool:
        """Is the form whole for this kind of answer? Findings stand beside their fields."""
        match kind:
            case AnswerKind.QUOTE:
                return form.quote_holds(self.currency, self.today)
            case AnswerKind.CONSULTATION_FIRST:
                return form.consultation_holds(self.currency, self.today)
            case AnswerKind.DECLINE:
                return form.decline_holds()

    def draft(self, kind: AnswerKind, form: QuoteForm) -> AnswerDraft:
        """What a form says that `holds`."""
        ids = {slug: row_id for row_id, slug in self.slugs.items()}
        return draft_of(kind, form, self.currency, ids)

    def preview(self, form: QuoteForm) -> tuple[QuoteTerms, QuoteAnswer] | None:
        """The quote of a form that `holds`, and its bill as the patient will see it; nothing is stored."""
        return self.bill_of(quote_of(self.draft(AnswerKind.QUOTE, form), self.now))

    def bill_of(self, quote: Quote) -> tuple[QuoteTerms, QuoteAnswer] | None:
        """A quote's terms and its bill today, as the patient sees it; None for an answer without a price."""
        terms = queries.terms(quote, self.clinic.country, self.slugs, self.names)
        return (terms, answer(terms, self.wants, self.today)) if terms else None


def _typed(kept: QuoteDraft) -> Mapping[str, list[str]] | None:
    """The fields of a draft; None for one that this version cannot read any more."""
    fields = json.loads(kept.fields)
    return fields if isinstance(fields, dict) else None
