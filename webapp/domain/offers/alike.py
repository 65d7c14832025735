"""Like for like, the one rule: which parts of an offer are the very thing that is wanted, and what differs elsewhere.

Variant, quantity, unit and area are equal, or nothing is compared. What a clinic does not state is neither equal
nor different: it is open, and no sum that rests on it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from webapp.domain.offers.terms import Part
from webapp.domain.units import Quantity

# The longest course that anybody is asked about.
MAX_SESSIONS = 12
NO_FAMILIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Want:
    """What a reader wants: a treatment's slug, how many sessions; how much and where if she says so.

    `area` may name several, as the listing files do (`face;neck`): then all of them are wanted at once.
    """

    treatment: str
    sessions: int
    quantity: Quantity | None = None
    area: str | None = None

    def __post_init__(self) -> None:
        if self.sessions < 1:
            raise ValueError("at least one session is wanted")


class Difference(StrEnum):
    """In what an offer differs from what is wanted."""

    VARIANT = "variant"
    QUANTITY = "quantity"
    UNIT = "unit"
    AREA = "area"


def differences(
    part: Part, want: Want, families: Mapping[str, str] = NO_FAMILIES
) -> tuple[Difference, ...] | None:
    """In what a part differs from a want; () when in nothing that both state; None for another thing altogether.

    `families` leads from a treatment's slug to the name of its family: variants of one family differ, members
    of two families are strangers. Areas are equal when they are the same set: 4 ml for face and neck are not
    4 ml for the face.

    >>> two_ml = Want("rejuran_healer", 3, Quantity.parse("2 ml"), area="face")
    >>> one_ml = Quantity.parse("1 ml")
    >>> differences(Part("rejuran_healer", one_ml.value, one_ml.unit, areas=("face", "neck")), two_ml)
    (<Difference.QUANTITY: 'quantity'>, <Difference.AREA: 'area'>)
    >>> differences(Part("rejuran_healer"), two_ml), differences(Part("ha_booster_generic"), two_ml)
    ((), None)
    """
    found: list[Difference] = []
    if part.treatment != want.treatment:
        family = families.get(want.treatment)
        if family is None or part.treatment is None or families.get(part.treatment) != family:
            return None
        found.append(Difference.VARIANT)
    if want.quantity is not None:
        if part.unit is not None and part.unit is not want.quantity.unit:
            found.append(Difference.UNIT)
        elif part.quantity is not None and part.quantity != want.quantity.value:
            found.append(Difference.QUANTITY)
    if want.area is not None and part.areas and set(part.areas) != set(want.area.split(";")):
        found.append(Difference.AREA)
    return tuple(found)


def leaves_open(part: Part, want: Want) -> bool:
    """Does a part that differs in nothing leave out what has to be equal: the quantity, or the area asked for?"""
    return part.quantity is None or part.unit is None or (want.area is not None and not part.areas)


def parts_for(parts: Sequence[Part], want: Want) -> tuple[list[int], list[int]]:
    """The numbers of the parts that state what is wanted, and of those that may be it and leave something open."""
    stated: list[int] = []
    left_open: list[int] = []
    for index, part in enumerate(parts):
        if part.treatment == want.treatment and not differences(part, want):
            (left_open if leaves_open(part, want) else stated).append(index)
    return stated, left_open
