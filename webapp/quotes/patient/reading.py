"""Everything the patient's page rests on, read in a fixed number of statements, however many clinics were asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.domain.basket import Mix, Offered, Reader, TooLarge, stated_amounts
from webapp.domain.offers import Want
from webapp.domain.quotes import PriceRange, QuoteTerms
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

    `listed` are the mixes of its published offers for the wants as settled, one per currency; empty where the basket
    is too large or the clinic has left.
    """

    recipient: Recipient
    clinic: Clinic
    today: date
    quote: Quote | None
    terms: QuoteTerms | None
    price_range: PriceRange | None
    by_mail: Sequence[MailReply]
    listed: Sequence[Mix]
    history: Sequence[tuple[datetime, str]]
    next_try: datetime | None

    @property
    def has_left(self) -> bool:
        """It withdrew, or asked not to be listed: it has no page and no prices any more."""
        return not market_policy(self.clinic.country).listing_visible(self.clinic.authority)


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


def read(enquiry: Enquiry, now: datetime, *, words: bool) -> Read:
    """Read it all; `now` settles each market's day. `words`: with what clinics wrote into their quotes themselves."""
    catalogue = {row.slug: row for row in treatments.everything()}
    slugs = {row.id: row.slug for row in catalogue.values()}
    names = {slug: localised(row, "name") for slug, row in catalogue.items()}
    wants = enquiry_queries.wants_of(enquiry, slugs)
    recipients = enquiry.recipients
    ids = [recipient.id for recipient in recipients]
    asked = clinics.by_ids([recipient.clinic_id for recipient in recipients])
    answers = queries.latest(ids)
    by_mail = queries.mail_replies(ids)
    published = offers.for_clinics(list(asked))
    mails = [recipient.delivery_id for recipient in recipients if recipient.delivery_id is not None]
    histories, next_tries = outbox.histories(mails), outbox.next_tries(mails)
    terms = {
        recipient.id: said if words or said is None else without_words(said, names)
        for recipient in recipients
        if recipient.id in answers
        for said in [queries.terms(answers[recipient.id], asked[recipient.clinic_id].country, slugs, names)]
    }
    quoted = [Offered("", one.as_offer()) for one in terms.values() if one is not None]
    basket = settle(
        [_as_quoted(want, quoted) for want in wants],
        catalogue,
        (offer for rows in published.values() for offer in rows),
    )
    kin = families(catalogue)
    heard = []
    for recipient in recipients:
        clinic, quote = asked[recipient.clinic_id], answers.get(recipient.id)
        heard.append(
            Heard(
                recipient=recipient,
                clinic=clinic,
                today=today_in(clinic.country, now),
                quote=quote,
                terms=terms.get(recipient.id),
                price_range=queries.range_of(quote) if quote is not None else None,
                by_mail=by_mail.get(recipient.id, ()),
                listed=_listed(Public.of(clinic, published.get(clinic.id, ()), now), basket.wants, kin),
                history=histories.get(recipient.delivery_id or 0, ()),
                next_try=next_tries.get(recipient.delivery_id or 0),
            )
        )
    return Read(enquiry, wants, basket.wants, heard, names, kin)


def _as_quoted(want: Want, quoted: Sequence[Offered]) -> Want:
    """She left the amount to the clinics: what most of them quoted comes first."""
    if want.quantity is not None:
        return want
    stated = stated_amounts(quoted, want.treatment)
    return replace(want, quantity=stated[0]) if stated else want


def _listed(public: Public, wants: Sequence[Want], kin: Mapping[str, str]) -> Sequence[Mix]:
    try:
        return public.mixes(wants, Reader(), kin)
    except TooLarge:
        return ()
