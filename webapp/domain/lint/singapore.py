"""Singapore's rules. A doctor's practice is told of there, not sold: no praise, no offers, no patients' voices."""

from webapp.domain.lint.rule import Severity, TextRule, When

_SG = "Singapore, Healthcare Services (Advertisement) Regulations 2021 (S 1033/2021)"
_MOH = "Singapore, Ministry of Health, answers on solicitation in advertisements"

_MONEY = r"(?:s ?\$|us ?\$|\$|sgd|rm ?\d)"

# What stands before "free" where nothing is given away.
_WITHOUT = (
    "acne|alcohol|cruelty|dairy|fragrance|gluten|hand|hands|hassle|latex|needle|oil|pain|paraben|"
    "perfume|powder|"
    "preservative|radical|silicone|soap|steroid|stress|sugar|sulphate|sulfate|toll|tax|worry"
)
_GIVEN = (
    "consult|treatment|session|trial|gift|skin (?:analysis|scan|check|test)|assessment|facial|mask|"
    "top-? ?up|touch-? ?up|"
    "numbing|shot|vial|syringe|ml|upgrade|add-? ?on|laser|booster|injection|product|sample|cream|"
    "follow-? ?up|"
    "review|medic|aftercare|serum|voucher|first"
)

LAUD = TextRule(
    "SG-LAUD",
    "SG",
    Severity.HOLD,
    "praise and superlatives: a person reads it first",
    f"{_SG}, regulation 5(1)(e)",
    patterns=(
        (
            r"\b(?:best|number one|no\. ?1|no 1(?! ?(?:,|st|nd|rd|road|street|[a-z]))|leading|top|premier|"
            r"foremost|finest|"
            r"unrivalled|unparalleled|unmatched|world[- ]class|state[- ]of[- ]the[- ]art|award[- ]winning|"
            r"first in (?:singapore|asia|the world)|only clinic|most (?:advanced|trusted|experienced|"
            r"popular|sought))\b"
        ),
        "最好|最佳|最先进|最专业|最权威|最受欢迎|第一|顶级|顶尖|首选|唯一|领先|权威|获奖|顶流",
        r"(?<!\d)1위(?![치원])|(?<!\d)1 위(?![가-힣])",
    ),
    hangul=("최고", "최초", "유일", "세계적", "국내 최대", "독보적", "베스트", "넘버원"),
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
        "第一(?:次|天|步|层|楼|周|个|阶段|疗程|乐福|节|针|支|回|诊|行|人民|医院|座|期)|首选(?:语言|时间|联系|日期)",
        "최고 ?(?:령|기온|온도|혈압|점|층)|최초 ?(?:방문|내원|상담|진료|예약|등록|[0-9])",
    ),
    deniable=False,
)

RESULT = TextRule(
    "SG-RESULT",
    "SG",
    Severity.HOLD,
    "a result promised, or promised by a time: a person reads it first",
    f"{_SG}, regulation 5(1)(c)(ii)",
    patterns=(
        (
            r"\b(?:guarantee[sd]?|permanent(?:ly)?|100 ?(?:%|per ?cent\b)|instant(?:ly)?|"
            r"immediate (?:result|effect)s?|"
            r"no side[- ]?effects?|risk[- ]?free|painless(?:ly)?|miracles?|forever|cures?|cured)(?!\w)"
        ),
        r"\bin (?:just|only) \d{1,6} (?:days?|weeks?|sessions?|hours?)\b",
        (
            r"\b(?:results?|visib(?:le|ly)|glow(?:ing)?|younger|improve\w{0,6}|transform\w{0,6}|"
            r"difference)\b[^.!?;]{0,40}"
            r"\b(?:in|within) (?:\d{1,6}|one|two|three|a) (?:days?|weeks?|sessions?|hours?)\b"
        ),
        r"保证|永久|100 ?%|(?:立即|立刻|即刻|马上|当天)见效",
        r"无副作用|没有副作用|零风险|零副作用|根治|治愈|\d{1,6} ?(?:天|周|次)见效",
        r"부작용 ?(?:이 ?|은 ?|도 ?)?(?:전혀 ?|거의 ?)?없|무통",
    ),
    hangul=("보장", "영구", "즉시 효과", "완치", "부작용 없음", "부작용 없는", "부작용 없이"),
    allowed=(
        r"\bpermanent (?:residents?|address|make-? ?up|marker)\b|\bpermanently closed\b|\binstant messag",
        r"100 ?% (?:refund|cotton|deposit|of |예약|환불|정품)|100 ?%(?:预约|退款|正品)",
        "保证金|의료 ?보장|보장 ?(?:성|구)|반 ?영구",
    ),
)

