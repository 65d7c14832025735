"""Tables of the refresh room: each check of a clinic's feed or page, what it was answered, and who fetches where."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base


class RefreshRun(Base):
    """One check of a clinic's feed or page. It ends done or failed; the figures grow while it runs."""

    __tablename__ = "refresh_run"
    __table_args__ = (
        # Two beats, or two clicks, make one run.
        UniqueConstraint("clinic_id", "kind", "slot"),
        CheckConstraint("kind in ('feed', 'page')", name="kind_known"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("step in ('waiting', 'fetching', 'comparing', 'over')", name="step_known"),
        # The sweep asks for what is due.
        Index("ix_refresh_run_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    # The day in the market's zone ("2026-11-01"), or for a check that somebody asked for "asked 2026-11-21T04".
    slot: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(8))
    step: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    # By the database's clock, as are the lease and the bell.
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leases_lost: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    rung_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    url: Mapped[str | None] = mapped_column(Text)
    http_status: Mapped[int | None]
    # Of the answer, unpacked.
    bytes: Mapped[int | None]
    # Offers in the feed, or facts on the page; how many of them are compared so far, and with what end.
    rows: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    proposed: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    # Why it failed, or what was remarkable ("not_modified"), as a code of refresh.labels; and each thing that is
    # wrong with the feed: [{"line": 3, "column": "price", "code": …, "params": {…}}, …].
    code: Mapped[str | None] = mapped_column(String(32))
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)


class FetchState(Base):
    """What a clinic's feed or page answered last, so that the next question can be a conditional one."""

    __tablename__ = "fetch_state"
    __table_args__ = (
        UniqueConstraint("clinic_id", "kind"),
        CheckConstraint("kind in ('feed', 'page')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    # Another address has another state.
    url: Mapped[str] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(String(256))
    last_modified: Mapped[str | None] = mapped_column(String(64))
    body_sha256: Mapped[str] = mapped_column(String(64))
    # When it was last read whole or found unchanged.
    checked_at: Mapped[datetime]


class RobotsRules(Base):
    """What a site's robots.txt said, kept for a day. An empty text allows everything."""

    __tablename__ = "robots_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    # "https://clinic.example"
    origin: Mapped[str] = mapped_column(String(300), unique=True)
    text: Mapped[str] = mapped_column(Text)
    fetched_at: Mapped[datetime]


class HostSlot(Base):
    """Who is fetching from a host just now: one at a time, whichever worker it is."""

    __tablename__ = "host_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(253), unique=True)
    owner: Mapped[str] = mapped_column(String(64))
    # By the database's clock; a worker that died lets go of the host by this.
    lease_until: Mapped[datetime]
