"""Tax on treatments as dated rules: a rate is never a constant, and a day before the rules has none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.domain.market.rules import Country


@dataclass(frozen=True, slots=True)
class TaxRule:
    """`percent` (9 for 9 %) from `valid_from` to `valid_until`, both inside; None is open.

    `inclusive_required`: a business registered for the tax must quote prices with it.
    """

    id: str
    country: Country
    name: str
    percent: Decimal
    valid_from: date | None
    valid_until: date | None
    inclusive_required: bool
    source: str

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class RefundRule:
    """What a foreign patient gets back of the tax-free price, per cent, within the dates."""

    id: str
    country: Country
    percent: Decimal
    valid_from: date | None
    valid_until: date | None
    source: str

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


_IRAS = (
    "Inland Revenue Authority of Singapore: GST rose from 7 % to 8 % on 1 January 2023 and to 9 % on "
    "1 January 2024; a GST-registered business shows prices with GST"
)
_KR_VAT = "Korea, Value Added Tax Act: 10 % on cosmetic procedures"
_KR_REFUND = (
    "Korea, Restriction of Special Taxation Act, article 107-3: the VAT refund to foreign patients for "
    "cosmetic procedures ended with 31 December 2025"
)

TAX_RULES: tuple[TaxRule, ...] = (
    TaxRule("SG-GST-7", Country.SG, "GST", Decimal(7), date(2007, 7, 1), date(2022, 12, 31), True, _IRAS),
    TaxRule("SG-GST-8", Country.SG, "GST", Decimal(8), date(2023, 1, 1), date(2023, 12, 31), True, _IRAS),
    TaxRule("SG-GST-9", Country.SG, "GST", Decimal(9), date(2024, 1, 1), None, True, _IRAS),
    TaxRule("KR-VAT-10", Country.KR, "VAT", Decimal(10), None, None, False, _KR_VAT),
)

REFUND_RULES: tuple[RefundRule, ...] = (
    RefundRule("KR-REFUND", Country.KR, Decimal(10), None, date(2025, 12, 31), _KR_REFUND),
    RefundRule("KR-REFUND-ENDED", Country.KR, Decimal(0), date(2026, 1, 1), None, _KR_REFUND),
)


def tax_rule(country: str, on: date) -> TaxRule | None:
    """The rule of a market ("SG", "KR") that holds on a day; None before the first that we know.

    >>> [str(tax_rule("SG", day).percent) for day in (date(2023, 12, 31), date(2024, 1, 1))]
    ['8', '9']
    """
    return next((rule for rule in TAX_RULES if rule.country == country and rule.holds(on)), None)


def refund_rule(country: str, on: date) -> RefundRule | None:
    """What foreign patients get back on a day; None where a market never had such a rule.

    >>> [str(refund_rule("KR", day).percent) for day in (date(2025, 12, 31), date(2026, 1, 1))]
    ['10', '0']
    >>> refund_rule("SG", date(2026, 1, 1)) is None
    True
    """
    return next((rule for rule in REFUND_RULES if rule.country == country and rule.holds(on)), None)
