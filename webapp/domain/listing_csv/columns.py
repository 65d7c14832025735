"""The columns of the four listing files, in the order in which they are written: how each is read and written, what
else it may be called, which words it takes. Reader, writer, price list and descriptor follow from this table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.domain.asks_for import MAX_PER_DAY, AsksFor
from webapp.domain.market import Authority, Country
from webapp.domain.offers import Eligibility, Injector, Numbing, PriceBasis, PriceKind, RefundBasis, Tax
from webapp.domain.text import fold
from webapp.domain.units import Unit

CLINICS = "clinics.csv"
PRACTITIONERS = "practitioners.csv"
OFFERS = "offers.csv"
OFFER_PARTS = "offer_parts.csv"

MAX_SESSIONS = 100
MAX_INTERVAL_WEEKS = 104
MAX_EXPIRY_DAYS = 3660

_JOINTS = re.compile("[_\\-]")


class Kind(StrEnum):
    """What a cell holds. Cells.value says how each is read, writer.cell_text how it is written."""

    TEXT = "text"
    # One word of the column's `choices`.
    CHOICE = "choice"
    YES_NO = "yes_no"
    DAY = "day"
    # Major units of the row's currency.
    MONEY = "money"
    CURRENCY = "currency"
    # The word included, or money.
    CONSULTATION = "consultation"
    # medicine:20;needle:30, or the word none.
    FEES = "fees"
    # Per cent.
    RATE = "rate"
    WHOLE = "whole"
    QUANTITY = "quantity"
    UNIT = "unit"
    # Joined by semicolons.
    WORDS = "words"
    # Words of the column's `choices`, joined by semicolons.
    CHOICES = "choices"
    LANGUAGES = "languages"
    COORDINATE = "coordinate"
    HOURS = "hours"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    EMAIL = "email"
    WEB_ADDRESS = "web_address"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its value stands in the field of the same name of the row (of OfferTerms, of Part).

    `max_length` in characters, as the tables hold it. `lines`: the text may have line breaks. `least` and `most`
    bound a number; a sum of money has only `least`, in minor units. `past`: the day has come. `headings` are what
    a price list calls it in English | Chinese | Korean: the first word of each is the one we write, the others
    are read too. A heading stands for one column only, whatever the language.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    max_length: int = 200
    lines: bool = False
    choices: type[StrEnum] | None = None
    least: int = 0
    most: int = 0
    past: bool = False
    headings: str = ""


FILES: dict[str, tuple[Column, ...]] = {
    CLINICS: (
        Column("ref", required=True, max_length=128),
        Column("name", required=True),
        Column("name_zh"),
        Column("name_ko"),
        Column("country", Kind.CHOICE, choices=Country, required=True),
        Column("address", max_length=500),
        Column("unit", max_length=64),
        Column("postal_code", Kind.POSTAL_CODE, max_length=16),
        Column("lat", Kind.COORDINATE),
        Column("lng", Kind.COORDINATE),
        Column("hours", Kind.HOURS, max_length=500),
        Column("phone", Kind.PHONE, max_length=32),
        Column("website", Kind.WEB_ADDRESS, max_length=2000),
        Column("enquiry_email", Kind.EMAIL, max_length=254),
        Column("enquiry_email_confirmed_on", Kind.DAY, past=True),
        Column("languages", Kind.LANGUAGES, max_length=128),
        Column("group_ref", max_length=128),
        Column("licence_no", max_length=64),
        Column("gst_registered", Kind.YES_NO),
        Column("foreign_patient_reg_no", max_length=64),
        Column("feed_url", Kind.WEB_ADDRESS, max_length=2000),
        Column("authority", Kind.CHOICE, choices=Authority, required=True),
        Column("authority_by"),
        Column("authority_on", Kind.DAY, past=True),
        Column("accepts_enquiries", Kind.YES_NO),
        Column("asks_for", Kind.CHOICES, choices=AsksFor, max_length=128),
        Column("enquiries_per_day", Kind.WHOLE, least=1, most=MAX_PER_DAY),
        Column("sample", Kind.YES_NO),
        Column("source", required=True, max_length=1000),
        Column("verified_on", Kind.DAY, past=True),
    ),
    PRACTITIONERS: (
        Column("clinic_ref", required=True, max_length=128),
        Column("name", required=True),
        Column("name_local"),
        Column("registration_no", max_length=64),
        Column("register_url", Kind.WEB_ADDRESS, max_length=2000),
        Column("checked_on", Kind.DAY, past=True),
        Column("languages", Kind.LANGUAGES, max_length=128),
    ),
    OFFERS: (
        Column("clinic_ref", required=True, max_length=128),
        Column(
            "offer_ref",
            required=True,
            max_length=128,
            headings="Ref, Offer ref, Item no, Item code, SKU | 编号, 项目编号, 編號 | 번호, 상품번호, 상품코드",
        ),
        Column(
            "title",
            required=True,
            max_length=300,
            headings="Title, Name, Item, Offer, Package | 名称, 项目名称, 套餐, 名稱, 項目名稱 | "
            "상품명, 시술명, 이름, 제목, 패키지",
        ),
        Column(
            "price",
            Kind.MONEY,
            least=1,
            headings="Price | 价格, 总价, 价钱, 售价, 價格, 總價, 售價 | 가격, 금액, 판매가",
        ),
        Column("currency", Kind.CURRENCY, required=True, headings="Currency | 货币, 币种, 貨幣, 幣種 | 통화"),
        Column(
            "price_basis",
            Kind.CHOICE,
            choices=PriceBasis,
            headings="Price is for, Price basis | 计价方式, 价格对应的是, 計價方式 | 가격 기준",
        ),
        Column(
            "tax",
            Kind.CHOICE,
            choices=Tax,
            required=True,
            headings="Tax, GST, VAT | 税, 税费, 稅, 稅費 | 세금, 부가세, 부가가치세",
        ),
        Column("tax_rate", Kind.RATE, headings="Tax rate, GST rate, VAT rate | 税率, 稅率 | 세율, 부가세율"),
        Column(
            "price_kind",
            Kind.CHOICE,
            choices=PriceKind,
            required=True,
            headings="Kind of price, Price kind, Price type | 价格类型, 價格類型 | 가격 종류, 가격 유형",
        ),
        Column(
            "regular_price",
            Kind.MONEY,
            least=1,
            headings="Regular price, Usual price | 原价, 活动前的价格, 原價 | 정상가, 정가, 이벤트 전 가격",
        ),
        Column(
            "valid_from",
            Kind.DAY,
            headings="Valid from, From, Start date | 开始日期, 生效日期, 開始日期 | 시작일, 적용 시작일",
        ),
        Column(
            "valid_until",
            Kind.DAY,
            headings="Valid until, Until, End date | 结束日期, 最后一天, 截止日期, 有效期至, 結束日期, 最後一天 | "
            "종료일, 적용 종료일",
        ),
        Column(
            "event_target",
            max_length=500,
            headings="Event for, Event target | 活动对象, 活動對象 | 이벤트 대상",
        ),
        Column(
            "event_scope",
            max_length=500,
            headings="Event covers, Event scope | 活动范围, 活動範圍 | 이벤트 범위",
        ),
        Column(
            "eligibility",
            Kind.CHOICE,
            choices=Eligibility,
            headings="Who may buy, Eligibility | 适用人群, 谁可以购买, 適用人群 | 구매 대상, 이용 대상",
        ),
        Column(
            "weekday_only",
            Kind.YES_NO,
            headings="Weekdays only, Weekday only | 仅限平日, 僅限平日 | 평일 한정, 평일만",
        ),
        Column(
            "once_per_patient",
            Kind.YES_NO,
            headings="Once per patient | 每人限一次, 每位患者仅限一次 | 1인 1회, 1인 1회 한정",
        ),
        Column(
            "consultation_fee",
            Kind.CONSULTATION,
            headings="Consultation fee, Consultation | 诊金, 面诊费, 咨询费, 診金, 面診費, 諮詢費 | "
            "상담료, 상담비, 진료비",
        ),
        Column(
            "consultation_waived",
            Kind.YES_NO,
            headings="Consultation waived | 免收诊金, 免诊金, 免咨询费, 免收診金, 免診金, 免諮詢費 | "
            "상담료 면제, 상담비 면제",
        ),
        Column(
            "other_fees",
            Kind.FEES,
            max_length=1000,
            headings="Other fees, Extra fees | 其他费用, 其他費用 | 기타 비용, 추가 비용",
        ),
        Column(
            "numbing",
            Kind.CHOICE,
            choices=Numbing,
            headings="Numbing, Numbing cream, Anaesthetic cream | 麻醉膏, 麻药膏, 表面麻醉, 敷麻, 麻药, 麻藥膏, 麻藥 | "
            "마취크림, 마취, 마취 크림",
        ),
        Column(
            "injector",
            Kind.CHOICE,
            choices=Injector,
            headings="Who injects, Injector, Injected by | 由谁注射, 注射者, 操作人员, 由誰注射, 操作人員 | "
            "주사하는 사람, 시술자, 주사 시술자",
        ),
        Column(
            "same_price_for_foreigners",
            Kind.YES_NO,
            headings="Same price for foreigners | 外国人同价, 外國人同價 | 외국인 동일가, 외국인 동일 가격",
        ),
        Column(
            "parts_complete",
            Kind.YES_NO,
            headings="All parts named, Parts complete | 内容完整, 內容完整 | 구성 전체 기재, 구성 완전",
        ),
        Column(
            "expires_after_days",
            Kind.WHOLE,
            least=1,
            most=MAX_EXPIRY_DAYS,
            headings="Expires after days, Expiry in days, Validity in days | 有效天数, 有效天數 | "
            "유효일수, 사용 기한(일)",
        ),
        Column(
            "refund_terms",
            max_length=2000,
            lines=True,
            headings="Refund terms, Refund, Refund policy | 退款条件, 退款, 退款说明, 退款條件 | 환불 조건, 환불 규정",
        ),
        Column(
            "refund_basis",
            Kind.CHOICE,
            choices=RefundBasis,
            headings="What comes back, Refund basis | 退还方式, 退款方式, 退還方式 | 환불 기준, 환불 방식",
        ),
        Column("source", required=True, max_length=1000, headings="Source | 来源, 來源 | 출처"),
        Column(
            "verified_on",
            Kind.DAY,
            past=True,
            headings="Verified on, Last checked | 核实日期, 核實日期 | 확인일",
        ),
    ),
    OFFER_PARTS: (
        Column("clinic_ref", required=True, max_length=128),
        Column("offer_ref", required=True, max_length=128),
        Column(
            "treatment",
            required=True,
            max_length=64,
            headings="Treatment, Product | 项目, 治疗, 疗程, 产品, 項目, 治療, 療程, 產品 | 시술, 제품",
        ),
        Column(
            "quantity",
            Kind.QUANTITY,
            headings="Quantity, Qty, Amount per session, Volume | 用量, 每次用量, 数量, 數量 | 용량, 수량, 회당 용량",
        ),
        Column("unit", Kind.UNIT, choices=Unit, headings="Unit | 单位, 單位 | 단위"),
        Column(
            "sessions",
            Kind.WHOLE,
            least=1,
            most=MAX_SESSIONS,
            headings="Sessions, Number of sessions | 次数, 次數 | 횟수, 시술 횟수",
        ),
        Column(
            "interval_weeks",
            Kind.WHOLE,
            least=1,
            most=MAX_INTERVAL_WEEKS,
            headings="Interval in weeks, Weeks between sessions | 间隔周数, 每次间隔几周, 间隔(周), 間隔週數 | "
            "간격(주), 시술 간격(주)",
        ),
        Column(
            "areas",
            Kind.WORDS,
            headings="Areas, Area, Treated area | 部位, 治疗部位, 治療部位 | 부위, 시술 부위",
        ),
        Column(
            "words",
            max_length=1000,
            lines=True,
            headings="In your words, Description, Clinic's words | 说明, 描述, 說明 | 설명, 내용",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a header is read: the columns, and what else each may be called (`heading_key` → column)."""

    columns: tuple[Column, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, heading: str) -> str:
        """The column a heading names; where it names none, the heading as it is reported."""
        name = heading.strip().strip("\ufeff").casefold()
        return self.aliases.get(heading_key(heading), name) if self.aliases else name


def heading_key(text: str) -> str:
    """A heading or a name as it is compared: folded, underscores and hyphens as spaces."""
    return " ".join(fold(_JOINTS.sub(" ", text)).split())
