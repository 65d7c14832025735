"""What the text rules must find, and what they must leave alone, in the three languages of the site."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.domain.lint import TEXT_RULES, Severity, check

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
    ("KR", "선착순 100명", "KR-INDUCEMENT"),
    ("KR", "30% off", "KR-DISCOUNT"),
    ("KR", "七折优惠", "KR-DISCOUNT"),
    ("KR", "부가세 환급", "KR-VATREFUND"),
    ("KR", "Tax refund available", "KR-VATREFUND"),
    ("KR", "退税", "KR-VATREFUND"),
    ("KR", "엑소좀 주사", "KR-EXOINJ"),
    ("KR", "exosome injection", "KR-EXOINJ"),
    ("KR", "외국인 무료 상담", "KR-INDUCEMENT"),
    ("KR", "FDA 승인 PDRN", "ALL-FDA"),
    ("KR", "처진 볼 리프팅", "ALL-LIFT"),
    # Each of these looks like something harmless that stands further down.
    ("SG", "Free skin analysis with every visit", "SG-PRICEPREFIX"),
    ("SG", "Painless and risk-free", "SG-RESULT"),
    ("SG", "Before and after treatment photos", "SG-BA"),
    ("SG", "Visible glow within 3 days", "SG-RESULT"),
    ("SG", "$380 onwards", "SG-PRICEPREFIX"),
    ("SG", "1-for-1 boosters", "SG-PRICEPREFIX"),
    ("SG", "买一送一", "SG-PRICEPREFIX"),
    ("SG", "No doubt the best", "SG-LAUD"),
    ("SG", "Our happy patients love it", "SG-TESTI"),
    ("SG", "⭐️⭐️⭐️⭐️⭐️", "SG-TESTI"),
    ("SG", "比其他诊所更安全", "SG-COMPARE"),
    ("SG", "시술 후기 이벤트", "SG-TESTI"),
    ("KR", "BEST피부과", "KR-LAUD"),
    ("KR", "시술 후기 보러 가기", "KR-TESTI"),
    ("KR", "네이버 리뷰 1000건", "KR-TESTI"),
    ("KR", "다른 병원과 달리", "KR-COMPARE"),
    ("KR", "지인 소개 할인", "KR-INDUCEMENT"),
    ("KR", "1+1 이벤트", "KR-INDUCEMENT"),
    ("KR", "영구적인 효과", "KR-RESULT"),
    ("KR", "만족을 보장", "KR-RESULT"),
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
    # Each holds words, or letters, of a rule.
    ("SG", "Best reached from exit 5"),
    ("SG", "Top floor, next to the lifts"),
    ("SG", "A top-up after four weeks"),
    ("SG", "Swelling, leading to tightness for a day"),
    ("SG", "Please feel free to call us"),
    ("SG", "Alcohol-free and fragrance-free lotion"),
    ("SG", "Free parking at the mall"),
    ("SG", "Your history is reviewed by the doctor"),
    ("SG", "A review appointment after two weeks"),
    ("SG", "The doctor reviews your medicines first"),
    ("SG", "Stop the drops, as recommended by your doctor"),
    ("SG", "Avoid alcohol before and after the treatment"),
    ("SG", "Permanent residents pay the same"),
    ("SG", "The effect is not permanent"),
    ("SG", "We do not guarantee a result"),
    ("SG", "Results can’t be guaranteed"),
    ("SG", "Redness fades in 2 days"),
    ("SG", "Ten points per area, one syringe"),
    ("SG", "Open from 10:00, last entry 18:30"),
    ("SG", "100% refundable within 14 days"),
    ("SG", "第一次来诊请带身份证件"),
    ("SG", "预约需付保证金"),
    ("SG", "停车免费两小时"),
    ("SG", "术前术后注意事项"),
    ("SG", "시술 후 기본 관리"),
    ("SG", "최초 방문 시 신분증 필요"),
    ("SG", "지하 1층, 1 위치도 참고"),
    ("KR", "시술 후 기본 관리를 해 드립니다"),
    ("KR", "시술할 인원을 알려 주세요"),
    ("KR", "임신 후기에는 시술하지 않습니다"),
    ("KR", "기타 병원 기록을 가져오세요"),
    ("KR", "타 병원 진료 기록"),
    ("KR", "100% 예약제"),
    ("KR", "반영구 화장 상담"),
    ("KR", "치료 경험이 많은 의사가 진료합니다"),
    ("KR", "무료 주차 2시간"),
    ("KR", "본인 명의 카드로 결제"),
    ("KR", "FDA 승인 초음파 기기"),
    ("KR", "시술 전후 금주"),
    ("KR", "第一次来诊"),
]


@pytest.mark.parametrize(("market", "text", "rule"), HARMFUL)
def test_what_may_not_stand_is_found(market: str, text: str, rule: str) -> None:
    assert rule in {finding.rule_id for finding in check(text, market, brand_names=True)}


@pytest.mark.parametrize(("market", "text"), HARMLESS)
def test_what_clinics_say_every_day_is_left_alone(market: str, text: str) -> None:
    assert check(text, market, brand_names=True) == ()


def test_brands_are_refused_only_while_the_switch_is_off() -> None:
    assert check("Rejuran 2 ml", "SG", brand_names=True) == ()
    for text in ("丽珠兰 2 ml", "麗珠蘭", "Juvéderm Volite", "리쥬란 힐러", "not Rejuran"):
        (finding,) = check(text, "SG", brand_names=False)
        assert (finding.rule_id, finding.severity) == ("SG-BRAND", Severity.BLOCK)
    assert check("Rejuran 2 ml", "KR", brand_names=False) == ()


def test_a_discount_may_be_named_where_its_terms_stand() -> None:
    assert check("50% 할인", "KR", brand_names=True)
    assert check("50% 할인", "KR", brand_names=True, has_event_terms=True) == ()
    assert check("50% off", "SG", brand_names=True, has_event_terms=True), "Singapore has no such exception"


@pytest.mark.parametrize("text", ["선착순 50명", "추첨", "무료 시술", "사은품 증정", "lucky draw", "抽奖"])
def test_no_terms_make_an_inducement_lawful(text: str) -> None:
    (finding,) = check(text, "KR", brand_names=True, has_event_terms=True)
    assert (finding.rule_id, finding.severity) == ("KR-INDUCEMENT", Severity.BLOCK)


# What is said not to be so weighs less: (market, what is refused, the same denied).
DENIED = [
    ("SG", "discounts for students", "We give no discounts"),
    ("SG", "promotions", "there are no promotions"),
    ("SG", "mesotherapy", "We do not offer mesotherapy"),
    ("SG", "我们有赠品", "我们没有赠品"),
    ("KR", "효과를 보장합니다", "효과를 보장하지 않습니다"),
    ("KR", "results guaranteed", "Results are never guaranteed"),
    ("KR", "保证效果", "不保证效果"),
    ("KR", "할인합니다", "할인은 하지 않습니다"),
    ("KR", "부가세 환급", "부가세 환급 불가"),
    ("KR", "退税服务", "退税已取消"),
]


@pytest.mark.parametrize(("market", "said", "denied"), DENIED)
def test_what_is_denied_goes_to_a_person(market: str, said: str, denied: str) -> None:
    assert [finding.severity for finding in check(said, market, brand_names=True)] == [Severity.BLOCK]
    assert [finding.severity for finding in check(denied, market, brand_names=True)] == [Severity.HOLD]


@pytest.mark.parametrize(
    ("market", "text"),
    [
        ("KR", "Not only guaranteed, also quick"),
        ("KR", "Not expensive. Guaranteed results"),
        ("KR", "비싸지 않습니다. 효과를 보장합니다"),
        ("SG", "没有痛苦，免费治疗"),
        ("SG", "No doubt: promotions all year"),
    ],
)
def test_a_denial_of_something_else_denies_nothing(market: str, text: str) -> None:
    assert Severity.BLOCK in {finding.severity for finding in check(text, market, brand_names=True)}


def test_the_strictest_reading_of_a_rule_counts() -> None:
    (finding,) = check("We give no discounts, but a promotion", "SG", brand_names=True)
    assert (finding.matched, finding.severity) == ("promotion", Severity.BLOCK)
    (finding,) = check("Free drinks, and free consultation", "SG", brand_names=True)
    assert (finding.matched, finding.severity) == ("free consult", Severity.BLOCK)
    (finding,) = check("Free drinks", "SG", brand_names=True)
    assert finding.severity is Severity.HOLD


def test_every_rule_finds_something_and_says_why_and_where_from() -> None:
    reached = {
        finding.rule_id
        for market, text, _rule in HARMFUL
        for finding in check(text, market, brand_names=False)
    } | {"SG-BRAND"}
    assert reached >= {rule.id for rule in TEXT_RULES}
    assert all(rule.why and rule.source for rule in TEXT_RULES)
    # A rule that stands twice has one reason, and says what is refused and what is held.
    assert len({(rule.id, rule.severity) for rule in TEXT_RULES}) == len(TEXT_RULES)
    assert len({(rule.id, rule.why, rule.source) for rule in TEXT_RULES}) == len(
        {rule.id for rule in TEXT_RULES}
    )


def test_every_rule_of_a_market_has_words_in_three_languages() -> None:
    for rule_id in {rule.id for rule in TEXT_RULES}:
        entries = [rule for rule in TEXT_RULES if rule.id == rule_id]
        words = "".join("".join((*rule.patterns, *rule.hangul)) for rule in entries)
        for letters in ("[a-z]{3}", "[\u4e00-\u9fff]", "[가-힣]"):
            assert re.search(letters, words), (rule_id, letters)


def sample_texts() -> Iterator[tuple[str, str]]:
    """(market, text) of every clinic text that this project itself invented for its sample clinics."""
    folder = Path(__file__).parents[2] / "seed" / "sample"
    columns = {
        "clinics.csv": ("name", "name_zh", "name_ko"),
        "offers.csv": ("title", "event_target", "event_scope", "refund_terms"),
        "offer_parts.csv": ("words",),
    }
    for name, texts in columns.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                market = "KR" if "-kr-" in (row.get("clinic_ref") or row["ref"]) else "SG"
                yield from ((market, row[column]) for column in texts if row[column])


def test_the_sample_clinics_would_be_let_through() -> None:
    texts = [*sample_texts()]
    assert len(texts) > 300
    found = {
        (text, finding.rule_id)
        for market, text in texts
        for finding in check(text, market, brand_names=True, has_event_terms=True)
    }
    assert found == set()
