"""A quote in words for the person who got it: what was asked, in what the answer differs, and how the mail fared."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.domain.money import Money
from webapp.domain.offers import Consultation, LeftOver, Mismatch, Numbing, Part, Tax, Want
from webapp.domain.quotes import QuoteAnswer, QuoteTerms, Relation
from webapp.i18n import MARKET_ZONES, described, format_day, format_money, listed
from webapp.offers.labels import area_names, quantity_words

# What the patient is told of a mail's life; what is left out is our own business.
_MAIL = {
    "posted": _l("asked"),
    "sent": _l("reached the clinic's mailbox"),
    "deferred": _l("not taken yet, tried again"),
    "held back": _l("our mail waited, tried again"),
    "unreadable": _l("our mail waited, tried again"),
    "delayed": _l("on its way, its mail server says"),
    "bounced softly": _l("came back for a while, tried again"),
    "bounced": _l("came back: the mailbox does not take it"),
    "failed": _l("the mailbox does not take it"),
    "expired": _l("could not be delivered in three days"),
    "cancelled": _l("stopped before it went"),
    "replied": _l("answered by mail"),
}


def moment_words(at: datetime, country: str) -> str:
    """A day and the time on a clock in that market."""
    local = at.astimezone(MARKET_ZONES[country])
    return _("%(day)s, %(time)s", day=format_day(local.date()), time=f"{local:%H:%M}")


def delivery_lines(
    history: Sequence[tuple[datetime, str]], next_try: datetime | None, country: str
) -> list[tuple[str, str]]:
    """(when, what) of the mail to a clinic, oldest first, with the next try where one is to come."""
    lines = [(moment_words(at, country), str(_MAIL[what])) for at, what in history if what in _MAIL]
    if next_try is not None:
        lines.append((moment_words(next_try, country), _("next try")))
    return lines


def want_words(want: Want, names: Mapping[str, str]) -> str:
    """Rejuran Healer, 2 ml, face."""
    areas = listed(area_names(tuple(want.area.split(";")))) if want.area else ""
    return described([names.get(want.treatment, want.treatment), quantity_words(want.quantity), areas])


def without_words(terms: QuoteTerms, names: Mapping[str, str]) -> QuoteTerms:
    """The same bill without a name or a word that the clinic wrote: as the page shows it before its button (ADR 0002).

    That it wrote one is said.
    """
    hidden = _('Press "Show what was written" above to read it.')
    fees = terms.named_fees
    return replace(
        terms,
        lines=tuple(
            replace(
                line,
                part=replace(line.part, words=None),
                title=names.get(line.part.treatment or "") or _("something else"),
            )
            for line in terms.lines
        ),
        # Numbered, for two fees of one name and amount are one.
        named_fees=fees
        and tuple(replace(fee, name=f"{_('Other fees')} {number}") for number, fee in enumerate(fees, 1)),
        injector_name=hidden if terms.injector_name and terms.injector is None else None,
        aftercare=hidden if terms.aftercare else None,
        conditions=None,
    )


def part_words(part: Part, title: str | None, names: Mapping[str, str]) -> str:
    """What a line of a quote is for; the clinic's own words where it is none of the catalogue's treatments."""
    name = names.get(part.treatment) if part.treatment else title
    return described(
        [name or _("something else"), quantity_words(part.amount), listed(area_names(part.areas))]
    )


def differences(
    terms: QuoteTerms,
    found: QuoteAnswer,
    beside_listed: Relation,
    listed: Money | None,
    names: Mapping[str, str],
) -> list[str]:
    """In what a quote differs from what was asked and from the clinic's own price list of that day."""
    said: list[str] = []
    if listed is not None and found.total is not None:
        said += _beside_listed(beside_listed, found.total, listed)
    for one in found.covered:
        what = want_words(one.want, names)
        if one.mismatch is not None:
            said.append(_MISMATCH[one.mismatch] % {"what": what})
        elif one.short:
            said.append(
                ngettext(
                    "%(num)s session less than asked: %(what)s",
                    "%(num)s sessions less than asked: %(what)s",
                    one.short,
                    what=what,
                )
            )
    said += beyond_words(found.left_over, found.not_asked, names)
    if terms.tax is Tax.EXCLUSIVE:
        said.append(_("tax comes on top of its prices"))
    if terms.consultation is Consultation.FEE and terms.consultation_waived is not True:
        said.append(_("the consultation costs extra"))
    if terms.numbing is Numbing.NONE:
        said.append(_("without numbing cream"))
    elif terms.numbing is Numbing.EXTRA:
        said.append(_("numbing cream costs extra"))
    return said


def beyond_words(
    left_over: Sequence[LeftOver], not_asked: Sequence[LeftOver], names: Mapping[str, str]
) -> list[str]:
    """What a total pays for besides what was asked: sessions more of it, and what nobody asked for."""
    more: dict[str, int] = {}
    for left in left_over:
        what = part_words(left.part, left.part.words, names)
        more[what] = more.get(what, 0) + left.sessions
    said = [
        ngettext(
            "%(num)s session more than asked: %(what)s",
            "%(num)s sessions more than asked: %(what)s",
            sessions,
            what=what,
        )
        for what, sessions in more.items()
    ]
    return said + [
        _("holds what you did not ask for: %(what)s", what=part_words(left.part, left.part.words, names))
        for left in not_asked
    ]


_MISMATCH = {
    Mismatch.TREATMENT: _l("nothing of %(what)s"),
    Mismatch.QUANTITY: _l("another amount of %(what)s"),
    Mismatch.AREA: _l("another area for %(what)s"),
}


def _beside_listed(beside: Relation, total: Money, listed: Money) -> list[str]:
    difference = Money(abs(total.amount - listed.amount), total.currency)
    words = {"difference": format_money(difference), "listed": format_money(listed)}
    match beside:
        case Relation.ABOVE:
            return [_("%(difference)s above the listed price of %(listed)s", **words)]
        case Relation.BELOW:
            return [_("%(difference)s below the listed price of %(listed)s", **words)]
        case Relation.SAME:
            return [_("as the listed price")]
        case _:
            return []
