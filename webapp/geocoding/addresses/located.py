"""What the geocoder answers with."""

from dataclasses import dataclass, replace

from webapp.domain.geo import Point

# Under this confidence a person looks (places: result).
REVIEW_BELOW = 0.7
# Under this an answer counts as a guess that only helps to choose.
GUESS = 0.6
# Parts of an address that lie further apart than this contradict each other, in metres.
CONFLICT_M = 1_000.0
# From the most exact to the least.
PRECISIONS = ("building", "interpolated", "postcode", "street", "area", "city", "none")


@dataclass(frozen=True, slots=True)
class Choice:
    """Another place that the address may mean. Degrees of WGS 84."""

    name: str
    kind: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address lies.

    lat and lng in degrees (WGS 84). precision: one of PRECISIONS. confidence: 0 to 1 that the point is within
    about `radius_m` metres of the door. conflict: parts of the address contradict each other. source: gazetteer,
    imported or a provider. postal: the postal code found or derived, "" when none.
    """

    country: str
    lat: float
    lng: float
    precision: str
    confidence: float
    radius_m: int
    source: str
    matched_text: str
    postal: str = ""
    conflict: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def point(self) -> Point:
        return Point(self.lat, self.lng)

    @property
    def needs_review(self) -> bool:
        return self.conflict or self.confidence < REVIEW_BELOW

    def contradicted(self, *others: Choice) -> "Located":
        """The same point, never sure: parts of the address mean places far from each other."""
        return replace(
            self, confidence=min(self.confidence, 0.5), conflict=True, choices=(*self.choices, *others)
        )

    def at_most(self, confidence: float) -> "Located":
        return replace(self, confidence=min(self.confidence, confidence))


def exacter(one: str, other: str) -> bool:
    """True when precision `one` is more exact than `other`."""
    return PRECISIONS.index(one) < PRECISIONS.index(other)
