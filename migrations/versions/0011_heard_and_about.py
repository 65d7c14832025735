"""when a clinic was first heard; older mails say which enquiry they are about

Revision: 0011, after 0010.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The keys of mails before 0010, by the table whose id they name.
_OF_ENQUIRY = re.compile(r"enquiry-patient-page:(\d{1,18})")
_OF_RECIPIENT = re.compile(r"(enquiry-asks-clinic|enquiry-clinic-unreachable):(\d{1,18})(?::.*)?")
_OF_QUOTE = re.compile(r"clinic-answered:(\d{1,18})")


def upgrade() -> None:
    op.add_column("enquiry", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    _fill_heard_at()
    _fill_about()


def downgrade() -> None:
    """What the mails are about stays: the column was there before."""
    op.drop_column("enquiry", "heard_at")


def _fill_heard_at() -> None:
    """The first thing that any clinic said. Where only a state tells of it, when somebody last did something."""
    op.execute(
        "UPDATE enquiry SET heard_at = (SELECT min(heard.at) FROM ("
        "SELECT recipient.enquiry_id AS enquiry_id, quote.created_at AS at"
        " FROM quote JOIN recipient ON recipient.id = quote.recipient_id"
        " UNION ALL SELECT recipient.enquiry_id, mail_reply.received_at"
        " FROM mail_reply JOIN recipient ON recipient.id = mail_reply.recipient_id"
        " UNION ALL SELECT enquiry_id, asked_at FROM clarification WHERE recipient_id IS NOT NULL"
        " UNION ALL SELECT clarification.enquiry_id, clarification_answer.answered_at"
        " FROM clarification_answer"
        " JOIN clarification ON clarification.id = clarification_answer.clarification_id"
        " WHERE clarification_answer.recipient_id IS NOT NULL"
        ") AS heard WHERE heard.enquiry_id = enquiry.id)"
    )
    op.execute(
        "UPDATE enquiry SET heard_at = last_act_at WHERE heard_at IS NULL AND EXISTS ("
        "SELECT 1 FROM recipient WHERE recipient.enquiry_id = enquiry.id"
        " AND recipient.state IN ('answered', 'declined'))"
    )


def _fill_about() -> None:
    """Erasing an enquiry finds its mails by `about`, also those from before the column was.

    A mail to the patient gets the hash of its address too: the enquiry has it. A clinic's would need the key of the
    hashes, which no migration has; its newest mail is found by recipient.delivery_id instead.
    """
    mails = list(_older_mails())
    if not mails:
        return
    op.get_bind().execute(
        sa.text(
            "UPDATE delivery SET about = :about, to_hash = coalesce(to_hash, :to_hash) WHERE id = :delivery_id"
        ),
        mails,
    )


def _older_mails() -> Iterator[dict[str, str | int | None]]:
    bind = op.get_bind()
    hashes = dict(bind.execute(sa.text("SELECT id, email_hash FROM enquiry")).all())
    recipients = bind.execute(sa.text("SELECT id, enquiry_id, delivery_id FROM recipient")).all()
    enquiry_of = {row.id: row.enquiry_id for row in recipients}
    asked_by = {row.delivery_id: row.enquiry_id for row in recipients if row.delivery_id is not None}
    quotes = bind.execute(sa.text("SELECT id, recipient_id FROM quote")).all()
    answered = {row.id: enquiry_of[row.recipient_id] for row in quotes}
    for row in bind.execute(sa.text("SELECT id, key FROM delivery WHERE about IS NULL ORDER BY id")).all():
        to_patient = True
        if row.id in asked_by:
            enquiry_id, to_patient = asked_by[row.id], False
        elif found := _OF_ENQUIRY.fullmatch(row.key):
            enquiry_id = int(found.group(1))
        elif found := _OF_RECIPIENT.fullmatch(row.key):
            enquiry_id = enquiry_of.get(int(found.group(2)))
            to_patient = found.group(1) == "enquiry-clinic-unreachable"
        elif found := _OF_QUOTE.fullmatch(row.key):
            enquiry_id = answered.get(int(found.group(1)))
        else:
            continue
        if enquiry_id in hashes:
            yield {
                "delivery_id": row.id,
                "about": f"enquiry:{enquiry_id}",
                "to_hash": hashes[enquiry_id] if to_patient else None,
            }
