"""One object per market that answers what a page may show, in which words and order, and whom a patient may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from webapp.domain.lint import Finding, check
from webapp.domain.market.both import AUTHORITY_RULES, NEVER_RULES, PRICE_CONFIRMED, TEXT_READ
from webapp.domain.market.claims import CLAIMS, Allowed, PriceClaim
from webapp.domain.market.comparing import COMPARISONS, ComparisonRules
from webapp.domain.market.prices import (
    PUBLIC_PRICES,
    Hidden,
    Occasion,
    PriceLine,
    PublicPriceRules,
    price_hidden,
    price_line,
)
from webapp.domain.market.products import RULES_OF_PRODUCTS, Listable, Statuses, listable, status_in
from webapp.domain.market.rules import FIELD_RULES, Authority, Country, Rule
from webapp.domain.market.switches import CrossClinicPrices, Switches, Unclaimed
from webapp.domain.market.tax import TaxRule, tax_rule
from webapp.domain.offers import PRICE_AGE_DAYS, OfferTerms


class Standing(Protocol):
    """What the rules for prices need to know of a clinic; a row of clinics.csv is one."""

    @property
    def authority(self) -> str: ...
    @property
    def gst_registered(self) -> bool | None: ...


class ClinicFacts(Standing, Protocol):
    """What the rules for enquiries need to know too; the clinic's table row is one."""

    @property
    def accepts_enquiries(self) -> bool: ...
    @property
    def enquiry_email(self) -> str | None: ...
    @property
    def enquiry_email_confirmed_on(self) -> date | None: ...
    @property
    def foreign_patient_reg_no(self) -> str | None: ...
    @property
    def paused_until(self) -> date | None: ...
    @property
    def sample(self) -> bool: ...


class EnquiryRefusal(StrEnum):
    """Why a clinic cannot be asked through the site."""

    NOT_AUTHORISED = "not_authorised"
    NOT_ACCEPTING = "not_accepting"
    PAUSED = "paused"
    # Who asks the table of enquiries finds this one; `enquiry_refusal` knows the clinic alone.
    FULL_TODAY = "full_today"
    NO_ADDRESS = "no_address"
    ADDRESS_NOT_CONFIRMED = "address_not_confirmed"
    FOREIGN_ENQUIRIES_OFF = "foreign_enquiries_off"
    NO_FOREIGN_PATIENT_REGISTRATION = "no_foreign_patient_registration"


SG_RULES = (
    Rule("SG-BRAND-NAMES", "With brand names off, public pages name the generic class.", FIELD_RULES),
)
KR_RULES = (
    Rule(
        "KR-FOREIGN-PATIENTS",
        "Enquiries from abroad need the operator's registration and the clinic's own for foreign patients.",
        "Korea, Act on Support for Overseas Expansion of Healthcare Systems and Attraction of "
        "International Patients",
    ),
)

# What a market's prices are usually in; another is possible and worth a look.
CURRENCIES: Mapping[str, str] = {Country.SG: "SGD", Country.KR: "KRW"}

# Statuses of the products table under which a name is nobody's brand, or the market sets no limit.
_NAME_IS_FREE = ("generic name ok", "on")


