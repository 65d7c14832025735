"""Tables of the clinics room. There is no Clinic.offers: ask offers.queries.for_clinics(ids)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base

# Who said it: the clinic itself, the operator's staff, the clinic's feed or web page, an import, the seed.
ORIGINS = ("clinic", "staff", "feed", "page", "import", "seed")


class Clinic(Base):
    """One clinic at one place. Fields that no source states are None."""

    __tablename__ = "clinic"
    __table_args__ = (
        CheckConstraint("country in ('SG', 'KR')", name="country_known"),
        CheckConstraint(
            "authority in ('unclaimed', 'authorised', 'withdrawn', 'do_not_list')", name="authority_known"
        ),
        CheckConstraint("(lat is null) = (lng is null)", name="position_whole"),
        # A bounding box around a place is the first cut of every search near it.
        Index("ix_clinic_lat_lng", "lat", "lng"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The importer's own stable name for it.
    ref: Mapped[str] = mapped_column(String(128), unique=True)
    slug: Mapped[str] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_zh: Mapped[str | None] = mapped_column(String(200))
    name_ko: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2), index=True)
    address: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(64))
    postal_code: Mapped[str | None] = mapped_column(String(16))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    # building, interpolated, postcode, street, area: how exact lat and lng are (places).
    precision: Mapped[str | None] = mapped_column(String(16))
    position_source: Mapped[str | None] = mapped_column(String(32))
    # 0 to 1, and the expected error in metres, as the geocoder gave them.
    position_confidence: Mapped[float | None]
    position_radius_m: Mapped[int | None]
    # Set when the clinic put the pin there itself: no worker moves it after that.
    pin_confirmed_on: Mapped[date | None]
    # The station or area it stands nearest to, for the card.
    area_en: Mapped[str | None] = mapped_column(String(128))
    area_zh: Mapped[str | None] = mapped_column(String(128))
    area_ko: Mapped[str | None] = mapped_column(String(128))
    # schema.org opening hours, "Mo-Fr 10:00-19:00; Sa 10:00-16:00".
    hours: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(32))
    website: Mapped[str | None] = mapped_column(Text)
    enquiry_email: Mapped[str | None] = mapped_column(String(254))
    enquiry_email_confirmed_on: Mapped[date | None]
    # BCP 47 tags joined by ";".
    languages: Mapped[str | None] = mapped_column(String(128))
    group_ref: Mapped[str | None] = mapped_column(String(128), index=True)
    licence_no: Mapped[str | None] = mapped_column(String(64))
    gst_registered: Mapped[bool | None]
    foreign_patient_reg_no: Mapped[str | None] = mapped_column(String(64))
    feed_url: Mapped[str | None] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(String(16))
    authority_by: Mapped[str | None] = mapped_column(String(200))
    authority_on: Mapped[date | None]
    accepts_enquiries: Mapped[bool]
    # No enquiries up to and including this day, in the market's zone.
    paused_until: Mapped[date | None]
    # Codes of what it needs to know for a quote, joined by ";" (enquiries.choices.ASKS_FOR); empty: the minimum.
    asks_for: Mapped[str | None] = mapped_column(String(128))
    # As many enquiries as it can answer in a day of its zone; empty: no limit of its own.
    enquiries_per_day: Mapped[int | None]
    # The clinic lets small price changes of its own feed go live without asking it again.
    auto_accept_prices: Mapped[bool] = mapped_column(default=False, server_default=false())
    sample: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    verified_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    practitioners: Mapped[list["Practitioner"]] = relationship(
        back_populates="clinic", cascade="all, delete-orphan", order_by="Practitioner.id"
    )


class Practitioner(Base):
    """A doctor at a clinic, with what a reader can check on the public register."""

    __tablename__ = "practitioner"
    __table_args__ = (UniqueConstraint("clinic_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_local: Mapped[str | None] = mapped_column(String(200))
    registration_no: Mapped[str | None] = mapped_column(String(64))
    register_url: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date | None]
    languages: Mapped[str | None] = mapped_column(String(128))
    # Where the entry comes from, as in ClinicFact; all None: from the listing's own source.
    origin: Mapped[str | None] = mapped_column(String(16))
    source: Mapped[str | None] = mapped_column(Text)
    seen_on: Mapped[date | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(200))
    confirmed_on: Mapped[date | None]

    clinic: Mapped[Clinic] = relationship(back_populates="practitioners")


class ClinicFact(Base):
    """Where one public fact of a clinic comes from and who last confirmed it.

    A clinic's fact without a row has the source and the date of the listing as a whole.
    """

    __tablename__ = "clinic_fact"
    __table_args__ = (
        UniqueConstraint("clinic_id", "field"),
        CheckConstraint(f"origin in {ORIGINS}", name="origin_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    # One of moderation.facts.FIELDS: name, address, hours, phone, website, languages.
    field: Mapped[str] = mapped_column(String(32))
    origin: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    seen_on: Mapped[date]
    confirmed_by: Mapped[str | None] = mapped_column(String(200))
    confirmed_on: Mapped[date | None]
