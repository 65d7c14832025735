"""The writer's own words, cut from what the usual mail programs put below them in three languages."""

import time

import pytest

from webapp.outbox.inbound.quoting import LONGEST, own_words

pytestmark = pytest.mark.once

WORDS = "Dear Mei,\n\nthree sessions are S$1,500 with tax.\n\nBest regards,\nDr Lim\nLarch Clinic"
KOREAN = "안녕하세요,\n3회 시술은 1,500,000원입니다.\n\n감사합니다.\n김 원장"
CHINESE = "您好，\n三次一共1500新元，含税。\n\n祝好，\n林医生"
QUOTED = "Please answer by this link; it takes about two minutes.\n\nhttps://likeforlike.example/q/x\n"
MARKED = [
    "##- Write your reply above this line -##",
    "> ##- Write your reply above this line -##",
    "> > ##- 이 줄 위에 답장을 써 주세요 -##",
    "  ##- 请在此行上方回复 -##",
    "| ##- 请在此行上方回复 -##",
    "*##- Write your reply above this line -##*",
]
ADDRESS = "Like for Like <reply+abc@in.example.org>"
HEADS = {
    "Gmail": f"On Sat, Nov 21, 2026 at 12:00 PM {ADDRESS} wrote:",
    "Gmail on two lines": "On Sat, Nov 21, 2026 at 12:00 PM Like for Like <\nreply+abc@in.example.org> wrote:",
    "Gmail, Korean": f"2026년 11월 21일 (토) 오후 1:00, {ADDRESS}님이 작성:",
    "Gmail, Korean, two lines": "2026년 11월 21일 (토) 오후 1:00, Like for Like <\nreply+abc@in.example.org>님이 작성:",
    "Gmail, Chinese": f"{ADDRESS} 于2026年11月21日周六 12:00写道：",
    "Gmail, Taiwan": f"{ADDRESS} 於 2026年11月21日 週六 下午12:00寫道：",
    "Apple Mail": f"On 21 Nov 2026, at 12:00, {ADDRESS} wrote:",
    "Apple Mail, US": f"On Nov 21, 2026, at 12:00 PM, {ADDRESS} wrote:",
    "Apple Mail, Korean": f"2026. 11. 21. 오후 1:00, {ADDRESS} 작성:",
    "Apple Mail, Chinese": f"在 2026年11月21日，12:00，{ADDRESS} 写道：",
    "Apple Mail, Taiwan": f"{ADDRESS} 於 2026年11月21日 中午12:00 寫道：",
    "Thunderbird": "On 21/11/2026 12:00, Like for Like wrote:",
    "Thunderbird, Korean": "2026-11-21 오후 1:00에 Like for Like 이(가) 쓴 글:",
    "Outlook": f"From: {ADDRESS}\nSent: Saturday, November 21, 2026 12:00 PM\nTo: desk\nSubject: A patient asks",
    "Outlook, bold": f"*From:* {ADDRESS}\n*Sent:* Saturday, November 21, 2026\n*To:* desk\n*Subject:* A patient asks",
    "Outlook, old": f"-----Original Message-----\nFrom: {ADDRESS}\nSent: Saturday",
    "Outlook on the web": f"________________________________\nFrom: {ADDRESS}\nDate: Saturday\nSubject: A patient asks",
    "Outlook, Korean": f"보낸 사람: {ADDRESS}\n보낸 날짜: 2026년 11월 21일\n받는 사람: desk\n제목: 문의",
    "Outlook, Chinese": f"发件人: {ADDRESS}\n发送时间: 2026年11月21日 12:00\n收件人: desk\n主题: 询价",
    "Outlook, Taiwan": f"寄件者: {ADDRESS}\n寄件日期: 2026年11月21日\n收件者: desk\n主旨: 詢價",
    "Naver": f"-----Original Message-----\nFrom: {ADDRESS}\nTo: desk\nCc:\nSent: 2026-11-21 (토) 13:00:00 (GMT+09:00)",
    "Daum": f"--------- 원본 메일 ---------\n보낸사람 : {ADDRESS}\n받는사람 : desk\n날짜: 2026년 11월 21일",
    "KakaoMail": f"----- 원본 메일 -----\n보낸사람: {ADDRESS}\n날짜: 2026-11-21\n제목: 문의",
    "Korean, plain rule": f"-----원본 메시지-----\n보낸이: {ADDRESS}\n제목: 문의",
    "QQ": f"------------------ 原始邮件 ------------------\n发件人: {ADDRESS};\n发送时间: 2026年11月21日",
    "QQ, English": f"------------------ Original ------------------\nFrom: {ADDRESS};\nDate: Sat, Nov 21, 2026",
    "QQ, no rule": f"发件人：{ADDRESS}\n发件时间：2026年\n发送时间：2026年11月21日\n收件人：desk",
    "163": f'At 2026-11-21 12:00:00, "Like for Like" {ADDRESS} wrote:',
    "163, Chinese": f"在 2026-11-21 12:00:00，{ADDRESS} 写道：",
    "163 on a phone": f"---- 回复的原邮件 ----\n| 发件人 | {ADDRESS} |\n| 发送日期 | 2026年11月21日 12:00 |",
    "163 on a phone, English": f"---- Replied Message ----\n| From | {ADDRESS} |\n| Date | 11/21/2026 12:00 |",
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("words", [WORDS, KOREAN, CHINESE])
@pytest.mark.parametrize("mark", ["", "> "])
def test_what_a_mail_program_quotes_is_cut(words: str, head: str, mark: str) -> None:
    quoted = "\n".join(mark + line for line in QUOTED.split("\n"))
    assert own_words(f"{words}\n\n{head}\n\n{quoted}") == words


@pytest.mark.parametrize("marker", MARKED)
def test_our_marker_cuts_where_no_header_is_known(marker: str) -> None:
    assert own_words(f"{WORDS}\n\nKirjoitti henkilö X 21.11.2026:\n{marker}\n> {QUOTED}").startswith(WORDS)
    assert QUOTED not in own_words(f"{WORDS}\n{marker}\n{QUOTED}")


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        "On Monday we are closed. On Tuesday Dr Lim wrote: yes.\nPlease come then.",
        "From: 10 a.m. to 6 p.m. we are open.\nSee you",
        "Date: 3 December\nPrice: S$500",
        "제목: 견적\n가격은 500,000원입니다.",
        "2026년 12월 3일에 오실 수 있습니다.\n비용: 500,000원",
        "在 2026 年 12 月 3 日可以预约。\n价格：500新元",
        "-- \nLarch Clinic",
        "- Healer: S$500\n- Needle: included",
        "____________\nLarch Clinic, 290 Orchard Road",
    ],
)
def test_words_that_only_look_like_a_header_are_kept(words: str) -> None:
    assert own_words(words) == words


