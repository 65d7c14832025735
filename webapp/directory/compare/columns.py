"""An answer as a page shows it: the bill line by line, why a sum is missing, what is left over, what stays apart."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.clinics.models import Clinic
from webapp.directory.cards import Names, OfferView, offer_title, offer_view, part_chip, treatment_label
from webapp.directory.compare.answers import Answer
from webapp.directory.compare.labels import LACKING, differs_words
from webapp.directory.labels import MARKETS
from webapp.domain.basket import Difference, Gap, Lacking, LeftOverOf, NotComparable, SetAside
from webapp.domain.market import Hidden, MarketPolicy
from webapp.domain.money import Money
from webapp.domain.offers import Field, Incomplete, LineKind, Part, Want
from webapp.i18n import format_money, listed, localised, today_in, utc_now
from webapp.offers.labels import (
    CONDITIONS,
    FIELDS,
    HIDDEN,
    INCOMPLETE,
    UNITS,
    UNPRICED,
    area_names,
    line_words,
    public_reason,
    quantity_words,
)
from webapp.offers.public import Basket
from webapp.settings import market_policy


@dataclass(frozen=True, slots=True)
class BillLine:
    """`count` is "3 ×" where more than one is bought; amounts are in words of the reader's language."""

    words: str
    count: str
    amount: str


@dataclass(frozen=True, slots=True)
class Apart:
    """An offer that is in no sum, and why."""

    title: str
    why: list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One clinic's answer, or what the reader was told herself (`clinic` None).

    `total` None: incomplete, `reasons` says why. `in_currency` is the same total converted, `rank` its place
    where the reader asked for an order by price. `bought` are the offers of the mix as price lines.
    """

    key: str
    name: str
    clinic: Clinic | None
    area: str
    market: str
    joined: bool
    shows_offers: bool
    may_enquire: bool
    total: str | None
    in_currency: str | None
    rank: int | None
    tax: str | None
    lines: list[BillLine]
    reasons: list[str]
    left_over: list[str]
    conditions: list[str]
    unpriced: list[str]
    unstated: list[str]
    bought: list[OfferView]
    set_aside: list[Apart]
    not_comparable: list[Apart]
    answer: Answer


def want_words(want: Want, label: str) -> str:
    """3 × Rejuran Healer 2 ml (face). `label` is the treatment's public name."""
    words = " ".join(filter(None, (f"{want.sessions} × {label}", quantity_words(want.quantity))))
    if want.area is None:
        return words
    return _("%(want)s (%(areas)s)", want=words, areas=listed(area_names(tuple(want.area.split(";")))))


def column(
    answer: Answer, basket: Basket, names: Names, in_currency: Money | None, rank: int | None
) -> Column:
    """An answer in words. `in_currency`: its total in the reader's currency, None without a rate or a total."""
    clinic, mix = answer.clinic, answer.mix
    policy = market_policy(clinic.country) if clinic else None
    words = _Words(answer, names, policy)
    total = mix.total
    return Column(
        key=answer.key,
        name=answer.name,
        clinic=clinic,
        area=_area(clinic) if clinic else "",
        market=clinic.country if clinic else "",
        joined=policy is None or clinic is None or policy.shows_prices(clinic.authority),
        shows_offers=policy is None or clinic is None or policy.shows_offers(clinic.authority),
        may_enquire=policy is not None
        and clinic is not None
        and policy.may_enquire(clinic, today_in(clinic.country, utc_now())),
        total=format_money(total) if total else None,
        in_currency=format_money(in_currency)
        if in_currency is not None and total is not None and in_currency.currency != total.currency
        else None,
        rank=rank,
        tax=format_money(mix.tax) if total is not None and mix.tax is not None and mix.tax.amount else None,
        lines=words.lines(),
        reasons=words.reasons(basket),
        left_over=[words.left_over(left) for left in mix.left_over],
        conditions=[str(CONDITIONS[condition]) for condition in mix.conditions],
        unpriced=[str(UNPRICED[field]) for field in mix.unpriced],
        unstated=[str(FIELDS[field]) for field in mix.unstated if field is not Field.CONFIRMED]
        if mix.lines
        else [],
        bought=words.bought(),
        set_aside=words.set_aside(),
        not_comparable=[words.not_comparable(other) for other in mix.not_comparable],
        answer=answer,
    )


def _area(clinic: Clinic) -> str:
    """Orchard, Singapore; and Gangnam, Seoul once: columns of both markets stand side by side."""
    area, market = localised(clinic, "area"), str(MARKETS[clinic.country])
    return market if market.startswith(area) else f"{area}, {market}"


