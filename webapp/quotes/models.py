"""Tables of the quotes room. A quote is an answer to one person; it is never reused as a public price."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.encryption import EncryptedText
from webapp.extensions import Base


class Quote(Base):
    """A clinic's answer. A later version replaces the earlier one on the page; both are kept."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("recipient_id", "version"),
        CheckConstraint("kind in ('quote', 'decline', 'consultation_first')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))
    currency: Mapped[str] = mapped_column(String(3))
    tax: Mapped[str] = mapped_column(String(16))
    tax_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    # As in Offer: included, or fee with its amount; None is "not stated".
    consultation: Mapped[str | None] = mapped_column(String(16))
    consultation_fee_amount: Mapped[int | None] = mapped_column(BigInteger)
    consultation_waived: Mapped[bool | None]
    other_fees: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    numbing: Mapped[str | None] = mapped_column(String(16))
    injector: Mapped[str | None] = mapped_column(String(16))
    valid_until: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]

    lines: Mapped[list["QuoteLine"]] = relationship(
        back_populates="quote", cascade="all, delete-orphan", order_by="QuoteLine.position"
    )


class QuoteLine(Base):
    """One thing quoted, for the whole line and not per session."""

    __tablename__ = "quote_line"
    __table_args__ = (
        UniqueConstraint("quote_id", "position"),
        CheckConstraint("price_amount >= 0", name="price_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id", ondelete="CASCADE"))
    position: Mapped[int]
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"))
    words: Mapped[str | None] = mapped_column(EncryptedText)
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    unit: Mapped[str | None] = mapped_column(String(16))
    sessions: Mapped[int]
    # 0 is a clinic's own word for "in the price of the other lines".
    price_amount: Mapped[int] = mapped_column(BigInteger)

    quote: Mapped[Quote] = relationship(back_populates="lines")
