"""Addresses of our own choosing: how they are written, what is known of them, what contradicts, what is elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.geocoding.known import InMemory, read
from webapp.domain.geo import Point, country_at, distance_m
from webapp.geocoding.addresses import Located, locate
from webapp.geocoding.addresses.texts import for_a_provider, take_apart
from webapp.geocoding.gazetteer import Gazetteer
from webapp.geocoding.gazetteer.roads import latin_sound, road_sound
from webapp.geocoding.gazetteer.streets import street_key

pytestmark = pytest.mark.once

# Paragon on Orchard Road; the Gangnam Finance Centre on Teheran-ro, as the street's own signs have them.
PARAGON = Point(1.3037, 103.8358)
FINANCE_CENTRE = Point(37.5000, 127.0365)


def found(gazetteer: Gazetteer, text: str, country: str | None = None) -> Located:
    answer = locate(gazetteer, text, country)
    assert answer is not None, text
    return answer


@pytest.mark.parametrize(
    "text",
    [
        "290 Orchard Road #05-12 Singapore 238859",
        "290 ORCHARD RD, #05-12/13, S(238859)",
        "290 Orchard Rd s238859",
        "#05-12 Paragon, 290 Orchard Road, SG 238859",
        "290 orchard road, level 5, unit 12, s’pore 238 859",
        "Paragon Medical Suites #05-12, 290 Orchard Road",
        "２９０ Orchard Road Singapore ２３８８５９",
        "S238859",
    ],
)
def test_one_building_of_singapore_however_it_is_written(gazetteer: Gazetteer, text: str) -> None:
    answer = found(gazetteer, text)
    assert answer.country == "SG"
    assert distance_m(answer.point, PARAGON) < 150
    assert answer.precision == "building"
    assert not answer.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "서울특별시 강남구 테헤란로 152, 12층 (역삼동, 강남파이낸스센터)",
        "서울특별시강남구테헤란로152",
        "강남구 테헤란로 152번지 지하1층",
        "(06236) 서울 강남구 테헤란로 152 1201호",
        "테헤란로 152 12F Gangnam Seoul",
        "152, Teheran-ro, Gangnam-gu, Seoul, Republic of Korea (06236)",
        "Teheran-ro 152, Gangnam",
        "teheran ro 152",
        "12F, 152 Teheranro, Gangnam-gu, Seoul 06236",
        "152 Tehran-ro, Gangnam-gu",
        "152 Teheran st, Gangnam-gu, Seoul",
    ],
)
def test_one_building_of_seoul_however_it_is_written(gazetteer: Gazetteer, text: str) -> None:
    answer = found(gazetteer, text)
    assert answer.country == "KR"
    assert distance_m(answer.point, FINANCE_CENTRE) < 250
    assert answer.precision == "interpolated"
    assert not answer.needs_review


@pytest.mark.parametrize(
    ("text", "road"),
    [
        ("Eonju-ro 173-gil 19", "언주로173길"),
        ("19 Eonju-ro 173gil, Gangnam-gu", "언주로173길"),
        ("Jong-ro 51ga-gil 5, Jongno-gu", "종로51가길"),
        ("Kangnam-daero 396", "강남대로"),
        ("396 Gangnamdaero", "강남대로"),
        ("Apgujung-ro 30, Gangnam-gu", "압구정로"),
        ("Seochojungang-ro 20", "서초중앙로"),
        ("Seocho jungang-ro 20", "서초중앙로"),
        ("명동9길 9", "명동9길"),
        ("강남구 테혜란로 152", "테헤란로"),
    ],
)
def test_the_road_is_understood(gazetteer: Gazetteer, text: str, road: str) -> None:
    assert road in found(gazetteer, text, "KR").matched_text.split()


def test_old_and_new_spellings_sound_alike() -> None:
    assert road_sound("언주로173길") == latin_sound("eonju", "ro", "173") == latin_sound("onju", "ro", "173")
    assert road_sound("강남대로") == latin_sound("kangnam", "daero")
    assert road_sound("강남대로") != road_sound("강남로")


def test_streets_have_one_key_however_they_are_shortened() -> None:
    assert street_key("Toa Payoh Lor 4") == street_key("LORONG 4 TOA PAYOH")
    assert street_key("St. George's Rd") == street_key("Saint George'S Road")
    assert street_key("Bt Batok St 31") == street_key("Bukit Batok Street 31")
    assert street_key("Bukit Batok Street 31") != street_key("Bukit Batok Street 32")


@pytest.mark.parametrize(
    ("text", "bare", "postals"),
    [
        ("#01-259 177 Bt Batok West Ave 8", "177 bt batok west ave 8", ()),
        ("#01-259 177 Bt Batok ,, SG 650177 , Singapore", "177 bt batok", ("650177",)),
        ("10 Sinaran Drive #08-29/30 S(307506)", "10 sinaran drive", ("307506",)),
        ("3rd Floor, 10 Sinaran Drive", "10 sinaran drive", ()),
        ("10 Sinaran Drive Level 4, Unit 01", "10 sinaran drive", ()),
        ("tel 6123-456789", "tel 6123-456789", ()),
    ],
)
def test_units_go_and_postal_codes_are_found(text: str, bare: str, postals: tuple[str, ...]) -> None:
    taken = take_apart(text)
    assert taken.bare.replace(" ;", "").replace(" ,", "").strip() == bare
    assert taken.sg_postals == postals


@pytest.mark.parametrize(
    "text",
    [
        "서초구 효령로 292, B1", "강남구 도곡로 515, 2층 202호", "사평대로56길 7, 105,106호", "신반포로 219, 8동 6호",
        "자곡로 180, 106-1호", "강남대로 390, B105호", "도산대로 124, 1층일부", "선릉로 26 지상 1층",
    ],
)  # fmt: skip
def test_a_korean_address_ends_with_its_number_once_the_unit_is_gone(text: str) -> None:
    assert take_apart(text).bare.rstrip(" ,")[-1].isdigit()
    assert "층" not in take_apart(text).bare
    assert "호" not in take_apart(text).bare


def test_no_provider_is_told_the_unit() -> None:
    assert for_a_provider("#05-12 Paragon, 290 Orchard Road, S238859") == "paragon, 290 orchard road, s238859"
    assert for_a_provider("서울 강남구 테헤란로 152, 12층 1201호") == "서울 강남구 테헤란로 152"


def test_a_postal_code_of_another_street_is_a_conflict(gazetteer: Gazetteer) -> None:
    answer = found(gazetteer, "290 Orchard Road Singapore 520503", "SG")
    assert answer.conflict
    assert answer.confidence <= 0.5
    assert any(distance_m(Point(one.lat, one.lng), PARAGON) < 2_000 for one in answer.choices)


def test_a_postal_code_that_does_not_exist_leaves_the_street(gazetteer: Gazetteer) -> None:
    good = found(gazetteer, "Blk 503 Tampines Central 1 S(520503)")
    bad = found(gazetteer, "Blk 503 Tampines Central 1 S(520999)")
    assert distance_m(good.point, bad.point) < 300
    assert bad.confidence < good.confidence
    assert not bad.conflict


@pytest.mark.parametrize(
    ("text", "postal"),
    [
        ("Singapore Post Centre", "408600"), ("#05-12 Singapore Shopping Centre, Singapore", "239924"),
        ("JUNCTION 10 level 3", "677899"), ("Square 2 #05-12", "307506"), ("Zhongshan Mall", "329984"),
        ("Paragon Shoping Centre", "238859"), ("ngee ann city tower B #12-01", "238872"),
    ],
)  # fmt: skip
def test_buildings_by_their_name_alone(gazetteer: Gazetteer, text: str, postal: str) -> None:
    code = gazetteer.postal("SG", postal, 1, "")
    assert code is not None
    answer = found(gazetteer, text, "SG")
    assert answer.precision == "building"
    assert distance_m(answer.point, code.point) < 250


def test_a_block_s_postal_code_ends_in_its_number(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "Blk 503 Tampines Ctrl 1", "SG").postal == "520503"
    assert found(gazetteer, "503 Tampnes Central 1 Singapore").postal == "520503", "a slip of the finger"


def test_a_private_house_number_is_only_a_street(gazetteer: Gazetteer) -> None:
    answer = found(gazetteer, "913 Serangoon Road", "SG")
    assert answer.precision == "street"
    assert answer.needs_review


def test_a_road_in_another_gu_and_a_zone_elsewhere_are_noticed(gazetteer: Gazetteer) -> None:
    assert found(gazetteer, "마포구 테헤란로 152").conflict
    assert found(gazetteer, "강남구 테헤란로 152 (03925)").conflict
    assert found(gazetteer, "강남구 테헤란로 152 (상암동)").conflict


def test_a_number_beyond_the_road_is_not_on_it(gazetteer: Gazetteer) -> None:
    answer = found(gazetteer, "테헤란로 4152")
    assert answer.precision == "street"
    assert answer.needs_review


def test_a_lot_or_a_dong_is_an_area_until_lots_are_loaded(gazetteer: Gazetteer) -> None:
    for text in ("역삼동 737", "Yeoksam-dong 737, Gangnam", "역삼동", "서울 강남구"):
        answer = found(gazetteer, text)
        assert answer.precision == "area"
        assert answer.needs_review
    # Several dong are called Sinsa; the one in Gangnam is where clinics are, and all are offered.
    sinsa = found(gazetteer, "신사동")
    assert distance_m(sinsa.point, Point(37.524, 127.022)) < 1_500
    assert len(sinsa.choices) == 3


@pytest.mark.parametrize("country", [None, "SG", "KR"])
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "...", "\x00", "(((", "#-#-#", "TBA", "N/A", "to be confirmed", "Online consultation only",
        "contact clinic", "전화문의", "홈페이지 참조", "000000", "999999", "S000000", "Level 5", "#02-01", "Tower 2",
        "Hospital", "Medical Centre", "Bangkok, Thailand", "1 Infinite Loop, Cupertino", "12 Nanjing Road Shanghai",
        "10 Downing Street, London", "Jalan Sultan Ismail 50, Kuala Lumpur", "Johor Bahru City Square",
        "1-1 Shinjuku, Tokyo", "부산광역시 해운대구 우동 123", "경기도 성남시 분당구 판교역로 235",
        "인천 남동구 구월동 1138",
        "10 Sinaran Drive, Bangkok", "Busan Haeundae-gu Jung-dong 1", "123 Orchard Road, Hong Kong",
        "Suite 500, 100 Main St, Springfield IL", "Singapore", "Seoul", "Republic of Korea", "新加坡", "서울특별시",
    ],
)  # fmt: skip
def test_what_is_no_address_here_is_never_a_confident_point(
    gazetteer: Gazetteer, text: str, country: str | None
) -> None:
    answer = locate(gazetteer, text, country)
    assert answer is None or answer.confidence < 0.65


def test_a_text_of_the_other_country_contradicts_the_listing(gazetteer: Gazetteer) -> None:
    answer = found(gazetteer, "서울 강남구 테헤란로 152", "SG")
    assert answer.country == "KR"
    assert answer.conflict


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it(gazetteer: Gazetteer, text: str) -> None:
    answer = locate(gazetteer, text)
    if answer is not None:
        assert country_at(answer.point) == answer.country
        assert 0 <= answer.confidence <= 1


ROAD = b"road,number,lat,lon,postcode,building,lot,gu\n"


def test_numbers_between_known_ones_lie_between_them(gazetteer: Gazetteer) -> None:
    data = (
        ROAD
        + "테헤란로,140,37.4995,127.0345,06235,,,강남구\n테헤란로,160,37.5005,127.0375,06236,,,강남구\n".encode()
    )
    points = InMemory(read(gazetteer, data).rows)
    answer = locate(gazetteer, "테헤란로 150", "KR", points)
    assert answer is not None
    assert (answer.precision, answer.source) == ("interpolated", "imported")
    assert distance_m(answer.point, Point(37.5, 127.036)) < 5
    exact = locate(gazetteer, "테헤란로 160, 3층", "KR", points)
    assert exact is not None
    assert (exact.precision, exact.lat) == ("building", 37.5005)


def test_a_known_number_moves_the_road_s_line_beside_it(gazetteer: Gazetteer) -> None:
    line = gazetteer.roads("테헤란로")[0]
    at_152 = line.point(152)
    at_156 = line.point(156)
    assert at_152 is not None
    assert at_156 is not None
    data = ROAD + f"테헤란로,152,{at_152.lat + 0.001},{at_152.lng},06236,,,강남구\n".encode()
    answer = locate(gazetteer, "테헤란로 156", "KR", InMemory(read(gazetteer, data).rows))
    assert answer is not None
    assert 70 < distance_m(answer.point, at_156) < 111, "most of the way, because it is near"


def test_lots_and_buildings_of_a_list(gazetteer: Gazetteer) -> None:
    rows = (
        "테헤란로,152,37.5000,127.0365,06236,강남파이낸스센터,역삼동 737,강남구\n"
        "봉은사로,524,37.5125,127.0588,,성지빌딩,삼성동 159,강남구\n"
        "선릉로,100,37.4900,127.0550,,성지빌딩,도곡동 467-2,강남구\n"
    )
    points = InMemory(read(gazetteer, ROAD + rows.encode()).rows)

    def at(text: str) -> Located:
        answer = locate(gazetteer, text, "KR", points)
        assert answer is not None
        return answer

    assert at("역삼동 737").precision == "building"
    assert at("역삼동 737-5").precision == "street"
    assert at("역삼동 735").needs_review, "the next lot is only a guess"
    assert at("강남파이낸스센터").lat == 37.5
    assert at("도곡동 성지빌딩").lat == 37.49
    twice = at("성지빌딩")
    assert twice.needs_review
    assert len(twice.choices) == 1
    assert at("마포구 성지빌딩").needs_review, "there is none in Mapo"