PRICE_PREFIX = TextRule(
    "SG-PRICEPREFIX",
    "SG",
    Severity.BLOCK,
    "one exact price stands for one defined item: no “from”, no price before, no free or limited offer",
    _MOH,
    patterns=(
        r"\bas low as\b|\bcheapest\b|\blowest (?:price|rate|fee|cost|charge|in)",
        (
            rf"\b(?:from|start(?:s|ing)? (?:at|from)|only|just|now|was|before|usually|normally) (?:just |"
            rf"only )?{_MONEY}"
        ),
        r"\b(?:price[sd]?|fees?|rates?) (?:start|begin|from)|\$ ?\d[\d.,]{0,9} ?(?:onwards|and up\b|up\b)",
        r"\bu\.p\.|\b(?:usual|normal|original|regular|list) (?:price|rate)\b",
        (
            rf"\bsave (?:up to )?(?:{_MONEY}|\d)|\d{{1,6}} ?% (?:off|cheaper|savings?)\b|\boff \d{{1,6}} ?%|"
            rf"{_MONEY} ?\d{{1,6}} off\b"
        ),
        (
            r"\bdiscount(?:s|ed)?\b|\bpromo(?:s|tions?|tional)?\b|\bspecial (?:offer|price|rate|deal)s?\b|"
            r"\b(?:great|good|hot|best) deals?\b|\bintroductory (?:price|offer|rate)|\btrial (?:price|"
            r"rate|offer)"
        ),
        (
            rf"(?<![\w-])free (?:\w{{1,12}} )?(?:{_GIVEN})|\bfor free\b|\bfree of charge\b|"
            rf"\bfree[- ]for[- ]|\bcomplimentary\b"
        ),
        (
            r"\blimited[- ](?:time|period|offer)|\bwhile stocks? lasts?\b|\bvalid (?:till|until)\b|"
            r"\b(?:offer|sale) ends\b|"
            r"\bflash sale\b|\bearly[- ]bird\b|\bhalf[- ]price|\b(?:1|one)[- ]for[- ](?:1|one)\b|"
            r"\bbuy (?:\d|one|two) (?:get|free)"
        ),
        (
            r"低至|最低价|最便宜|原价|折扣|打折|(?:\d|[一二三四五六七八九]) ?折(?!叠)|"
            r"优惠|促销|特价|免费|限时|限量|起价|"
            r"省 ?\$|\d ?(?:元|新币)?起(?![床身来])|买[一二三\d]送|[一二三]送一|半价|秒杀|立减|满减|团购"
        ),
    ),
    hangul=("할인", "특가", "최저가", "무료", "이벤트가", "한정 수량", "기간 한정", "반값", "공짜"),
    allowed=(
        rf"\b(?:{_WITHOUT})[- ]free\b",
        r"\bfree (?:radicals?|from|flow|time|parking|to|wifi|wi-fi)\b|\bfree of (?!charge)|\bfeel free\b",
        "免费(?:停车|无线|wifi)|停车免费|무료 ?(?:주차|와이파이)|주차 ?(?:는 ?|가 ?|비 ?)?무료",
        r"\d{1,6}号起|\d{1,6}月\d{0,2}日?起|\d{1,6} ?(?:岁|点|时|分|周岁)起",
    ),
)