@dataclass(frozen=True, slots=True)
class _Words:
    answer: Answer
    names: Names
    policy: MarketPolicy | None

    def title(self, ref: str) -> str:
        """What the market lets a page call the offer; the reader's own quote goes by what it holds: the column
        has its name from who told her."""
        terms = self.answer.terms[ref]
        if self.policy is not None:
            return offer_title(terms, self.names, self.policy)
        return " + ".join(
            f"{self.part(part)} × {part.sessions}" if part.sessions > 1 else self.part(part)
            for part in terms.parts
        )

    def treatment(self, slug: str | None) -> str:
        row = self.names.get(slug or "")
        if row is None:
            return _("another treatment")
        return localised(row, "name") if self.policy is None else treatment_label(row, self.policy)

    def part(self, part: Part) -> str:
        """Rejuran Healer 2 ml, face."""
        if self.policy is None:
            words = " ".join(filter(None, (self.treatment(part.treatment), quantity_words(part.amount))))
            areas = listed(area_names(part.areas))
            return _("%(want)s (%(areas)s)", want=words, areas=areas) if areas else words
        chip = part_chip(part, self.names, self.policy)
        return " ".join(filter(None, (chip.name, chip.quantity)))

    def lines(self) -> list[BillLine]:
        """The bill. Its lines of offers are those purchases whose price is known, in their order.

        The domain carries the clinic's own title; the market may want the kind of product instead.
        """
        mix = self.answer.mix
        bought = iter([purchase for purchase in mix.purchases if purchase.each is not None])
        return [
            BillLine(
                self.title(next(bought).ref) if line.kind is LineKind.OFFER else line_words(line),
                f"{line.count} ×" if line.count > 1 else "",
                format_money(line.amount),
            )
            for line in mix.lines
        ]

    def reasons(self, basket: Basket) -> list[str]:
        """Why there is no total: of the offers that the mix would need, then of what nothing covers."""
        mix = self.answer.mix
        if mix.complete:
            return []
        clinic = self.answer.clinic
        if clinic is not None and self.policy and not self.policy.shows_offers(clinic.authority):
            # Of its price list nothing may be said, not even that something is absent from it.
            return [str(HIDDEN[Hidden.NOT_AUTHORISED])]
        aside = {one.ref: one for one in mix.set_aside}
        found: list[str] = []
        for purchase in mix.purchases:
            if purchase.ref in aside and aside[purchase.ref].reasons:
                why = self._why(aside[purchase.ref])
                found += (
                    [f"{self.title(purchase.ref)}: {words}" for words in why]
                    if len(mix.purchases) > 1
                    else why
                )
        found += [self._gap(gap) for gap in mix.gaps]
        return list(dict.fromkeys(found))

    def _why(self, one: SetAside) -> list[str]:
        if one.ref in self.answer.hidden:
            return [self._public(self.answer.hidden[one.ref])]
        return list(dict.fromkeys(map(self._public, one.reasons)))

    def _public(self, reason: Hidden | Incomplete) -> str:
        if self.policy is not None:
            return public_reason(reason, self.policy)
        return str(HIDDEN[reason] if isinstance(reason, Hidden) else INCOMPLETE[reason])

    def _gap(self, gap: Gap) -> str:
        label = self.treatment(gap.want.treatment)
        amount = quantity_words(gap.want.quantity) or ""
        if gap.why is Lacking.NOT_OFFERED and gap.sessions == gap.want.sessions:
            return _("%(treatment)s %(quantity)s: not on its price list.", treatment=label, quantity=amount)
        return ngettext(
            "%(num)s session of %(treatment)s %(quantity)s is not covered: %(why)s",
            "%(num)s sessions of %(treatment)s %(quantity)s are not covered: %(why)s",
            gap.sessions,
            treatment=label,
            quantity=amount,
            why=LACKING[gap.why],
        )

    def left_over(self, left: LeftOverOf) -> str:
        return ngettext(
            "%(num)s session of %(name)s is left over",
            "%(num)s sessions of %(name)s are left over",
            left.sessions,
            name=self.part(left.part),
        )

    def bought(self) -> list[OfferView]:
        clinic, offers = self.answer.clinic, self.answer.offers
        if clinic is None:
            return []
        return [
            offer_view(offers[purchase.ref], clinic, self.names, beside_others=True)
            for purchase in self.answer.mix.purchases
            if purchase.ref in offers
        ]

    def set_aside(self) -> list[Apart]:
        """Offers of the thing wanted that no sum takes; those that the bill names already are left out."""
        named = {purchase.ref for purchase in self.answer.mix.purchases}
        return [
            Apart(
                self.title(one.ref),
                self._why(one) if one.reasons else [str(CONDITIONS[unmet]) for unmet in one.unmet],
            )
            for one in self.answer.mix.set_aside
            if one.ref not in named
        ]

    def not_comparable(self, other: NotComparable) -> Apart:
        return Apart(
            self.title(other.ref),
            [
                differs_words(difference, self._stated(difference, other.part))
                for difference in other.differs_in
            ],
        )

    def _stated(self, difference: Difference, part: Part) -> str:
        if difference is Difference.VARIANT:
            return self.treatment(part.treatment)
        if difference is Difference.AREA:
            return listed(area_names(part.areas))
        return quantity_words(part.amount) or str(UNITS[part.unit]) if part.unit else _("not stated")
