"""geocoding jobs, answers and imported points

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=True),
        sa.Column("road", sa.String(length=128), nullable=False),
        sa.Column("road_key", sa.String(length=128), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("number_rest", sa.String(length=16), nullable=False),
        sa.Column("gu", sa.String(length=32), nullable=False),
        sa.Column("dong", sa.String(length=32), nullable=True),
        sa.Column("lot_main", sa.Integer(), nullable=True),
        sa.Column("lot_sub", sa.Integer(), nullable=True),
        sa.Column("postal", sa.String(length=6), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("country in ('SG', 'KR')", name=op.f("ck_imported_point_country_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_point")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_imported_point_fingerprint")),
    )
    with op.batch_alter_table("imported_point", schema=None) as batch_op:
        batch_op.create_index("ix_imported_point_road_key_number", ["road_key", "number"], unique=False)
        batch_op.create_index("ix_imported_point_dong_lot_main", ["dong", "lot_main"], unique=False)
        batch_op.create_index(batch_op.f("ix_imported_point_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_imported_point_postal"), ["postal"], unique=False)
    op.create_table(
        "provider_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("query_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_answer")),
        sa.UniqueConstraint("provider", "query_hash", name=op.f("uq_provider_answer_provider_query_hash")),
    )
    with op.batch_alter_table("provider_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_answer_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "provider_state",
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_state")),
    )
    op.create_table(
        "provider_quota",
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "day", name=op.f("pk_provider_quota")),
    )
    op.create_table(
        "geocode_job",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'working', 'done')", name=op.f("ck_geocode_job_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_geocode_job_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_geocode_job")),
    )
    with op.batch_alter_table("geocode_job", schema=None) as batch_op:
        batch_op.create_index("ix_geocode_job_state_next_at", ["state", "next_at"], unique=False)
    op.create_table(
        "position_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'decided', 'superseded')", name=op.f("ck_position_review_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_position_review_clinic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_review")),
    )
    with op.batch_alter_table("position_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_review_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(
            "uq_position_review_open",
            ["clinic_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    for name in (
        "position_review",
        "geocode_job",
        "provider_quota",
        "provider_state",
        "provider_answer",
        "imported_point",
    ):
        op.drop_table(name)