TESTIMONIAL = TextRule(
    "SG-TESTI",
    "SG",
    Severity.BLOCK,
    "reviews, ratings, testimonials and endorsements",
    f"{_SG}, regulation 14(1)",
    patterns=(
        (
            r"\btestimonials?\b|\breviews\b|\breviewed by (?:patients|customers|clients|over|\d)|"
            r"\b(?:patient|customer|client|google|facebook|naver|online|real|honest|good|great|glowing|"
            r"verified|star|our|us|"
            r"write|leave|leave us|read|see|post) (?:a |an |our |the |your )?reviews?\b|"
            r"\breviews? (?:score|rating|event|bonus)"
        ),
        (
            r"\b(?:top|highly|best)[- ]rated\b|\brated (?:\d|no|top|best|highly|excellent)|"
            r"\d(?:\.\d)? ?(?:/ ?5 ?)?[- ]?stars?\b|\bfive[- ]stars?\b|[⭐★☆]{3}"
        ),
        (
            r"\bpatients? (?:say|love|rave|swear|trust)|\bmy experience (?:at|with|here)\b|"
            r"\bas seen (?:on|in)\b|"
            r"\bcelebrit(?:y|ies)\b|\binfluencers?\b|\bbloggers?\b|\brecommended by (?:\w{1,12} )?(?:celebrit|"
            r"influencer|expert|"
            r"dermatologists|patients|blogger|stars|thousands|hundreds|many)"
        ),
        "好评|口碑|见证|网红|明星同款|五星|(?:用户|顾客|患者|客户|病人|网友|真实)评价|点评",
    ),
    hangul=("후기", "체험담", "별점", "평점", "추천평", "연예인", "리뷰", "인플루언서"),
    allowed=(
        (
            r"\b(?:doctors?|dr|physicians?|nurses?|dermatologists?|surgeon|she|he|who|team|staff|clinic|"
            r"we|then|also|and) reviews?\b"
        ),
        r"\b(?:your|his|her|their) reviews? (?:appointment|visit|with|by|date|is|takes)",
        "임신 ?후기|전 ?후기|산후 ?기",
    ),
)

GIFT = TextRule(
    "SG-GIFT",
    "SG",
    Severity.BLOCK,
    "gifts, vouchers, points and rewards for referrals",
    f"{_SG}, regulation 15(1)",
    patterns=(
        (
            r"\b(?:gifts?|vouchers?|cash ?back|refer (?:a|your) friends?|referral (?:reward|fee|bonus|"
            r"program\w{0,3}|credit)s?|"
            r"bring a friend|loyalty|(?:reward|bonus|loyalty|member|membership) points|"
            r"rewards? program\w{0,3}|"
            r"(?:earn|collect|redeem) (?:\w{1,12} )?points|lucky draw|giveaways?|goodie bags?|ang ?bao|"
            r"prizes?)\b"
        ),
        "赠品|礼品|礼券|代金券|礼包|抽奖|积分|返现|推荐奖励|推荐有礼|红包|赠送|老带新",
    ),
    hangul=("사은품", "상품권", "추첨", "포인트 적립", "적립금", "캐시백", "경품", "지인 소개"),
)

BEFORE_AFTER = TextRule(
    "SG-BA",
    "SG",
    Severity.BLOCK,
    "pictures of before and after, or of after alone",
    f"{_SG}, regulation 5(1)(d)",
    patterns=(
        (
            r"\bbefore ?(?:and|&|/|-|\+) ?afters?\b|\bb ?& ?a (?:photo|picture|pic|image)s?\b|"
            r"\bafter (?:photo|picture|pic)s?\b"
        ),
        "前后对比|前后照|术前术后|对比照|对比图|效果图",
        r"전후 ?(?:사진|비교|모습|영상)",
    ),
    hangul=("전후 사진", "비포 애프터", "비포애프터"),
    allowed=(
        (
            r"\bbefore ?(?:and|&|/|-) ?after (?:the |your |each |every |any |a |this )?"
            r"(?:treatment|procedure|session|appointment|injection|visit|meal|surger|care|cleans|sun|"
            r"exercis|it\b)\w{0,6}"
            r"(?! ?(?:photo|picture|pic|image|galler|shot|case|result|comparison|video))"
        ),
        "术前术后(?:注意|护理|须知|事项|都|均|的(?:护理|注意)|避免|请|禁|饮食|清洁|各)",
    ),
)

