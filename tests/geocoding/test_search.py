"""What a submitted text means: names, codes, sounds, misspellings, choices, and an honest nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.geocoding.gazetteer import Gazetteer, find, longest_place, postal_point


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        # as signs and maps write it
        ("Novena", "Novena", "mrt"),
        ("Tiong Bahru MRT", "Tiong Bahru", "mrt"),
        ("the Star Vista", "The Star Vista", "mall"),
        ("강남역", "Gangnam", "station"),
        ("청담동", "Cheongdam-dong", "dong"),
        ("NS21", "Newton", "mrt"),
        ("DT19/NE4", "Chinatown", "mrt"),
        # other scripts
        ("烏節", "Orchard", "mrt"),
        ("實龍崗", "Serangoon", "mrt"),
        ("論峴洞", "Nonhyeon-dong", "dong"),
        ("江南駅", "Gangnam", "station"),
        ("ミョンドン駅", "Myeongdong", "station"),
        ("シンノンヒョン", "Sinnonhyeon", "station"),
        ("오차드", "Orchard", "mrt"),
        # how people write
        ("AMK", "Ang Mo Kio", "mrt"),
        ("Taka", "Ngee Ann City", "mall"),
        ("HV", "Holland Village", "mrt"),
        ("고터", "Express Bus Terminal", "station"),
        ("Tg Pagar", "Tanjong Pagar", "mrt"),
        ("Novena Sq", "Novena Square", "mall"),
        ("Jurong Pt", "Jurong Point", "mall"),
        ("somerset 313", "313@Somerset", "mall"),
        ("#12-01 Lucky Plaza", "Lucky Plaza", "mall"),
        ("camden medical", "Camden Medical Centre", "medical"),
        # exits, station words, surroundings, country
        ("Orchard MRT station exit 4", "Orchard", "mrt"),
        ("강남역10번 출구", "Gangnam", "station"),
        ("압구정역 3번 출구", "Apgujeong", "station"),
        ("江南站附近", "Gangnam", "station"),
        ("around Bugis", "Bugis", "mrt"),
        ("clarke quay singapore", "Clarke Quay", "mrt"),
        ("논현1동", "Nonhyeon-dong", "dong"),
        # old romanisations by sound
        ("Shin Nonhyun", "Sinnonhyeon", "station"),
        ("Tokok", "Dogok", "station"),
        # two names, of which the smaller is meant
        ("Paragon Orchard Road", "Paragon", "mall"),
        ("강남구신사동", "Sinsa-dong", "dong"),
        ("首尔明洞", "Myeongdong", "station"),
        # misspelt
        ("orchrd", "Orchard", "mrt"),
        ("Bugis Juction", "Bugis Junction", "mall"),
        ("raffels place", "Raffles Place", "mrt"),
        ("诺维那", "Novena", "mrt"),
        ("Bugis+", "Bugis+", "mall"),
        ("Orchard Central mall", "Orchard Central", "mall"),
    ],
)
def test_the_best_answer(gazetteer: Gazetteer, text: str, name: str, kind: str) -> None:
    best = find(gazetteer, text).best
    assert best is not None
    assert (best.name, best.kind) == (name, kind)


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("Novena", 0.9, 1),
        ("238801", 0.95, 1),
        ("Apgujung Rodeo", 0.8, 0.85),
        ("orchrd", 0.5, 0.79),
        ("23", 0.5, 0.64),
    ],
)
def test_confidence_says_how_it_was_found(
    gazetteer: Gazetteer, text: str, at_least: float, at_most: float
) -> None:
    best = find(gazetteer, text).best
    assert best is not None
    assert at_least <= best.confidence <= at_most


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("City Hall", {"Singapore", "Seoul"}),
        ("Sinsa-dong", {"Gangnam-gu", "Eunpyeong-gu", "Gwanak-gu"}),
    ],
)
def test_one_name_of_several_places_offers_them_all(
    gazetteer: Gazetteer, text: str, within: set[str]
) -> None:
    search = find(gazetteer, text)
    assert search.ambiguous
    assert {place.within for place in search.matches} == within
    assert search.matches[0].confidence < 0.8
    assert search.did_you_mean


def test_mount_elizabeth_is_two_hospitals(gazetteer: Gazetteer) -> None:
    search = find(gazetteer, "Mount Elizabeth")
    assert search.ambiguous
    assert {place.postal for place in search.matches} == {"228510", "329563"}


def test_gangnam_comes_first_among_dong_of_one_name(gazetteer: Gazetteer) -> None:
    assert find(gazetteer, "신사동").matches[0].within == "Gangnam-gu"


def test_a_country_settles_what_exists_in_both(gazetteer: Gazetteer) -> None:
    for text, country in (("City Hall", "KR"), ("city hall seoul", None), ("Seoul City Hall", "SG")):
        best = find(gazetteer, text, country).best
        assert best is not None
        assert best.country == "KR"
        assert best.confidence >= 0.9


def test_a_place_of_the_other_country_is_only_offered(gazetteer: Gazetteer) -> None:
    search = find(gazetteer, "Novena", "KR")
    assert search.matches == ()
    assert {place.name for place in search.did_you_mean} >= {"Novena"}


@pytest.mark.parametrize(
    "text",
    ["Johor Bahru", "JB", "Busan", "부산", "釜山", "Tokyo", "東京", "Bangkok", "曼谷", "Kuala Lumpur", "Batam",
     "Incheon", "제주도", "Pangyo", "분당", "Hong Kong", "Johor Baharu", "Busan station", "Seomyeon, Busan"],
)  # fmt: skip
def test_a_city_that_is_not_covered_is_named(gazetteer: Gazetteer, text: str) -> None:
    search = find(gazetteer, text)
    assert search.outside
    assert search.matches == ()


@pytest.mark.parametrize("text", ["near me", "Nearby", "附近", "我附近", "내 주변", "around me", "現在地"])
def test_somebodys_own_surroundings_are_asked_for_not_guessed(gazetteer: Gazetteer, text: str) -> None:
    search = find(gazetteer, text)
    assert search.intent == "needs_device_location"
    assert search.matches == ()


@pytest.mark.parametrize(
    "text", ["238801", "S238801", "S(238801)", " 238 801 ", "Singapore 238801", "238801 singapore"]
)
def test_postal_codes_in_every_dress(gazetteer: Gazetteer, text: str) -> None:
    best = find(gazetteer, text).best
    assert best is not None
    assert (best.name, best.kind, best.precision) == ("238801", "postal", "building")


def test_a_postal_code_that_does_not_exist_gets_its_neighbours(gazetteer: Gazetteer) -> None:
    search = find(gazetteer, "999999")
    assert search.matches == ()
    assert 1 <= len(search.did_you_mean) <= 3
    assert all(place.kind == "postal" for place in search.did_you_mean)


@pytest.mark.parametrize("text", ["#01-259 177 Bt Batok", "01-259177", "238801-2", "1238801"])
def test_digits_beside_other_numbers_are_no_postal_code(gazetteer: Gazetteer, text: str) -> None:
    best = find(gazetteer, text).best
    assert best is None or best.kind != "postal"


def test_a_korean_postcode_is_a_zone(gazetteer: Gazetteer) -> None:
    best = find(gazetteer, "06030").best
    assert best is not None
    assert (best.country, best.precision, best.within) == ("KR", "postcode", "강남구")


def test_a_leading_zero_lost_in_a_spreadsheet_is_found_with_doubt(gazetteer: Gazetteer) -> None:
    best = find(gazetteer, "48622").best
    assert best is not None
    assert best.name == "048622"
    assert best.confidence < 0.65


@pytest.mark.parametrize("text", ["District 9", "D9", "d09"])
def test_postal_districts(gazetteer: Gazetteer, text: str) -> None:
    best = find(gazetteer, text).best
    assert best is not None
    assert (best.kind, best.code) == ("district", "9")


NOT_PLACES = [
    "rejuran", "botox", "profhilo", "juvelook", "skin booster", "salmon dna", "polynucleotide",
    "hyaluronic acid", "restylane", "sculptra", "potenza", "filler", "dermatologist", "aesthetic clinic",
    "laser", "microneedling", "리쥬란", "쥬베룩", "물광주사", "스킨부스터", "보톡스", "피부과", "水光针",
    "丽珠兰", "玻尿酸", "水光針", "皮肤科", "リジュラン", "xyzzy", "hello world", "lorem ipsum",
    "asdfgh", "qwerty", "undefined", "null", "NaN", "true", "-", "...", "", "   ",
    "<script>alert(1)</script>", "'; DROP TABLE place;--", "%00", "../../etc/passwd", "\x00", "😀😀😀",
    "ﷺ", "Ω≈ç√∫˜µ≤≥÷", "田中さんにあげて下さい", "찦차를 타고", "社會科學院語學研究所", "1/0",
    "0xffffffff", "${jndi:ldap}", "\u202ereversed", "٠١٢٣٤٥", "first visit", "how much", "price",
    "cheap", "best doctor", "open sunday", "promo",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PLACES)
def test_a_treatment_or_any_word_is_not_a_place(gazetteer: Gazetteer, text: str) -> None:
    best = find(gazetteer, text).best
    assert best is None or best.confidence < 0.65


@pytest.mark.parametrize("text", NOT_PLACES)
def test_no_place_is_found_inside_other_words(gazetteer: Gazetteer, text: str) -> None:
    search, _ = longest_place(gazetteer, text)
    assert search.matches == ()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_no_text_breaks_a_search(gazetteer: Gazetteer, text: str) -> None:
    search = find(gazetteer, text)
    assert all(0 < place.confidence <= 1 for place in search.matches)
    longest_place(gazetteer, text)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("rejuran near gangnam station", "Gangnam", "rejuran"),
        ("skin booster near tanjong pagar mrt", "Tanjong Pagar", "skin booster"),
        ("Botox in Orchard", "Orchard", "botox"),
        ("juvelook around the Paragon", "Paragon", "juvelook"),
        ("gangnam rejuran", "Gangnam-gu", "rejuran"),
        ("profhilo @ novena", "Novena", "profhilo"),
        ("강남역 리쥬란", "Gangnam", "리쥬란"),
        ("강남역리쥬란", "Gangnam", "리쥬란"),
        ("신사역 근처 스킨부스터", "Sinsa", "스킨부스터"),
        ("诺维娜水光针", "Novena", "水光针"),
        ("乌节路附近的水光针", "Orchard Road", "水光针"),
        ("rejuran near kangnam stn", "Gangnam", "rejuran"),
        ("botox near novenna mrt", "Novena", "botox"),
        ("salmon dna 238801", "238801", "salmon dna"),
        ("Novena", "Novena", ""),
    ],
)
def test_the_place_inside_a_longer_text(gazetteer: Gazetteer, text: str, name: str, rest: str) -> None:
    search, left = longest_place(gazetteer, text)
    assert search.best is not None
    assert (search.best.name, left) == (name, rest)


def test_near_me_inside_a_longer_text(gazetteer: Gazetteer) -> None:
    search, rest = longest_place(gazetteer, "salmon dna near me")
    assert (search.intent, rest) == ("needs_device_location", "salmon dna")


def test_a_city_outside_inside_a_longer_text(gazetteer: Gazetteer) -> None:
    search, rest = longest_place(gazetteer, "rejuran in bangkok")
    assert (search.outside, rest) == ("Bangkok", "rejuran")


def test_text_without_a_place_comes_back_whole(gazetteer: Gazetteer) -> None:
    search, rest = longest_place(gazetteer, "Rejuran Healer")
    assert not search.found
    assert rest == "rejuran healer"


def test_names_for_the_reader_and_on_the_spot(gazetteer: Gazetteer) -> None:
    expected = {
        "en": ("Sinsa", "신사", "Seoul"),
        "zh": ("新沙", "신사", "首尔"),
        "ko": ("신사", "신사", "서울"),
    }
    for lang, names in expected.items():
        best = find(gazetteer, "sinsa station", None, lang).best
        assert best is not None
        assert (best.name, best.name_local, best.within) == names
    best = find(gazetteer, "novena", None, "zh").best
    assert best is not None
    assert (best.name, best.name_local) == ("诺维娜", "Novena")


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("238801", 1_000),
        ("Camden Medical Centre", 1_000),
        ("Novena MRT", 1_000),
        ("역삼동", 1_500),
        ("ION", 1_500),
    ],
)
def test_how_far_a_search_reaches_at_first(gazetteer: Gazetteer, text: str, metres: int) -> None:
    best = find(gazetteer, text).best
    assert best is not None
    assert best.search_radius_m == metres


def test_an_area_and_a_city_reach_their_own_extent(gazetteer: Gazetteer) -> None:
    for text, least in (("Gangnam-gu", 3_000), ("Seoul", 15_000), ("Singapore", 20_000)):
        best = find(gazetteer, text).best
        assert best is not None
        assert best.search_radius_m == best.radius_m >= least


@pytest.mark.parametrize(
    ("country", "code", "found"),
    [
        ("SG", "307506", True), ("SG", "307 506", True), ("SG", "999999", False), ("SG", "30750", False),
        ("KR", "06030", True), ("KR", "48058", False), ("JP", "100000", False), ("SG", "", False),
        ("SG", "30750a", False), ("SG", "٣٠٧٥٠٦", False),
    ],
)  # fmt: skip
def test_the_point_of_a_postal_code(gazetteer: Gazetteer, country: str, code: str, found: bool) -> None:
    assert (postal_point(gazetteer, country, code) is not None) is found
