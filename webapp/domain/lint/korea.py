"""Korea's rules. A discount may be told with all its terms; patients' stories and promised effects may not."""

from webapp.domain.lint.rule import Severity, TextRule, When

_ACT = "Korea, Medical Service Act"

LAUD = TextRule(
    "KR-LAUD",
    "KR",
    Severity.HOLD,
    "claims of being the best, first or only: a person reads it first",
    f"{_ACT}, article 56(2)(3) and (8)",
    patterns=(
        r"(?<!\d)1위(?![치원])|(?<!\d)1 위(?![가-힣])",
        (
            r"\b(?:best|no\. ?1|number one|(?:world|korea|asia)(?:'s)?[- ]first|world[- ]class|leading|"
            r"only clinic|top|"
            r"award[- ]winning|most (?:advanced|trusted|experienced|popular))\b"
        ),
        "最好|最佳|最先进|最权威|第一|唯一|顶级|顶尖|首创|首选|领先|权威",
    ),
    hangul=(
        "최고",
        "최초",
        "유일",
        "세계적",
        "국내 최대",
        "독보적",
        "베스트",
        "넘버원",
        "명의 선정",
        "대한민국 명의",
    ),
    allowed=(
        (
            r"\bbest (?:reached|accessed|taken|kept|avoided|booked|called|regards|before|by|to|way|time|"
            r"not|if|when)\b"
        ),
        r"\b(?:do|try|does|doing) (?:our|your|my|their|its) best\b|\bat best\b",
        (
            r"\btop (?:floor|level|deck|storey|up|ups|layer|of|right|left|lip)\b|\btop-ups?\b|\bon top\b|"
            r"\btop to\b"
        ),
        r"\bleading (?:to|up|from|into|in)\b",
        "第一(?:次|天|步|层|楼|周|个|阶段|疗程|节|针|支|回|诊|座|期)|首选(?:语言|时间|联系|日期)",
        "최고 ?(?:령|기온|온도|혈압|점|층)|최초 ?(?:방문|내원|상담|진료|예약|등록|[0-9])",
    ),
    deniable=False,
)

RESULT = TextRule(
    "KR-RESULT",
    "KR",
    Severity.BLOCK,
    "an effect guaranteed, or side effects denied",
    f"{_ACT}, article 56(2)(7) and (8)",
    patterns=(
        r"부작용 ?(?:이 ?|은 ?|도 ?|걱정 ?)?(?:전혀 ?|거의 ?)?없",
        r"(?<!반)(?<!반 )영구 ?(?:적|히|지속|유지)|무통 ?(?:증 ?)?보장",
        r"(?:효과|결과|만족|안전)(?:을 ?|를 ?| )?(?:100 ?% ?)?보장|100 ?%",
        (
            r"\bguarantee[sd]?\b|\bno side[- ]?effects?\b|\brisk[- ]?free\b|\bpermanent (?:results?|"
            r"effects?)\b|\bcures?\b"
        ),
        "保证|无副作用|没有副作用|永久|零风险|零副作用|根治",
    ),
    hangul=("완치", "부작용 없음", "부작용 없는", "부작용 없이"),
    allowed=(
        r"100 ?% ?(?:예약|사전 ?예약|환불|정품|refund|cotton|of |deposit|预约|退款|正品)",
        "保证金|永久居民|완치 ?판정",
    ),
)

TESTIMONIAL = TextRule(
    "KR-TESTI",
    "KR",
    Severity.BLOCK,
    "patients' experience that may mislead about the effect",
    f"{_ACT}, article 56(2)(2)",
    patterns=(
        r"전후 ?(?:사진|비교|모습|영상)|(?:치료|시술) ?경험담",
        (
            r"\bbefore ?(?:and|&|/|-|\+) ?afters?\b|\btestimonials?\b|\breviews\b|\bfive[- ]stars?\b|"
            r"\d[- ]stars?\b|[⭐★☆]{3}|"
            r"\b(?:patient|customer|client|google|naver|online|real|honest|good|great|verified|star|our|"
            r"write|leave|leave us|"
            r"read|see|post) (?:a |an |our |the |your )?reviews?\b|\bpatients? (?:say|love|rave)"
        ),
        "好评|口碑|见证|五星|(?:用户|顾客|患者|客户|病人|网友|真实)评价|前后对比|前后照|对比照|术前术后",
    ),
    hangul=("후기", "체험담", "전후 사진", "별점", "평점", "비포 애프터", "비포애프터", "리뷰"),
    allowed=(
        "임신 ?후기|산후 ?기",
        (
            r"\b(?:doctors?|dr|physicians?|nurses?|dermatologists?|surgeon|she|he|who|team|staff|clinic|"
            r"we|then|also|and) reviews?\b"
        ),
        (
            r"\bbefore ?(?:and|&|/|-) ?after (?:the |your |each |every |any |a |this )?"
            r"(?:treatment|procedure|session|appointment|injection|visit|meal|surger|care|cleans|sun|"
            r"exercis|it\b)\w{0,6}"
            r"(?! ?(?:photo|picture|pic|image|galler|shot|case|result|comparison|video))"
        ),
        "术前术后(?:注意|护理|须知|事项|都|均|的(?:护理|注意)|避免|请|禁|饮食|清洁|各)",
    ),
)

