"""The words that a market's advertising law is about, in the three languages of the site.

Each rule says why in words that a clinic can act on, and where it comes from. Superlatives go to a person, because
"best reached from exit 5" is one too; what can only be a forbidden claim is refused at once.
"""

from dataclasses import dataclass
from enum import StrEnum

_SG = "Singapore, Healthcare Services (Advertisement) Regulations 2021 (S 1033/2021)"
_SG_MOH = "Singapore, Ministry of Health, answers on solicitation in advertisements"
_KR = "Korea, Medical Service Act"


class Severity(StrEnum):
    """What happens to the text: refused, kept until a person has read it, or public with a word to the clinic."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"


class When(StrEnum):
    """Whether a rule always stands."""

    ALWAYS = "always"
    # While the operator's switch keeps brand names off Singapore's public pages.
    BRAND_NAMES_OFF = "brand_names_off"
    # Unless the offer carries all that Korea wants beside a discount.
    NO_EVENT_TERMS = "no_event_terms"


@dataclass(frozen=True, slots=True)
class TextRule:
    """`patterns` are matched in the text as reading.py plains it: lower case, one space between words.

    A space in a pattern between Hangul syllables also matches none. `market` None: both.
    """

    id: str
    market: str | None
    severity: Severity
    patterns: tuple[str, ...]
    why: str
    source: str
    when: When = When.ALWAYS


_BRANDS = (
    r"\b(?:rejuran|restylane|juv[eé]derm|volite|belotero|profhilo|teosyal|sculptra|radiesse|skinvive|juvelook)\b",
    r"丽珠兰|麗珠蘭|瑞蓝|瑞藍|乔雅登|喬雅登|리 ?쥬 ?란|레 ?스 ?틸 ?렌|쥬 ?비 ?덤",
    r"볼 ?라 ?이 ?트|벨 ?로 ?테 ?로|프 ?로 ?파 ?일 ?로|스 ?컬 ?트 ?라|쥬 ?베 ?룩",
)

TEXT_RULES: tuple[TextRule, ...] = (
    # Singapore
    TextRule(
        "SG-LAUD",
        "SG",
        Severity.HOLD,
        (
            (
                r"\b(?:best|number one|no\.? ?1|leading|top|premier|foremost|finest|unrivalled|"
                r"unparalleled|world[- ]class|"
                r"award[- ]winning|first in singapore|only clinic|most (?:advanced|trusted|experienced|popular))\b"
            ),
            r"最好|最佳|最先进|最先進|第一|顶级|頂級|顶尖|頂尖|首选|首選|唯一|领先|領先|权威|權威|获奖|獲獎",
            r"최 ?고|최 ?초|유 ?일|1 ?위|세 ?계 ?적|국 ?내 ?최 ?대|독 ?보 ?적",
        ),
        "praise and superlatives: a person reads it first",
        f"{_SG}, regulation 5(1)(e)",
    ),
    TextRule(
        "SG-RESULT",
        "SG",
        Severity.HOLD,
        (
            (
                r"\b(?:guarantee[sd]?|guaranteed|permanent(?:ly)?|100 ?(?:%|per ?cent)|"
                r"instant(?:ly)?|immediate results?|"
                r"in (?:just )?\d+ (?:days?|weeks?|sessions?)|no side[- ]effects?|risk[- ]free|miracle)(?!\w)"
            ),
            r"保证|保證|永久|100 ?%|立即见效|立即見效|即刻见效|无副作用|無副作用|零风险|零風險|\d+ ?(?:天|周|次)见效",
            r"보 ?장|영 ?구|즉 ?시 효 ?과|부 ?작 ?용 ?없",
        ),
        "a result promised, or promised by a time: a person reads it first",
        f"{_SG}, regulation 5(1)(c)(ii)",
    ),
    TextRule(
        "SG-PRICEPREFIX",
        "SG",
        Severity.BLOCK,
        (
            (
                r"\b(?:as low as|lowest|cheapest|from (?:s?\$|sgd)|start(?:s|ing) (?:at|from)|only (?:s?\$|sgd)|u\.p\.|"
                r"usual price|was (?:s?\$|sgd)|save (?:s?\$|sgd|\d)|discount(?:s|ed)?|promo(?:tion)?s?|special offer|"
                r"free (?!radicals?\b|of\b|from\b|flow)\w|complimentary|limited[- ]time|while stocks last|"
                r"valid (?:till|until)|flash sale|early bird)"
            ),
            r"\d+ ?% off\b|\boff(?:er)? ends\b|\bnow (?:s?\$|sgd)",
            r"低至|最低价|最低價|最便宜|原价|原價|折扣|打折|\d ?折|优惠|優惠",
            r"促销|促銷|特价|特價|免费|免費|限时|限時|省 ?\$|起价|起價",
            r"할 ?인|특 ?가|최 ?저 ?가|무 ?료|이 ?벤 ?트 ?가|한 ?정",
        ),
        "one exact price stands for one defined item: no “from”, no price before, no free or limited offer",
        _SG_MOH,
    ),
    TextRule(
        "SG-PACKAGE",
        "SG",
        Severity.WARN,
        (
            r"\b(?:package|bundle)s?\b.{0,40}(?:\$|sgd|save|off\b)",
            r"(?:套餐|配套).{0,20}(?:\$|省|优惠|優惠)",
            r"패 ?키 ?지.{0,20}(?:\$|할 ?인)",
        ),
        "a package named together with a price advantage",
        _SG_MOH,
    ),
    TextRule(
        "SG-GIFT",
        "SG",
        Severity.BLOCK,
        (
            (
                r"\b(?:gifts?|vouchers?|cash ?back|refer a friend|referral (?:reward|fee|bonus)|loyalty|reward points|"
                r"lucky draw|giveaway)\b"
            ),
            r"赠品|贈品|礼品|禮品|礼券|禮券|代金券|抽奖|抽獎|积分|積分|返现|返現|推荐奖励",
            r"사 ?은 ?품|상 ?품 ?권|추 ?첨|포 ?인 ?트 적 ?립|캐 ?시 ?백|경 ?품",
        ),
        "gifts, vouchers, points and rewards for referrals",
        f"{_SG}, regulation 15(1)",
    ),
    TextRule(
        "SG-TESTI",
        "SG",
        Severity.BLOCK,
        (
            (
                r"\b(?:testimonials?|reviews?|reviewed|rated|\d(?:\.\d)? stars?|five[- ]star|my experience|"
                r"patients? (?:say|love|rave)|recommended by|as seen on|celebrity|influencer)\b"
            ),
            r"好评|好評|评价|評價|口碑|见证|見證|推荐人|网红|網紅|明星同款|五星",
            r"후 ?기|체 ?험 ?담|별 ?점|추 ?천 ?평|연 ?예 ?인",
        ),
        "reviews, ratings, testimonials and endorsements",
        f"{_SG}, regulation 14(1)",
    ),
    TextRule(
        "SG-BA",
        "SG",
        Severity.BLOCK,
        (
            r"\bbefore ?(?:and|&|/|-) ?after\b|\bb&a photos?\b|\bafter photos?\b",
            r"前后对比|前後對比|术前术后|術前術後|对比照|對比照",
            r"전 ?후 ?사 ?진|비 ?포 ?애 ?프 ?터|시 ?술 전 ?후",
        ),
        "pictures of before and after, or of after alone",
        f"{_SG}, regulation 5(1)(d)",
    ),
    TextRule(
        "SG-COMPARE",
        "SG",
        Severity.BLOCK,
        (
            (
                r"\b(?:better|safer|cheaper|gentler) than (?:other|any|all|the other)|"
                r"\bunlike other (?:clinics|doctors)|"
                r"\bcompared (?:to|with) other (?:clinics|doctors)"
            ),
            r"(?:比|优于|優於|胜过|勝過)(?:其他|别的|別的|同类|同類)",
            r"타 ?병 ?원|다 ?른 (?:병 ?원|의 ?원)보 ?다",
        ),
        "a comparison with other providers",
        f"{_SG}, regulation 5(1)(c)(iii) and (iv)",
    ),
    TextRule(
        "SG-TITLE",
        "SG",
        Severity.WARN,
        (
            r"\b(?:aesthetic (?:dermatologist|plastic surgeon|specialist)|skin specialist|cosmetic dermatologist)s?\b",
            r"医美专家|醫美專家|美容专科|美容專科",
        ),
        "aesthetic medicine is not a recognised specialty in Singapore",
        "Singapore Medical Council, register of specialists",
    ),
    TextRule(
        "SG-BRAND",
        "SG",
        Severity.BLOCK,
        _BRANDS,
        "products for professional use are not advertised to the public by name; say the class of product",
        "Singapore, Health Products (Medical Devices) Regulations, regulation 21",
        When.BRAND_NAMES_OFF,
    ),
    TextRule(
        "SG-LISTB",
        "SG",
        Severity.BLOCK,
        (
            (
                r"\b(?:mesotherapy|meso|whitening (?:injection|drip)s?|glutathione|carboxytherapy|dermaroller|nctf|"
                r"chanel injection)\b"
            ),
            r"美塑|中胚层|中胚層|美白针|美白針|谷胱甘肽|香奈儿针",
            r"메 ?조 ?테 ?라 ?피|백 ?옥 ?주 ?사|글 ?루 ?타 ?치 ?온|샤 ?넬 ?주 ?사",
        ),
        "procedures of low evidence (list B) are not offered",
        "Singapore Medical Council, guidelines on aesthetic practices, list B",
    ),
    # Korea
    TextRule(
        "KR-LAUD",
        "KR",
        Severity.HOLD,
        (
            r"최 ?고|최 ?초|유 ?일|1 ?위|세 ?계 ?적|국 ?내 ?최 ?대|독 ?보 ?적|명 ?의",
            r"\b(?:best|no\.? ?1|number one|world[- ]first|world[- ]class|leading|only clinic)\b",
            r"最好|最佳|第一|唯一|顶级|頂級|首创|首創",
        ),
        "claims of being the best, first or only: a person reads it first",
        f"{_KR}, article 56(2)(3) and (8)",
    ),
    TextRule(
        "KR-RESULT",
        "KR",
        Severity.BLOCK,
        (
            r"100 ?%|완 ?치|부 ?작 ?용 ?(?:이 ?|은 ?)?없|효 ?과 ?(?:를 ?)?보 ?장|영 ?구 ?적|무 ?통 ?증? ?보 ?장",
            r"\bguarantee[sd]?\b|\bno side[- ]effects?\b|\brisk[- ]free\b",
            r"保证|保證|无副作用|無副作用|永久|零风险|零風險|根治",
        ),
        "an effect guaranteed, or side effects denied",
        f"{_KR}, article 56(2)(7) and (8)",
    ),
    TextRule(
        "KR-TESTI",
        "KR",
        Severity.BLOCK,
        (
            r"후 ?기|체 ?험 ?담|치 ?료 ?경 ?험|전 ?후 ?사 ?진|별 ?점|비 ?포 ?애 ?프 ?터",
            r"\bbefore ?(?:and|&|/) ?after\b|\btestimonials?\b|\breviews?\b|\bfive[- ]star\b",
            r"好评|好評|见证|見證|评价|評價|前后对比|前後對比",
        ),
        "patients' experience that may mislead about the effect",
        f"{_KR}, article 56(2)(2)",
    ),
    TextRule(
        "KR-COMPARE",
        "KR",
        Severity.BLOCK,
        (
            r"타 ?병 ?원|타 ?의 ?원|다 ?른 (?:병 ?원|의 ?원)보 ?다",
            r"\b(?:better |safer |cheaper )?than other (?:clinics|hospitals)\b",
            r"比(?:其他|别的|別的)(?:医院|醫院|诊所|診所)",
        ),
        "a comparison with, or a word against, other providers",
        f"{_KR}, article 56(2)(4) and (5)",
    ),
    TextRule(
        "KR-DISCOUNT",
        "KR",
        Severity.BLOCK,
        (
            r"할 ?인|이 ?벤 ?트 ?가|특 ?가|무 ?료|선 ?착 ?순|추 ?첨|\d+ ?% ?(?:off|세 ?일)",
            r"\d+ ?% off\b|\bevent price\b|\bdiscount(?:s|ed)?\b|\bfor free\b|\bfree of charge\b|\blucky draw\b",
            r"折扣|打折|\d ?折|优惠|優惠|特价|特價|免费|免費|抽奖|抽獎",
        ),
        "a discount stands only with target, period, scope, the prices before and after, and the rate: fill in the"
        " fields of an event price. Draws, first-come offers and free gifts are inducement",
        f"{_KR}, article 56(2)(13) and 27(3); Enforcement Decree, article 23(1)(13)",
        When.NO_EVENT_TERMS,
    ),
    TextRule(
        "KR-VATREFUND",
        "KR",
        Severity.BLOCK,
        (
            r"부 ?가 ?세 ?환 ?급|택 ?스 ?리 ?펀|텍 ?스 ?리 ?펀",
            r"\b(?:tax|vat) ?-?(?:refund|free)s?\b",
            r"退税|退稅|免税|免稅",
        ),
        "the refund of VAT to patients from abroad ended on 31 December 2025",
        "Korea, Restriction of Special Taxation Act, article 107-3",
    ),
    TextRule(
        "KR-EXOINJ",
        "KR",
        Severity.BLOCK,
        (
            r"엑 ?소 ?좀 ?(?:주 ?사|인 ?젝 ?션)",
            r"\bexosomes? (?:injections?|iv|drips?)\b|\binject(?:ed|able)? exosomes?\b",
            r"外泌体(?:针|注射)|外泌體(?:針|注射)",
        ),
        "exosome products are cosmetics; as an injection they are not allowed",
        "Korea, Ministry of Food and Drug Safety",
    ),
    # Both
    TextRule(
        "ALL-FDA",
        None,
        Severity.BLOCK,
        (
            r"\bfda[- ](?:approved|cleared)\b.{0,60}(?:rejuran|polynucleotide|pdrn)",
            r"(?:rejuran|polynucleotide|pdrn).{0,60}\bfda[- ](?:approved|cleared)\b",
            r"fda ?(?:认证|認證|批准|승 ?인|허 ?가)",
        ),
        "polynucleotides are not approved by the United States' FDA; name the regulator that registered the product",
        "United States, Food and Drug Administration, device databases",
    ),
    TextRule(
        "ALL-LIFT",
        None,
        Severity.WARN,
        (
            r"(?:lift(?:s|ing)?|tighten(?:s|ing)?).{0,30}(?:sagging|jowls?)",
            r"(?:提拉|紧致|緊緻).{0,12}(?:下垂|松弛|鬆弛)",
            r"(?:처 ?진|늘 ?어 ?진).{0,12}(?:리 ?프 ?팅|개 ?선)",
        ),
        "polynucleotides do not lift sagging tissue, as our sources say",
        "Halley Medical Aesthetics, interview of 10 September 2020",
    ),
)
