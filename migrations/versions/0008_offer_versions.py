"""versions of offers: what each of them said, for comparisons that somebody saved

Revision: 0008, after 0007.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WORDS = (
    "title", "currency", "tax", "price_kind", "price_basis", "event_target", "event_scope", "eligibility",
    "consultation", "numbing", "injector", "refund_terms", "source",
)  # fmt: skip
_YES_NO = (
    "weekday_only",
    "once_per_patient",
    "consultation_waived",
    "same_price_for_foreigners",
    "parts_complete",
)
_MONEY = ("price", "regular_price", "consultation_fee")
_DAYS = ("valid_from", "valid_until", "verified_on")
_OFFER = sa.table(
    "offer",
    sa.column("id", sa.Integer()),
    *(sa.column(name, sa.String()) for name in _WORDS),
    *(sa.column(name, sa.Boolean()) for name in _YES_NO),
    *(sa.column(f"{name}_amount", sa.BigInteger()) for name in _MONEY),
    *(sa.column(name, sa.Date()) for name in _DAYS),
    sa.column("tax_rate", sa.Numeric(5, 2)),
    sa.column("other_fees", sa.JSON(none_as_null=True)),
    sa.column("expires_after_days", sa.Integer()),
    sa.column("version", sa.Integer()),
)
_PART = sa.table(
    "offer_part",
    sa.column("offer_id", sa.Integer()),
    sa.column("position", sa.Integer()),
    sa.column("treatment_id", sa.Integer()),
    sa.column("quantity", sa.Numeric(10, 3)),
    sa.column("unit", sa.String()),
    sa.column("sessions", sa.Integer()),
    sa.column("interval_weeks", sa.Integer()),
    sa.column("areas", sa.String()),
    sa.column("words", sa.String()),
)
_TREATMENT = sa.table("treatment", sa.column("id", sa.Integer()), sa.column("slug", sa.String()))
# Rows in memory at a time: their texts may be long.
_AT_ONCE = 500


def upgrade() -> None:
    version = op.create_table(
        "offer_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_offer_version_number_positive")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_version_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
        sa.UniqueConstraint("offer_id", "number", name=op.f("uq_offer_version_offer_id_number")),
    )
    op.add_column("offer", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _record_what_is_there(version)


def downgrade() -> None:
    op.drop_column("offer", "version")
    op.drop_table("offer_version")


def _record_what_is_there(version: sa.Table) -> None:
    """Version 1 of every offer, retired ones too: what it says today."""
    connection = op.get_bind()
    now = datetime.now(UTC)
    slugs = dict(connection.execute(sa.select(_TREATMENT.c.id, _TREATMENT.c.slug)).all())
    ids = connection.scalars(sa.select(_OFFER.c.id).order_by(_OFFER.c.id)).all()
    for start in range(0, len(ids), _AT_ONCE):
        chosen = ids[start : start + _AT_ONCE]
        parts: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for part in connection.execute(
            sa.select(_PART).where(_PART.c.offer_id.in_(chosen)).order_by(_PART.c.offer_id, _PART.c.position)
        ):
            parts[part.offer_id].append(_part_terms(part, slugs))
        rows = [
            {"offer_id": offer.id, "number": 1, "terms": _terms(offer, parts[offer.id]), "recorded_at": now}
            for offer in connection.execute(sa.select(_OFFER).where(_OFFER.c.id.in_(chosen)))
        ]
        connection.execute(sa.insert(version), rows)
    connection.execute(sa.update(_OFFER).values(version=1))


def _terms(offer: Any, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """An offer's row in the shape that version 1 of the stored terms had when this was written."""

    def money(amount: int | None) -> list[Any] | None:
        return None if amount is None else [amount, offer.currency]

    fees = offer.other_fees
    return {
        **{name: getattr(offer, name) for name in (*_WORDS, *_YES_NO)},
        **{name: money(getattr(offer, f"{name}_amount")) for name in _MONEY},
        **{name: _day(getattr(offer, name)) for name in _DAYS},
        "tax_rate": _number(offer.tax_rate),
        "other_fees": None if fees is None else [[str(name), money(int(amount))] for name, amount in fees],
        "expires_after_days": offer.expires_after_days,
        "parts": parts,
    }


def _part_terms(part: Any, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "treatment": slugs[part.treatment_id] if part.treatment_id is not None else None,
        "quantity": _number(part.quantity),
        "unit": part.unit,
        "sessions": part.sessions,
        "areas": part.areas.split(";") if part.areas else [],
        "interval_weeks": part.interval_weeks,
        "words": part.words,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