@dataclass(frozen=True, slots=True)
class MarketPolicy:
    """A market's rules under an operator's switches. `country` is "SG" or "KR"."""

    country: Country
    switches: Switches
    prices: PublicPriceRules
    comparison: ComparisonRules

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that stands behind this market's pages, for /for-clinics."""
        own = SG_RULES if self.country is Country.SG else KR_RULES
        return (
            *AUTHORITY_RULES,
            *self.prices.rules,
            PRICE_CONFIRMED,
            *self.comparison.rules,
            *own,
            *RULES_OF_PRODUCTS,
            TEXT_READ,
            *NEVER_RULES,
        )

    def listing_visible(self, authority: str) -> bool:
        """May the clinic be shown at all? Not after it withdrew or asked not to be listed."""
        return authority in {Authority.UNCLAIMED, Authority.AUTHORISED}

    def shows_details(self, authority: str) -> bool:
        """More than contact details: hours, practitioners, languages, cited facts (LISTING-UNCLAIMED)."""
        if authority == Authority.UNCLAIMED:
            return self.switches.unclaimed(self.country) is Unclaimed.SOURCED
        return authority == Authority.AUTHORISED

    def shows_offers(self, authority: str) -> bool:
        """What the clinic sells; of an unclaimed one without any price (see `shows_prices`)."""
        return self.shows_details(authority)

    def shows_prices(self, authority: str) -> bool:
        """Prices are shown only of clinics that joined, under every switch (LISTING-AUTHORITY)."""
        return authority == Authority.AUTHORISED

    def cross_clinic_prices(self, authority: str) -> bool:
        """May this clinic's prices stand beside other clinics', on a result list or a comparison?"""
        if (
            self.country is Country.SG
            and self.switches.cross_clinic_prices_sg == CrossClinicPrices.AUTHORISED
        ):
            return authority == Authority.AUTHORISED
        return self.shows_prices(authority)

    @property
    def may_show_range(self) -> bool:
        """May sums of several clinics be drawn on one axis? Again only of clinics whose prices may stand beside
        others (SG-CROSS-CLINIC); no word says which end is better.
        """
        return self.comparison.on_one_axis

    def may_say(self, claim: PriceClaim, *, in_event: bool = False) -> bool:
        """May a page say this beside a price? `in_event`: as a term of an event price that `price_line` shows as one.

        "If true" is a yes: that it is true for every reader, and what it is reckoned from, is the page's part.
        """
        allowed, _rule = CLAIMS[self.country][claim]
        return allowed is Allowed.IF_TRUE or (allowed is Allowed.IN_AN_EVENT and in_event)

    def hidden_by(self, hidden: Hidden) -> str | None:
        """The id of the rule that hides an amount for this reason; None where it is what the clinic itself stated."""
        if hidden is Hidden.NOT_AUTHORISED:
            return AUTHORITY_RULES[0].id
        return dict(self.prices.hidden_by).get(hidden)

    def price_line(
        self, terms: OfferTerms, clinic: Standing, on: date, max_price_age_days: int = PRICE_AGE_DAYS
    ) -> PriceLine:
        """What a public page may show of the offer's price on the day `on` (in the market's zone).

        Everything that depends on the day is decided here, so a cached line must be keyed by it.
        """
        return price_line(self.prices, terms, self._occasion(clinic, on, max_price_age_days))

    def price_hidden(self, terms: OfferTerms, clinic: Standing, on: date) -> Hidden | None:
        """Why a public page shows no amount of the offer on the day `on`, as `price_line` says; None where it does."""
        return price_hidden(self.prices, terms, self._occasion(clinic, on))

    def _occasion(self, clinic: Standing, on: date, max_price_age_days: int = PRICE_AGE_DAYS) -> Occasion:
        return Occasion(
            shows_prices=self.shows_prices(clinic.authority),
            tax_registered=clinic.gst_registered,
            on=on,
            max_price_age_days=max_price_age_days,
        )

    def enquiry_refusal(self, clinic: ClinicFacts, on: date) -> EnquiryRefusal | None:
        """Why the clinic cannot be asked on the day `on` (in the market's zone); None when it can.

        It has joined, accepts enquiries, is not pausing, and confirmed the address they go to. In Korea
        (KR-FOREIGN-PATIENTS) the switch is on, the operator and the clinic are registered; sample clinics
        need neither number.
        """
        if clinic.authority != Authority.AUTHORISED:
            return EnquiryRefusal.NOT_AUTHORISED
        if not clinic.accepts_enquiries:
            return EnquiryRefusal.NOT_ACCEPTING
        if clinic.paused_until is not None and on <= clinic.paused_until:
            return EnquiryRefusal.PAUSED
        if not clinic.enquiry_email:
            return EnquiryRefusal.NO_ADDRESS
        if clinic.enquiry_email_confirmed_on is None:
            return EnquiryRefusal.ADDRESS_NOT_CONFIRMED
        if self.country is not Country.KR:
            return None
        if not self.switches.foreign_enquiries_kr:
            return EnquiryRefusal.FOREIGN_ENQUIRIES_OFF
        if clinic.sample:
            return None
        if not self.switches.operator_registration_kr:
            return EnquiryRefusal.FOREIGN_ENQUIRIES_OFF
        if not clinic.foreign_patient_reg_no:
            return EnquiryRefusal.NO_FOREIGN_PATIENT_REGISTRATION
        return None

    def may_enquire(self, clinic: ClinicFacts, on: date) -> bool:
        """See `enquiry_refusal`."""
        return self.enquiry_refusal(clinic, on) is None

    def status(self, product: Statuses) -> str:
        """What the products table says of a product in this market."""
        return status_in(product, self.country)

    def name_is_public(self, product: Statuses | None) -> bool:
        """May public pages use the name of this product, and so the clinic's own words about it? None: a treatment
        that the products table does not know, whose words might be anything.
        """
        return self.names_are_free or self.treatment_name_is_public(
            self.status(product) if product is not None else ""
        )

    @property
    def names_are_free(self) -> bool:
        """Does this market, under these switches, set no limit to names at all?"""
        return self.country is not Country.SG or self.switches.brand_names_sg

    def treatment_name_is_public(self, status: str) -> bool:
        """May public pages use the product's own name? Otherwise its generic class (SG-BRAND-NAMES).

        `status` is the market's column of the products table. Search words and private quotes are not
        limited.
        """
        return self.names_are_free or status.strip().casefold() in _NAME_IS_FREE

    def listable(self, status: str, as_injection: bool) -> Listable:
        """See `webapp.domain.market.products.listable`."""
        return listable(status, as_injection)

    def read_text(self, text: str, *, has_event_terms: bool = False) -> tuple[Finding, ...]:
        """What this market's rules, under these switches, find in a clinic's text (TEXT-READ): see
        `webapp.domain.lint.check`.
        """
        return check(text, self.country, brand_names=self.names_are_free, has_event_terms=has_event_terms)

    @property
    def currency(self) -> str:
        """ISO 4217: what the market's clinics quote in."""
        return CURRENCIES[self.country]

    def tax(self, on: date) -> TaxRule | None:
        """The market's tax on a day."""
        return tax_rule(self.country, on)

    @property
    def orders_by_distance(self) -> bool:
        """May results be ordered by distance from the place the reader named?"""
        return self.switches.distance_order


def policy(country: str, switches: Switches) -> MarketPolicy:
    """The rules of "SG" or "KR" under these switches. Raises ValueError for another country.

    >>> singapore = policy("SG", Switches.safe())
    >>> [singapore.shows_prices(authority) for authority in (Authority.UNCLAIMED, Authority.AUTHORISED)]
    [False, True]
    """
    market = Country(country)
    return MarketPolicy(market, switches, PUBLIC_PRICES[market], COMPARISONS[market])
