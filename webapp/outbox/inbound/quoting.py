"""Somebody's own words of a reply: what stands above our marker, or above what her mail program quotes."""

import re

from mailparser_reply.parser import EmailReplyParser

# Characters of a reply that are read, and of a line when it is compared; the library's patterns take a time that
# grows with the square of a line.
_READ = 60_000
_LINE = 400
# Characters of somebody's own words that are kept.
LONGEST = 20_000

# The line that stands first in our mails, in the language of each: "##- Write your reply above this line -##".
_MARKER = re.compile(r"##-\s?.{3,120}\s?-##")
_QUOTE_MARKS = re.compile(r"^(?:\s*[>|]\s?)+")

# One line, or up to three lines joined, that says who wrote what follows.
_WROTE = re.compile(
    r"""(?:
        On\s.{6,300}\swrote\s?:                                                # Gmail, Apple Mail, Thunderbird
        | At\s\d{4}-\d\d-\d\d\s.{4,300}\swrote\s?:                             # 163
        | \d{4}\s?[년.-]\s?\d{1,2}\s?[월.-]\s?\d{1,2}\s?[일.]?.{2,300}          # Gmail, Apple Mail
          (?:님이\s?)?(?:작성|썼습니다|쓴\s?글|작성하였습니다|작성했습니다)\s?:
        | .{2,200}님이\s\d{4}.{6,100}(?:작성|썼습니다)\s?:
        | .{0,200}?[于於]\s?\d{4}\s?年.{6,200}[写寫]道?\s?[:：]                  # Gmail, Apple Mail (Taiwan)
        | 在\s?\d{4}.{4,300}[写寫]道?\s?[:：]                                   # Apple Mail, 163
        | \d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日.{2,300}[写寫]道?\s?[:：]
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_WROTE_BEGINS = re.compile(
    r"(?:On|At)\s|\d{4}\s?[년年.-]|在\s?\d{4}|.{0,200}[于於]\s?\d{4}\s?年|.{2,200}님이\s\d{4}", re.I
)
# A line of its own between the words and what they answer.
_DIVIDER = re.compile(
    r"""[-_=*\s|]{2,}(?:
        original\ (?:message|mail|e-?mail)? | replied\ message | reply\ message
        | 원본\s?(?:메시지|메일|내용) | 원문\s?(?:메시지|메일) | 이전\s?메일
        | 原始(?:邮件|郵件|信息|讯息|訊息) | 原(?:邮件|郵件|信) | 回复的原?邮件 | 回覆的原?郵件
    )\s*[-_=*\s|]{2,}""",
    re.IGNORECASE | re.VERBOSE,
)
# The head of the mail that is quoted, as Outlook, Naver, Daum, KakaoMail, QQ and 163 write it: who, when, to whom,
# about what.
_HEAD = {
    "from": re.compile(
        r"(?:from|보낸\s?사람|보낸\s?이|발신자|发件人|寄件者|寄件人|發件人)\W{0,3}[:：|]", re.I
    ),
    "sent": re.compile(
        r"(?:sent|date|보낸\s?날짜|보낸\s?시간|날짜|일시|发送时间|发送日期|日期|時間|时间|寄件日期|傳送時間|發送時間)"
        r"\W{0,3}[:：|]",
        re.I,
    ),
    "to": re.compile(
        r"(?:to|cc|받는\s?사람|받는\s?이|참조|수신자?|收件人|收件者|抄送|副本)\W{0,3}[:：|]", re.I
    ),
    "subject": re.compile(r"(?:subject|제목|主题|主題|主旨|标题|標題)\W{0,3}[:：|]", re.I),
}
_HEAD_LINES = 9
_EMPHASIS = re.compile(r"^[\s*|]+")


def own_words(text: str) -> str:
    """What somebody wrote herself, her signature included; at most LONGEST characters.

    `text` has plain line feeds. Where everything stands below the quotation or between its lines, as some answer,
    the lines that are not quoted are her words.
    """
    lines = text[:_READ].split("\n")
    end = _first_quoted(lines)
    above = _without_trailing_quotes(lines[:end])
    words = "\n".join(above).strip()
    if words:
        words = _by_library(words).strip() or words
    else:
        words = "\n".join(line for line in lines[end:] if _is_own(line)).strip()
    return re.sub(r"\n{3,}", "\n\n", words)[:LONGEST]


def _first_quoted(lines: list[str]) -> int:
    """The number of the first line that is not hers; their count where there is none."""
    for number, line in enumerate(lines):
        bare = _bare(line)
        if _MARKER.fullmatch(bare) or _DIVIDER.fullmatch(bare):
            return number
        if _WROTE_BEGINS.match(bare) and any(
            _WROTE.fullmatch(" ".join(_bare(each) for each in lines[number : number + count]).strip())
            for count in (1, 2, 3)
        ):
            return number
        if _HEAD["from"].match(bare) and _is_head(lines[number : number + _HEAD_LINES]):
            return _above_rule(lines, number)
    return len(lines)


def _is_head(lines: list[str]) -> bool:
    """Who, and two of: when, to whom, about what. One of them alone is something that people write."""
    found = {name for line in lines for name, pattern in _HEAD.items() if pattern.match(_bare(line))}
    return len(found) >= 3


def _above_rule(lines: list[str], number: int) -> int:
    """Outlook draws a line above the head."""
    above = number
    while above and not lines[above - 1].strip():
        above -= 1
    if above and re.fullmatch(r"[_-]{5,}", lines[above - 1].strip()):
        return above - 1
    return number


def _without_trailing_quotes(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    return lines[:end]


def _is_own(line: str) -> bool:
    bare = _bare(line)
    return not (
        line.lstrip().startswith(">")
        or _MARKER.fullmatch(bare)
        or _DIVIDER.fullmatch(bare)
        or _WROTE.fullmatch(bare)
        or any(pattern.match(bare) for pattern in _HEAD.values())
    )


def _bare(line: str) -> str:
    """A line as it is compared: without the marks of a quotation and of bold type."""
    return _EMPHASIS.sub("", _QUOTE_MARKS.sub("", line[:_LINE])).strip().strip("*").strip()


def _by_library(words: str) -> str:
    """A second look for headers that we do not know. Only at lines of a length that its patterns bear; and only
    where it cuts, as it also rewrites what it keeps."""
    lines = words.split("\n")
    if max(map(len, lines)) > _LINE or len(words) > LONGEST:
        return words
    found = EmailReplyParser(languages=["en", "ko", "zh"]).parse_reply(words) or ""
    kept = found.split("\n")
    bare = [line.strip() for line in lines]
    return "\n".join(lines[: len(kept)]) if found and bare[: len(kept)] == kept else words
