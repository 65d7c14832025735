"""The rules behind the public pages as /for-clinics explains them: every rule, and every switch with its value."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.domain.market import Country, CrossClinicPrices, Switches, Unclaimed
from webapp.offers.labels import PRODUCT_RULES
from webapp.settings import current_settings, market_policy

COUNTRIES = {Country.SG: _l("Singapore"), Country.KR: _l("Korea")}

# The domain's sentences in the reader's language, by rule.
RULES = {
    "LISTING-AUTHORITY": _l(
        "Prices and enquiries only for clinics that joined. A clinic that left, or asked not to be listed, is not"
        " shown."
    ),
    "LISTING-UNCLAIMED": _l(
        "Of a clinic that has not joined we show contact details. Where the switch says “sourced”, also what it"
        " published itself, with source and date, without prices and without an enquiry button."
    ),
    "SG-PRICE-ONE": _l("One exact price for each defined item. No usual price stands beside it."),
    "SG-PRICE-PERIOD": _l("No period of an offer stands on a public price."),
    "SG-PRICE-WORDS": _l("No “from”, no “lowest”, no “package, save”."),
    "SG-PRICE-SUM": _l(
        "The sum of a course, or of several parts, only adds up exact prices. No saving against buying the parts apart"
        " is named."
    ),
    "SG-PRICE-GST": _l("A clinic registered for GST shows prices with GST."),
    "SG-BRAND-NAMES": _l("With brand names off, public pages name the kind of product."),
    "SG-CROSS-CLINIC": _l("Prices stand beside other clinics’ prices only for clinics that joined."),
    "KR-EVENT-TERMS": _l(
        "An event price stands only with its target, period, scope, price before, price after and rate."
    ),
    "KR-EVENT-PERIOD": _l("An event price is hidden before its start and after its end."),
    "KR-PRICE-TAX": _l("Tax is stated. Where the clinic does not say, the line says so."),
    "KR-PRICE-WORDS": _l(
        "No word misleads about a price: “from”, “lowest” or “save” only where it is true for every reader, with what"
        " it is reckoned from."
    ),
    "ORDER-READER": _l(
        "Results stand by distance from the place that the reader names, else by name; by price only when the reader"
        " asks for it. Nothing buys a place."
    ),
    "ORDER-CURRENCY": _l(
        "Sums in two currencies are put in an order, or converted, only by a rate with its day and source. The sum in"
        " the clinic’s own currency stands beside it."
    ),
    "KR-FOREIGN-PATIENTS": _l(
        "Enquiries from abroad need our registration and the clinic’s own registration for foreign patients."
    ),
    "PRICE-CONFIRMED": _l(
        "A price that nobody confirmed for too long is marked as unconfirmed, and leaves totals and orders."
    ),
    "TEXT-READ": _l(
        "A clinic’s own words are read under the rules of its market: refused, kept for a person, or public."
    ),
    "NEVER-REVIEWS": _l(
        "No reviews, ratings, testimonials or pictures of before and after. No gifts, points or vouchers. Nothing is"
        " called popular or best."
    ),
    "NEVER-COMMISSION": _l("No commission, no success fee, no charge for an enquiry, no paid place."),
    **PRODUCT_RULES,
}


@dataclass(frozen=True, slots=True)
class MarketRules:
    """`rules` are (id, sentence, source)."""

    market: str
    rules: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class SwitchWords:
    """A switch where the law is unsettled: its name, the open question, the value that stands and why."""

    name: str
    question: str
    value: str
    meaning: str
    why: str


def market_rules() -> list[MarketRules]:
    return [
        MarketRules(
            str(name), [(rule.id, str(RULES[rule.id]), rule.source) for rule in market_policy(country).rules]
        )
        for country, name in COUNTRIES.items()
    ]


def switches() -> list[SwitchWords]:
    """The switches of the running site, in the order of the settings."""
    settings, safe = current_settings(), Switches.safe()

    def why(value: object, careful: object) -> str:
        if value == careful:
            return _("This is the careful value. It stands until a lawyer has answered the question.")
        if settings.is_development:
            return _("This site runs on somebody’s own machine, where everything may be seen.")
        return _("The operator of this site decided so.")

    def on_or_off(value: bool) -> str:
        return _("on") if value else _("off")

    unclaimed = {
        Unclaimed.STRICT: _("Of a clinic that has not joined, contact details only."),
        Unclaimed.SOURCED: _(
            "Of a clinic that has not joined, also what it published itself, with source and date."
        ),
    }
    may_cite = _("May a directory cite what a clinic published?")
    found = [
        SwitchWords(name, may_cite, value, unclaimed[Unclaimed(value)], why(value, careful))
        for name, value, careful in (
            ("UNCLAIMED_SG", settings.unclaimed_sg, safe.unclaimed_sg),
            ("UNCLAIMED_KR", settings.unclaimed_kr, safe.unclaimed_kr),
        )
    ]
    prices = CrossClinicPrices(settings.cross_clinic_prices_sg)
    enquiries = settings.foreign_enquiries_kr
    return [
        *found,
        SwitchWords(
            "BRAND_NAMES_SG",
            _("May a public page name products that only professionals use?"),
            on_or_off(settings.brand_names_sg),
            _("Public pages name the product.")
            if settings.brand_names_sg
            else _("Public pages name the kind of product. A search for the name still finds it."),
            why(settings.brand_names_sg, safe.brand_names_sg),
        ),
        SwitchWords(
            "CROSS_CLINIC_PRICES_SG",
            _("Is a table of several clinics’ prices “comparing”?"),
            prices.value,
            _("Prices stand side by side for clinics that agreed to be listed.")
            if prices is CrossClinicPrices.AUTHORISED
            else _("Every price that may be shown may also stand beside others."),
            why(prices, safe.cross_clinic_prices_sg),
        ),
        SwitchWords(
            "FOREIGN_ENQUIRIES_KR",
            _("Does a free service without commission attract patients “for profit”?"),
            on_or_off(enquiries),
            _("Enquiries go to Korean clinics that are registered for foreign patients.")
            if enquiries
            else _("No enquiry goes to a Korean clinic."),
            why(enquiries, safe.foreign_enquiries_kr),
        ),
        SwitchWords(
            "DISTANCE_ORDER",
            _("Is the order by distance a ranking?"),
            on_or_off(settings.distance_order),
            _("With a place, results are ordered by distance: the reader asked for it.")
            if settings.distance_order
            else _("Results are ordered by name."),
            why(settings.distance_order, safe.distance_order),
        ),
    ]
