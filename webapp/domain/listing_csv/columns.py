"""The columns of the four listing files, in the order in which they are written. The contract is the
source.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.domain.text import fold

CLINICS = "clinics.csv"
PRACTITIONERS = "practitioners.csv"
OFFERS = "offers.csv"
OFFER_PARTS = "offer_parts.csv"

_JOINTS = re.compile("[_\\-]")


@dataclass(frozen=True, slots=True)
class Column:
    """`max_length` in characters, as the tables hold it. `lines`: the text may have line breaks."""

    name: str
    required: bool = False
    max_length: int = 200
    lines: bool = False


def _must(name: str, max_length: int = 200) -> Column:
    return Column(name, required=True, max_length=max_length)


FILES: dict[str, tuple[Column, ...]] = {
    CLINICS: (
        _must("ref", 128),
        _must("name"),
        Column("name_zh"),
        Column("name_ko"),
        _must("country"),
        Column("address", max_length=500),
        Column("unit", max_length=64),
        Column("postal_code", max_length=16),
        Column("lat"),
        Column("lng"),
        Column("hours", max_length=500),
        Column("phone", max_length=32),
        Column("website", max_length=2000),
        Column("enquiry_email", max_length=254),
        Column("enquiry_email_confirmed_on"),
        Column("languages", max_length=128),
        Column("group_ref", max_length=128),
        Column("licence_no", max_length=64),
        Column("gst_registered"),
        Column("foreign_patient_reg_no", max_length=64),
        Column("feed_url", max_length=2000),
        _must("authority"),
        Column("authority_by"),
        Column("authority_on"),
        Column("accepts_enquiries"),
        Column("sample"),
        _must("source", 1000),
        Column("verified_on"),
    ),
    PRACTITIONERS: (
        _must("clinic_ref", 128),
        _must("name"),
        Column("name_local"),
        Column("registration_no", max_length=64),
        Column("register_url", max_length=2000),
        Column("checked_on"),
        Column("languages", max_length=128),
    ),
    OFFERS: (
        _must("clinic_ref", 128),
        _must("offer_ref", 128),
        _must("title", 300),
        Column("price"),
        _must("currency"),
        Column("price_basis"),
        _must("tax"),
        Column("tax_rate"),
        _must("price_kind"),
        Column("regular_price"),
        Column("valid_from"),
        Column("valid_until"),
        Column("event_target", max_length=500),
        Column("event_scope", max_length=500),
        Column("eligibility"),
        Column("weekday_only"),
        Column("once_per_patient"),
        Column("consultation_fee"),
        Column("consultation_waived"),
        Column("other_fees", max_length=1000),
        Column("numbing"),
        Column("injector"),
        Column("same_price_for_foreigners"),
        Column("parts_complete"),
        Column("expires_after_days"),
        Column("refund_terms", max_length=2000, lines=True),
        _must("source", 1000),
        Column("verified_on"),
    ),
    OFFER_PARTS: (
        _must("clinic_ref", 128),
        _must("offer_ref", 128),
        _must("treatment", 64),
        Column("quantity"),
        Column("unit"),
        Column("sessions"),
        Column("interval_weeks"),
        Column("areas"),
        Column("words", max_length=1000, lines=True),
    ),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a header is read: the columns, and what else each may be called (`heading_key` → column)."""

    columns: tuple[Column, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, heading: str) -> str:
        """The column a heading names; where it names none, the heading as it is reported."""
        name = heading.strip().strip("\ufeff").casefold()
        return self.aliases.get(heading_key(heading), name) if self.aliases else name


def heading_key(text: str) -> str:
    """A heading or a name as it is compared: folded, underscores and hyphens as spaces."""
    return " ".join(fold(_JOINTS.sub(" ", text)).split())
