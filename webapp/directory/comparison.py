"""Offers of up to five clinics side by side: bills that add up, or the reasons why none can.

A sum stays in its clinic's own currency, and clinics stand as they were chosen: nothing here ranks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.clinics.models import Clinic
from webapp.directory.cards import Names, OfferView, clinic_name, offer_view
from webapp.directory.forms import CompareQuery
from webapp.directory.labels import MARKETS
from webapp.domain.offers import CourseSum, Field, LineKind, Mismatch, Want, course_sum
from webapp.domain.units import Quantity, Unit
from webapp.i18n import format_money, localised, today_in, utc_now
from webapp.offers.labels import CONDITIONS, FIELDS, INCOMPLETE, line_words, quantity_words
from webapp.offers.queries import PublishedOffer
from webapp.settings import current_settings, market_policy
from webapp.treatments.models import Treatment

# Beyond these a column would be a price list; the clinic's page has the rest.
_MOST_BILLS = 6


@dataclass(frozen=True, slots=True)
class BillLine:
    """`count` is "3 ×" where more than one is bought; amounts are in words of the reader's language."""

    words: str
    count: str
    amount: str


@dataclass(frozen=True, slots=True)
class Bill:
    """One offer bought as often as the wanted sessions need. `total` None: see `reasons`."""

    view: OfferView
    lines: list[BillLine]
    total: str | None
    reasons: list[str]
    left_over: list[str]
    conditions: list[str]
    unstated: list[str]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A clinic of the comparison. `others` are offers of the treatment in another quantity."""

    clinic: Clinic
    name: str
    area: str
    joined: bool
    shows_offers: bool
    may_enquire: bool
    bills: list[Bill]
    others: list[OfferView]
    more: int


@dataclass(frozen=True, slots=True)
class Group:
    """Clinics of one market, and so of one currency."""

    market: str
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`quantity` is what was compared, in words; None means any quantity."""

    groups: list[Group]
    want: Want
    quantity: str | None
    askable: list[str]


def usual_quantity(treatment: Treatment) -> Quantity | None:
    """How the catalogue says it is usually quoted."""
    if treatment.usual_quantity is None or not treatment.usual_unit:
        return None
    return Quantity(Decimal(treatment.usual_quantity), Unit(treatment.usual_unit))


def compare(
    clinics: Sequence[Clinic],
    offers: Mapping[int, Sequence[PublishedOffer]],
    treatment: Treatment,
    query: CompareQuery,
    names: Names,
) -> Comparison:
    """The clinics' offers of the treatment, grouped by market in the order in which the clinics were chosen."""
    quantity = query.quantity if query.quantity_given else usual_quantity(treatment)
    want = Want(treatment.slug, query.sessions, quantity)
    columns = [_column(clinic, offers.get(clinic.id, ()), want, names) for clinic in clinics]
    countries = dict.fromkeys(clinic.country for clinic in clinics)
    return Comparison(
        groups=[
            Group(str(MARKETS[country]), [column for column in columns if column.clinic.country == country])
            for country in countries
        ],
        want=want,
        quantity=quantity_words(quantity),
        askable=[column.clinic.slug for column in columns if column.may_enquire],
    )


def _column(clinic: Clinic, offers: Sequence[PublishedOffer], want: Want, names: Names) -> Column:
    policy = market_policy(clinic.country)
    shown = offers if policy.shows_offers(clinic.authority) else ()
    on, max_age = today_in(clinic.country, utc_now()), current_settings().price_age_days
    bills: list[Bill] = []
    others: list[OfferView] = []
    for offer in shown:
        sum_ = course_sum(offer.terms, want, on, max_age)
        if sum_.mismatch is Mismatch.TREATMENT:
            continue
        view = offer_view(offer, clinic, names, beside_others=True)
        if sum_.mismatch:
            others.append(view)
        else:
            bills.append(_bill(view, sum_, want))
    return Column(
        clinic=clinic,
        name=clinic_name(clinic),
        area=localised(clinic, "area"),
        joined=policy.shows_prices(clinic.authority),
        shows_offers=policy.shows_offers(clinic.authority),
        may_enquire=policy.may_enquire(clinic, today_in(clinic.country, utc_now())),
        bills=bills[:_MOST_BILLS],
        others=others,
        more=max(0, len(bills) - _MOST_BILLS),
    )


def _bill(view: OfferView, sum_: CourseSum, want: Want) -> Bill:
    # What the market hides must not come back as a line of a bill.
    public = view.price.amount is not None
    lines = [
        BillLine(
            view.title if line.kind is LineKind.OFFER else line_words(line),
            f"{line.count} ×" if line.count > 1 else "",
            format_money(line.amount),
        )
        for line in (sum_.lines if public else ())
    ]
    reasons = [str(INCOMPLETE[reason]) for reason in sum_.reasons]
    if not public and view.price.hidden:
        reasons = list(dict.fromkeys([view.price.hidden, *reasons]))
    if sum_.covered < want.sessions:
        reasons.append(
            ngettext(
                "It covers %(num)s session of the %(wanted)s you want.",
                "It covers %(num)s sessions of the %(wanted)s you want.",
                sum_.covered,
                wanted=want.sessions,
            )
        )
    by_part = dict(zip(view.offer.terms.parts, view.chips, strict=False))
    return Bill(
        view=view,
        lines=lines,
        total=format_money(sum_.total) if sum_.total and public else None,
        reasons=reasons,
        left_over=[
            ngettext(
                "%(num)s session of %(name)s is left over",
                "%(num)s sessions of %(name)s are left over",
                left.sessions,
                name=by_part[left.part].name if left.part in by_part else _("another treatment"),
            )
            for left in sum_.left_over
        ],
        conditions=[str(CONDITIONS[condition]) for condition in sum_.conditions],
        unstated=[str(FIELDS[field]) for field in sum_.unstated if public and field is not Field.CONFIRMED],
        fresh=view.price.unconfirmed_since is None and view.price.confirmed is not None,
    )
