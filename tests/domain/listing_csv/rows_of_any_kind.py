"""Listings for hypothesis: valid rows of every shape, with the nastiest texts that a cell may hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from webapp.domain.asks_for import MAX_PER_DAY, AsksFor
from webapp.domain.listing_csv import ClinicRow, Listing, OfferRow, PartRow, PractitionerRow, clean
from webapp.domain.market import Authority, Country
from webapp.domain.money import Money
from webapp.domain.offers import (
    Consultation,
    Eligibility,
    Fee,
    Injector,
    Numbing,
    OfferTerms,
    Part,
    PriceBasis,
    PriceKind,
    RefundBasis,
    Tax,
)
from webapp.domain.units import Unit

_PIECES = [
    "=1+1", "=", "+65", "-1", "@SUM(A1)", "'", "''", "'=", "＝", "＋", "－", "＠", "\t", "\r", "\n", '"', '""', ",",
    ";", ":", "\\", "\\;", " ", "  ", "丽珠兰", "리쥬란", "ﾘｼﾞｭﾗﾝ", "e\u200b\u0301", "\u0301", "\ufeff", "\u2028",
    "#REF!x", "%", "none", "yes", "380", "sep=;", "<b>", "|", "😀", "ß", "İ",
]  # fmt: skip


def texts(most: int = 30, *, lines: bool = False) -> st.SearchStrategy[str]:
    """Texts as they are stored: cleaned, never empty."""
    letters = st.sampled_from(_PIECES) | st.characters(exclude_categories=["Cs"])
    found = st.lists(letters, min_size=1, max_size=8).map("".join)
    return found.map(lambda text: clean(text[:most], lines)).filter(bool)


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | strategy


days = st.dates(date(2020, 1, 1), date(2026, 3, 1))
maybe_days = st.none() | days
flags = st.sampled_from([True, False, None])
words = st.lists(texts(12).filter(lambda text: ";" not in text), unique=True, max_size=3)


def money(currency: str, least: int = 1) -> st.SearchStrategy[Money]:
    return st.integers(least, 10**9).map(lambda amount: Money(amount, currency))


parts = st.builds(
    Part,
    treatment=st.sampled_from(["rejuran_healer", "ha_booster_generic", None]),
    quantity=st.decimals("0.001", "999", places=3).map(lambda number: Decimal(number).normalize()),
    unit=st.sampled_from(Unit),
    sessions=st.integers(1, 100),
    areas=words.map(tuple),
    interval_weeks=st.none() | st.integers(1, 104),
    words=maybe(texts(lines=True)),
) | st.builds(
    Part, treatment=st.none(), unit=st.none() | st.sampled_from(Unit), words=maybe(texts(lines=True))
)


@st.composite
def terms(draw: st.DrawFn, *, least_parts: int = 0) -> OfferTerms:
    currency = draw(st.sampled_from(["SGD", "KRW", "KWD"]))
    kind = draw(st.sampled_from(PriceKind))
    held = tuple(draw(st.lists(parts, min_size=least_parts, max_size=3)))
    consultation = draw(st.none() | st.sampled_from(Consultation))
    first, last = sorted([draw(days), draw(days)])
    return OfferTerms(
        title=draw(texts(60)),
        currency=currency,
        price=None if kind is PriceKind.ON_REQUEST else draw(money(currency)),
        parts=held,
        tax=draw(st.sampled_from(Tax)),
        price_kind=kind,
        price_basis=PriceBasis.TOTAL if len(held) > 1 else draw(st.sampled_from(PriceBasis)),
        tax_rate=draw(
            st.none() | st.sampled_from([Decimal(0), Decimal(9), Decimal("8.25"), Decimal("49.99")])
        ),
        regular_price=draw(st.none() | money(currency)),
        valid_from=draw(st.sampled_from([None, first])),
        valid_until=draw(st.sampled_from([None, last])),
        event_target=draw(maybe(texts())),
        event_scope=draw(maybe(texts())),
        eligibility=draw(st.sampled_from(Eligibility)),
        weekday_only=draw(flags),
        once_per_patient=draw(flags),
        consultation=consultation,
        consultation_fee=draw(money(currency, 0)) if consultation is Consultation.FEE else None,
        consultation_waived=draw(flags),
        other_fees=draw(
            st.none() | st.lists(st.builds(Fee, texts(), money(currency, 0)), max_size=3).map(tuple)
        ),
        numbing=draw(st.none() | st.sampled_from(Numbing)),
        injector=draw(st.none() | st.sampled_from(Injector)),
        same_price_for_foreigners=draw(flags),
        parts_complete=draw(st.booleans()),
        expires_after_days=draw(st.none() | st.integers(1, 3660)),
        refund_terms=draw(maybe(texts(lines=True))),
        refund_basis=draw(st.none() | st.sampled_from(RefundBasis)),
        source=draw(texts()),
        verified_on=draw(maybe_days),
    )


def _in_order(words: list[AsksFor]) -> tuple[AsksFor, ...]:
    return tuple(word for word in AsksFor if word in words)


@st.composite
def clinics(draw: st.DrawFn, ref: str) -> ClinicRow:
    authority = draw(st.sampled_from(Authority))
    lat, lng = draw(st.none() | st.floats(1.2, 1.4)), draw(st.floats(103.6, 104.0))
    return ClinicRow(
        line=0,
        ref=ref,
        name=draw(texts()),
        name_zh=draw(maybe(texts())),
        name_ko=draw(maybe(texts())),
        country=Country.SG,
        address=draw(texts() if authority is Authority.AUTHORISED else maybe(texts())),
        unit=draw(maybe(texts())),
        postal_code=draw(st.sampled_from([None, "048581", "238859"])),
        lat=lat,
        lng=lng if lat is not None else None,
        hours=draw(st.sampled_from([None, "Mo-Fr 10:00-19:00; Sa 10:00-16:00", "Mo,We 09:30-24:00"])),
        phone=draw(st.sampled_from([None, "+6562351234", "+82215881234"])),
        website=draw(st.sampled_from([None, "https://one.example/a,b?c=%22d%22;e"])),
        enquiry_email=draw(st.sampled_from([None, "desk@one.example", "-o'neil+x@one.example"])),
        enquiry_email_confirmed_on=draw(maybe_days),
        languages=draw(st.sampled_from([(), ("en",), ("en", "zh-Hans")])),
        group_ref=draw(maybe(texts())),
        licence_no=draw(maybe(texts())),
        gst_registered=draw(flags),
        foreign_patient_reg_no=draw(maybe(texts())),
        feed_url=draw(st.sampled_from([None, "https://one.example/list.csv"])),
        authority=authority,
        authority_by=draw(maybe(texts())),
        authority_on=draw(maybe_days),
        accepts_enquiries=draw(st.booleans()),
        asks_for=draw(st.lists(st.sampled_from(AsksFor), unique=True).map(_in_order)),
        enquiries_per_day=draw(st.none() | st.integers(1, MAX_PER_DAY)),
        sample=False,
        source=draw(texts()),
        verified_on=draw(maybe_days),
    )


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    refs = draw(st.lists(texts(), unique=True, min_size=1, max_size=3))
    people = [
        PractitionerRow(
            0, ref, name, draw(maybe(texts())), draw(maybe(texts())), None, draw(maybe_days), ("ko",)
        )
        for ref in refs
        for name in draw(st.lists(texts(), unique=True, max_size=2))
    ]
    offers = [
        OfferRow(0, ref, offer_ref, draw(terms()))
        for ref in refs
        for offer_ref in draw(st.lists(texts(), unique=True, max_size=2))
    ]
    return Listing(
        clinics=tuple(draw(clinics(ref)) for ref in refs),
        practitioners=tuple(people),
        offers=tuple(offers),
        parts=tuple(
            PartRow(0, row.clinic_ref, row.offer_ref, part) for row in offers for part in row.terms.parts
        ),
    )


def without_lines(listing: Listing) -> Listing:
    """Where a row stood is no part of what it says."""
    return replace(
        listing,
        files=frozenset(),
        clinics=tuple(replace(row, line=0) for row in listing.clinics),
        practitioners=tuple(replace(row, line=0) for row in listing.practitioners),
        offers=tuple(replace(row, line=0) for row in listing.offers),
        parts=tuple(replace(row, line=0) for row in listing.parts),
    )
