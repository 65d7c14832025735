"""/api/v1/compare: what a basket costs at each clinic by the cheapest mix of its offers, from equal things only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint

from webapp.access import Audience, open_to
from webapp.api.v1.compare_schemas import ComparedResult, ComparedWant, Comparison, ExchangeRate
from webapp.api.v1.compared import Beside, Shared, Writer
from webapp.api.v1.operation import UnusableParameter, operation
from webapp.api.v1.parameters import CompareParameters
from webapp.api.v1.places import places
from webapp.directory.cards import Names, heading_label, treatment_names
from webapp.directory.compare.answers import Answer, answers_of, converted
from webapp.directory.compare.chosen import Chosen, by_name, by_place, read_place
from webapp.directory.labels import MARKETS
from webapp.domain.basket import Reader, TooLarge, check_size
from webapp.domain.exchange import NoRate, Rate, Rates, rank
from webapp.domain.market import Country
from webapp.domain.money import Money
from webapp.domain.offers import Want
from webapp.domain.units import number_text
from webapp.domain.want_syntax import write_want
from webapp.fx import queries as fx
from webapp.geocoding.gazetteer import Place
from webapp.i18n import utc_now
from webapp.offers import queries as offers
from webapp.offers.public import Basket, Public, families, settle
from webapp.offers.queries import PublishedOffer
from webapp.search.queries import Sort
from webapp.settings import current_settings, market_policy

blueprint = Blueprint("compare", __name__)


@dataclass(frozen=True, slots=True)
class _Row:
    """One result to be: a clinic and its answer in one currency, None where its price list is too large to search."""

    distance_m: float | None
    writer: Writer
    answer: Answer | None

    @property
    def total(self) -> Money | None:
        return self.answer.total if self.answer else None


@blueprint.get("/compare")
@operation("What a basket of treatments costs at each clinic", CompareParameters, Comparison)
@open_to(Audience.ANYONE)
def compare(asked: CompareParameters) -> Comparison:
    names = treatment_names()
    wants = _wants(asked, names)
    around = [] if asked.clinic else _places(asked)
    chosen = _chosen(asked, around, wants)
    kin = families(names)
    alike = {kin[want.treatment] for want in wants}
    published = offers.for_clinics(
        [one.clinic.id for one in chosen], [slug for slug, family in kin.items() if family in alike]
    )
    basket = settle(wants, names, (offer for rows in published.values() for offer in rows))
    shared = Shared(names, basket.wants, current_settings().price_age_days)
    rows = [
        row
        for one in chosen
        for row in _rows(one, published.get(one.clinic.id, ()), asked.reader, kin, shared)
    ]
    currency = asked.currency or _usual_currency(chosen)
    rates, missing = _rates(rows, currency)
    return Comparison(
        currency=currency,
        rates=[_rate(rate) for rate in rates],
        missing_rates=missing,
        ordered_by=_order(asked, around),
        wants=_settled(basket, names, chosen),
        places=places(around),
        results=_results(asked, rows, Rates(rates), currency, placed=bool(around)),
        not_comparable=[
            other for row in rows if row.answer for other in row.writer.not_comparable(row.answer)
        ],
        unknown_clinics=_unknown(asked.clinic, chosen),
    )


def _wants(asked: CompareParameters, names: Names) -> list[Want]:
    wants = asked.wants
    for want in wants:
        if want.treatment not in names:
            raise UnusableParameter(
                "want", f"no treatment has the slug {want.treatment}; see /api/v1/treatments"
            )
    try:
        check_size([want.sessions for want in wants])
    except TooLarge:
        raise UnusableParameter(
            "want", "too large a basket to be compared exactly: fewer treatments, or fewer sessions of each"
        ) from None
    return wants


def _places(asked: CompareParameters) -> list[Place]:
    """The places around which clinics are asked for: one at least, and what is not certain is asked, never picked."""
    found: list[Place] = []
    for name, text in (("near", asked.near), ("also", asked.also)):
        near = read_place(text)
        if near.place is not None:
            found.append(near.place)
        elif near.unread:
            raise UnusableParameter(name, _unread(text, near.maybe), near.maybe)
    if not found:
        raise UnusableParameter("clinic", "name clinics, or a place with near")
    return found


def _unread(text: str, choices: Sequence[str]) -> str:
    if not choices:
        return f"no place in Singapore or Seoul is known by “{text}”"
    return f"“{text}” is not certainly one place; perhaps " + ", or ".join(choices)


def _chosen(asked: CompareParameters, around: Sequence[Place], wants: Sequence[Want]) -> list[Chosen]:
    if not around:
        return by_name(asked.clinic)
    return by_place(around, [want.treatment for want in wants], asked.limit, asked.radius_m)


def _unknown(slugs: Sequence[str], chosen: Sequence[Chosen]) -> list[str]:
    known = {one.clinic.slug for one in chosen}
    return [slug for slug in dict.fromkeys(slugs) if slug not in known]


def _rows(
    chosen: Chosen,
    published: Sequence[PublishedOffer],
    reader: Reader,
    kin: Mapping[str, str],
    shared: Shared,
) -> Iterator[_Row]:
    public = Public.of(chosen.clinic, published, utc_now())
    writer = Writer.of(chosen.clinic, public.on, shared)
    try:
        for answer in answers_of(public, shared.wants, reader, kin):
            yield _Row(chosen.distance_m, writer, answer)
    except TooLarge:
        yield _Row(chosen.distance_m, writer, None)


def _usual_currency(chosen: Sequence[Chosen]) -> str:
    """That of the first clinic's market, Singapore's where there is none: as on the page."""
    return market_policy(chosen[0].clinic.country if chosen else Country.SG).currency


def _rates(rows: Sequence[_Row], currency: str) -> tuple[list[Rate], list[str]]:
    """The rates between the clinics' currencies and `currency`, each looked up once, and the pairs without one."""
    codes = {row.answer.mix.currency for row in rows if row.answer} - {None, currency}
    known = fx.current() if codes else Rates(())
    found: list[Rate] = []
    missing: list[str] = []
    for code in sorted(code for code in codes if code):
        try:
            found.append(known.between(code, currency))
        except NoRate:
            missing.append(f"{currency}/{code}")
    return found, missing


