"""The rules as a reader of rendered pages checks them, each under the id of the policy's rule that it stands for.

A check yields what it found in one answer of the site, in words; nothing found is a page that keeps the rule.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from tests.market_rules.exemptions import allowed
from tests.market_rules.reader import Reading, Section, paragraphs, words
from tests.market_rules.site import SWITCHES, Listed, Site
from tests.market_rules.words import (
    AMOUNT,
    ANYWHERE,
    BESIDE,
    KOREAN_AMOUNT,
    NEVER_FIELDS,
    OF_ITS_OFFERS,
    SINGAPORE_AMOUNT,
)
from webapp.domain.lint import Finding, Severity
from webapp.domain.market import CLAIMS, Allowed, Country, PriceClaim, policy
from webapp.domain.offers import PriceKind
from webapp.i18n import today_in

Check = Callable[[Reading, Site], Iterator[str]]

_SAID_ROUND_IT = 60
# The text rules that hold of every page of ours, not only of what clinics write.
_INVITING = frozenset({"SG-TESTI", "SG-GIFT", "SG-BA", "KR-TESTI", "KR-INDUCEMENT"})


def sections(reading: Reading, site: Site, country: str) -> Iterator[tuple[Section, Listed]]:
    """What an answer says of each clinic of a market."""
    if not reading.is_page:
        return
    for section in reading.sections:
        clinic = site.clinics.get(section.slug)
        if clinic is not None and clinic.country == country:
            yield section, clinic


def _rest(reading: Reading, site: Site, country: str) -> str:
    """A page that speaks of a market, without what it says of clinics of the other one; empty for other pages."""
    if not reading.is_page or not any(sections(reading, site, country)):
        return ""
    others = {
        node.mem_id
        for each in Country
        if each != country
        for section, _clinic in sections(reading, site, each)
        for node in section.nodes
    }
    return words(reading.main, others)


def claims_in_singapore(*claims: PriceClaim) -> Check:
    """Never beside an amount of Singapore, and nowhere in what a page says of its clinics."""

    def check(reading: Reading, site: Site) -> Iterator[str]:
        if not reading.is_page:
            return
        for block in reading.blocks(SINGAPORE_AMOUNT):
            yield from _claimed(words(block), BESIDE, claims)
        yield from _claimed(_rest(reading, site, "SG"), ANYWHERE, claims)

    return check


def _claimed(
    text: str, patterns: Mapping[PriceClaim, re.Pattern[str]], claims: tuple[PriceClaim, ...]
) -> Iterator[str]:
    for claim in claims:
        assert CLAIMS[Country.SG][claim][0] is Allowed.NEVER
        for found in patterns[claim].finditer(text):
            around = text[max(0, found.start() - _SAID_ROUND_IT) : found.end() + _SAID_ROUND_IT]
            if not allowed(claim, around):
                yield f"{claim}: “{found[0]}” in “{around}”"


def one_price(reading: Reading, site: Site) -> Iterator[str]:
    """No price before, in words, crossed out, or as the amount that the data holds; and none for programs."""
    yield from claims_in_singapore(PriceClaim.USUAL_PRICE)(reading, site)
    together = [words(block) for block in reading.blocks(SINGAPORE_AMOUNT)] if reading.is_page else []
    for section, clinic in sections(reading, site, "SG"):
        for text in section.crossed_out():
            yield f"crossed out: “{text}” at {clinic.slug}"
        now = {site.amounts[terms.price] for terms in clinic.offers if terms.price is not None}
        for terms in clinic.offers:
            before = site.amounts[terms.regular_price] if terms.regular_price else None
            if before and before not in now and _has_amount(section.text, before):
                yield f"the price before, {before}, at {clinic.slug}"
            if before and terms.price is not None:
                # Another offer may cost as much; in one block the two are was and now.
                yield from (
                    f"{before} beside {site.amounts[terms.price]}: “{text}”"
                    for text in together
                    if _has_amount(text, before) and _has_amount(text, site.amounts[terms.price])
                )
    if reading.is_page:
        for amount in reading.main.css(".price .amount"):
            if len(SINGAPORE_AMOUNT.findall(words(amount))) > 1:
                yield f"more than one amount for one item: “{words(amount)}”"
    for offer in _offers_for_programs(reading, site, "SG"):
        priced = [each.get("priceType") for each in offer.get("priceSpecification", ())]
        if offer.get("event") or any(priced):
            yield f"a price before for programs: {offer.get('name') or offer.get('title')}"


def no_period(reading: Reading, site: Site) -> Iterator[str]:
    """Neither words of a period nor the days that the data holds for one; and none for programs."""
    yield from claims_in_singapore(PriceClaim.PERIOD)(reading, site)
    for section, clinic in sections(reading, site, "SG"):
        for terms in clinic.offers:
            for day in (terms.valid_from, terms.valid_until):
                said = site.days[reading.language, day] if day and day != terms.verified_on else None
                if said and said in section.text:
                    yield f"{said}, a day of “{terms.title}”, at {clinic.slug}"
    for offer in _offers_for_programs(reading, site, "SG"):
        for name in ("validFrom", "validThrough", "priceValidUntil", "availabilityEnds", "valid_until"):
            if offer.get(name):
                yield f"{name} for programs: {offer.get('name') or offer.get('title')}"


def texts_read(reading: Reading, site: Site) -> Iterator[str]:
    """What is said of a clinic holds nothing that its own market's rules for texts refuse."""
    for country in Country:
        for section, clinic in sections(reading, site, country):
            for text in (text for node in section.nodes for text in paragraphs(node)):
                for finding in _refused(country, reading.switches, text):
                    if not allowed(finding.rule_id, text):
                        yield f"{finding.rule_id}: “{finding.matched}” in “{text}” at {clinic.slug}"


