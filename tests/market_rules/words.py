"""The words by which a reader of the three languages recognises a claim, as data. The claims are the policy's.

`BESIDE` is read in every block that holds an amount, where a single word is a claim ("from"); `ANYWHERE` in all that a
page says of a clinic, where the same word may be harmless ("from Orchard"). The rules for clinics' own texts
(webapp/domain/lint) are read beside these, see rules.py.
"""

import re

from webapp.domain.market import PriceClaim

_AMOUNT = r"(?:S\$|SGD|US\$|\$|₩|KRW|CN¥|¥)\s?\d[\d,.]*"

# A sum under the fewest and under the most sessions stands as "S$800~S$3,200"; "S$800~" is a price that begins there.
_OPEN_END = r"~(?!\s?(?:S\$|SGD|₩|KRW|US\$|CN¥|¥|\$|\d))"

_BESIDE: dict[PriceClaim, tuple[str, ...]] = {
    PriceClaim.FROM: (
        rf"\bfrom\b|\bstart(?:s|ing)?\b(?= (?:at|from|price))|\bas low as\b|\bonwards\b|\band up\b|{_AMOUNT}\s?\+",
        rf"低至|起价|起步|仅需|{_AMOUNT}\s?起|\d\s?元?起",
        r"(?<!일)부터|최소|이상\b|" + _OPEN_END,
    ),
    PriceClaim.LOWEST: (
        r"\blowest\b|\bcheapest\b|\bbest (?:price|deal|value)s?\b|\bleast expensive\b",
        r"最低|最便宜|最划算|最实惠|最优惠",
        r"최저|최소가|가장 (?:싼|싸|저렴|낮은)|제일 싼",
    ),
    PriceClaim.SAVING: (
        (
            r"\bsav(?:e|es|ed|ing|ings)\b|\bcheaper\b|\bdiscount\w*|\bbargain|\d\s?%\s?(?:off|less|lower|cheaper)"
            r"|\b(?:off|less)\b(?= than| the usual)|[-−–]\s?\d+\s?%|\brebate\b|\bdeals?\b"
        ),
        r"省(?!略)|优惠|更便宜|折扣|打折|\d\s?折|立减|减免|便宜",
        r"할인|절약|아끼|아낄|아낍|저렴|더 싸|\d\s?%\s?(?:낮|싸|dc)|이득",
    ),
    PriceClaim.USUAL_PRICE: (
        (
            r"\b(?:usual|regular|original|normal|list|old|previous) (?:price|rate)|\bu\.\s?p\.|\bwas\b"
            rf"|\bnow only\b|\bbefore:? {_AMOUNT}|\binstead of\b"
        ),
        r"原价|平时价|门市价|划线价|市场价|优惠前",
        r"정가|원래 (?:가격|값)|기존 ?가|이전 가격|시중가|할인 전",
    ),
    PriceClaim.PERIOD: (
        (
            r"\bvalid (?:till|until|from|to|through)\b|\b(?:offer|price|sale|promotion) (?:ends|ended|has ended)\b"
            r"|\buntil\b|\blimited[- ]time\b|\bno longer valid\b|\bnot (?:yet valid|valid yet)\b"
            r"|\bhas not begun\b|\bhas ended\b|\bthis (?:week|month)\b|\bevent\b"
        ),
        r"有效期至|截止|截至|限时|限期|活动|尚未开始|已结束|已过期|不再有效|尚未生效",
        r"이벤트|한정|까지 ?(?:유효|할인)|종료|끝난|끝났|시작되지|유효하지",
    ),
    PriceClaim.PACKAGE: (
        r"\bpackages?\b|\bbundles?\b|\bset price\b",
        r"套餐|配套|疗程包|打包",
        r"패키지|묶음|세트 ?가",
    ),
}

_ANYWHERE: dict[PriceClaim, tuple[str, ...]] = {
    PriceClaim.FROM: (
        rf"\b(?:from|starting at|as low as) {_AMOUNT}|{_AMOUNT}\s?(?:\+|onwards|and up)",
        rf"低至|起价|{_AMOUNT}\s?起",
        rf"{_AMOUNT}\s?(?:부터|이상|{_OPEN_END})",
    ),
    PriceClaim.LOWEST: _BESIDE[PriceClaim.LOWEST],
    PriceClaim.SAVING: (
        r"\bsav(?:e|es|ed|ing|ings)\b|\bcheaper\b|\bdiscount\w*|\bbargain|\d\s?%\s?(?:off|less|lower|cheaper)",
        r"节省|省钱|省下|优惠|更便宜|折扣|打折|立减",
        r"할인|절약|아낄|아낍|더 저렴|더 싸",
    ),
    PriceClaim.USUAL_PRICE: (
        r"\b(?:usual|original|normal|previous) price\b|\bu\.\s?p\.|\bbefore:? " + _AMOUNT,
        r"原价|平时价|门市价|划线价",
        r"정가|원래 가격|기존 ?가|할인 전",
    ),
    PriceClaim.PERIOD: (
        r"\bvalid (?:till|until)\b|\b(?:offer|sale|promotion) ends\b|\blimited[- ]time\b|\bevent price\b",
        r"有效期至|限时|限期|活动价",
        r"이벤트|기간 한정|까지 ?유효",
    ),
    PriceClaim.PACKAGE: (
        r"\b(?:packages?|bundles?)\b[^.]{0,40}(?:save|saving|off\b|cheaper|price)",
        r"(?:套餐|配套|疗程包)[^。]{0,20}(?:价|省|优惠|便宜)",
        r"패키지 ?(?:가|할인)|묶음 ?(?:가|할인)",
    ),
}


def _compiled(words: dict[PriceClaim, tuple[str, ...]]) -> dict[PriceClaim, re.Pattern[str]]:
    # A page in one language may hold a clinic's words in another, so all are read everywhere.
    return {claim: re.compile("|".join(patterns), re.IGNORECASE) for claim, patterns in words.items()}


BESIDE, ANYWHERE = _compiled(_BESIDE), _compiled(_ANYWHERE)

SINGAPORE_AMOUNT = re.compile(r"(?:S\$|SGD\s?)\d")
KOREAN_AMOUNT = re.compile(r"(?:₩|KRW\s?)\d")
AMOUNT = re.compile(_AMOUNT)

# Said of a clinic's offers, which is too much where only contact details may stand.
OF_ITS_OFFERS = re.compile(r"\bprice list\b|价目表|价格表|가격표", re.IGNORECASE)

# What no page, document or table of ours has a place for, whatever it is called (NEVER-REVIEWS, NEVER-COMMISSION).
NEVER_FIELDS = re.compile(
    r"review|rating|star_?s?$|testimonial|before_?after|popular|featured|sponsor|promot|boost(?!er)|paid_?(?:place|rank)"
    r"|commission|success_?fee|per_?lead|referr|voucher|gift|loyalty|reward|like_?count",
    re.IGNORECASE,
)
