"""What the columns of a one-sheet price list are called: the contract's names, and words a clinic would use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from webapp.domain.listing_csv.columns import FILES, OFFER_PARTS, OFFERS, Column, Layout, heading_key
from webapp.domain.offers import Eligibility, Injector, Numbing, PriceBasis, PriceKind, Tax
from webapp.domain.units import Unit

# The columns of a sheet: an offer's and, on the same row, its part's. The clinic is known; where a price list
# comes from and whether it is confirmed, the one who hands it in says.
OFFER_COLUMNS: tuple[Column, ...] = tuple(
    replace(column, required=column.required and column.name not in {"offer_ref", "source"})
    for column in FILES[OFFERS]
    if column.name != "clinic_ref"
)
PART_COLUMNS: tuple[Column, ...] = tuple(
    replace(column, required=False)
    for column in FILES[OFFER_PARTS]
    if column.name not in {"clinic_ref", "offer_ref"}
)
PART_NAMES = frozenset(column.name for column in PART_COLUMNS)

# Column: what it is called in English | Chinese | Korean. The first word of each language is the one we write, the
# others are read too. A heading stands for one column only, whatever the language.
_TABLE = """
offer_ref: Ref, Offer ref, Item no, Item code, SKU | 编号, 项目编号, 編號 | 번호, 상품번호, 상품코드
title: Title, Name, Item, Offer, Package | 名称, 项目名称, 项目, 套餐, 名稱, 項目 | 상품명, 시술명, 이름, 제목, 패키지
price: Price | 价格, 价钱, 售价, 價格, 售價 | 가격, 금액, 판매가
currency: Currency | 货币, 币种, 貨幣, 幣種 | 통화
price_basis: Price is for, Price basis | 计价方式, 計價方式 | 가격 기준
tax: Tax, GST, VAT | 税, 税费, 稅, 稅費 | 세금, 부가세, 부가가치세
tax_rate: Tax rate, GST rate, VAT rate | 税率, 稅率 | 세율, 부가세율
price_kind: Kind of price, Price kind, Price type | 价格类型, 價格類型 | 가격 종류, 가격 유형
regular_price: Regular price, Usual price | 原价, 原價 | 정상가, 정가
valid_from: Valid from, From, Start date | 开始日期, 生效日期, 開始日期 | 시작일, 적용 시작일
valid_until: Valid until, Until, End date | 结束日期, 截止日期, 有效期至, 結束日期 | 종료일, 적용 종료일
event_target: Event for, Event target | 活动对象, 活動對象 | 이벤트 대상
event_scope: Event covers, Event scope | 活动范围, 活動範圍 | 이벤트 범위
eligibility: Who may buy, Eligibility | 适用人群, 適用人群 | 구매 대상, 이용 대상
weekday_only: Weekdays only, Weekday only | 仅限平日, 僅限平日 | 평일 한정, 평일만
once_per_patient: Once per patient | 每人限一次 | 1인 1회, 1인 1회 한정
consultation_fee: Consultation fee, Consultation | 咨询费, 诊金, 面诊费, 諮詢費, 診金 | 상담비, 진료비, 상담료
consultation_waived: Consultation waived | 免咨询费, 免諮詢費 | 상담비 면제
other_fees: Other fees, Extra fees | 其他费用, 其他費用 | 기타 비용, 추가 비용
numbing: Numbing, Numbing cream, Anaesthetic cream | 表面麻醉, 敷麻, 麻药, 麻藥 | 마취크림, 마취, 마취 크림
injector: Who injects, Injector, Injected by | 注射者, 操作人员, 操作人員 | 시술자, 주사 시술자
same_price_for_foreigners: Same price for foreigners | 外国人同价, 外國人同價 | 외국인 동일가, 외국인 동일 가격
parts_complete: All parts named, Parts complete | 内容完整, 內容完整 | 구성 전체 기재, 구성 완전
expires_after_days: Expires after days, Expiry in days, Validity in days | 有效天数, 有效天數 | 유효일수, 사용 기한(일)
refund_terms: Refund terms, Refund, Refund policy | 退款条件, 退款说明, 退款條件 | 환불 조건, 환불 규정
source: Source | 来源, 來源 | 출처
verified_on: Verified on, Last checked | 核实日期, 核實日期 | 확인일
treatment: Treatment, Product | 治疗, 疗程, 产品, 治療, 療程, 產品 | 시술, 제품
quantity: Quantity, Qty, Amount per session, Volume | 数量, 每次用量, 用量, 數量 | 용량, 수량, 회당 용량
unit: Unit | 单位, 單位 | 단위
sessions: Sessions, Number of sessions | 次数, 次數 | 횟수, 시술 횟수
interval_weeks: Interval in weeks, Weeks between sessions | 间隔周数, 间隔(周), 間隔週數 | 간격(주), 시술 간격(주)
areas: Areas, Area, Treated area | 部位, 治疗部位, 治療部位 | 부위, 시술 부위
words: In your words, Description, Clinic's words | 说明, 描述, 說明 | 설명, 내용
"""
LANGUAGES = ("en", "zh", "ko")

_YES_NO = ("yes", "no")
# Columns whose cells are one word of a list, for the boxes a spreadsheet offers.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "price_basis": tuple(PriceBasis),
        "tax": tuple(Tax),
        "price_kind": tuple(PriceKind),
        "eligibility": tuple(Eligibility),
        "weekday_only": _YES_NO,
        "once_per_patient": _YES_NO,
        "consultation_waived": _YES_NO,
        "numbing": tuple(Numbing),
        "injector": tuple(Injector),
        "same_price_for_foreigners": _YES_NO,
        "parts_complete": _YES_NO,
        "unit": tuple(Unit),
    }
)
# Columns whose cells are numbers, where they are not a word such as included.
NUMBERS = frozenset(
    {
        "price", "tax_rate", "regular_price", "consultation_fee", "expires_after_days", "quantity", "sessions",
        "interval_weeks",
    }
)  # fmt: skip


def _read_table() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for line in _TABLE.strip().splitlines():
        column, _, words = line.partition(":")
        languages = ([word.strip() for word in part.split(",")] for part in words.split("|"))
        found[column] = dict(zip(LANGUAGES, languages, strict=True))
    return found


# Column → language → what it is called there.
HEADINGS: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType(_read_table())


def _aliases() -> dict[str, str]:
    found = {heading_key(column.name): column.name for column in (*OFFER_COLUMNS, *PART_COLUMNS)}
    for column, languages in HEADINGS.items():
        for headings in languages.values():
            found.update((heading_key(heading), column) for heading in headings)
    return found


SHEET = Layout((*OFFER_COLUMNS, *PART_COLUMNS), MappingProxyType(_aliases()))


def heading(column: str, language: str | None) -> str:
    """What we write above a column: the contract's own name, or the word in one of LANGUAGES."""
    return HEADINGS[column][language][0] if language is not None else column
