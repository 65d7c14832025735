"""What is untrue of a product in both markets."""

from webapp.domain.lint.rule import Severity, TextRule

_PRODUCT = "(?:rejuran|polynucleotides?|pdrn|salmon|리쥬란|폴리뉴클레오타이드|연어|丽珠兰|多核苷酸|三文鱼)"
_APPROVED = "fda[- ]?(?:approved|cleared|approval|certified|registered|认证|批准|认可|승인|허가|인증)"

BOTH: tuple[TextRule, ...] = (
    TextRule(
        "ALL-FDA",
        None,
        Severity.BLOCK,
        "polynucleotides are not approved by the United States' FDA; name the regulator that registered the product",
        "United States, Food and Drug Administration, device databases",
        patterns=(
            rf"\b{_APPROVED}[^.!?。]{{0,60}}{_PRODUCT}",
            rf"{_PRODUCT}[^.!?。]{{0,60}}\b{_APPROVED}",
            rf"\bapproved by the (?:us |u\.s\. )?fda[^.!?]{{0,60}}{_PRODUCT}",
            rf"{_PRODUCT}[^.!?]{{0,60}}\b(?:approved|cleared) by the (?:us |u\.s\. )?fda\b",
        ),
        allowed=(
            r"\bnot (?:yet )?(?:us |u\.s\. )?fda[- ]?(?:approved|cleared|registered)",
            r"\bnot (?:yet )?(?:approved|cleared) by the (?:us |u\.s\. )?fda\b",
        ),
    ),
    TextRule(
        "ALL-LIFT",
        None,
        Severity.WARN,
        "polynucleotides do not lift sagging tissue, as our sources say",
        "Halley Medical Aesthetics, interview of 10 September 2020",
        patterns=(
            r"\b(?:lift(?:s|ing)?|tighten(?:s|ing)?)\b[^.!?]{0,30}\b(?:sagging|jowls?)",
            "(?:提拉|紧致)[^。！？]{0,12}(?:下垂|松弛)|(?:下垂|松弛)[^。！？]{0,12}(?:提拉|紧致)",
            r"(?:처진|늘어진)[^.!?]{0,12}(?:리프팅|개선)",
        ),
    ),
)
