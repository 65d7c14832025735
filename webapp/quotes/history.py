"""The versions of an answer: when each was given, what it changed, and whether it was taken back or ran out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.domain.offers import Fee
from webapp.domain.quotes import Inclusion, PriceRange, QuoteLine, QuoteTerms, Stated
from webapp.domain.units import number_text
from webapp.i18n import described, format_day, format_money, listed
from webapp.offers.change_words import Difference
from webapp.offers.labels import CONSULTATION, INJECTOR, TAX, area_names, quantity_words
from webapp.quotes import queries
from webapp.quotes.labels import AFTERCARE_LANGUAGES, DECLINE_REASONS, HOW, INCLUSIONS, KINDS, AnswerKind
from webapp.quotes.models import Quote


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and what it says differently than the one before; nothing for the first. Of the note only whether.

    `ran_out`: its last day went by while it was the newest.
    """

    quote: Quote
    differences: Sequence[Difference]
    note_changed: bool
    ran_out: bool


def versions(
    quotes: Sequence[Quote], country: str, slugs: Mapping[int, str], names: Mapping[str, str]
) -> Sequence[Version]:
    """The versions of one recipient's answer (given oldest first), the newest first.

    `slugs` are the treatments by id, `names` what they are called in the reader's language.
    """
    said = [dict(_said(quote, country, slugs, names)) for quote in quotes]
    found = []
    for number, quote in enumerate(quotes):
        before, after = max(number - 1, 0), quotes[number + 1] if number + 1 < len(quotes) else None
        found.append(
            Version(
                quote,
                _differences(said[before], said[number]),
                note_changed=quotes[before].note != quote.note,
                ran_out=quote.expired_at is not None
                and (after is None or quote.expired_at <= after.created_at),
            )
        )
    return found[::-1]


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Sequence[Difference]:
    labels = dict.fromkeys((*before, *after))
    return [
        Difference(label, label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _said(
    quote: Quote, country: str, slugs: Mapping[int, str], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Everything that an answer says, as (heading, words); what it does not say is left out.

    Its note is a letter to the patient and no term: `Version.note_changed`.
    """
    yield _("Answer"), str(KINDS[AnswerKind(quote.kind)])
    if quote.decline_reason:
        yield _("Why"), str(DECLINE_REASONS.get(quote.decline_reason, quote.decline_reason))
    ends = queries.range_of(quote)
    if ends is not None:
        yield _("Usual range"), range_words(ends)
    terms = queries.terms(quote, country, slugs)
    if terms is not None:
        yield from _terms(terms, names)
    if quote.conditions:
        yield _("Conditions of the price"), quote.conditions
    if quote.valid_until is not None:
        yield _("Valid until"), format_day(quote.valid_until)


def _terms(terms: QuoteTerms, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(terms.lines, 1):
        yield _("Row %(number)s", number=number), line_said(line, names)
    yield _("Tax"), _tax(terms)
    if terms.consultation is not None or terms.consultation_waived:
        yield _("Consultation"), _consultation(terms)
    for inclusion in Inclusion:
        stated = terms.inclusions.get(inclusion)
        if stated is not None:
            yield str(INCLUSIONS[inclusion]), stated_words(stated)
    if terms.named_fees is not None:
        yield _("Other fees per visit"), listed(map(_fee, terms.named_fees), "; ") or _("none")
    if terms.injector is not None:
        yield _("Who injects"), str(INJECTOR[terms.injector])
    if terms.injector_name:
        yield _("The injector's name"), terms.injector_name
    if terms.aftercare:
        yield _("Who sees the patient after she flies home"), terms.aftercare
    if terms.aftercare_language:
        yield (
            _("In which language"),
            AFTERCARE_LANGUAGES.get(terms.aftercare_language, terms.aftercare_language),
        )


def line_said(line: QuoteLine, names: Mapping[str, str]) -> str:
    """One line in words: what, how much, how often, where, and its price."""
    part = line.part
    words = [
        names.get(part.treatment or "", "") or part.words or _("Something else"),
        quantity_words(part.amount),
        ngettext("%(num)s session", "%(num)s sessions", part.sessions),
        listed(area_names(part.areas)),
        format_money(line.price),
    ]
    return " · ".join(word for word in words if word)


def stated_words(stated: Stated) -> str:
    """Included; costs extra: S$30.00 per visit; not used."""
    if stated.amount is None:
        return str(HOW[stated.how])
    return _("%(how)s: %(amount)s per visit", how=str(HOW[stated.how]), amount=format_money(stated.amount))


def range_words(ends: PriceRange) -> str:
    """S$1,200.00 to S$1,800.00."""
    return _("%(low)s to %(high)s", low=format_money(ends.low), high=format_money(ends.high))


def _tax(terms: QuoteTerms) -> str:
    rate: Decimal | None = terms.tax_rate
    words = str(TAX[terms.tax])
    return words if rate is None else described([words, _("%(rate)s %%", rate=number_text(rate))])


def _consultation(terms: QuoteTerms) -> str:
    words = [str(CONSULTATION[terms.consultation])] if terms.consultation else []
    words += [format_money(terms.consultation_fee)] if terms.consultation_fee else []
    words += [_("waived with the treatment")] if terms.consultation_waived else []
    return described(words)


def _fee(fee: Fee) -> str:
    return f"{fee.name} {format_money(fee.amount)}"