def event_terms(reading: Reading, site: Site) -> Iterator[str]:
    """Where a page shows an event's amount of a Korean clinic, all of its terms stand in the same section."""
    for section, clinic in sections(reading, site, "KR"):
        for terms in clinic.offers:
            if terms.price_kind is not PriceKind.EVENT or terms.price is None or terms.regular_price is None:
                continue
            shown = site.amounts[terms.price]
            if terms.title not in section.text or not _has_amount(section.text, shown):
                continue
            others = [each for each in clinic.offers if each is not terms and each.price == terms.price]
            lower = terms.regular_price - terms.price
            wanted = {
                "price before": site.amounts[terms.regular_price],
                "rate": f"{lower.amount * 100 // terms.regular_price.amount}",
                "first day": terms.valid_from and site.days[reading.language, terms.valid_from],
                "last day": terms.valid_until and site.days[reading.language, terms.valid_until],
                "target": terms.event_target,
                "scope": terms.event_scope,
            }
            if not _open_on(terms.valid_from, terms.valid_until, today_in("KR", site.now)):
                if not others:
                    yield f"{shown} outside its days: “{terms.title}” at {clinic.slug}"
                continue
            for name, text in wanted.items():
                if not text or text.rstrip(". 。") not in section.text:
                    yield f"{shown} without its {name}: “{terms.title}” at {clinic.slug}"
    yield from _event_terms_for_programs(reading, site)


def _event_terms_for_programs(reading: Reading, site: Site) -> Iterator[str]:
    for offer in _offers_for_programs(reading, site, "KR"):
        title = offer.get("name") or offer.get("title")
        if "priceSpecification" in offer:
            types = {str(each.get("priceType", "")).rsplit("/")[-1] for each in offer["priceSpecification"]}
            if types == {""}:
                continue
            if types != {"SalePrice", "RegularPrice"} or not (
                offer.get("validFrom") and offer.get("validThrough") and offer.get("description")
            ):
                yield f"an event without all of its terms for programs: {title}"
        elif event := offer.get("event"):
            yield from (f"event.{name} missing: {title}" for name, value in event.items() if not value)


def event_period(reading: Reading, site: Site) -> Iterator[str]:
    """An event's amount is on no page before its first day and after its last, whatever stands beside it."""
    today = today_in("KR", site.now)
    beside = [words(block) for block in reading.blocks(KOREAN_AMOUNT)] if reading.is_page else []
    for section, clinic in sections(reading, site, "KR"):
        open_now = {
            money
            for terms in clinic.offers
            if _open_on(terms.valid_from, terms.valid_until, today)
            for money in (terms.price, terms.regular_price)
        }
        # An event's title may be the beginning of another offer's.
        titles = {
            terms.title for terms in clinic.offers if _open_on(terms.valid_from, terms.valid_until, today)
        }
        for terms in clinic.offers:
            if _open_on(terms.valid_from, terms.valid_until, today):
                continue
            for money in (terms.price, terms.regular_price):
                if money and money not in open_now and _has_amount(section.text, site.amounts[money]):
                    yield f"{site.amounts[money]} outside its days: “{terms.title}” at {clinic.slug}"
            if not any(terms.title in title for title in titles):
                yield from (
                    f"an amount beside “{terms.title}”, which is outside its days: “{text}”"
                    for text in beside
                    if terms.title in text
                )


def tax_stated(reading: Reading, site: Site) -> Iterator[str]:
    """Every amount of an offer says what it is with its tax, or that nobody says."""
    if not reading.is_page:
        return
    for price in reading.main.css(".price"):
        text = words(price)
        if KOREAN_AMOUNT.search(text) and not re.search(r"\bVAT\b|부가세|增值税", text):
            yield f"no word on tax: “{text}”"


