"""What a request may ask: the query parameters of each resource, read and checked by pydantic.

Parameters that nobody knows are ignored, and an empty one counts as absent, so that an HTML form may point here.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from webapp.domain.geo import Box, Point
from webapp.domain.plain_text import plain_text
from webapp.search.queries import MAX_LIMIT, MAX_RADIUS_M, Sort

MAX_TEXT = 200
DEFAULT_LIMIT = 30


def _language(tag: object) -> object:
    """zh-Hans, zh-CN and zh are all zh."""
    return tag.replace("_", "-").partition("-")[0].lower() if isinstance(tag, str) else tag


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


_DEGREES = r" *-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *"
# As the document writes it. That south is below north is more than a pattern says, and is checked beside it.
BOX_PATTERN = rf"^{_DEGREES}(,{_DEGREES}){{3}}$"


def _box(text: str) -> str:
    if not re.search(BOX_PATTERN, text) or read_box(text) is None:
        raise ValueError("west,south,east,north in degrees, separated by commas")
    return text


def read_box(text: str) -> Box | None:
    """`west,south,east,north`, the order of GeoJSON; None when it is not that."""
    try:
        west, south, east, north = (float(edge) for edge in text.split(","))
        Point(south, west), Point(north, east)
    except ValueError:
        return None
    return Box(south, west, north, east) if south <= north and west <= east else None


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(plain_text)]
Language = Annotated[Literal["en", "zh", "ko"], BeforeValidator(_language)]
Market = Annotated[Literal["SG", "KR"], BeforeValidator(_upper)]


class Parameters(BaseModel):
    """What every resource takes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    lang: Language | None = Field(
        None, description="Language of names and words: en, zh or ko. Absent: that of the address's prefix."
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""}


class PlacesParameters(Parameters):
    """What /places takes."""

    q: Text = Field("", description="What somebody typed: a place, and perhaps a treatment with it.")
    country: Market | None = Field(None, description="Settles names that exist in both markets.")


class SuggestParameters(Parameters):
    """What /places/suggest takes."""

    q: Text = Field("", description="The beginning of a place's name, in any script, or of a postal code.")


class ClinicsParameters(Parameters):
    """What /clinics takes. `near` and `lat`/`lng` exclude nothing: a point wins over words."""

    q: Text = Field("", description="A treatment, a place, words of a clinic's name, or all of them.")
    near: Text = Field("", description="A place in words: station, building, area, postal code.")
    lat: float | None = Field(
        None, ge=-90, le=90, allow_inf_nan=False, description="Degrees, WGS 84; with lng."
    )
    lng: float | None = Field(
        None, ge=-180, le=180, allow_inf_nan=False, description="Degrees, WGS 84; with lat."
    )
    radius_m: int | None = Field(
        None, ge=1, le=MAX_RADIUS_M, description="Metres around the place. Absent: what suits the place."
    )
    treatment: str | None = Field(None, pattern=r"^[a-z0-9_]{1,64}$", description="A slug of /treatments.")
    market: Market | None = Field(None, description="SG or KR.")
    bbox: (
        Annotated[
            str,
            Field(max_length=MAX_TEXT, json_schema_extra={"pattern": BOX_PATTERN}),
            AfterValidator(_box),
        ]
        | None
    ) = Field(None, description="Only clinics inside west,south,east,north, in degrees.")
    sort: Sort | None = Field(
        None,
        description="Absent: by distance with a place, else by name. By price only for one treatment in one market.",
    )
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many clinics an answer holds.")
    cursor: str | None = Field(
        None, max_length=1_000, description="`next` of the answer before, with the same other parameters."
    )

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lng is None else Point(self.lat, self.lng)

    @property
    def box(self) -> Box | None:
        return read_box(self.bbox) if self.bbox else None