def _rate(rate: Rate) -> ExchangeRate:
    return ExchangeRate(
        pair=rate.pair,
        rate=number_text(rate.rate),
        as_of=rate.as_of,
        source=rate.source,
        stale=rate.is_stale(utc_now().date()),
    )


def _order(asked: CompareParameters, around: Sequence[Place]) -> Sort | None:
    if asked.sort or not around:
        return asked.sort
    by_distance = all(market_policy(place.country).orders_by_distance for place in around)
    return Sort.DISTANCE if by_distance else Sort.NAME


def _results(
    asked: CompareParameters, rows: Sequence[_Row], rates: Rates, currency: str, *, placed: bool
) -> list[ComparedResult]:
    """In the order asked for: by price, those without a total last, in the order they came."""
    ranks: dict[int, int] = {}
    if asked.sort:
        ranking = rank([(at, row.total) for at, row in enumerate(rows)], rates, currency, utc_now().date())
        ranks = {row.key: row.rank for group in ranking.groups for row in group}
    order = [*ranks, *(at for at in range(len(rows)) if at not in ranks)]
    return [_result(rows[at], ranks.get(at), rates, currency, placed=placed) for at in order]


def _result(row: _Row, rank: int | None, rates: Rates, currency: str, *, placed: bool) -> ComparedResult:
    beside = Beside(
        distance_m=row.distance_m,
        no_distance="place_not_exact" if placed else "no_place",
        converted=converted(row.total, rates, currency),
        rank=rank,
        no_rank="not_ordered_by_price",
    )
    return row.writer.result(row.answer, beside) if row.answer else row.writer.too_large(beside)


def _settled(basket: Basket, names: Names, chosen: Sequence[Chosen]) -> list[ComparedWant]:
    countries = sorted({one.clinic.country for one in chosen}) or list(MARKETS)
    return [
        ComparedWant(
            want=write_want(want),
            treatment=want.treatment,
            name=heading_label(names[want.treatment], countries),
            sessions=want.sessions,
            quantity=number_text(want.quantity.value) if want.quantity else None,
            unit=want.quantity.unit if want.quantity else None,
            areas=want.area.split(";") if want.area else None,
            amount_from=by,
            reasons={"areas": "any"},
        )
        for want, by in zip(basket.wants, basket.settled_by, strict=True)
    ]