def gst_included(reading: Reading, site: Site) -> Iterator[str]:
    """A clinic registered for GST shows no amount without it."""
    for section, clinic in sections(reading, site, "SG"):
        if clinic.gst_registered:
            for node in section.nodes:
                for price in node.css(".price"):
                    text = words(price)
                    if SINGAPORE_AMOUNT.search(text) and re.search(
                        r"plus [\d.]* ?%? ?GST|另加.{0,8}GST|GST .{0,8}별도", text
                    ):
                        yield f"an amount without GST: “{text}” at {clinic.slug}"


def authority(reading: Reading, site: Site) -> Iterator[str]:
    """Of a clinic that has not joined no amount and no way to enquire; of one that left nothing."""
    for country in Country:
        for section, clinic in sections(reading, site, country):
            market = site.policy(clinic, reading.switches)
            if not market.listing_visible(clinic.authority):
                yield f"{clinic.slug} is {clinic.authority}, and shown"
            elif not market.shows_prices(clinic.authority):
                text = section.text
                if AMOUNT.search(text):
                    yield f"an amount of {clinic.slug}, which has not joined: {AMOUNT.findall(text)}"
                if any("/enquiries/new" in link for link in section.links()):
                    yield f"an enquiry to {clinic.slug}, which has not joined"
    for found in _clinics_for_programs(reading):
        clinic = site.clinics[found["slug"]]
        market = site.policy(clinic, reading.switches)
        if not market.listing_visible(clinic.authority):
            yield f"{clinic.slug} is {clinic.authority}, and told"
        elif not market.shows_prices(clinic.authority) and (
            found.get("accepts_enquiries") or any(offer["price"] for offer in found.get("offers", ()))
        ):
            yield f"a price of or an enquiry to {clinic.slug}, which has not joined, for programs"
    for result, clinic in _results_for_programs(reading, site):
        if not site.policy(clinic, reading.switches).cross_clinic_prices(clinic.authority) and (
            result.get("total") or any(line.get("price") for line in result.get("mix", ()))
        ):
            yield f"an amount of {clinic.slug}, which has not joined, in a comparison for programs"
    if reading.subject and not site.policy(_subject(reading, site), reading.switches).shows_prices(
        _subject(reading, site).authority
    ):
        for document in reading.documents:
            if document.get("makesOffer"):
                yield f"an offer of {reading.subject}, which has not joined, for programs"


def unclaimed(reading: Reading, site: Site) -> Iterator[str]:
    """Contact details only, where the switch says “strict”: no offer, no doctor, no language."""
    for country in Country:
        for section, clinic in sections(reading, site, country):
            if site.policy(clinic, reading.switches).shows_details(clinic.authority):
                continue
            for said in OF_ITS_OFFERS.findall(section.text):
                yield f"“{said}” of {clinic.slug}, of which only contact details may stand"
            for text in (*clinic.doctors, *(terms.title for terms in clinic.offers)):
                if any(not allowed("LISTING-UNCLAIMED", around) for around in _around(text, section.text)):
                    yield f"“{text}” of {clinic.slug}, of which only contact details may stand"
    for found in _clinics_for_programs(reading):
        clinic = site.clinics[found["slug"]]
        if not site.policy(clinic, reading.switches).shows_details(clinic.authority):
            for name in ("offers", "practitioners", "hours", "languages", "licence_no", "gst_registered"):
                if found.get(name):
                    yield f"{name} of {clinic.slug}, of which only contact details may be told"


def brand_names(reading: Reading, site: Site) -> Iterator[str]:
    """With the switch off, no page of Singapore and no page of both markets says a product's own name."""
    if reading.switches != "safe" or reading.status != 200:
        return
    if reading.is_page:
        texts = [_rest(reading, site, "SG") if reading.sections else reading.text]
        texts += [
            text for text in (reading.text,) if reading.subject and _subject(reading, site).country == "SG"
        ]
    else:
        texts = []
    told = [
        *_offers_for_programs(reading, site, "SG"),
        *(result for result, clinic in _results_for_programs(reading, site) if clinic.country == "SG"),
    ]
    texts += [text for each in told for text in _strings(each)]
    for text in texts:
        for found in _any_of(site.brands).finditer(text):
            around = text[max(0, found.start() - _SAID_ROUND_IT) : found.end() + _SAID_ROUND_IT]
            if not allowed("SG-BRAND-NAMES", around):
                yield f"“{found[0]}” in “{around}”"


def cross_clinic(reading: Reading, site: Site) -> Iterator[str]:
    """Prices beside other clinics' are of clinics whose prices may stand there."""
    if reading.subject:
        return
    for section, clinic in sections(reading, site, "SG"):
        market = site.policy(clinic, reading.switches)
        if SINGAPORE_AMOUNT.search(section.text) and not market.cross_clinic_prices(clinic.authority):
            yield f"an amount of {clinic.slug} beside others'"


