"""A clinic's page for programs: schema.org's MedicalClinic and what it offers, as JSON-LD.

It says what the page says and nothing more: every amount comes through the market's price line, every word from the
page itself. There are no reviews, ratings or "from" prices to tell, and nothing is added that no source states (a
specialty, a parent organisation, a locality).
"""

from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.directory.cards import Chip, Event
from webapp.directory.clinic_page import ClinicPage, OfferDetail
from webapp.domain.listing_csv.hours import InvalidHours, format_hours, parse_hours
from webapp.domain.market import PriceLine, TaxWords
from webapp.domain.money import Money
from webapp.domain.offers import OfferTerms, Part, PriceBasis
from webapp.domain.units import Unit, number_text
from webapp.i18n import current_language, described, language_prefix, listed, today_in, utc_now
from webapp.settings import current_settings, market_policy

# Less exact than a building, a point is the middle of something; a program would lead a person there.
_EXACT = "building"
# UN/CEFACT recommendation 20. It knows the millilitre; what it has no code for is counted as C62, "one", in words.
_MILLILITRE, _ONE = "MLT", "C62"
_TAX_INCLUDED = {
    TaxWords.INCLUSIVE: True,
    TaxWords.EXCLUSIVE: False,
    TaxWords.EXCLUSIVE_RATE_UNKNOWN: False,
    # NOT_STATED: absent, since unknown is neither.
}


def json_ld(page: ClinicPage) -> dict[str, Any]:
    """The document for the page's `<script type="application/ld+json">`, in the page's language."""
    clinic = page.clinic
    base = current_settings().base_url
    path = f"/clinics/{quote(clinic.slug)}"
    address = f"{base}{language_prefix(current_language())}{path}"
    return _stated(
        {
            "@context": "https://schema.org",
            "@type": "MedicalClinic",
            "@id": f"{base}{path}#clinic",
            "name": page.name,
            "alternateName": [name for _tag, name in page.other_names],
            # Sample clinics carry the same document as real ones. They are served on a developer's own machine only,
            # never where BASE_URL is public, so no search engine meets them, and there it can be seen what programs
            # are told. Who reads it all the same reads that they are invented.
            "disambiguatingDescription": _("sample") if clinic.sample else None,
            "url": address,
            "sameAs": _web(clinic.website),
            "address": _address(clinic),
            "geo": _geo(clinic),
            "telephone": clinic.phone,
            "openingHours": _hours(clinic.hours) if page.shows_details else None,
            "knowsLanguage": _tags(clinic.languages) if page.shows_details else None,
            "makesOffer": [
                offer
                for detail in (*page.singles, *page.combos)
                if (offer := _offer(detail, clinic, f"{address}#prices")) is not None
            ],
        }
    )


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not stated: schema.org has no word for unknown but silence."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [])}


def _web(address: str | None) -> str | None:
    return address if (address or "").startswith(("https://", "http://")) else None


def _address(clinic: Clinic) -> dict[str, Any] | None:
    street = ", ".join(text for text in (clinic.address, clinic.unit) if text)
    if not street and not clinic.postal_code:
        return None
    return _stated(
        {
            "@type": "PostalAddress",
            "streetAddress": street,
            "postalCode": clinic.postal_code,
            "addressCountry": clinic.country,
        }
    )


def _geo(clinic: Clinic) -> dict[str, Any] | None:
    if clinic.lat is None or clinic.lng is None or clinic.precision != _EXACT:
        return None
    return {
        "@type": "GeoCoordinates",
        "latitude": round(clinic.lat, 6),
        "longitude": round(clinic.lng, 6),
    }


def _hours(text: str | None) -> list[str] | None:
    """One text per run of days; None for a clinic's own words, which only a person can read."""
    try:
        return format_hours(parse_hours(text or "")).split("; ")
    except InvalidHours:
        return None


def _tags(joined: str | None) -> list[str]:
    return [tag.strip() for tag in (joined or "").split(";") if tag.strip()]


def _offer(detail: OfferDetail, clinic: Clinic, address: str) -> dict[str, Any] | None:
    """One offer; None where the page shows no price, or one that nobody confirmed lately.

    The page writes "unconfirmed" beside an old price. A program has no such word and would take it as asked today.
    """
    terms = detail.view.offer.terms
    line = market_policy(clinic.country).price_line(
        terms, clinic, today_in(clinic.country, utc_now()), current_settings().price_age_days
    )
    if line.amount is None or line.unconfirmed:
        return None
    whole = line.basis is PriceBasis.TOTAL
    return _stated(
        {
            "@type": "Offer",
            "name": detail.view.title,
            "url": address,
            # A price per ml or per session stands in the specification only: who reads no further would take it for
            # the price of the whole.
            "price": line.amount.major() if whole else None,
            "priceCurrency": line.currency if whole else None,
            "priceSpecification": _specifications(terms, line, line.amount),
            "validFrom": line.valid_from.isoformat() if line.valid_from else None,
            "validThrough": line.valid_until.isoformat() if line.valid_until else None,
            "itemOffered": _item(detail),
            "includesObject": _included(detail) if detail.view.combo else [],
            "description": _conditions(detail),
        }
    )


