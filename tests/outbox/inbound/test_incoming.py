"""A mail taken apart: character sets, HTML, attachments, and what nobody would write."""

import base64
import random
import time
from pathlib import Path

import pytest

from tests.outbox.inbound.samples import INBOUND, block, daemon, mail, report
from webapp.outbox.inbound import hearing
from webapp.outbox.inbound.incoming import Body, body, header, headers, parse
from webapp.outbox.inbound.quoting import own_words

pytestmark = pytest.mark.once

KOREAN = "안녕하세요, 3회 시술은 150만원입니다. 뷁똠방각하"
SIMPLIFIED = "您好，三次一共1500新元，含税。镕"
TRADITIONAL = "您好，三次一共1500新元，含稅。"
JAPANESE = "こんにちは、三回で1500ドルです。"
ENGLISH = "Good morning — it’s S$1,500, “all in”."


def in_charset(text: str, codec: str, name: str, encoding: str = "base64") -> bytes:
    """A mail whose text is in that set, under that name, as base64 or as it is."""
    content = text.encode(codec)
    payload = base64.encodebytes(content) if encoding == "base64" else content + b"\n"
    return (
        f"From: desk@larch.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset={name}\n"
        f"Content-Transfer-Encoding: {encoding}\n\n"
    ).encode() + payload