def never_told(reading: Reading, site: Site) -> Iterator[str]:
    """No field for reviews, ratings, commissions or places that are paid for, and nothing of it said of a clinic."""
    for document in reading.documents:
        for name in _names(document):
            if NEVER_FIELDS.search(name):
                yield f"the field {name}"
    if reading.is_page:
        for node in reading.tree.css("input,select,textarea,[itemprop],[data-rating],[class]"):
            for attribute in ("name", "itemprop", "class"):
                value = node.attributes.get(attribute) or ""
                if NEVER_FIELDS.search(value):
                    yield f"{attribute}={value}"
        for text in reading.paragraphs:
            for country in Country:
                for finding in _refused(country, "development", text):
                    if finding.rule_id in _INVITING and not allowed("NEVER-REVIEWS", text):
                        yield f"{finding.rule_id}: “{finding.matched}” in “{text}”"


def confirmed(reading: Reading, site: Site) -> Iterator[str]:
    """Every price of an offer says when it was confirmed, since when it is not, or that it never was."""
    if not reading.is_page:
        return
    for price in reading.main.css(".price"):
        text = words(price)
        if AMOUNT.search(text) and not re.search(r"confirmed|确认|核实|확인", text):
            yield f"no word on who confirmed it: “{text}”"


@cache
def _refused(country: str, switches: str, text: str) -> tuple[Finding, ...]:
    """What the market's rules for texts refuse outright. What is denied ("no reviews") a person would be asked about,
    so it is not among it; a discount may be named beside an event's terms. Most pages say the same, so each text is
    read once.
    """
    found = policy(country, SWITCHES[switches]).read_text(text, has_event_terms=country == "KR")
    return tuple(finding for finding in found if finding.severity is Severity.BLOCK)


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))


def _around(said: str, text: str) -> Iterator[str]:
    """Every place where the words stand, with what is said round it."""
    for found in re.finditer(re.escape(said), text):
        yield text[max(0, found.start() - _SAID_ROUND_IT) : found.end() + _SAID_ROUND_IT]


def _has_amount(text: str, written: str) -> bool:
    """As a whole: S$50 does not stand in S$500."""
    return re.search(rf"{re.escape(written)}(?![\d.,]*\d)", text) is not None


def _open_on(begins: date | None, ends: date | None, today: date) -> bool:
    return (begins is None or begins <= today) and (ends is None or today <= ends)


def _subject(reading: Reading, site: Site) -> Listed:
    assert reading.subject is not None
    return site.clinics[reading.subject]


def _clinics_for_programs(reading: Reading) -> Iterator[dict[str, Any]]:
    if not reading.path.startswith("/api/v1/clinics") or reading.status != 200:
        return
    for document in reading.documents:
        yield from document.get("clinics", [document])


def _results_for_programs(reading: Reading, site: Site) -> Iterator[tuple[dict[str, Any], Listed]]:
    """The clinics of a comparison in the API."""
    if reading.path.startswith("/api/v1/compare") and reading.status == 200:
        for document in reading.documents:
            yield from ((result, site.clinics[result["clinic"]["slug"]]) for result in document["results"])


def _offers_for_programs(reading: Reading, site: Site, country: str) -> Iterator[dict[str, Any]]:
    """Offers of a market's clinics in the API and in JSON-LD."""
    for found in _clinics_for_programs(reading):
        if site.clinics[found["slug"]].country == country:
            yield from found.get("offers", ())
    if reading.is_page and reading.subject and _subject(reading, site).country == country:
        for document in reading.documents:
            yield from document.get("makesOffer", ())


def _names(value: Any) -> Iterator[str]:
    """Every name of a field in a document; a JSON schema's names are its `properties`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            # Addresses and the clinic's own reference: brands stay searchable (switch BRAND_NAMES_SG).
            if name not in ("treatment", "ref", "url", "@id"):
                yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


CHECKS: Mapping[str, Check] = {
    "SG-PRICE-WORDS": claims_in_singapore(PriceClaim.FROM, PriceClaim.LOWEST, PriceClaim.PACKAGE),
    "SG-PRICE-SUM": claims_in_singapore(PriceClaim.SAVING),
    "SG-PRICE-ONE": one_price,
    "SG-PRICE-PERIOD": no_period,
    "SG-PRICE-GST": gst_included,
    "SG-CROSS-CLINIC": cross_clinic,
    "SG-BRAND-NAMES": brand_names,
    "KR-EVENT-TERMS": event_terms,
    "KR-EVENT-PERIOD": event_period,
    "KR-PRICE-TAX": tax_stated,
    "LISTING-AUTHORITY": authority,
    "LISTING-UNCLAIMED": unclaimed,
    "PRICE-CONFIRMED": confirmed,
    "TEXT-READ": texts_read,
    "NEVER-REVIEWS": never_told,
}
