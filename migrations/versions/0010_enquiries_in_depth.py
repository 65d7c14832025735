"""enquiries in depth: several treatments, consents by matter, drafts, questions, replies by mail, decisions, receipts

Revision: 0010, after 0009.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_QUOTE = (
    ("inclusions", sa.JSON(none_as_null=True)),
    ("injector_name", sa.Text()),
    ("aftercare", sa.Text()),
    ("aftercare_language", sa.String(16)),
    ("conditions", sa.Text()),
    ("decline_reason", sa.String(32)),
    ("range_low_amount", sa.BigInteger()),
    ("range_high_amount", sa.BigInteger()),
    ("listed_amount", sa.BigInteger()),
    ("withdrawn_at", sa.DateTime(timezone=True)),
    ("expired_at", sa.DateTime(timezone=True)),
)
_QUOTE_CHECKS = {"range_whole": "(range_low_amount is null) = (range_high_amount is null)"}
_ENQUIRY = (
    ("questions", sa.Text()),
    ("had_before", sa.Text()),
    ("last_act_at", sa.DateTime(timezone=True)),
    ("email_confirmed_at", sa.DateTime(timezone=True)),
    ("closed_as", sa.String(16)),
    ("closed_at", sa.DateTime(timezone=True)),
)
_RECIPIENT = (
    ("asked_at", sa.DateTime(timezone=True)),
    ("decision", sa.String(16)),
    ("decision_reason", sa.String(32)),
    ("decided_at", sa.DateTime(timezone=True)),
    ("reminded_at", sa.DateTime(timezone=True)),
    ("paid_amount", sa.BigInteger()),
    ("paid_currency", sa.String(3)),
)
_RECIPIENT_CHECKS = {
    "decision_known": "decision in ('accepted', 'declined')",
    "paid_whole": "(paid_amount is null) = (paid_currency is null)",
}


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason in ('patient', 'operator', 'retention')", name=op.f("ck_erasure_reason_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_erasure_receipt_hash")),
    )
    op.create_table(
        "enquiry_want",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=10, scale=3), nullable=True),
        sa.Column("unit", sa.String(length=16), nullable=True),
        sa.Column("area", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(quantity is null) = (unit is null)", name=op.f("ck_enquiry_want_quantity_whole")
        ),
        sa.CheckConstraint("sessions > 0", name=op.f("ck_enquiry_want_sessions_positive")),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_want_enquiry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["treatment_id"], ["treatment.id"], name=op.f("fk_enquiry_want_treatment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_want")),
        sa.UniqueConstraint("enquiry_id", "position", name=op.f("uq_enquiry_want_enquiry_id_position")),
    )
    with op.batch_alter_table("enquiry_want", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiry_want_treatment_id"), ["treatment_id"], unique=False)

    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('bounce', 'delay', 'automatic', 'reply', 'unknown')",
            name=op.f("ck_inbound_mail_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_inbound_mail_delivery_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_mail_digest")),
    )
    op.create_table(
        "price_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_price_outcome_count_positive")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_price_outcome_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_outcome")),
        sa.UniqueConstraint("clinic_id", "month", "kind", name=op.f("uq_price_outcome_clinic_id_month_kind")),
    )
    op.create_table(
        "clarification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name=op.f("fk_clarification_enquiry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_clarification_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clarification_enquiry_id"), ["enquiry_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=16), nullable=False),
        sa.Column("consent_text_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "matter in ('enquiry', 'health', 'abroad', 'contact')", name=op.f("ck_consent_matter_known")
        ),
        sa.ForeignKeyConstraint(
            ["consent_text_id"], ["consent_text.id"], name=op.f("fk_consent_consent_text_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_consent_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("recipient_id", "matter", name=op.f("uq_consent_recipient_id_matter")),
    )
    op.create_table(
        "mail_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_mail_reply_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reply")),
    )
    with op.batch_alter_table("mail_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_reply_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "quote_draft",
        sa.Column("recipient_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_quote_draft_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_quote_draft")),
    )
    op.create_table(
        "clarification_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clarification_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clarification_id"],
            ["clarification.id"],
            name=op.f("fk_clarification_answer_clarification_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["recipient.id"],
            name=op.f("fk_clarification_answer_recipient_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification_answer")),
        sa.UniqueConstraint(
            "clarification_id",
            "recipient_id",
            name=op.f("uq_clarification_answer_clarification_id_recipient_id"),
        ),
    )
    _bring_consents_and_wants()
    op.add_column("clinic", sa.Column("asks_for", sa.String(128), nullable=True))
    op.add_column("clinic", sa.Column("enquiries_per_day", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("about", sa.String(32), nullable=True))
    op.add_column("delivery", sa.Column("to_hash", sa.String(64), nullable=True))
    op.add_column("delivery", sa.Column("reply_hash", sa.String(64), nullable=True))
    op.add_column("delivery", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_delivery_about", "delivery", ["about"])
    op.create_index("ix_delivery_to_hash", "delivery", ["to_hash"])
    op.create_index("ix_delivery_reply_hash", "delivery", ["reply_hash"], unique=True)
    op.add_column("link", sa.Column("mailed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("link", sa.Column("label", sa.Text(), nullable=True))
    op.add_column("quote_line", sa.Column("area", sa.String(80), nullable=True))
    _alter(
        "link",
        drop_checks=["purpose_known"],
        checks={"purpose_known": "purpose in ('patient', 'quote', 'share')"},
    )
    for name, kind in _QUOTE:
        op.add_column("quote", sa.Column(name, kind, nullable=True))
    _alter(
        "quote",
        checks=_QUOTE_CHECKS,
    )
    for name, kind in _ENQUIRY:
        op.add_column("enquiry", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE enquiry SET last_act_at = created_at")
    op.drop_index("ix_enquiry_treatment_id", table_name="enquiry")
    _alter(
        "enquiry",
        not_null={"last_act_at": sa.DateTime(timezone=True)},
        drop_checks=["sessions_positive"],
        foreign_keys=["treatment_id"],
        columns=["treatment_id", "sessions"],
        checks={"closed_as_known": "closed_as in ('suited', 'none_suited')"},
    )
    for name, kind in _RECIPIENT:
        op.add_column("recipient", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE recipient SET asked_at = consented_at")
    _alter(
        "recipient",
        not_null={"asked_at": sa.DateTime(timezone=True)},
        foreign_keys=["consent_text_id"],
        columns=["consent_text_id", "consented_at"],
        checks=_RECIPIENT_CHECKS,
    )


def downgrade() -> None:
    """Several treatments per enquiry and consents by matter cannot be told by the tables before: the first want and
    the consent to the enquiry are kept."""
    op.add_column("recipient", sa.Column("consent_text_id", sa.Integer(), nullable=True))
    op.add_column("recipient", sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE recipient SET (consent_text_id, consented_at) = (SELECT consent_text_id, given_at FROM consent"
        " WHERE consent.recipient_id = recipient.id AND consent.matter = 'enquiry')"
    )
    _alter(
        "recipient",
        drop_checks=list(_RECIPIENT_CHECKS),
        not_null={"consent_text_id": sa.Integer(), "consented_at": sa.DateTime(timezone=True)},
        columns=[name for name, _kind in _RECIPIENT],
        new_foreign_keys={"consent_text_id": "consent_text"},
    )
    op.add_column("enquiry", sa.Column("treatment_id", sa.Integer(), nullable=True))
    op.add_column("enquiry", sa.Column("sessions", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE enquiry SET (treatment_id, sessions) = (SELECT treatment_id, sessions FROM enquiry_want"
        " WHERE enquiry_want.enquiry_id = enquiry.id AND enquiry_want.position = 0)"
    )
    _alter(
        "enquiry",
        drop_checks=["closed_as_known"],
        not_null={"treatment_id": sa.Integer(), "sessions": sa.Integer()},
        columns=[name for name, _kind in _ENQUIRY],
        new_foreign_keys={"treatment_id": "treatment"},
        checks={"sessions_positive": "sessions > 0"},
    )
    op.create_index("ix_enquiry_treatment_id", "enquiry", ["treatment_id"])
    _alter(
        "quote",
        drop_checks=list(_QUOTE_CHECKS),
        columns=[name for name, _kind in _QUOTE],
    )
    op.execute("DELETE FROM link WHERE purpose = 'share'")
    _alter(
        "link",
        drop_checks=["purpose_known"],
        columns=["mailed", "label"],
        checks={"purpose_known": "purpose in ('patient', 'quote')"},
    )
    op.drop_column("quote_line", "area")
    op.drop_index("ix_delivery_reply_hash", table_name="delivery")
    op.drop_index("ix_delivery_to_hash", table_name="delivery")
    op.drop_index("ix_delivery_about", table_name="delivery")
    for table, name in (
        ("delivery", "bounced_at"), ("delivery", "reply_hash"), ("delivery", "to_hash"), ("delivery", "about"),
        ("clinic", "enquiries_per_day"), ("clinic", "asks_for"),
    ):  # fmt: skip
        op.drop_column(table, name)
    for table in (
        "clarification_answer", "quote_draft", "mail_reply", "consent", "clarification", "price_outcome",
        "inbound_mail", "enquiry_want", "erasure",
    ):  # fmt: skip
        op.drop_table(table)


def _bring_consents_and_wants() -> None:
    """What an enquiry asked for becomes its first want; the words agreed to become the consent to the enquiry."""
    op.execute(
        "INSERT INTO enquiry_want (enquiry_id, position, treatment_id, sessions)"
        " SELECT id, 0, treatment_id, sessions FROM enquiry"
    )
    op.execute(
        "INSERT INTO consent (recipient_id, matter, consent_text_id, given_at)"
        " SELECT id, 'enquiry', consent_text_id, consented_at FROM recipient"
    )


def _alter(
    table: str,
    *,
    drop_checks: Sequence[str] = (),
    not_null: Mapping[str, Any] = MappingProxyType({}),
    foreign_keys: Sequence[str] = (),
    columns: Sequence[str] = (),
    new_foreign_keys: Mapping[str, str] = MappingProxyType({}),
    checks: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """One change of a table, which SQLite makes by making the table anew."""
    with op.batch_alter_table(table) as batch:
        for name in drop_checks:
            batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for name, kind in not_null.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        for name in foreign_keys:
            batch.drop_constraint(op.f(f"fk_{table}_{name}"), type_="foreignkey")
        for name, target in new_foreign_keys.items():
            batch.create_foreign_key(op.f(f"fk_{table}_{name}"), target, [name], ["id"])
        for name in columns:
            batch.drop_column(name)
        for name, condition in checks.items():
            batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)