@pytest.mark.parametrize("encoding", ["base64", "8bit"])
@pytest.mark.parametrize(
    "text, codec, name",
    [
        (KOREAN, "cp949", "euc-kr"),
        (KOREAN, "cp949", '"ks_c_5601-1987"'),
        (KOREAN, "cp949", "CP949"),
        (KOREAN, "utf-8", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb2312"),
        (SIMPLIFIED, "gb18030", "GBK"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "big5hkscs", "Big5-HKSCS"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (JAPANESE, "cp932", "shift_jis"),
        (ENGLISH, "cp1252", "iso-8859-1"),
        (ENGLISH, "utf-8", "us-ascii"),
        # A name that says nothing true.
        (KOREAN, "utf-8", "x-unknown"),
        (KOREAN, "cp949", "utf-8"),
        (KOREAN, "cp949", "us-ascii"),
        (SIMPLIFIED, "gb18030", "utf-8"),
    ],
)
def test_text_is_read_in_the_set_that_it_is_really_in(
    text: str, codec: str, name: str, encoding: str
) -> None:
    if encoding == "8bit" and codec == "iso2022_jp":
        encoding = "7bit"
    assert body(parse(in_charset(text, codec, name, encoding))).text.strip() == text


@pytest.mark.parametrize(
    "name", ["unicode_escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "rot13"]
)
def test_a_name_that_is_no_character_set_does_no_harm(name: str) -> None:
    content = in_charset("\\ud800 +2AA- " + "a-" * 50_000, "ascii", name, "8bit")
    body(parse(content)).text.encode()


def test_bytes_that_fit_nothing_are_read_all_the_same() -> None:
    assert "S$500" in body(parse(in_charset("S$500", "utf-8", "utf-8", "8bit") + b"\xff\xfe\x80\x00")).text


@pytest.mark.parametrize(
    "value, read",
    [
        ("=?euc-kr?B?sLDAzA==?=", "같이"),
        ("=?gb2312?B?xPq6ww==?=", "您好"),
        ("=?utf-8?q?S=24500?= =?utf-8?q?=2C_all_in?=", "S$500, all in"),
        ("=?utf-8?b?broken", "=?utf-8?b?broken"),
        ("=?x-none?q?words?=", "words"),
        ("folded\r\n over lines", "folded over lines"),
        ("직접 쓴 제목", "직접 쓴 제목"),
        ("", ""),
    ],
)
def test_a_header_is_decoded_or_left_as_it_is(value: str, read: str) -> None:
    assert header(parse(mail("Words\n", f"Subject: {value}")), "subject") == read


def test_every_header_of_a_name_is_found() -> None:
    assert headers(parse(mail("Words\n", "Cc: a@b.example", "CC: c@d.example")), "Cc") == [
        "a@b.example",
        "c@d.example",
    ]


def parts(*each: str, kind: str = "mixed") -> bytes:
    """A mail of parts, each with its own headers."""
    text = "".join(f"--=b\n{part}\n" for part in each)
    return mail(f"{text}--=b--\n", f'Content-Type: multipart/{kind}; boundary="=b"')


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nThree sessions are S$1,500.\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>Three sessions are <b>S$1,500</b>.</p>\n"
PDF = 'Content-Type: application/pdf\nContent-Disposition: attachment; filename="prices.pdf"\n\nJVBERi0=\n'
LOGO = "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline\n\niVBORw0KGgo=\n"
PHOTO = "Content-Type: image/jpeg\nContent-ID: <photo@x>\n\n" + "/9j/4AAQ" * 8_000 + "\n"
TEXT_FILE = (
    'Content-Type: text/plain\nContent-Disposition: attachment; filename="notes.txt"\n\nOf another patient\n'
)
FORWARDED = (
    "Content-Type: message/rfc822\n\nFrom: somebody@else.example\nSubject: private\n\nNot hers to read\n"
)
SEAL = 'Content-Type: application/pkcs7-signature; name="smime.p7s"\n\nMIIB\n'
WORDS = "Three sessions are S$1,500."


@pytest.mark.parametrize(
    "content, text, attachments",
    [
        (parts(PLAIN, PDF), WORDS, 1),
        (parts(PLAIN, PDF, PDF, TEXT_FILE), WORDS, 3),
        (parts(PLAIN, FORWARDED), WORDS, 1),
        (parts(PLAIN, SEAL, kind="signed"), WORDS, 0),
        (parts(PLAIN, HTML, kind="alternative"), WORDS, 0),
        (parts(HTML, kind="alternative"), WORDS, 0),
        (parts(HTML, LOGO, kind="related"), WORDS, 0),
        (parts(HTML, PHOTO, kind="related"), WORDS, 1),
        (parts(PDF), "", 1),
        # Apple Mail puts words around what it attaches.
        (parts(PLAIN, PDF, "Content-Type: text/plain\n\nSee you soon.\n"), f"{WORDS}\nSee you soon.", 1),
        # An empty plain part beside the real one.
        (parts("Content-Type: text/plain\n\n \n", HTML, kind="alternative"), WORDS, 0),
        (
            parts(
                f'Content-Type: multipart/alternative; boundary="=i"\n\n--=i\n{PLAIN}\n--=i\n{HTML}\n--=i--\n',
                PDF,
            ),
            WORDS,
            1,
        ),
    ],
)
def test_words_are_found_and_what_hangs_on_them_is_counted(
    content: bytes, text: str, attachments: int
) -> None:
    assert body(parse(content)) == Body(text, attachments)


@pytest.mark.parametrize(
    "html, text",
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<div>One<div>Two</div></div><div><br></div><div>Three</div>", "One\nTwo\n\nThree"),
        (
            "<table><tr><td>Healer</td><td>S$500</td></tr><tr><td>Needle</td><td>0</td></tr></table>",
            "Healer S$500\nNeedle 0",
        ),
        ("One <b>bold</b>&nbsp;and &lt;plain&gt;", "One bold and <plain>"),
        ("<style>p{color:red}</style><script>alert(1)</script><p>Words</p><!-- not these -->", "Words"),
        ("One\n\n   two<i>three</i> four", "One twothree four"),
        ("<blockquote><p>asked</p></blockquote><p>answered</p>", "> asked\nanswered"),
        ("", ""),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    content = mail(html, "Content-Type: text/html; charset=utf-8")
    lines = [line.strip() for line in body(parse(content)).text.strip().split("\n")]
    assert [line for line in lines if line] == [line for line in text.split("\n") if line]


HTML_REPLIES = {
    "Gmail": '<div dir="ltr">{}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Sat, Nov'
    ' 21, 2026 at 12:00 PM Like for Like &lt;<a href="mailto:x@y.example">x@y.example</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote"><p>{}</p></blockquote></div>',
    "Outlook": '<div class="WordSection1"><p class="MsoNormal">{}</p><div style="border-top:solid"><p>'
    "<b>From:</b> Like for Like &lt;x@y.example&gt;<br><b>Sent:</b> Saturday<br><b>To:</b> desk<br><b>Subject:</b> A"
    " patient</p></div><p>{}</p></div>",
    "Outlook on the web": '<div>{}</div><hr><div id="divRplyFwdMsg"><b>보낸 사람:</b> Like<br><b>보낸 날짜:</b> 2026년'
    "<br><b>받는 사람:</b> desk<br><b>제목:</b> 문의</div><div>{}</div>",
    "Apple Mail": "<div>{}</div><div><br><blockquote type='cite'><div>On 21 Nov 2026, at 12:00, Like for Like"
    " &lt;x@y.example&gt; wrote:</div><div>{}</div></blockquote></div>",
    "Naver": '<div>{}</div><blockquote><div>-----Original Message-----<br><b>From:</b> Like<br><b>To:</b> desk<br>'
    "<b>Sent:</b> 2026-11-21</div><p>{}</p></blockquote>",
    "QQ": "<div>{}</div><div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b></div>"
    "<div>{}</div>",
    "163": "<div>{}</div><div>在 2026-11-21 12:00:00，\"Like for Like\" &lt;x@y.example&gt; 写道：</div><blockquote>{}"
    "</blockquote>",
}  # fmt: skip


@pytest.mark.parametrize("form", HTML_REPLIES.values(), ids=HTML_REPLIES)
def test_a_reply_in_html_alone_is_cut_like_another(form: str) -> None:
    content = mail(
        form.format("Three sessions are S$1,500.", "Please answer by this link."), "Content-Type: text/html"
    )
    assert own_words(body(parse(content)).text) == "Three sessions are S$1,500."


SAMPLES = (
    report(block()),
    daemon("Your message could not be delivered.\n"),
    parts(PLAIN, HTML, PDF, FORWARDED),
    in_charset(KOREAN, "cp949", "euc-kr"),
    mail("Words\n", "Subject: =?euc-kr?B?sMDAzA==?="),
)


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_a_mail_stops_its_reading(seed: int) -> None:
    """Octets changed, cut and doubled by chance; what is read is then anything, but it is read."""
    chance = random.Random(seed)
    for sample in SAMPLES:
        content = bytearray(sample)
        for _change in range(chance.randrange(1, 30)):
            place = chance.randrange(len(content))
            match chance.randrange(4):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    del content[place : place + chance.randrange(1, 40)]
                case 2:
                    content[place:place] = chance.choice(
                        (b"\r\n", b"\0", b"=?utf-8?b?", b"--=_b", b"\xff\xfe", b'"')
                    )
                case _:
                    content += content[place : place + 60]
        understood = hearing.understand(bytes(content), INBOUND)
        understood.words.encode()
        understood.raw.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\0" * 1000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 50_000,
        b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n".encode() for n in range(400)),
        b"Subject: " + b"=?utf-8?q?x?= " * 50_000 + b"\n\nWords",
        b"To: " + b"<a@b>," * 100_000 + b"\n\nWords",
        b"References: " + b"<a@b> " * 100_000 + b"\n\nWords",
        b"Content-Type: text/html\n\n" + b"<div>" * 190_000,
        b"Content-Type: text/html\n\n" + b"<b><p><table>" * 60_000,
        b"Content-Type: text/plain\n\n" + b"x" * 1_000_000,
        b"Content-Type: text/plain\n\n" + b"/q/" * 300_000,
        b"Content-Type: text/plain\n\n" + b"reply+" * 150_000,
        b"Content-Type: text/plain\n\n" + (b"/" + b"a" * 42 + b"\n") * 20_000,
        b"From: mailer-daemon@x\nSubject: failure\n\n" + b"unknown user 5.1.1 " * 50_000,
        b"a: b\n" * 100_000 + b"\nWords",
        b"Subject: Re\n\n" + b"\n" * 1_000_000,
        b"Subject: Re\n\n" + b">\n" * 300_000,
        b"Subject: Re\n\n" + b"message-id:\n> " * 70_000,
        b"From: mailer-daemon@x\nSubject: failure\n\n" + b"-" * 1_000_000,
    ],
)
def test_no_mail_takes_long(content: bytes) -> None:
    began = time.perf_counter()
    hearing.understand(content, INBOUND)
    assert time.perf_counter() - began < 8


def test_a_mail_in_a_file_is_read_as_it_was_saved() -> None:
    """One whole mail of a Korean web mail, with everything that such mails carry."""
    content = (Path(__file__).parent / "naver_reply.eml").read_bytes()
    understood = hearing.understand(content, INBOUND)
    assert understood.kind == hearing.REPLY
    assert (
        understood.words
        == "안녕하세요.\n3회 시술은 150만원(부가세 포함)입니다.\n12월 3일부터 가능합니다.\n\n김 실장 드림"
    )
    assert understood.attachments == 1
    assert "Subject: RE: 문의" in understood.raw
