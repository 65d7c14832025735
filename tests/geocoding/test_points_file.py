"""Lists of points as public bodies publish them, and what is said of those that cannot be used."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.geocoding.known import read
from webapp.geocoding.gazetteer import Gazetteer
from webapp.geocoding.points_file import PointRow

pytestmark = pytest.mark.once


def only(gazetteer: Gazetteer, text: str, encoding: str = "utf-8") -> PointRow:
    found = read(gazetteer, text.encode(encoding))
    assert found.errors == []
    assert len(found.rows) == 1
    return found.rows[0]


def test_a_korean_building_with_its_road_and_lot(gazetteer: Gazetteer) -> None:
    row = only(
        gazetteer,
        "gu,road,number,lot,postcode,building,lat,lon\n"
        "강남구,테헤란로,152-1,역삼동 737-2,6236,강남파이낸스센터,37.5000,127.0365\n",
    )
    assert (row.country, row.kind, row.gu, row.road_key) == ("KR", "building", "강남구", "테헤란로")
    assert (row.number, row.number_rest, row.dong, row.lot_main, row.lot_sub) == (152, "-1", "역삼동", 737, 2)
    assert row.postal == "06236", "a spreadsheet dropped the zero"
    assert row.name_key == "강남파이낸스센터"


def test_a_number_with_a_postal_code_needs_no_point(gazetteer: Gazetteer) -> None:
    row = only(gazetteer, "number,street,postal\n503A,TAMPINES CTRL 1,520503\n")
    known = gazetteer.postal("SG", "520503", 1, "")
    assert known is not None
    assert (row.lat, row.lng) == (known.lat, known.lng)
    assert (row.number, row.number_rest, row.road_key) == (503, "a", "1 central tampines")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_headers_and_separators_of_public_lists(
    gazetteer: Gazetteer, encoding: str, delimiter: str
) -> None:
    text = (
        "건물명,시군구,도로명,건물번호,지번,우편번호,위도,경도\n"
        "한빛빌딩,서울특별시 강남구,테헤란로,지하 152,서울 강남구 역삼동 737번지,06236,37.5,127.0365\n"
    )
    row = only(gazetteer, text.replace(",", delimiter), encoding)
    assert (row.name, row.gu, row.road_key, row.number) == ("한빛빌딩", "강남구", "테헤란로", 152)
    assert (row.dong, row.lot_main, row.postal) == ("역삼동", 737, "06236")


@pytest.mark.parametrize("header", ["Latitude,LONGITUDE", "lat,lng", "LAT,Lon", "위도,경도"])
def test_names_of_the_columns(gazetteer: Gazetteer, header: str) -> None:
    row = only(
        gazetteer, f"Building Name,Postal Code,{header}\nParagon (East Wing),S238859,1.3037,103.8358\n"
    )
    assert (row.name_key, row.postal) == ("paragon", "238859")


def test_what_is_none_of_ours_is_left_out_and_counted(gazetteer: Gazetteer) -> None:
    found = read(
        gazetteer,
        (
            "name,kind,postal,lat,lon,radius_m\n"
            "Elsewhere,mall,,35.1,129.0,\n"
            "A planning area,,,1.35,103.8,3000\n"
            "강남구,gu,,37.5,127.05,\n"
            "Far from its code,building,238859,1.35,103.95,\n"
            "Paragon,mall,238859,1.3037,103.8358,40\n"
        ).encode(),
    )
    assert found.errors == []
    assert [row.name for row in found.rows] == ["Paragon"]
    assert sum(found.left_out.values()) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column says"),
        ("lat,lon\n1.3,103.8\n", "no column says"),
        ("name,lat\nA,1.3\n", "one of lat and lon"),
        ("name\nParagon\n", "without lat and lon"),
        ("name,lat,lon\nParagon,north,103.8\n", "line 2: lat and lon"),
        ("name,lat,lon\nParagon,95,103.8\n", "line 2: lat and lon"),
        ("name,lat,lon\nParagon,nan,103.8\n", "line 2: lat and lon"),
        ("name,lat,lon\nParagon,1.3\n", "line 2: lat and lon"),
        ("name,lat,lon\nParagon,1.3037,103.8358,7\n", "line 2: 1 cells more"),
        ("name,postal,lat,lon\nParagon,23x859,1.3037,103.8358\n", "line 2: not a postal code"),
        ("name,postal,lat,lon\nParagon,23,1.3037,103.8358\n", "line 2: a postal code of 6"),
        ("number,street,lat,lon\nfirst,Orchard Road,1.3037,103.8358\n", "line 2: not a house number"),
        ("name,lat,lon\n,1.3037,103.8358\n", "line 2: nothing says"),
        ("number,street,postal\n5,Orchard Road,999999\n", "line 2: the postal code 999999 is not known"),
        ("number,street,postal\n5,,238859\n", "line 2: without lat and lon a row needs"),
        ('name,lat,lon\n"Paragon,1.3,103.8\n', "not CSV"),
    ],
)
def test_each_fault_is_named_with_its_line(gazetteer: Gazetteer, text: str, words: str) -> None:
    found = read(gazetteer, text.encode())
    assert found.rows == []
    assert len(found.errors) == 1
    assert words in found.errors[0]


def test_a_thousand_faults_are_counted_and_fifty_told(gazetteer: Gazetteer) -> None:
    found = read(gazetteer, b"name,lat,lon\n" + b"Paragon,x,y\n" * 1000)
    assert (len(found.errors), found.more_errors) == (50, 950)


@pytest.mark.parametrize("data", [b"\x00\x01\x02name", gzip.compress(b"name,lat,lon\n"), b"\xff\xfe"])
def test_what_is_no_text_is_an_error_and_no_crash(gazetteer: Gazetteer, data: bytes) -> None:
    assert read(gazetteer, data).errors


def test_the_same_row_has_the_same_fingerprint(gazetteer: Gazetteer) -> None:
    one = only(gazetteer, "name,postal,lat,lon\nParagon,238859,1.3037,103.8358\n")
    same = only(gazetteer, "lon,lat,building,postcode\n103.83580, 1.30370 ,Paragon,238859\n")
    other = only(gazetteer, "name,postal,lat,lon\nParagon,238859,1.3038,103.8358\n")
    assert one.fingerprint == same.fingerprint
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "name",
    [
        "kr_gangnam_buildings.csv", "kr_seoul_areas.csv", "kr_seoul_pharmacy_anchors.csv", "kr_stations.csv",
        "sg_known_numbers.csv", "sg_places.csv", "sg_planning_areas.csv", "sg_stations.csv",
    ],
)  # fmt: skip
def test_the_lists_beside_the_project_can_be_read(
    gazetteer: Gazetteer, shared: Callable[[str], Path], name: str
) -> None:
    found = read(gazetteer, shared(f"open/{name}").read_bytes())
    assert found.errors == []
    assert found.rows or "areas, not addresses" in found.left_out
