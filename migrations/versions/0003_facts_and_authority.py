"""facts with their sources, claims, authority, proposals, decisions

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The log of decisions is only ever added to, and the database itself sees to it.
_REFUSE = "a decision is never changed or deleted"


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER decision_no_{verb.lower()} BEFORE {verb} ON decision "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_to_change_decisions() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON decision "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_decisions()"
    )


def upgrade() -> None:
    op.create_table(
        "authority_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_text")),
        sa.UniqueConstraint("sha256", name=op.f("uq_authority_text_sha256")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=48), nullable=False),
        sa.Column("clinic_ref", sa.String(length=128), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_clinic_ref"), ["clinic_ref"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason in ('unsubscribed', 'bounced')", name=op.f("ck_suppression_reason_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_hash", "reason", name=op.f("uq_suppression_address_hash_reason")),
    )
    op.create_table(
        "authority_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_authority_record_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_authority_record_clinic_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["authority_text.id"], name=op.f("fk_authority_record_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_record")),
    )
    with op.batch_alter_table("authority_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authority_record_clinic_id"), ["clinic_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('proof_asked', 'waiting', 'accepted', 'refused', 'expired')",
            name=op.f("ck_claim_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_claim_clinic_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["authority_text.id"], name=op.f("fk_claim_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index("ix_claim_clinic_id_state", ["clinic_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_email_hash"), ["email_hash"], unique=False)
    op.create_table(
        "clinic_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=200), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "origin in ('clinic', 'staff', 'feed', 'page', 'import', 'seed')",
            name=op.f("ck_clinic_fact_origin_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_fact_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_fact")),
        sa.UniqueConstraint("clinic_id", "field", name=op.f("uq_clinic_fact_clinic_id_field")),
    )
    op.create_table(
        "clinic_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("subject_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose in ('claim', 'confirm_address', 'confirm_prices', 'confirm_listing', 'withdraw',"
            " 'invitation', 'never_list', 'unsubscribe')",
            name=op.f("ck_clinic_link_purpose_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_link_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_clinic_link_token_hash")),
    )
    with op.batch_alter_table("clinic_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clinic_link_clinic_id"), ["clinic_id"], unique=False)
    op.create_table(
        "do_not_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=128), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name_keys", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.String(length=16), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("website_host", sa.String(length=253), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_do_not_list_clinic_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_list")),
        sa.UniqueConstraint("clinic_id", name=op.f("uq_do_not_list_clinic_id")),
    )
    with op.batch_alter_table("do_not_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_do_not_list_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_do_not_list_ref"), ["ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_do_not_list_website_host"), ["website_host"], unique=False)
    op.create_table(
        "held_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('held', 'released', 'refused', 'superseded')", name=op.f("ck_held_text_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_held_text_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_text")),
    )
    with op.batch_alter_table("held_text", schema=None) as batch_op:
        batch_op.create_index("ix_held_text_clinic_id_state", ["clinic_id", "state"], unique=False)
    op.create_table(
        "never_list_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("clinic_name", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=16), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('proof_asked', 'waiting', 'accepted', 'refused', 'expired')",
            name=op.f("ck_never_list_request_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_never_list_request_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_never_list_request")),
    )
    with op.batch_alter_table("never_list_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_never_list_request_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_never_list_request_email_hash"), ["email_hash"], unique=False)
        batch_op.create_index("ix_never_list_request_state", ["state"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("after_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("out_of_bounds", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "action in ('change_clinic', 'change_practitioner', 'add_offer', 'change_offer', 'retire_offer')",
            name=op.f("ck_proposal_action_known"),
        ),
        sa.CheckConstraint(
            "origin in ('clinic', 'staff', 'feed', 'page', 'import', 'seed')",
            name=op.f("ck_proposal_origin_known"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'accepted', 'refused', 'superseded')", name=op.f("ck_proposal_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_proposal_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(
            "uq_proposal_open",
            ["clinic_id", "action", "subject", "field"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
    op.add_column("clinic", sa.Column("position_confidence", sa.Double(), nullable=True))
    op.add_column("clinic", sa.Column("position_radius_m", sa.Integer(), nullable=True))
    op.add_column("clinic", sa.Column("pin_confirmed_on", sa.Date(), nullable=True))
    op.add_column("clinic", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column(
        "clinic", sa.Column("auto_accept_prices", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("delivery", sa.Column("optional", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("offer", sa.Column("origin", sa.String(length=16), nullable=True))
    op.add_column("offer", sa.Column("seen_on", sa.Date(), nullable=True))
    op.add_column("offer", sa.Column("confirmed_by", sa.String(length=200), nullable=True))
    op.add_column("offer", sa.Column("retired_on", sa.Date(), nullable=True))
    op.add_column("practitioner", sa.Column("origin", sa.String(length=16), nullable=True))
    op.add_column("practitioner", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("practitioner", sa.Column("seen_on", sa.Date(), nullable=True))
    op.add_column("practitioner", sa.Column("confirmed_by", sa.String(length=200), nullable=True))
    op.add_column("practitioner", sa.Column("confirmed_on", sa.Date(), nullable=True))
    _make_append_only()


def downgrade() -> None:
    op.drop_column("practitioner", "confirmed_on")
    op.drop_column("practitioner", "confirmed_by")
    op.drop_column("practitioner", "seen_on")
    op.drop_column("practitioner", "source")
    op.drop_column("practitioner", "origin")
    op.drop_column("offer", "retired_on")
    op.drop_column("offer", "confirmed_by")
    op.drop_column("offer", "seen_on")
    op.drop_column("offer", "origin")
    op.drop_column("delivery", "optional")
    op.drop_column("clinic", "auto_accept_prices")
    op.drop_column("clinic", "paused_until")
    op.drop_column("clinic", "pin_confirmed_on")
    op.drop_column("clinic", "position_radius_m")
    op.drop_column("clinic", "position_confidence")
    op.drop_table("proposal")
    op.drop_table("never_list_request")
    op.drop_table("held_text")
    op.drop_table("do_not_list")
    op.drop_table("clinic_link")
    op.drop_table("clinic_fact")
    op.drop_table("claim")
    op.drop_table("authority_record")
    op.drop_table("suppression")
    op.drop_table("decision")
    op.drop_table("authority_text")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_to_change_decisions()")
