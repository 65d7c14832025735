"""Answers of clinics to a basket as the API writes them: codes and amounts, and no amount that the rules hide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from webapp.api.v1.compare_schemas import (
    BillLine,
    BoughtOffer,
    ComparedClinic,
    ComparedResult,
    Gap,
    LeftOver,
    NotComparable,
    SetAside,
)
from webapp.api.v1.offers import NOT_APPLICABLE, event, offer_part
from webapp.api.v1.schemas import NOT_STATED, Money, OfferPart
from webapp.clinics.models import Clinic
from webapp.directory.cards import Names, clinic_name, offer_title
from webapp.directory.compare.answers import Answer
from webapp.domain import basket
from webapp.domain.basket import Mix, Purchase
from webapp.domain.market import Country, Hidden, MarketPolicy, TaxWords
from webapp.domain.money import Money as Amount
from webapp.domain.offers import Field, Incomplete, Line, LineKind, Part, Tax, Want
from webapp.domain.units import number_text
from webapp.domain.want_syntax import write_want
from webapp.settings import market_policy

# Its price list has too many ways to be used for this basket.
TOO_LARGE = "too_large"
INCOMPLETE = "incomplete"
# With these, nobody looked for offers of the thing wanted.
_UNREAD = frozenset({TOO_LARGE, Hidden.NOT_AUTHORISED})


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an answer: its total in the reader's currency, its rank, how far it is; else None and why."""

    distance_m: float | None
    no_distance: str
    converted: Amount | None
    rank: int | None
    no_rank: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What the answers of all clinics share. `wants` are settled; `parts` are those that were written already."""

    names: Names
    wants: Sequence[Want]
    max_price_age_days: int
    parts: dict[tuple[str, Part], OfferPart] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the answers of one clinic. `who` is the clinic as it is written, `on` the day in its market."""

    shared: Shared
    clinic: Clinic
    who: ComparedClinic
    policy: MarketPolicy
    on: date

    @classmethod
    def of(cls, clinic: Clinic, on: date, shared: Shared) -> "Writer":
        who = ComparedClinic(
            slug=clinic.slug, name=clinic_name(clinic), market=Country(clinic.country), sample=clinic.sample
        )
        return cls(shared, clinic, who, market_policy(clinic.country), on)

    def result(self, answer: Answer, beside: Beside) -> ComparedResult:
        """One answer. Where the clinic's offers may not be shown, that is the reason, and not what they lack."""
        mix = answer.mix
        shown = self.policy.shows_offers(self.clinic.authority)
        bought = [self._bought(answer, purchase) for purchase in mix.purchases]
        found = ComparedResult(
            clinic=self.who,
            distance_m=None if beside.distance_m is None else round(beside.distance_m),
            currency=mix.currency,
            complete=mix.complete,
            total=Money.of(mix.total),
            tax=Money.of(mix.tax),
            converted=Money.of(beside.converted),
            rank=beside.rank,
            reasons=_reasons(answer) if shown else [Hidden.NOT_AUTHORISED],
            mix=bought,
            lines=list(_lines(mix, bought)),
            left_over=[
                LeftOver(offer=left.ref, part=self._part(left.part), sessions=left.sessions)
                for left in mix.left_over
            ],
            gaps=[
                Gap(
                    want=write_want(gap.want),
                    sessions=gap.sessions,
                    why=gap.why if shown else Hidden.NOT_AUTHORISED,
                )
                for gap in mix.gaps
            ],
            set_aside=[
                SetAside(
                    offer=aside.ref,
                    title=self._title(answer, aside.ref),
                    reasons=_why(answer, aside),
                    unmet=list(aside.unmet),
                )
                for aside in mix.set_aside
            ],
            conditions=list(mix.conditions),
            unpriced=list(mix.unpriced),
            unstated=_unstated(answer),
            nulls={},
        )
        return _with_nulls(found, beside)

    def too_large(self, beside: Beside) -> ComparedResult:
        """Instead of an answer."""
        found = ComparedResult(
            clinic=self.who,
            distance_m=None if beside.distance_m is None else round(beside.distance_m),
            currency=None,
            complete=False,
            total=None,
            tax=None,
            converted=None,
            rank=None,
            reasons=[TOO_LARGE],
            mix=[],
            lines=[],
            left_over=[],
            gaps=[
                Gap(want=write_want(want), sessions=want.sessions, why=TOO_LARGE)
                for want in self.shared.wants
            ],
            set_aside=[],
            conditions=[],
            unpriced=[],
            unstated=[],
            nulls={},
        )
        return _with_nulls(found, beside)

    def not_comparable(self, answer: Answer) -> Iterator[NotComparable]:
        for other in answer.mix.not_comparable:
            yield NotComparable(
                clinic=self.who,
                offer=other.ref,
                title=self._title(answer, other.ref),
                want=write_want(other.want),
                part=self._part(other.part),
                differs_in=list(other.differs_in),
            )

    def _title(self, answer: Answer, ref: str) -> str:
        return offer_title(answer.terms[ref], self.shared.names, self.policy)

    def _part(self, part: Part) -> OfferPart:
        key = (self.clinic.country, part)
        if key not in self.shared.parts:
            self.shared.parts[key] = offer_part(part, self.shared.names, self.policy)
        return self.shared.parts[key]

    def _bought(self, answer: Answer, purchase: Purchase) -> BoughtOffer:
        terms = purchase.terms
        line = self.policy.price_line(terms, self.clinic, self.on, self.shared.max_price_age_days)
        price, rate = purchase.each, terms.tax_rate
        if (
            price is not None
            and line.tax is TaxWords.INCLUSIVE
            and terms.tax is Tax.EXCLUSIVE
            and rate is not None
        ):
            # The market wants the public price with its tax; in the bill the tax has a line of its own.
            price = price + price.percent(rate)
        reasons: dict[str, str] = {"event": NOT_APPLICABLE}
        if price is None:
            reasons["price"] = answer.hidden.get(purchase.ref) or Incomplete.QUANTITY_UNKNOWN
        return BoughtOffer(
            offer=purchase.ref,
            title=self._title(answer, purchase.ref),
            count=purchase.count,
            visits=purchase.visits,
            price=Money.of(price),
            tax=line.tax,
            event=event(line),
            conditions=list(line.conditions),
            unconfirmed=line.unconfirmed,
            reasons=reasons,
        )


