"""Bytes of a mail as text, under the names that mail programs really write."""

import codecs
import re

# What a name means in practice: the old names stand for the larger sets that came after them.
_MEANT = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "x-windows-949": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "default": "utf-8",
    "unknown-8bit": "utf-8",
}
# Python knows more under the name of a character set than any mail is written in, some of it slow.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(content: bytes, charset: str | None) -> str:
    """Never raises: what fits no set that could be meant is read with replacement characters."""
    name = (charset or "us-ascii").strip().strip("\"'").lower()
    for candidate in (_MEANT.get(name, name), "utf-8"):
        try:
            if codecs.lookup(candidate).name.replace("-", "_") in _NO_CHARSETS:
                continue
            return _LONE_SURROGATE.sub("\ufffd", content.decode(candidate))
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode(_guessed(content) if name in {"us-ascii", "utf-8", "utf8"} else "utf-8", "replace")


def _guessed(content: bytes) -> str:
    """For 8-bit text under no name or a wrong one: Korean if that makes it mostly Hangul, else Chinese."""
    korean = [char for char in content.decode("cp949", "replace") if ord(char) > 0x7F]
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in korean)
    if korean and hangul * 2 > len(korean):
        return "cp949"
    chinese = [char for char in content.decode("gb18030", "replace") if ord(char) > 0x7F]
    han = sum("\u4e00" <= char <= "\u9fff" for char in chinese)
    return "gb18030" if chinese and han * 2 > len(chinese) else "cp1252"