COMPARE = TextRule(
    "KR-COMPARE",
    "KR",
    Severity.BLOCK,
    "a comparison with, or a word against, other providers",
    f"{_ACT}, article 56(2)(4) and (5)",
    patterns=(
        r"(?:(?<!기)타|다른) ?(?:병원|의원|클리닉)(?:들)?(?:보다| ?대비|과는? ?(?:달리|다르|다른|비교)|와 ?차별)",
        (
            r"\bthan (?:at |in )?(?:any |all |most |the |many )?other (?:skin )?(?:clinic|doctor|hospital|"
            r"provider|place)"
        ),
        (
            r"\b(?:unlike|compared (?:to|with)|superior to) (?:most |many |any )?other (?:clinic|doctor|"
            r"hospital|provider|place)"
        ),
        "(?:比|优于|胜过|好过|不像)(?:任何)?(?:其他|其它|别的|别家)(?:医院|诊所|医生|机构|家)",
    ),
    deniable=False,
)

DISCOUNT = TextRule(
    "KR-DISCOUNT",
    "KR",
    Severity.BLOCK,
    "a discount stands only with target, period, scope, the prices before and after, and the rate: fill in the"
    " fields of an event price. Draws, first-come offers and free gifts are inducement",
    f"{_ACT}, article 56(2)(13) and 27(3); Enforcement Decree, article 23(1)(13)",
    patterns=(
        r"이벤트 ?(?:가(?!능|입|격)|가격|진행|중|특별)|\d{1,6} ?% ?(?:세일|dc\b)",
        (
            r"\d{1,6} ?% off\b|\bevent (?:price|offer)s?\b|\bdiscount(?:s|ed)?\b|\bpromo(?:s|tions?)?\b|"
            r"\bspecial (?:offer|price)s?\b|"
            r"\bhalf[- ]price|\bbuy (?:\d|one|two) (?:get|free)|\bflash sale\b"
        ),
        r"折扣|打折|(?:\d|[一二三四五六七八九]) ?折(?!叠)|优惠|特价|促销|半价|秒杀|立减",
        r"\d[\d,]{0,9} ?원 ?(?:부터|~)",
    ),
    hangul=("할인", "특가", "반값", "최저가", "세일"),
    when=When.NO_EVENT_TERMS,
)

# What no terms make lawful: something given, drawn, or for those who come first.
INDUCEMENT = TextRule(
    "KR-INDUCEMENT",
    "KR",
    Severity.BLOCK,
    "draws, first-come offers, free treatments, gifts and rewards for referrals are inducement, whatever their terms",
    f"{_ACT}, article 27(3)",
    patterns=(
        (
            r"\blucky draw\b|\bfree (?:\w{1,12} )?(?:gift|consult|treatment|session|mask|sample|trial)|"
            r"\bfor free\b|"
            r"\bfree of charge\b|\bgift (?:card|voucher)s?\b|\brefer (?:a|your) friends?\b|\bfirst[- ]come"
        ),
        "免费|抽奖|赠品|赠送|礼品|礼券|红包|返现|推荐有礼|买[一二三]送",
        r"지인 ?소개 ?(?:할인|혜택|이벤트|시)|(?<![\d{1,6}])1 ?\+ ?1(?![\d{1,6}]) ?(?:이벤트|행사|증정|시술)",
    ),
    hangul=("무료", "공짜", "선착순", "추첨", "경품", "사은품", "상품권", "적립금", "캐시백", "무료 증정"),
    allowed=(
        "무료 ?(?:주차|와이파이)|주차 ?(?:는 ?|가 ?|비 ?)?무료|免费(?:停车|无线|wifi)|停车免费",
        r"진료 ?(?:는 ?)?선착순",
    ),
)

KOREA: tuple[TextRule, ...] = (
    LAUD,
    RESULT,
    RESULT.held(
        r"\bpermanent(?:ly)?\b|\bpainless(?:ly)?\b|\binstant(?:ly)? (?:result|effect)s?|治愈|무통|부작용 ?걱정",
        hangul=("보장", "영구", "즉시 효과"),
        allowed=(
            r"\bpermanent (?:residents?|address|make-? ?up)\b|\bpermanently closed\b|반 ?영구|무통 ?마취",
            "의료 ?보장|보장 ?(?:성|구)|건강 ?보장",
        ),
    ),
    TESTIMONIAL,
    TESTIMONIAL.held(r"치료 ?경험(?!이|을 ?(?:가진|갖춘|쌓))|\bmy experience\b|评价"),
    COMPARE,
    COMPARE.held(
        r"(?<!기)타 ?(?:병원|의원)(?! ?(?:진료|기록|시술|에서|검사|환자|처방|약|의 ?(?:진료|기록|처방)))"
    ),
    DISCOUNT,
    DISCOUNT.held(r"(?<![\d{1,6}])1 ?\+ ?1(?![\d{1,6}])", hangul=("이벤트",), allowed=("이벤트 ?(?:홀|룸)",)),
    INDUCEMENT,
    TextRule(
        "KR-VATREFUND",
        "KR",
        Severity.BLOCK,
        "the refund of VAT to patients from abroad ended on 31 December 2025",
        "Korea, Restriction of Special Taxation Act, article 107-3",
        patterns=(
            r"부가세 ?(?:를 ?|가 ?)?(?:환급|면세)|[택텍]스 ?(?:리펀|프리)",
            r"\b(?:tax|vat|duty)[- ]{0,3}(?:refund|free|rebate)(?:s|ed|able)?\b",
            "退税|免税|税金返还",
        ),
    ),
    TextRule(
        "KR-EXOINJ",
        "KR",
        Severity.BLOCK,
        "exosome products are cosmetics; as an injection they are not allowed",
        "Korea, Ministry of Food and Drug Safety",
        patterns=(
            r"엑소좀(?:을 ?|를 ?)? ?(?:주사|인젝션|주입)",
            (
                r"\bexosomes? (?:skin )?(?:booster )?(?:injections?|iv|drips?|shots?)\b|\binject(?:ed|"
                r"able|ing)? exosomes?\b"
            ),
            "外泌体(?:针|注射|水光针)|注射外泌体",
        ),
        hangul=("엑소좀 주사",),
    ),
)