def _specifications(terms: OfferTerms, line: PriceLine, amount: Money) -> list[dict[str, Any]]:
    """The price, and the price before where the market wants it beside an event price."""
    common = {
        "@type": "UnitPriceSpecification",
        "priceCurrency": line.currency,
        "valueAddedTaxIncluded": _TAX_INCLUDED.get(line.tax),
        "referenceQuantity": _reference(terms),
    }
    asked = common | {"price": amount.major()}
    if line.regular is None:
        return [_stated(asked)]
    return [
        _stated(asked | {"priceType": "https://schema.org/SalePrice"}),
        _stated(common | {"price": line.regular.major(), "priceType": "https://schema.org/RegularPrice"}),
    ]


def _reference(terms: OfferTerms) -> dict[str, Any] | None:
    """What the price is for, where that is one quantity of one thing; a combo has none."""
    if terms.is_combo or not terms.parts:
        return None
    (part,) = terms.parts
    if terms.price_basis is PriceBasis.PER_SESSION:
        return _quantity("1", Unit.SESSION)
    if terms.price_basis is PriceBasis.PER_UNIT:
        return _quantity("1", part.unit) if part.unit else None
    if part.sessions > 1:
        return _quantity(str(part.sessions), Unit.SESSION)
    return _quantity(number_text(part.amount.value), part.amount.unit) if part.amount else None


def _quantity(value: str, unit: Unit) -> dict[str, Any]:
    return {"@type": "QuantitativeValue", "value": _number(value), **_unit(unit)}


def _unit(unit: Unit) -> dict[str, str]:
    if unit is Unit.ML:
        return {"unitCode": _MILLILITRE}
    return {"unitCode": _ONE, "unitText": unit.value}


def _number(text: str) -> int | float:
    """A quantity has three decimals at most, which a float of JSON holds as they are written."""
    return float(text) if "." in text else int(text)


def _item(detail: OfferDetail) -> dict[str, Any]:
    view = detail.view
    if view.combo or view.chips[0].open:
        return {"@type": "Service", "name": view.title}
    (chip,) = view.chips
    return _stated({"@type": "Service", "name": chip.name, "description": _words(chip)})


def _included(detail: OfferDetail) -> list[dict[str, Any]]:
    """The parts of a combo, also the one that the clinic leaves unsaid: without it the rest would look like all."""
    return [
        _stated(
            {
                "@type": "TypeAndQuantityNode",
                "typeOfGood": _stated({"@type": "Service", "name": chip.name, "description": _words(chip)}),
                **_amount(part),
            }
        )
        for chip, part in zip_longest(detail.view.chips, detail.view.offer.terms.parts)
    ]


def _amount(part: Part | None) -> dict[str, Any]:
    """How much of a part, where it is had once; 2 ml three times is neither 2 ml nor said to be 6."""
    if part is None or part.amount is None or part.sessions > 1:
        return {}
    return {"amountOfThisGood": _number(number_text(part.amount.value)), **_unit(part.amount.unit)}


def _words(chip: Chip) -> str:
    """How much of it, how often and where, as the page writes it: "2 ml × 3, face"."""
    times = f"× {chip.sessions}" if chip.sessions > 1 else ""
    return described([" ".join(filter(None, (chip.quantity, times))), chip.areas])


def _conditions(detail: OfferDetail) -> str:
    """What the price is tied to and what comes on top, in the page's words. schema.org has no terms for it, and a
    price without its conditions is another price."""
    price = detail.view.price
    said = [
        *([_event(price.event)] if price.event else []),
        *price.conditions,
        *(f"{label}: {words}" for label, words in detail.facts),
    ]
    return listed((text.rstrip(".。") for text in said), "; ")


def _event(event: Event) -> str:
    """All that Korea wants beside an event price, in the page's own sentences."""
    return _(
        "Event price: %(period)s. Before %(regular)s, %(percent)s %% less. For: %(target)s. Holds for: %(scope)s.",
        period=event.period,
        regular=event.regular,
        percent=event.percent,
        target=event.target,
        scope=event.scope,
    )