def _lines(mix: Mix, bought: Sequence[BoughtOffer]) -> Iterator[BillLine]:
    """The bill. Lines of offers stand in the order of the purchases with a known price, under public titles."""
    titles = (
        one.title for one, purchase in zip(bought, mix.purchases, strict=True) if purchase.each is not None
    )
    for line in mix.lines:
        yield _line(line, next(titles) if line.kind is LineKind.OFFER else line.label)


def _line(line: Line, label: str | None) -> BillLine:
    return BillLine(
        kind=line.kind,
        label=label,
        count=line.count,
        each=Money.of(line.each),
        amount=Money(amount=line.amount.major(), currency=line.amount.currency),
        rate=number_text(line.rate) if line.rate is not None else None,
        reasons={"label": NOT_APPLICABLE, "rate": NOT_APPLICABLE},
    )


def _reasons(answer: Answer) -> list[str]:
    """Of the offers that the mix would need, then of what nothing covers; each code once."""
    mix = answer.mix
    if mix.complete:
        return []
    aside = {one.ref: one for one in mix.set_aside}
    needed = [aside[purchase.ref] for purchase in mix.purchases if purchase.ref in aside]
    codes = [code for one in needed for code in _why(answer, one)]
    return list(dict.fromkeys([*codes, *(gap.why for gap in mix.gaps)]))


def _why(answer: Answer, aside: basket.SetAside) -> list[str]:
    """What an offer's price leaves open; of a price that may not be shown, why, and nothing else."""
    if aside.ref in answer.hidden:
        return [answer.hidden[aside.ref]]
    return list(aside.reasons)


def _unstated(answer: Answer) -> list[Field]:
    """What the offers of the mix leave open. A price that may not be shown is stated all the same."""
    if not answer.mix.purchases:
        return []
    priced = all(answer.offers[purchase.ref].terms.price is not None for purchase in answer.mix.purchases)
    return [field for field in answer.mix.unstated if not (priced and field is Field.PRICE)]


def _with_nulls(found: ComparedResult, beside: Beside) -> ComparedResult:
    """Say of every null why it is one."""
    whole = found.total is not None
    why = {
        "distance_m": beside.no_distance,
        "currency": next((code for code in found.reasons if code in _UNREAD), "no_offers"),
        "total": INCOMPLETE,
        "tax": NOT_STATED if whole else INCOMPLETE,
        "converted": "no_rate" if whole else INCOMPLETE,
        "rank": beside.no_rank if whole else INCOMPLETE,
    }
    found.nulls.update({name: code for name, code in why.items() if getattr(found, name) is None})
    return found
