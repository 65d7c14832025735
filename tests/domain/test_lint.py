"""The text lint: what it must find, what it must leave alone, however it is written."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.lint import TEXT_RULES, Severity, check
from webapp.domain.lint.reading import MAX_LENGTH

pytestmark = pytest.mark.once

# (market, text, rule): what no page may show without a person.
HARMFUL = [
    ("SG", "The best skin clinic in Orchard", "SG-LAUD"),
    ("SG", "Singapore's No. 1 for boosters", "SG-LAUD"),
    ("SG", "award-winning doctors", "SG-LAUD"),
    ("SG", "新加坡最好的诊所", "SG-LAUD"),
    ("SG", "싱가포르 최고의 클리닉", "SG-LAUD"),
    ("SG", "Guaranteed results", "SG-RESULT"),
    ("SG", "Results in 3 days", "SG-RESULT"),
    ("SG", "100% safe", "SG-RESULT"),
    ("SG", "保证效果", "SG-RESULT"),
    ("SG", "from $380", "SG-PRICEPREFIX"),
    ("SG", "As low as S$299", "SG-PRICEPREFIX"),
    ("SG", "20% OFF this month", "SG-PRICEPREFIX"),
    ("SG", "U.P. $800, now $500", "SG-PRICEPREFIX"),
    ("SG", "Free consultation", "SG-PRICEPREFIX"),
    ("SG", "Complimentary mask", "SG-PRICEPREFIX"),
    ("SG", "valid until 31 March", "SG-PRICEPREFIX"),
    ("SG", "限时优惠", "SG-PRICEPREFIX"),
    ("SG", "8折", "SG-PRICEPREFIX"),
    ("SG", "Package of 3, save more", "SG-PACKAGE"),
    ("SG", "Free gift voucher", "SG-GIFT"),
    ("SG", "refer a friend", "SG-GIFT"),
    ("SG", "抽奖", "SG-GIFT"),
    ("SG", "Read our reviews", "SG-TESTI"),
    ("SG", "five-star service", "SG-TESTI"),
    ("SG", "网红推荐", "SG-TESTI"),
    ("SG", "before & after photos", "SG-BA"),
    ("SG", "术前术后", "SG-BA"),
    ("SG", "gentler than other clinics", "SG-COMPARE"),
    ("SG", "unlike other clinics", "SG-COMPARE"),
    ("SG", "our aesthetic specialists", "SG-TITLE"),
    ("SG", "mesotherapy glow", "SG-LISTB"),
    ("SG", "NCTF 135", "SG-LISTB"),
    ("SG", "FDA-approved Rejuran", "ALL-FDA"),
    ("SG", "lifts sagging jowls", "ALL-LIFT"),
    ("KR", "국내 최고 피부과", "KR-LAUD"),
    ("KR", "강남 1위", "KR-LAUD"),
    ("KR", "the best in Gangnam", "KR-LAUD"),
    ("KR", "부작용 없는 시술", "KR-RESULT"),
    ("KR", "부작용이 없는", "KR-RESULT"),
    ("KR", "효과를 보장합니다", "KR-RESULT"),
    ("KR", "no side effects", "KR-RESULT"),
    ("KR", "无副作用", "KR-RESULT"),
    ("KR", "생생한 후기", "KR-TESTI"),
    ("KR", "전후사진 공개", "KR-TESTI"),
    ("KR", "before and after", "KR-TESTI"),
    ("KR", "타병원보다 저렴", "KR-COMPARE"),
    ("KR", "better than other clinics", "KR-COMPARE"),
    ("KR", "50% 할인", "KR-DISCOUNT"),
    ("KR", "이벤트가 19만원", "KR-DISCOUNT"),
    ("KR", "선착순 100명", "KR-DISCOUNT"),
    ("KR", "30% off", "KR-DISCOUNT"),
    ("KR", "七折优惠", "KR-DISCOUNT"),
    ("KR", "부가세 환급", "KR-VATREFUND"),
    ("KR", "Tax refund available", "KR-VATREFUND"),
    ("KR", "退税", "KR-VATREFUND"),
    ("KR", "엑소좀 주사", "KR-EXOINJ"),
    ("KR", "exosome injection", "KR-EXOINJ"),
    ("KR", "외국인 무료 상담", "KR-DISCOUNT"),
    ("KR", "FDA 승인 PDRN", "ALL-FDA"),
    ("KR", "처진 볼 리프팅", "ALL-LIFT"),
]
# (market, text): what clinics say every day.
HARMLESS = [
    ("SG", "Rejuran Healer, one session, 2 ml"),
    ("SG", "Numbing cream is in the price"),
    ("SG", "Please come 30 minutes before your appointment"),
    ("SG", "Do not use retinol for 3 days after the treatment"),
    ("SG", "Sessions expire 12 months after purchase"),
    ("SG", "Unused sessions are refunded in full within 14 days"),
    ("SG", "The doctor injects by hand"),
    ("SG", "Level 5, above the food court"),
    ("SG", "Free of paraben"),
    ("SG", "Protects from free radicals"),
    ("SG", "Free flow of air"),
    ("SG", "Wheelchair access from Orchard Turn"),
    ("SG", "We speak English, Mandarin and Malay"),
    ("SG", "Face and neck"),
    ("SG", "Skin booster with hyaluronic acid, 1 syringe"),
    ("SG", "PN skin booster"),
    ("SG", "Bruises may last 5 to 7 days"),
    ("SG", "Not for pregnant women"),
    ("SG", "Fractional CO2 laser, full face"),
    ("SG", "Needle fee per visit"),
    ("SG", "Medicine"),
    ("SG", "Follow-up after four weeks"),
    ("SG", "First visit"),
    ("SG", "Weekdays only"),
    ("SG", "Consultation fee waived with treatment"),
    ("SG", "Baby Skin Trio"),
    ("SG", "水光针 2毫升"),
    ("SG", "含麻药膏"),
    ("SG", "由医生注射"),
    ("SG", "请提前十五分钟到达"),
    ("SG", "리쥬란 힐러 2cc 1회"),
    ("SG", "마취크림 포함"),
    ("KR", "리쥬란힐러 2cc 1회"),
    ("KR", "첫 방문 고객"),
    ("KR", "부가세 포함"),
    ("KR", "부가세 별도 10%"),
    ("KR", "마취크림 포함"),
    ("KR", "원장이 직접 시술합니다"),
    ("KR", "평일만 가능"),
    ("KR", "주차 가능, 강남역 5번 출구"),
    ("KR", "3회 시술, 4주 간격"),
    ("KR", "얼굴 전체"),
    ("KR", "붓기와 멍이 생길 수 있습니다"),
    ("KR", "부작용이 있을 수 있습니다"),
    ("KR", "환불 규정: 사용하지 않은 회차는 환불됩니다"),
    ("KR", "상담 후 시술"),
    ("KR", "엑소좀 도포"),
    ("KR", "스킨부스터 1회 + 레이저 1회"),
    ("KR", "연어주사"),
    ("KR", "Rejuran Healer 2 cc"),
    ("KR", "Doctor's fee included"),
    ("KR", "English and Chinese spoken"),
    ("KR", "VAT included"),
    ("KR", "VAT 10% is added"),
    ("KR", "Downtime: redness for a day"),
    ("KR", "丽珠兰 2cc"),
    ("KR", "含增值税"),
    ("KR", "由院长亲自注射"),
    ("KR", "需要提前预约"),
    ("KR", "鼻翼和脸颊"),
]


@pytest.mark.parametrize(("market", "text", "rule"), HARMFUL)
def test_what_may_not_stand_is_found(market: str, text: str, rule: str) -> None:
    assert rule in {finding.rule_id for finding in check(text, market, brand_names=True)}


@pytest.mark.parametrize(("market", "text"), HARMLESS)
def test_what_clinics_say_every_day_is_left_alone(market: str, text: str) -> None:
    assert check(text, market, brand_names=True) == ()


def test_a_harmless_superlative_only_goes_to_a_person() -> None:
    for text in ("Best reached from exit 5", "Top floor", "第一乐福中心"):
        assert {finding.severity for finding in check(text, "SG", brand_names=True)} == {Severity.HOLD}


@pytest.mark.parametrize(
    "dressed",
    ["LOWEST price", "ｌｏｗｅｓｔ price", "low\u200best price", "l\u00adowest price", "lоwеst price",
     "lowest\u00a0price", "𝐥𝐨𝐰𝐞𝐬𝐭 price", "as  low\n as"],
)  # fmt: skip
def test_words_are_found_however_they_are_dressed(dressed: str) -> None:
    (finding,) = check(f"Now: {dressed}!", "SG", brand_names=True)
    assert finding.rule_id == "SG-PRICEPREFIX"
    assert finding.start == 5
    assert f"Now: {dressed}!"[finding.start : finding.end] == finding.matched


@pytest.mark.parametrize("spaced", ["할인", "할 인", "부작용 없음", "부 작 용 없 음", "전 후 사 진"])
def test_hangul_with_spaces_between_is_the_same_word(spaced: str) -> None:
    assert check(f"오늘 {spaced}", "KR", brand_names=True)


def test_brands_are_refused_only_while_the_switch_is_off() -> None:
    assert check("Rejuran 2 ml", "SG", brand_names=True) == ()
    (finding,) = check("丽珠兰 2 ml", "SG", brand_names=False)
    assert (finding.rule_id, finding.severity) == ("SG-BRAND", Severity.BLOCK)
    assert check("Rejuran 2 ml", "KR", brand_names=False) == ()


def test_a_discount_may_be_named_where_its_terms_stand() -> None:
    assert check("50% 할인", "KR", brand_names=True)
    assert check("50% 할인", "KR", brand_names=True, has_event_terms=True) == ()
    assert check("50% off", "SG", brand_names=True, has_event_terms=True), "Singapore has no such exception"


def test_every_rule_finds_something_and_says_why_and_where_from() -> None:
    reached = {
        finding.rule_id
        for market, text, _rule in HARMFUL
        for finding in check(text, market, brand_names=False)
    } | {"SG-BRAND"}
    assert reached >= {rule.id for rule in TEXT_RULES}
    assert all(rule.why and rule.source for rule in TEXT_RULES)
    assert len({rule.id for rule in TEXT_RULES}) == len(TEXT_RULES)


@given(st.text(max_size=200), st.sampled_from(["SG", "KR"]))
def test_a_finding_is_a_piece_of_what_was_typed(text: str, market: str) -> None:
    for finding in check(text, market, brand_names=False):
        assert text[finding.start : finding.end] == finding.matched != ""


def _calls(work: Callable[[], object]) -> int:
    """How many functions of Python's a piece of work enters: a count, where a clock would tell of the machine."""
    count = 0

    def profile(*_event: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["package ", "부 작 용 ", "lift ", "compared with ", "fda approved ", "100 ", "in 3 ", "a", "부", "套餐"],
)
def test_a_text_made_to_be_slow_is_read_in_bounded_time(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (MAX_LENGTH // 4, MAX_LENGTH * 4))
    once = _calls(lambda: check(short, "SG", brand_names=False))
    # Sixteen times the text, of which four times as much is read.
    assert _calls(lambda: check(long, "SG", brand_names=False)) <= 5 * once
    check(long, "KR", brand_names=False)