SINGAPORE: tuple[TextRule, ...] = (
    LAUD,
    RESULT,
    PRICE_PREFIX,
    PRICE_PREFIX.held(
        r"(?<![\w-])free\b|\blowest\b|\bsale\b",
        hangul=("한정",),
        allowed=(
            rf"\b(?:{_WITHOUT}|risk|side-effect)[- ]free\b",
            (
                r"\bfree (?:radicals?|from|flow|time|parking|to|wifi|wi-fi|choice)\b|\bfree of (?!charge)|"
                r"\bfeel free\b"
            ),
            r"\bfor sale\b|\blowest (?:dose|strength|setting|level)\b|한정식",
        ),
    ),
    TextRule(
        "SG-PACKAGE",
        "SG",
        Severity.WARN,
        "a package named together with a price advantage",
        _MOH,
        patterns=(
            r"\b(?:package|bundle)s?\b[^.!?]{0,40}(?:\$|sgd|save|saving|off\b|cheaper)",
            r"(?:套餐|配套|疗程包)[^。！？]{0,20}(?:\$|省|优惠|便宜)",
            r"패키지[^.!?]{0,20}(?:\$|할인|저렴)",
        ),
    ),
    GIFT,
    TESTIMONIAL,
    TESTIMONIAL.held(
        r"\bmy experience\b|\brecommended by\b|\brated\b|评价",
        allowed=(
            (
                r"\brecommended by (?:your|the|our|a|his|her) (?:doctor|physician|nurse|manufacturer|"
                r"clinician|pharmacist)"
            ),
            r"\brated (?:voltage|power)\b",
        ),
    ),
    BEFORE_AFTER,
    TextRule(
        "SG-COMPARE",
        "SG",
        Severity.BLOCK,
        "a comparison with other providers",
        f"{_SG}, regulation 5(1)(c)(iii) and (iv)",
        patterns=(
            (r"\bthan (?:at |in )?(?:any |all |most |the |many )?other (?:skin |aesthetic |medical |"
             r"beauty )?"
            r"(?:clinic|doctor|hospital|provider|centre|center|brand|place|practice|compan|injector)"),
            (r"\b(?:better|safer|cheaper|gentler|cleaner|cleverer|kinder) than (?:others|the rest|"
             r"(?:our )?competitors|anyone|"
            r"anywhere|any other|everyone|the competition)\b"),
            (r"\b(?:unlike|compared (?:to|with)|superior to) (?:most |many |any )?other (?:clinic|"
             r"doctor|hospital|provider|"
            r"centre|center|place|practice)"),
            "(?:比|优于|胜过|好过|不像)(?:任何)?(?:其他|其它|别的|别家|同类|同行)(?:诊所|医院|医生|机构|店|家|品牌)?(?!部位|区域|项目|时间|方法|疗法|产品)",
            r"(?:타|다른) ?(?:병원|의원|클리닉)(?:들)?(?:보다| ?대비|과는? ?(?:달리|다르|비교))",
        ),
        deniable=False,
    ),
    TextRule(
        "SG-TITLE",
        "SG",
        Severity.WARN,
        "aesthetic medicine is not a recognised specialty in Singapore",
        "Singapore Medical Council, register of specialists",
        patterns=(
            (r"\b(?:(?:aesthetic|cosmetic) (?:dermatologist|plastic surgeon|specialist)|skin specialist|"
            r"specialist in aesthetic)s?\b"),
            "医美专家|美容专科|医美专科|医学美容专家",
        ),
        hangul=("미용 전문의", "미용 의학 전문의"),
    ),
    TextRule(
        "SG-BRAND",
        "SG",
        Severity.BLOCK,
        "products for professional use are not advertised to the public by name; say the class of product",
        "Singapore, Health Products (Medical Devices) Regulations, regulation 21",
        patterns=(
            (r"\b(?:rejuran|restylane|juvederm|volite|belotero|profhilo|teosyal|sculptra|radiesse|"
             r"skinvive|juvelook|"
            r"lenisna|plinest|vitaran|ellanse|elravie)\b"),
            "丽珠兰|瑞蓝|乔雅登|乔雅露|保柔缇|舒颜萃|洢莲丝",
        ),
        hangul=(
            "리쥬란", "레스틸렌", "쥬비덤", "볼라이트", "벨로테로", "프로파일로", "테오시알", "스컬트라", "래디어스",
            "스킨바이브", "쥬베룩", "레니스나", "엘란쎄", "엘라비에", "플리네스트", "비타란",
        ),
        deniable=False,
        when=When.BRAND_NAMES_OFF,
    ),
    TextRule(
        "SG-LISTB",
        "SG",
        Severity.BLOCK,
        "procedures of low evidence (list B) are not offered",
        "Singapore Medical Council, guidelines on aesthetic practices, list B",
        patterns=(
            (r"\b(?:mesotherapy|meso|(?:skin )?whitening (?:injection|drip|jab)s?|glutathione|"
             r"carboxytherapy|dermarollers?|"
            r"nctf|chanel injection)\b"),
            "美塑|中胚层|美白针|谷胱甘肽|香奈儿针",
        ),
        hangul=("메조테라피", "백옥주사", "글루타치온", "샤넬주사", "미백주사"),
    ),
)  # fmt: skip
