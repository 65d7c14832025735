"""How large a run is: one code for all three, which differ in numbers and in whether a lease is waited for."""

from enum import StrEnum
from typing import TypeVar

_T = TypeVar("_T")


class Scale(StrEnum):
    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"

    def pick(self, short: _T, middle: _T, long: _T) -> _T:
        """The value for this scale."""
        return {Scale.SHORT: short, Scale.MIDDLE: middle, Scale.LONG: long}[self]

    @property
    def waits(self) -> bool:
        """True where leases, breakers and times of the next attempt are waited for; the others move them in the
        database once nothing else is left to happen."""
        return self is Scale.LONG

    def within(self, seconds: float) -> float:
        """A promised time as this scale judges it. The short form is a part of `make test`, on machines that do other
        things meanwhile: there it says that nothing hangs, and the others hold the promise itself."""
        return seconds * self.pick(5.0, 1.0, 1.0)
