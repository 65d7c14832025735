"""Where the rate limits are counted: in the database, so that a frozen broker costs a request nothing."""

import time

from limits.storage import Storage
from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base, db
from webapp.unit_of_work import unit_of_work

STORAGE_URI = "database://"


class RateCount(Base):
    """How often one key was counted in the window that ends at `expires_at` (seconds since 1970)."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


_COUNT = text(
    "INSERT INTO rate_count (key, count, expires_at) VALUES (:key, :amount, :expires)"
    " ON CONFLICT (key) DO UPDATE SET"
    " count = CASE WHEN rate_count.expires_at <= :now THEN :amount ELSE rate_count.count + :amount END,"
    " expires_at = CASE WHEN rate_count.expires_at <= :now THEN :expires ELSE rate_count.expires_at END"
    " RETURNING count"
)


def count(key: str, seconds: int, now: float, amount: int = 1) -> int:
    """Count `key` in the caller's unit of work; says how often it was in the window of `seconds` that is open now.

    What is rolled back was not counted. Two that count one key at once wait for each other.
    """
    moment = int(now)
    counted = db.session.execute(
        _COUNT, {"key": key, "amount": amount, "expires": moment + seconds, "now": moment}
    ).scalar_one()
    return int(counted)


class DatabaseStorage(Storage):
    """A fixed-window counter for the limits library; scheme `database://`."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012  # the base class declares it so

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with unit_of_work() as session:
            session.execute(delete(RateCount).where(RateCount.expires_at < int(now) - 86400))
            return count(key, expiry, now, amount)

    def get(self, key: str) -> int:
        row = self._live(key)
        return row.count if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._live(key)
        return float(row.expires_at) if row else time.time()

    def check(self) -> bool:
        db.session.execute(select(1))
        return True

    def reset(self) -> int | None:
        with unit_of_work() as session:
            return session.query(RateCount).delete()

    def clear(self, key: str) -> None:
        with unit_of_work() as session:
            session.execute(delete(RateCount).where(RateCount.key == key))

    def _live(self, key: str) -> RateCount | None:
        return db.session.scalar(
            select(RateCount).where(RateCount.key == key, RateCount.expires_at > int(time.time()))
        )