def test_quoted_lines_at_the_end_go_without_any_header() -> None:
    assert own_words(f"{WORDS}\n\n> Please answer by this link\n>\n> https://x.example\n") == WORDS


def test_answers_between_the_quoted_lines_are_kept_with_what_they_answer() -> None:
    text = "Yes:\n> How much is it?\nS$1,500\n> When?\nIn December\n"
    assert own_words(text) == text.strip()


def test_who_writes_below_the_quotation_is_heard() -> None:
    text = f"{HEADS['Gmail']}\n> Please answer by this link\n> https://x.example\n\n{WORDS}\n"
    assert own_words(text) == WORDS
    assert own_words(f"> ##- Write your reply above this line -##\n> Please answer\n\n{WORDS}") == WORDS


def test_a_reply_without_a_word_is_empty() -> None:
    assert own_words(f"\n\n{HEADS['Gmail']}\n> Please answer\n") == ""
    assert own_words("") == ""


def test_much_is_cut_to_what_is_kept() -> None:
    assert own_words("word " * 50_000) == ("word " * 50_000)[:LONGEST]


@pytest.mark.parametrize(
    "text",
    [
        "On " * 40_000,
        "On x\n" * 20_000,
        "> " * 60_000,
        "\n" * 100_000,
        "From: a\n" * 20_000,
        "보낸 사람: a\n" * 20_000,
        "* " * 60_000 + "From:",
        ("On " + "x " * 190 + "\n") * 200,
        "2026년 1월" + " " * 50_000,
        ("_" * 399 + "\n") * 200,
        ("于2026年" * 60 + "\n") * 200,
        ("x님이 2026" * 40 + "\n") * 200,
    ],
    ids=range(12),
)
def test_no_text_takes_long(text: str) -> None:
    began = time.perf_counter()
    own_words(text)
    assert time.perf_counter() - began < 3
