"""Everything the patient's page rests on, read in a fixed number of statements, however many clinics were asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from webapp.clinics import queries as clinics
from webapp.clinics.addresses import confirmed_address
from webapp.clinics.models import Clinic
from webapp.domain.basket import Mix, Offered, Reader, TooLarge, stated_amounts
from webapp.domain.offers import Want
from webapp.domain.quotes import PriceRange, QuoteState, QuoteTerms
from webapp.domain.units import Quantity
from webapp.enquiries import letters
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.models import Enquiry, Recipient
from webapp.i18n import localised, today_in
from webapp.offers import queries as offers
from webapp.offers.public import Public, families, settle
from webapp.outbox import queries as outbox
from webapp.quotes import queries
from webapp.quotes.models import MailReply, Quote
from webapp.quotes.patient.words import without_words
from webapp.settings import market_policy
from webapp.treatments import queries as treatments


@dataclass(frozen=True, slots=True)
class Heard:
    """One clinic and what came from it. `terms` are set when it sent a price, `today` is the day in its market.

    `listed` are the mixes of its published offers for the wants as settled, one per currency; None where the basket
    is too large to be added up.
    """

    recipient: Recipient
    clinic: Clinic
    today: date
    # Every version of its answer, the first one first.
    answers: Sequence[Quote]
    terms: QuoteTerms | None
    price_range: PriceRange | None
    by_mail: Sequence[MailReply]
    listed: Sequence[Mix] | None
    # Of the mail that asked it, and of those that asked it again.
    history: Sequence[tuple[datetime, str]]
    next_try: datetime | None

    @property
    def quote(self) -> Quote | None:
        """The answer that stands, or stood last."""
        return self.answers[-1] if self.answers else None

    @property
    def state(self) -> QuoteState | None:
        """Whether it stands by its answer today; None before it answered."""
        return queries.state(self.quote, self.today) if self.quote is not None else None

    @property
    def has_left(self) -> bool:
        """It withdrew, or asked not to be listed: it has no page and no prices any more."""
        return _has_left(self.clinic)

    @property
    def takes_mail(self) -> bool:
        """It confirmed an address; else it knows of what she does only from its own pages."""
        return confirmed_address(self.clinic) is not None


@dataclass(frozen=True, slots=True)
class Read:
    """`wants` as she asked, `settled` with an amount in each: nothing is held side by side before that is said."""

    enquiry: Enquiry
    wants: tuple[Want, ...]
    settled: tuple[Want, ...]
    heard: Sequence[Heard]
    # Treatment names in the reader's language, and families, by slug.
    names: Mapping[str, str]
    families: Mapping[str, str]
    # Treatment slugs by id.
    slugs: Mapping[int, str]


def read(enquiry: Enquiry, now: datetime, *, words: bool) -> Read:
    """Read it all; `now` settles each market's day. `words`: with what clinics wrote into their quotes themselves."""
    catalogue = {row.slug: row for row in treatments.everything()}
    slugs = {row.id: row.slug for row in catalogue.values()}
    names = {slug: localised(row, "name") for slug, row in catalogue.items()}
    wants = enquiry_queries.wants_of(enquiry, slugs)
    recipients = enquiry.recipients
    ids = [recipient.id for recipient in recipients]
    asked = clinics.by_ids([recipient.clinic_id for recipient in recipients])
    answers = queries.versions(ids)
    by_mail = queries.mail_replies(ids)
    published = offers.for_clinics(list(asked))
    mails = outbox.keys_about(letters.about(enquiry.id))
    asking = {one: [number for number, key in mails if letters.asks(key, one)] for one in ids}
    asked_by = [number for numbers in asking.values() for number in numbers]
    histories, next_tries = outbox.histories(asked_by), outbox.next_tries(asked_by)
    terms = {
        recipient.id: said if words or said is None else without_words(said, names)
        for recipient in recipients
        if recipient.id in answers
        for said in [
            queries.terms(answers[recipient.id][-1], asked[recipient.clinic_id].country, slugs, names)
        ]
    }
    days = {clinic.id: today_in(clinic.country, now) for clinic in asked.values()}
    quoted = [
        Offered("", said.as_offer())
        for recipient in recipients
        if (said := terms.get(recipient.id)) is not None
        and _stands(asked[recipient.clinic_id], answers[recipient.id][-1], days[recipient.clinic_id])
    ]
    basket = settle(
        [_as_quoted(want, quoted, treatments.usual_quantity(catalogue[want.treatment])) for want in wants],
        catalogue,
        (offer for rows in published.values() for offer in rows),
    )
    kin = families(catalogue)
    heard = []
    for recipient in recipients:
        clinic, given = asked[recipient.clinic_id], answers.get(recipient.id, ())
        heard.append(
            Heard(
                recipient=recipient,
                clinic=clinic,
                today=days[clinic.id],
                answers=given,
                terms=terms.get(recipient.id),
                price_range=queries.range_of(given[-1]) if given else None,
                by_mail=by_mail.get(recipient.id, ()),
                listed=_listed(Public.of(clinic, published.get(clinic.id, ()), now), basket.wants, kin),
                history=[line for number in asking[recipient.id] for line in histories.get(number, ())],
                next_try=next_tries.get(recipient.delivery_id or 0),
            )
        )
    return Read(enquiry, wants, basket.wants, heard, names, kin, slugs)


def _has_left(clinic: Clinic) -> bool:
    return not market_policy(clinic.country).listing_visible(clinic.authority)


def _stands(clinic: Clinic, quote: Quote, today: date) -> bool:
    return queries.state(quote, today) is QuoteState.ACTIVE and not _has_left(clinic)


def _as_quoted(want: Want, quoted: Sequence[Offered], usual: Quantity | None) -> Want:
    """She left the amount to the clinics: what most of them quoted comes first, of two the `usual` one."""
    if want.quantity is not None:
        return want
    stated = stated_amounts(quoted, want.treatment, usual)
    return replace(want, quantity=stated[0]) if stated else want


def _listed(public: Public, wants: Sequence[Want], kin: Mapping[str, str]) -> Sequence[Mix] | None:
    try:
        return public.mixes(wants, Reader(), kin)
    except TooLarge:
        return None
