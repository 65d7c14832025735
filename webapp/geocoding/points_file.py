"""Reading an operator's list of points, as public bodies publish them: headers, encodings, addresses in one column.

Pure: a file's bytes in, points and row errors out.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from webapp.domain.geo import Point, country_at, distance_m
from webapp.domain.text import fold, has_hangul
from webapp.geocoding.addresses.texts import building_key
from webapp.geocoding.gazetteer.streets import street_key

MAX_BYTES = 64 * 1024 * 1024
MAX_ERRORS = 50
# Headers, folded and without spaces, dashes or underscores, and what they mean.
_HEADERS = {
    "name": "name", "building": "name", "buildingname": "name", "nameko": "name", "nameen": "name", "placename": "name",
    "건물명": "name", "시설명": "name", "상호": "name", "사업장명": "name", "업소명": "name",
    "kind": "kind", "type": "kind", "category": "kind", "종류": "kind", "업종": "kind",
    "number": "number", "houseno": "number", "housenumber": "number", "block": "number", "blk": "number",
    "blkno": "number", "buildingnumber": "number", "건물번호": "number", "건물본번": "number",
    "street": "road", "streetname": "road", "road": "road", "roadname": "road", "도로명": "road",
    "gu": "gu", "district": "gu", "구": "gu", "시군구": "gu", "시군구명": "gu", "자치구": "gu",
    "lot": "lot", "jibun": "lot", "지번": "lot", "지번주소": "lot", "소재지지번주소": "lot",
    "postcode": "postal", "postal": "postal", "postalcode": "postal", "zip": "postal", "zipcode": "postal",
    "우편번호": "postal", "도로명우편번호": "postal",
    "lat": "lat", "latitude": "lat", "위도": "lat", "lon": "lng", "lng": "lng", "long": "lng", "longitude": "lng",
    "경도": "lng", "radiusm": "radius",
}  # fmt: skip
_ENCODINGS = ("utf-8-sig", "cp949", "cp1252")
_AREA_KINDS = frozenset({"gu", "dong", "area", "planning area", "district", "city"})
# A point with a larger radius is an area, which no address lies at.
_AREA_RADIUS_M = 400.0
# A point further from its own postal code than this is wrong, or its code is, in metres.
_TOO_FAR_M = 1_000.0
_NUMBER = re.compile(
    r"(?:지하\s*|blk\s*|block\s*|no\.?\s*)?(\d{1,5})\s*([a-z]{0,2})?(?:\s*-\s*(\d{1,4}))?(?:\s*번지?)?"
)
_LOT = re.compile(r"(?:.*\s)?([가-힣]+\d*(?:동|가))\s*(?:산\s*)?(\d{1,4})(?:\s*-\s*(\d{1,4}))?(?:\s*번지)?.*")


@dataclass(frozen=True, slots=True)
class PointRow:
    """One point of a list, as it is kept (models.ImportedPoint)."""

    country: str
    kind: str
    name: str
    name_key: str | None
    road: str
    road_key: str | None
    number: int | None
    number_rest: str
    gu: str
    dong: str | None
    lot_main: int | None
    lot_sub: int | None
    postal: str | None
    lat: float
    lng: float

    @property
    def fingerprint(self) -> str:
        """Equal for the same point with the same names: 64 hex digits."""
        values = (
            self.country, self.kind, self.name, self.road_key, self.number, self.number_rest, self.gu, self.dong,
            self.lot_main, self.lot_sub, self.postal, f"{self.lat:.6f}", f"{self.lng:.6f}",
        )  # fmt: skip
        return hashlib.sha256(repr(values).encode()).hexdigest()


@dataclass(slots=True)
class PointsFile:
    """What was read. errors: what must be mended before anything is loaded; left_out: rows that are none of ours,
    by reason; ignored: headers without a meaning here."""

    rows: list[PointRow] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    more_errors: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def error(self, line: int, what: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(f"line {line}: {what}")
        else:
            self.more_errors += 1

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


def read_points(data: bytes, postal_point: Callable[[str, str], Point | None]) -> PointsFile:
    """Read a list of points from a CSV file's bytes.

    `postal_point(country, code)` is where a known postal code lies. Never raises: what cannot be read is among the
    errors, with its line. Rows outside the area covered, areas, and points that contradict their own postal code
    are left out and counted.
    """
    found = PointsFile()
    text = _decoded(data)
    if text is None:
        found.errors.append("the file is in no encoding that is known here (UTF-8, CP949)")
        return found
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        header = next(reader, [])
        columns = [_HEADERS.get(re.sub(r"[\s_\-().]", "", fold(name))) for name in header]
        found.ignored = tuple(
            name for name, known in zip(header, columns, strict=True) if known is None and name
        )
        if problem := _unusable(columns):
            found.errors.append(f"line 1: {problem}")
            return found
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _read_row(
                    found, reader.line_num, _values(columns, cells), len(cells) - len(header), postal_point
                )
    except csv.Error as error:
        found.errors.append(f"the file is not CSV: {error}")
    return found


def _decoded(data: bytes) -> str | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        return None
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",\t;|", key=first.count)


def _unusable(columns: Iterable[str | None]) -> str | None:
    known = set(columns) - {None}
    if not known & {"name", "number", "lot", "postal"}:
        return "no column says what lies there: name or building, number, lot, postcode or postal"
    if ("lat" in known) != ("lng" in known):
        return "one of lat and lon is missing"
    if "lat" not in known and not {"number", "road", "postal"} <= known:
        return "without lat and lon there must be number, street or road, and postcode or postal"
    return None


def _values(columns: list[str | None], cells: list[str]) -> dict[str, str]:
    """The row's cells by meaning; of two columns with one meaning the first that is filled."""
    values: dict[str, str] = {}
    for meaning, cell in zip(columns, cells, strict=False):
        if meaning is not None and cell.strip() and meaning not in values:
            values[meaning] = re.sub(r"\s+", " ", cell).strip()
    return values


