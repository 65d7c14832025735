"""What an answer of /compare holds."""

from datetime import date

from pydantic import Field

from webapp.api.v1.schemas import Answer, Event, Explained, Money, OfferPart, Place
from webapp.domain.basket import Difference
from webapp.domain.market import Country, TaxWords
from webapp.domain.offers import Condition, LineKind
from webapp.domain.offers import Field as OfferField
from webapp.offers.public import AmountFrom
from webapp.search.queries import Sort


class ComparedWant(Explained):
    """One treatment of the basket, with how much of it one session is."""

    want: str = Field(description="As an address writes it, with the amount that was settled.")
    treatment: str = Field(description="A slug.")
    name: str = Field(description="In the language asked for, as every market compared lets a page say it.")
    sessions: int
    quantity: str | None = Field(
        description="In one session, a decimal number of `unit`. Only equal amounts are compared."
    )
    unit: str | None = Field(description="ml, syringe, vial, shot or session.")
    areas: list[str] | None = Field(description="Null: any.")
    amount_from: AmountFrom = Field(
        description="Who settled the amount: reader, catalogue, clinics (what most state), or nobody: one session."
    )


class ExchangeRate(Answer):
    """A rate that totals are converted by."""

    pair: str = Field(description="SGD/KRW: won for one dollar.", examples=["SGD/KRW"])
    rate: str = Field(description="A decimal number.")
    as_of: date
    source: str
    stale: bool = Field(description="Older than a week.")


class ComparedClinic(Answer):
    """Whose answer it is."""

    slug: str
    name: str = Field(description="In the language asked for, where it has such a name.")
    market: Country
    sample: bool = Field(description="Invented, to try the service.")


class BoughtOffer(Explained):
    """An offer of the mix."""

    offer: str = Field(description="The ref of the offer, stable within its clinic.")
    title: str
    count: int = Field(ge=1, description="How often it is bought.")
    visits: int = Field(description="In how many visits it is used.")
    price: Money | None = Field(description="Of one purchase, as the clinic states it; see tax.")
    tax: TaxWords = Field(
        description="Whether the price holds the tax; what is added on it is a line of the bill."
    )
    event: Event | None
    conditions: list[Condition] = Field(description="What the price is tied to.")
    unconfirmed: bool = Field(description="Too old, or never confirmed: it counts in no total.")


class BillLine(Explained):
    """count × each = amount. The amounts of all lines are the total."""

    kind: LineKind
    label: str | None = Field(description="The offer's title, or the clinic's name of a fee.")
    count: int = Field(description="0 where a consultation is waived.")
    each: Money | None
    amount: Money
    rate: str | None = Field(description="Of a tax, per cent.")


class LeftOver(Answer):
    """Sessions that are paid for and not wanted."""

    offer: str
    part: OfferPart
    sessions: int


class Gap(Answer):
    """Wanted sessions that nothing of the clinic covers."""

    want: str = Field(description="As in `wants`.")
    sessions: int
    why: str = Field(
        description="not_for_reader, cannot_repeat, not_comparable or not_offered; not_authorised where the clinic's "
        "offers may not be shown; too_large where its price list has too many ways to be used."
    )


class SetAside(Answer):
    """An offer with what is wanted that stays out of totals."""

    offer: str
    title: str
    reasons: list[str] = Field(
        description="What its price leaves open, or why a public page does not show it."
    )
    unmet: list[Condition] = Field(description="Conditions that the reader did not say she meets.")


class ComparedResult(Answer):
    """What the basket costs at one clinic in one currency, by the cheapest mix of its offers."""

    clinic: ComparedClinic
    distance_m: int | None = Field(description="In a straight line from the place it was found by.")
    currency: str | None = Field(description="ISO 4217. A clinic that asks two currencies has two results.")
    complete: bool
    total: Money | None = Field(
        description="Everything, with tax and consultation. Null when it is incomplete."
    )
    tax: Money | None = Field(description="How much of the total is tax.")
    converted: Money | None = Field(description="The total in the currency asked for.")
    rank: int | None = Field(
        description="With sort=price, from 1; equal totals share one. Where a rate is missing: in its own currency."
    )
    reasons: list[str] = Field(
        description="Why there is no total: what the offers of the mix leave open, and why sessions are not covered."
    )
    mix: list[BoughtOffer] = Field(
        description="What to buy; when incomplete, what leaves least open, as far as it is known."
    )
    lines: list[BillLine] = Field(description="The bill; when incomplete, what is known of it.")
    left_over: list[LeftOver]
    gaps: list[Gap]
    set_aside: list[SetAside] = Field(description="What could change the answer if the clinic said more.")
    conditions: list[Condition] = Field(description="What the prices of the mix are tied to.")
    unpriced: list[OfferField] = Field(
        description="What the total may lack: numbing or other fees, where an offer does not price them."
    )
    unstated: list[OfferField] = Field(description="What the offers of the mix leave open.")
    nulls: dict[str, str] = Field(description="For every field here that is null, why: a code.")


class NotComparable(Answer):
    """An offer of something like what is wanted, in no sum because it is not the same."""

    clinic: ComparedClinic
    offer: str = Field(description="The ref of the offer, stable within its clinic.")
    title: str
    want: str = Field(description="As in `wants`: what it comes nearest to.")
    part: OfferPart
    differs_in: list[Difference]


class Comparison(Answer):
    """The basket at each clinic. `results` are in the order asked for; clinics without a total follow by price."""

    currency: str = Field(description="ISO 4217: what totals are converted to.")
    rates: list[ExchangeRate] = Field(description="Those between `currency` and the clinics' currencies.")
    missing_rates: list[str] = Field(
        description="Pairs without a rate: totals in these currencies are not ranked against each other."
    )
    ordered_by: Sort | None = Field(description="Null: as the clinics are named in the address.")
    wants: list[ComparedWant]
    places: list[Place] = Field(description="As near and also were understood.")
    results: list[ComparedResult]
    not_comparable: list[NotComparable]
    unknown_clinics: list[str] = Field(
        description="Slugs asked for that there are not, or that may not be shown."
    )
