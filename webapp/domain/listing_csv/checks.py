"""Checks between rows and files: refs, duplicates, prices for one part, and product × market."""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import get_close_matches

from webapp.domain.listing_csv.columns import CLINICS, OFFER_PARTS, OFFERS, PRACTITIONERS
from webapp.domain.listing_csv.known import Known, KnownTreatment, OfferKey
from webapp.domain.listing_csv.messages import Report
from webapp.domain.listing_csv.rows import ClinicRow, OfferRow, PartRow, PractitionerRow
from webapp.domain.market import CURRENCIES, Country, listable, mentions_injection, status_in
from webapp.domain.offers import PriceBasis, PriceKind
from webapp.domain.units import Unit


@dataclass(slots=True)
class Seen:
    """Refs of every row, also of rows with errors, so that one slip is reported once and not by each
    follower.
    """

    clinics: dict[str, str] = field(default_factory=dict)
    offers: set[OfferKey] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that could be read. `keeps_parts`: offers whose parts nothing is said of, so that they stay."""

    clinics: Sequence[ClinicRow]
    practitioners: Sequence[PractitionerRow]
    offers: Sequence[OfferRow]
    parts: Sequence[PartRow]
    keeps_parts: Set[OfferKey] = frozenset()


def check(rows: Rows, seen: Seen, known: Known, report: Report) -> None:
    """Report everything that does not fit between the rows."""
    _unique(CLINICS, "ref", ((row.line, row.ref) for row in rows.clinics), report)
    _unique(
        PRACTITIONERS, "name", ((row.line, (row.clinic_ref, row.name)) for row in rows.practitioners), report
    )
    _unique(OFFERS, "offer_ref", ((row.line, row.key) for row in rows.offers), report)
    countries = {**known.clinics, **seen.clinics}
    for file, owned in ((PRACTITIONERS, rows.practitioners), (OFFERS, rows.offers)):
        for row in owned:
            if row.clinic_ref not in countries:
                report.error(file, row.line, "clinic_ref", "clinic_unknown", ref=row.clinic_ref)
    titles = {row.key: row.terms.title for row in rows.offers}
    parts_of = _parts_of(rows.parts)
    for row in rows.offers:
        _check_offer(row, countries.get(row.clinic_ref), len(parts_of.get(row.key, ())), report)
    _check_known_offers(rows, parts_of, known, report)
    gate = _ProductGate(known.treatments, report)
    for part in rows.parts:
        if part.clinic_ref not in countries:
            report.error(OFFER_PARTS, part.line, "clinic_ref", "clinic_unknown", ref=part.clinic_ref)
        elif part.key not in seen.offers and part.key not in known.offers:
            report.error(
                OFFER_PARTS,
                part.line,
                "offer_ref",
                "offer_unknown",
                clinic=part.clinic_ref,
                offer=part.offer_ref,
            )
        else:
            # A title tells what a part is only where it is the only one.
            title = titles.get(part.key, "") if len(parts_of[part.key]) == 1 else ""
            gate.check(part, countries[part.clinic_ref], title)


def _unique(file: str, column: str, keys: Iterable[tuple[int, Hashable]], report: Report) -> None:
    first: dict[Hashable, int] = {}
    for line, key in keys:
        if key in first:
            report.error(file, line, column, "duplicate", first=first[key])
        else:
            first[key] = line


def _parts_of(parts: Iterable[PartRow]) -> Mapping[OfferKey, list[PartRow]]:
    found: dict[OfferKey, list[PartRow]] = {}
    for row in parts:
        found.setdefault(row.key, []).append(row)
    return found


def _check_offer(row: OfferRow, country: str | None, parts: int, report: Report) -> None:
    terms = row.terms
    if terms.price_basis is not PriceBasis.TOTAL and parts > 1:
        _one_part_only(OFFERS, row.line, "price_basis", terms.price_basis, parts, report)
    if country is not None and terms.currency != CURRENCIES.get(country):
        report.note(
            OFFERS, row.line, "currency", "currency_unusual", currency=terms.currency, country=country
        )
    if terms.price_kind is PriceKind.EVENT:
        wanted = {"valid_from": terms.valid_from, "valid_until": terms.valid_until}
        if country == Country.KR:
            wanted_texts = {"event_target": terms.event_target, "event_scope": terms.event_scope}
            missing = [name for name, value in {**wanted, **wanted_texts}.items() if value is None]
            missing += ["regular_price"] if terms.regular_price is None else []
        else:
            missing = ["valid_until"] if terms.valid_until is None else []
        if missing:
            report.note(OFFERS, row.line, missing[0], "event_never_shown", missing=", ".join(missing))


def _check_known_offers(
    rows: Rows, parts_of: Mapping[OfferKey, list[PartRow]], known: Known, report: Report
) -> None:
    """Files that come without their partner must still fit what is there already."""
    listed = {row.key for row in rows.offers}
    for key, parts in parts_of.items():
        offer = known.offers.get(key)
        if (
            offer is not None
            and key not in listed
            and offer.price_basis is not PriceBasis.TOTAL
            and len(parts) > 1
        ):
            _one_part_only(OFFER_PARTS, parts[1].line, None, offer.price_basis, len(parts), report)
    for row in rows.offers:
        offer = known.offers.get(row.key)
        if (
            offer is not None
            and row.key in rows.keeps_parts
            and row.terms.price_basis is not PriceBasis.TOTAL
            and offer.parts > 1
        ):
            _one_part_only(OFFERS, row.line, "price_basis", row.terms.price_basis, offer.parts, report)


def _one_part_only(
    file: str, line: int, column: str | None, basis: PriceBasis, parts: int, report: Report
) -> None:
    words = "per session" if basis is PriceBasis.PER_SESSION else "per unit"
    report.error(file, line, column, "one_part_only", basis=words, parts=parts)


class _ProductGate:
    """Product × market for every part; a flag for staff is noted once per treatment and market."""

    def __init__(self, treatments: Mapping[str, KnownTreatment], report: Report) -> None:
        self._treatments = treatments
        self._report = report
        self._flagged: set[tuple[str, str]] = set()

    def check(self, row: PartRow, country: str, title: str) -> None:
        slug = row.part.treatment
        # A clinic whose country cannot be read is reported on its own row.
        if slug is None or country not in set(Country):
            return
        treatment = self._treatments.get(slug)
        if treatment is None:
            near = [] if self._report.full else get_close_matches(slug, self._treatments, 1)
            code = "treatment_unknown_near" if near else "treatment_unknown"
            params = {"near": near[0]} if near else {}
            self._report.error(OFFER_PARTS, row.line, "treatment", code, slug=slug, **params)
            return
        injected = (
            treatment.injectable
            or row.part.unit is Unit.SYRINGE
            or mentions_injection(row.part.words or "")
            or mentions_injection(title)
        )
        answer = listable(status_in(treatment, country), injected)
        if answer.rule is None:
            return
        params = {"slug": slug, "country": country, "says": answer.rule.says}
        if not answer.allowed:
            self._report.error(
                OFFER_PARTS, row.line, "treatment", "product_refused", answer.rule.id, **params
            )
        elif (slug, country) not in self._flagged:
            self._flagged.add((slug, country))
            self._report.note(OFFER_PARTS, row.line, "treatment", "product_flagged", answer.rule.id, **params)
