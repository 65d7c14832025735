"""What an answer holds. The OpenAPI document is made from these models, so a field is described here only.

A value that is unknown, or may not be shown, is null and has a reason beside it; it is never 0 and never left out.
"""

from datetime import date
from functools import cache, lru_cache
from types import NoneType
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from webapp.domain.market import TaxWords
from webapp.domain.money import Money as Amount
from webapp.domain.offers import Condition, Eligibility, PriceBasis
from webapp.search.queries import PriceOrderRefused, Sort

MarketCode = Literal["SG", "KR"]
NOT_STATED = "not_stated"


class Answer(BaseModel):
    """The base of all answers."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Explained(Answer):
    """An object whose nulls are explained."""

    reasons: dict[str, str] = Field(
        default_factory=dict,
        description="For every field here that is null, or a list that may not be shown, why: not_stated where "
        "nobody says, else a code.",
    )

    @model_validator(mode="after")
    def _every_null_has_a_reason(self) -> Self:
        for name in _may_be_null(type(self)):
            if getattr(self, name) is None:
                self.reasons.setdefault(name, NOT_STATED)
        for name in [name for name in self.reasons if getattr(self, name, None) not in (None, [])]:
            del self.reasons[name]
        return self


@cache
def _may_be_null(model: type[Explained]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if NoneType in get_args(field.annotation))


class Money(Answer):
    """A sum in major units with the currency's own decimals: 380.00 SGD, 250000 KRW."""

    amount: str = Field(pattern=r"^\d+(\.\d+)?$", examples=["380.00", "250000"])
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["SGD", "KRW"])

    @staticmethod
    def of(money: Amount | None) -> "Money | None":
        return None if money is None else _written(money)


@lru_cache(maxsize=5_000)
def _written(money: Amount) -> Money:
    """Prices, sums of them and totals are often the same amount, and nobody changes one that was written."""
    return Money(amount=money.major(), currency=money.currency)


class Problem(BaseModel):
    """RFC 9457. `invalid_params` names the parameters that could not be used."""

    type: str
    status: int
    title: str
    detail: str | None = None
    invalid_params: "list[InvalidParameter] | None" = None


class InvalidParameter(BaseModel):
    """One parameter that could not be used, and why."""

    name: str
    reason: str
    choices: list[str] | None = Field(
        None, description="Texts to ask again with, where several may be meant."
    )


class Place(Answer):
    """A place that a text may mean."""

    name: str = Field(description="In the language asked for, where it is known.")
    name_local: str = Field(description="As signs on the spot have it.")
    within: str = Field(description="The larger place it lies in; empty where that says nothing.")
    kind: str = Field(
        description="mrt, lrt, station, mall, medical, area, gu, dong, place, city, postal, sector, district."
    )
    country: MarketCode
    lat: float = Field(description="Degrees, WGS 84.")
    lng: float = Field(description="Degrees, WGS 84.")
    radius_m: int = Field(description="How far from the point the meant spot may lie, in metres.")
    precision: str = Field(description="building, postcode, area or city.")
    confidence: float = Field(ge=0, le=1, description="That this is what was meant.")


class Places(Answer):
    """The places in a text, best first, and the treatment in it."""

    places: list[Place]
    treatment: str | None = Field(description="The slug that the words mean; null: none, or several.")
    treatment_choices: list[str] = Field(description="Slugs, where the words may mean several treatments.")
    did_you_mean: list[Place] = Field(description="Others to offer when the best is not certain.")
    outside: str | None = Field(description="A city that the text names and that is not covered.")
    needs_device_location: bool = Field(description="The text asks for the reader's own surroundings.")


class SuggestedPlaces(Answer):
    """Up to eight places for a text that is being typed."""

    places: list[Place]


class OfferPart(Explained):
    """What an offer holds. quantity (in unit) is for one session."""

    treatment: str | None = Field(description="A slug; null is something that the catalogue does not hold.")
    name: str
    quantity: str | None = Field(description="A decimal number. Shots or vials are never turned into ml.")
    unit: str | None = Field(description="ml, syringe, vial, shot or session.")
    sessions: int = Field(ge=1)
    interval_weeks: int | None
    areas: list[str] | None


class Event(Answer):
    """What must stand beside an event price in Korea."""

    regular_price: Money
    discount_percent: int
    valid_from: date
    valid_until: date
    target: str
    scope: str


class Fee(Answer):
    """A fee beside the price."""

    name: str
    amount: Money


class Offer(Explained):
    """One line of a clinic's price list, as the market's rules let a public page show it."""

    ref: str = Field(description="Stable within its clinic.")
    title: str
    price: Money | None
    price_basis: PriceBasis = Field(description="total: for all sessions of all parts.")
    tax: TaxWords
    tax_rate: str | None = Field(description="Per cent, as a decimal number.")
    event: Event | None
    eligibility: Eligibility
    conditions: list[Condition] = Field(description="What the price is tied to.")
    combo: bool
    parts: list[OfferPart]
    parts_complete: bool = Field(description="false: the clinic leaves at least one part unsaid.")
    consultation: str | None = Field(description="included, or fee.")
    consultation_fee: Money | None
    consultation_waived: bool | None = Field(description="With the treatment.")
    other_fees: list[Fee] | None
    numbing: str | None = Field(description="included, extra or none.")
    injector: str | None = Field(description="doctor or nurse.")
    same_price_for_foreigners: bool | None
    weekday_only: bool | None
    once_per_patient: bool | None
    expires_after_days: int | None
    refund_terms: str | None = Field(description="In the clinic's words.")
    refund_basis: str | None = Field(
        description="What comes back of sessions not taken: nothing, pro_rata, or less_singles (what was paid less "
        "the sessions taken at the price of a single one)."
    )
    source: str
    confirmed_on: date | None
    unconfirmed: bool = Field(description="Too old, or never confirmed: it counts in no total.")


