"""what comes back of sessions that were paid for and not taken, as one of a list

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offer", sa.Column("refund_basis", sa.String(16), nullable=True))


def downgrade() -> None:
    # Not by a batch, which on SQLite would make the table anew and take the parts with the old one.
    op.drop_column("offer", "refund_basis")
