"""What a request may ask: the query parameters of each resource, read and checked by pydantic.

Parameters that nobody knows are ignored, and an empty one counts as absent, so that an HTML form may point here.
"""

import re
from typing import Annotated, Any, Literal, Self, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from werkzeug.datastructures import MultiDict

from webapp.domain.basket import Reader
from webapp.domain.geo import Box, Point
from webapp.domain.money import EXPONENTS
from webapp.domain.offers import MAX_SESSIONS, Eligibility, Want
from webapp.domain.plain_text import plain_text
from webapp.domain.want_syntax import MAX_WANTS, UnreadWant, read_want
from webapp.search.queries import MAX_LIMIT, MAX_RADIUS_M, Sort

MAX_TEXT = 200
DEFAULT_LIMIT = 30
MAX_COMPARED = 200


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


# As the document writes it. That the amount is one, and the treatment one of the catalogue, is checked beside it.
WANT_PATTERN = r"^[a-z0-9_]{1,64}:[0-9]{1,3}(x[0-9.]{1,12}[a-zA-Z]{1,10})?(@[^@]{1,80})?$"


def _want(text: str) -> str:
    try:
        if not re.search(WANT_PATTERN, text):
            raise UnreadWant
        read_want(text)
    except UnreadWant:
        raise ValueError(
            f"“{text[:80]}” is not SLUG:SESSIONS[xQTYUNIT][@AREA] with 1 to {MAX_SESSIONS} sessions, such as "
            "rejuran_healer:3x2ml@face"
        ) from None
    return text


def _currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError("a currency whose decimals we do not know; one of " + ", ".join(EXPONENTS))
    return code


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(plain_text)]
Language = Annotated[Literal["en", "zh", "ko"], BeforeValidator(_language)]
Market = Annotated[Literal["SG", "KR"], BeforeValidator(_upper)]


class Parameters(BaseModel):
    """What every resource takes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    lang: Language | None = Field(
        None, description="Language of names and words: en, zh or ko. Absent: that of the address's prefix."
    )

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> Self:
        """Check a query string: of a field that is a list every occurrence, of another the first.

        Raises ValidationError.
        """
        lists = {name for name, field in cls.model_fields.items() if get_origin(field.annotation) is list}
        return cls.model_validate(
            {name: args.getlist(name) if name in lists else args[name] for name in args}
        )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, values: Any) -> Any:
        filled = {
            name: [entry for entry in value if entry != ""] if isinstance(value, list) else value
            for name, value in values.items()
        }
        return {name: value for name, value in filled.items() if value not in ("", [])}


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


class CompareParameters(Parameters):
    """What /compare takes: the basket, then clinics by name or around a place."""

    want: list[
        Annotated[
            str,
            Field(json_schema_extra={"pattern": WANT_PATTERN, "examples": ["rejuran_healer:3x2ml@face"]}),
            AfterValidator(_want),
        ]
    ] = Field(
        min_length=1,
        max_length=MAX_WANTS,
        description="SLUG:SESSIONS[xQTYUNIT][@AREA]: a slug of /treatments, 1 to 12 sessions, how much in one "
        "session (2ml, 1vial, 100shot; absent: as the catalogue says it is usual) and where (face;neck; absent: "
        "any). Repeated for each treatment.",
    )
    clinic: list[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,128}$")]] = Field(
        default=[],
        max_length=MAX_COMPARED,
        description="A slug of /clinics. Repeated for each clinic; they stand in this order, and no place is asked.",
    )
    near: Text = Field("", description="Where no clinic is named: those around this place that offer it.")
    also: Text = Field(
        "", description="A second place: those around it too, each clinic with the nearer one."
    )
    radius_m: int | None = Field(
        None, ge=1, le=MAX_RADIUS_M, description="Metres around the places. Absent: what suits each place."
    )
    currency: (
        Annotated[
            str,
            BeforeValidator(_upper),
            AfterValidator(_currency),
            Field(json_schema_extra={"enum": list(EXPONENTS)}),
        ]
        | None
    ) = Field(
        None, description="ISO 4217: what totals are converted to. Absent: that of the first clinic's market."
    )
    eligibility: Literal[Eligibility.FIRST_VISIT, Eligibility.RETURNING] | None = Field(
        None, description="What the reader is. Absent: only offers that are open to anyone."
    )
    weekdays: Literal["yes", "no"] | None = Field(
        None, description="Whether the reader can come on weekdays. Absent: no price for weekdays only."
    )
    foreign: Literal["yes", "no"] | None = Field(
        None, description="Whether the reader comes from abroad. Absent: no price that is not for everybody."
    )
    sort: Literal[Sort.PRICE] | None = Field(
        None, description="By total in the currency asked for. Absent: as named, or by distance."
    )
    limit: int = Field(
        DEFAULT_LIMIT, ge=1, le=MAX_COMPARED, description="How many clinics around places are compared."
    )

    @property
    def wants(self) -> list[Want]:
        return [read_want(text) for text in self.want]

    @property
    def reader(self) -> Reader:
        said = {"yes": True, "no": False}
        first_visit = None if self.eligibility is None else self.eligibility is Eligibility.FIRST_VISIT
        return Reader(first_visit, said.get(self.weekdays or ""), said.get(self.foreign or ""))
