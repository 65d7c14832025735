"""What the patient's page shows: per clinic its state, its answer as a bill, and its published offers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.domain.market import PriceLine
from webapp.domain.offers import CourseSum, Field, Want, course_sum
from webapp.domain.quotes import QuoteTerms, quote_sum
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import today_in, utc_now
from webapp.offers import queries as offers
from webapp.offers.queries import PublishedOffer
from webapp.quotes import queries
from webapp.quotes.models import Quote
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments

# What the quote form asks of a clinic: only what was asked can be called "not stated".
_ASKED = (
    Field.TAX,
    Field.TAX_RATE,
    Field.QUANTITY,
    Field.CONSULTATION_FEE,
    Field.CONSULTATION_WAIVED,
    Field.OTHER_FEES,
    Field.NUMBING,
    Field.INJECTOR,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A published offer that holds the treatment, and its bill for the sessions asked for."""

    offer: PublishedOffer
    line: PriceLine
    bill: CourseSum


@dataclass(frozen=True, slots=True)
class Column:
    """One clinic on the page. `terms` and `bill` are set when it sent a price."""

    recipient: Recipient
    clinic: Clinic
    quote: Quote | None
    terms: QuoteTerms | None
    bill: CourseSum | None
    published: Sequence[Published]
    released_at: datetime | None
    # The clinic withdrew, or asked not to be listed: it has no page and no prices any more.
    has_left: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page; `columns` in the order in which the clinics were asked."""

    enquiry: Enquiry
    wants: Sequence[Want]
    columns: Sequence[Column]
    shows_sample: bool

    @property
    def answered(self) -> Sequence[Column]:
        return [column for column in self.columns if column.quote is not None]


def build(enquiry: Enquiry) -> Page:
    """Read everything the page shows in a fixed number of queries, however many clinics were asked."""
    slugs = {row.id: row.slug for row in treatments.everything()}
    wants = enquiry_queries.wants_of(enquiry, slugs)
    want = wants[0]
    asked = clinics.by_ids([recipient.clinic_id for recipient in enquiry.recipients])
    answers = queries.latest([recipient.id for recipient in enquiry.recipients])
    published = offers.for_clinics(list(asked))
    columns = []
    for recipient in enquiry.recipients:
        clinic = asked[recipient.clinic_id]
        today = today_in(clinic.country, utc_now())
        has_left = not market_policy(clinic.country).listing_visible(clinic.authority)
        quote = answers.get(recipient.id)
        terms = queries.terms(quote, clinic.country, slugs) if quote else None
        columns.append(
            Column(
                recipient=recipient,
                clinic=clinic,
                quote=quote,
                terms=terms,
                bill=_bill(terms, want, today) if terms else None,
                published=() if has_left else _published(clinic, published.get(clinic.id, ()), want, today),
                released_at=recipient.contact_released_at,
                has_left=has_left,
            )
        )
    return Page(enquiry, wants, columns, any(column.clinic.sample for column in columns))


def _bill(terms: QuoteTerms, want: Want, on: date) -> CourseSum:
    bill = quote_sum(terms, want, on)
    return replace(bill, unstated=tuple(field for field in bill.unstated if field in _ASKED))


def _published(
    clinic: Clinic, offered: Sequence[PublishedOffer], want: Want, today: date
) -> Sequence[Published]:
    policy = market_policy(clinic.country)
    age = current_settings().price_age_days
    found = []
    for offer in offered:
        bill = course_sum(offer.terms, want, today, age)
        line = policy.price_line(offer.terms, clinic, today, age)
        if bill.mismatch is None and line.amount is not None:
            found.append(Published(offer, line, bill))
    return found