class Clinic(Explained):
    """A clinic on a list."""

    slug: str
    name: str = Field(description="In the language asked for, where it has such a name.")
    market: MarketCode
    authority: Literal["unclaimed", "authorised"]
    accepts_enquiries: bool = Field(description="Whether it can be asked through this site now.")
    sample: bool = Field(description="Invented, to try the service.")
    area: str | None
    address: str | None
    lat: float | None
    lng: float | None
    precision: str | None = Field(
        description="How exact lat and lng are: building, interpolated, postcode, street, area."
    )
    distance_m: int | None = Field(
        description="In a straight line. Null where no place was asked for, or the clinic's is not exact."
    )
    session_total: Money | None = Field(
        description="What the order by price went by: the lowest complete total of one session that anyone may buy."
    )
    offers: list[Offer] = Field(description="In the clinic's own order; empty where they may not be shown.")


class Total(Answer):
    """How many clinics answer."""

    value: int
    exact: bool


class Facets(Answer):
    """How many of all clinics that answer there are, by treatment and by market."""

    treatment: dict[str, int]
    market: dict[str, int]


class Clinics(Explained):
    """A page of clinics. With `place` null and a reason other than not_asked, the list is empty."""

    place: Place | None
    treatment: str | None = Field(description="The slug that was understood or asked for.")
    treatment_choices: list[str] = Field(
        description="Slugs to ask again with: q may mean any of them (the list is empty then), or looks like them."
    )
    did_you_mean: list[Place] = Field(
        description="Places to ask again with, where the text means several or none."
    )
    ignored_words: str | None = Field(
        description="Words of q that are no treatment, no place and no clinic's name."
    )
    ordered_by: Sort
    price_order_refused: PriceOrderRefused | None = Field(
        description="Why the order by price that was asked for was not possible."
    )
    radius_m: int | None = Field(description="The radius that was used.")
    widened_to_m: int | None = Field(
        description="Nothing lay within the radius, so these are the nearest; how far the farthest is."
    )
    total: Total
    clinics: list[Clinic]
    facets: Facets
    next: str | None = Field(description="The cursor of the next page.")


class FactSource(Explained):
    """Where a fact comes from that has a source of its own, beside the listing's."""

    origin: str = Field(description="Who said it: clinic, staff, feed, page, import or seed.")
    source: str
    seen_on: date
    confirmed_on: date | None
    unconfirmed: bool = Field(description="Too old, or never confirmed.")


class Practitioner(Explained):
    """A doctor, with what can be checked on the public register."""

    name: str
    name_local: str | None
    registration_no: str | None
    register_url: str | None
    checked_on: date | None
    languages: list[str] | None = Field(description="BCP 47 tags.")
    fact_source: FactSource | None = Field(description="Null: the listing's source and verified_on.")


class ClinicDetail(Clinic):
    """A clinic with all that may be shown of it."""

    names: dict[str, str] = Field(description="By BCP 47 tag; und is the name as the clinic writes itself.")
    unit: str | None
    postal_code: str | None
    phone: str | None
    website: str | None
    hours: str | None = Field(description="schema.org opening hours.")
    languages: list[str] | None = Field(description="BCP 47 tags.")
    licence_no: str | None
    gst_registered: bool | None
    foreign_patient_reg_no: str | None
    practitioners: list[Practitioner] | None
    source: str
    verified_on: date | None
    unconfirmed: bool = Field(description="The listing is too old, or was never confirmed.")
    fact_sources: dict[str, FactSource] = Field(
        description="By fact: name, address, hours, phone, website, languages. One that is not here has the listing's "
        "source and verified_on."
    )


class Treatment(Explained):
    """A product, a kind of treatment, or a device."""

    slug: str
    kind: Literal["product", "class", "device"]
    name: str = Field(
        description="In the language asked for; the generic class where brands may not be public."
    )
    generic: str
    local_names: dict[str, str] = Field(description="By BCP 47 tag.")
    summary: str
    usual_quantity: str | None = Field(description="A decimal number.")
    usual_unit: str | None
    injectable: bool


class Treatments(Answer):
    """All treatments in the order of the catalogue."""

    treatments: list[Treatment]


class Fact(Answer):
    """One thing that its sources say. Facts that contradict name each other; nothing is averaged."""

    id: str
    topic: str
    status: str = Field(description="stated, one_view, refuted, missing_list or unsourced.")
    statement: str
    sources: list[str] = Field(description="Keys of sources; empty where it says that no source does.")
    value: Any = Field(description="The same as numbers or slugs, where that is possible.")
    contradicts: list[str] = Field(description="Ids of facts.")


class FactPart(Answer):
    """A part of a row. No facts: no source says."""

    key: str
    facts: list[Fact]
    disagrees: bool


class FactRow(Answer):
    """One of the eight rows of the answer."""

    key: str
    parts: list[FactPart]


class FactTopic(Answer):
    """Further facts by topic."""

    key: str
    facts: list[Fact]


class CheckedClaim(Answer):
    """A claim that is not true, and why."""

    claim: Fact
    why: list[Fact]


class Source(Explained):
    """A document, and whose view it is."""

    key: str
    title: str
    publisher: str
    kind: str
    language: str
    published_on: date | None
    url: str | None
    note: str


class TreatmentDetail(Treatment):
    """A treatment with all facts, each with its sources."""

    answer: list[FactRow]
    topics: list[FactTopic]
    claims_checked: list[CheckedClaim]
    missing_lists: list[Fact]
    comparison: list[Fact] = Field(description="Rows of one clinic's table: its opinion.")
    sources: list[Source]