def _read_row(
    found: PointsFile,
    line: int,
    values: dict[str, str],
    surplus: int,
    postal_point: Callable[[str, str], Point | None],
) -> None:
    if surplus > 0:
        found.error(line, f"{surplus} cells more than the header has")
        return
    try:
        point = _point(values)
        postal, country = _postal(values, point)
        number, rest = _number(values.get("number", ""))
    except ValueError as error:
        found.error(line, str(error))
        return
    at_postal = postal_point(country, postal) if postal and country else None
    if point is None:
        if not (postal and number is not None and values.get("road")):
            found.error(line, "without lat and lon a row needs number, street or road, and postal code")
            return
        if at_postal is None:
            found.error(line, f"the postal code {postal} is not known, and there are no lat and lon")
            return
        point = at_postal
    country = country_at(point) or ""
    if not country:
        found.leave_out("outside the area covered")
    elif at_postal is not None and distance_m(point, at_postal) > _TOO_FAR_M:
        found.leave_out("more than 1 km from its own postal code")
    elif fold(values.get("kind", "")) in _AREA_KINDS or _radius(values) > _AREA_RADIUS_M:
        found.leave_out("areas, not addresses")
    else:
        row = _row(values, point, country, postal, number, rest)
        if row.name_key or row.road_key or row.dong or row.postal:
            found.rows.append(row)
        else:
            found.error(line, "nothing says what lies there")


def _row(
    values: dict[str, str], point: Point, country: str, postal: str | None, number: int | None, rest: str
) -> PointRow:
    road = values.get("road", "")
    lot = _LOT.fullmatch(values.get("lot", ""))
    has_address = number is not None or lot is not None or postal is not None
    gu = re.search(r"[가-힣]+구(?=\s|$)", values.get("gu", ""))
    name = values.get("name", "")[:200]
    return PointRow(
        country=country,
        kind=fold(values.get("kind", "building" if has_address else "place"))[:32],
        name=name,
        name_key=building_key(_plain_name(name)) or None,
        road=road[:128],
        road_key=(_road_key(country, road) or None) if number is not None else None,
        number=number,
        number_rest=rest,
        gu=gu[0][:32] if gu else "",
        dong=lot[1][:32] if lot else None,
        lot_main=int(lot[2]) if lot else None,
        lot_sub=int(lot[3] or 0) if lot else None,
        postal=postal,
        lat=round(point.lat, 7),
        lng=round(point.lng, 7),
    )


def _point(values: dict[str, str]) -> Point | None:
    lat, lng = values.get("lat", ""), values.get("lng", "")
    if not lat and not lng:
        return None
    try:
        return Point(float(lat), float(lng))
    except ValueError:
        raise ValueError(f"lat and lon are no point in degrees: {lat!r}, {lng!r}") from None


def _postal(values: dict[str, str], point: Point | None) -> tuple[str | None, str]:
    """The postal code and its country; a spreadsheet drops leading zeros, so they are put back."""
    country = (country_at(point) if point else None) or ""
    if not country and (has_hangul(values.get("road", "")) or has_hangul(values.get("gu", ""))):
        country = "KR"
    written = re.sub(r"[\s()]|\.0$|^s(?=\d)", "", fold(values.get("postal", "")))
    if not written or re.fullmatch(r"\d{3}-\d{3}", written):
        return None, country
    if not written.isascii() or not written.isdigit():
        raise ValueError(f"not a postal code: {values['postal']!r}")
    length = 5 if country == "KR" else 6
    if not length - 1 <= len(written) <= length:
        raise ValueError(f"a postal code of {length} digits was expected: {values['postal']!r}")
    return written.zfill(length), country or "SG"


def _number(written: str) -> tuple[int | None, str]:
    """(main number, the rest): "19-16" is 19 and "-16", "316B" is 316 and "b"; of a range the first."""
    if not written:
        return None, ""
    match = _NUMBER.fullmatch(re.split(r"[/,~&]", fold(written))[0].strip())
    if match is None:
        raise ValueError(f"not a house number: {written!r}")
    sub = int(match[3] or 0)
    return int(match[1]), f"-{sub}" if sub else (match[2] or "")


def _road_key(country: str, road: str) -> str:
    return re.sub(r"\s", "", road)[:128] if country == "KR" else street_key(road)[:128]


def _plain_name(name: str) -> str:
    """The name without what stands in brackets behind it."""
    short = re.split(r"[(\[（]", name)[0].strip()
    return short if len(short) >= 3 else name


def _radius(values: dict[str, str]) -> float:
    try:
        return float(values.get("radius", "0"))
    except ValueError:
        return 0.0
