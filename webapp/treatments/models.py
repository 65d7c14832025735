"""Tables of the treatments room. Filled from seed/reference, where each row was reviewed."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base


class Treatment(Base):
    """A product (Rejuran Healer), a class of products (HA skin booster) or a device treatment (HIFU)."""

    __tablename__ = "treatment"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    active_class: Mapped[str] = mapped_column(String(64))
    # The class name shown where a market's policy keeps brand names off public pages.
    generic_en: Mapped[str] = mapped_column(String(128))
    generic_zh: Mapped[str] = mapped_column(String(128))
    generic_ko: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128))
    name_zh_hans: Mapped[str] = mapped_column(String(128))
    name_zh_hant: Mapped[str] = mapped_column(String(128))
    name_ko: Mapped[str] = mapped_column(String(128))
    # How it is usually quoted; None where no source says.
    usual_quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    usual_unit: Mapped[str | None] = mapped_column(String(16))
    status_sg: Mapped[str] = mapped_column(String(64))
    status_kr: Mapped[str] = mapped_column(String(64))
    summary_en: Mapped[str] = mapped_column(Text)
    summary_zh: Mapped[str] = mapped_column(Text)
    summary_ko: Mapped[str] = mapped_column(Text)
    injectable: Mapped[bool]

    names: Mapped[list["TreatmentName"]] = relationship(
        back_populates="treatment", cascade="all, delete-orphan"
    )
    facts: Mapped[list["Fact"]] = relationship(back_populates="treatment", cascade="all, delete-orphan")


class TreatmentName(Base):
    """One thing people type for a treatment. An ambiguous term has a row for each treatment it may mean."""

    __tablename__ = "treatment_name"
    __table_args__ = (UniqueConstraint("treatment_id", "language", "term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(16))
    term: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16))

    treatment: Mapped[Treatment] = relationship(back_populates="names")


class Source(Base):
    """A document that facts are taken from."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    title_ko: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    place: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    published_on: Mapped[date | None]
    url: Mapped[str | None] = mapped_column(Text)
    # Whose view it is and how far it goes, in our words.
    note_en: Mapped[str] = mapped_column(Text)
    note_zh: Mapped[str] = mapped_column(Text)
    note_ko: Mapped[str] = mapped_column(Text)


class Fact(Base):
    """One thing a source says of a treatment, in our words. Facts that disagree share a conflict mark."""

    __tablename__ = "fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str] = mapped_column(String(64))
    # stated, refuted, one_view, missing_list; or unsourced for what no source says.
    status: Mapped[str] = mapped_column(String(16))
    statement_en: Mapped[str] = mapped_column(Text)
    statement_zh: Mapped[str] = mapped_column(Text)
    statement_ko: Mapped[str] = mapped_column(Text)
    normalised: Mapped[Any | None] = mapped_column(JSON)
    conflict: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    # The order of the reviewed file, kept so that a page reads the same on every database.
    position: Mapped[int]

    treatment: Mapped[Treatment] = relationship(back_populates="facts")
    sources: Mapped[list[Source]] = relationship(secondary="fact_source", order_by=Source.key)


class FactSource(Base):
    """Which documents say a fact."""

    __tablename__ = "fact_source"

    fact_id: Mapped[int] = mapped_column(ForeignKey("fact.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
