"""How a text is read: undressed, with the places where it was typed, and never slowly."""

import re
import time
import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.lint import TEXT_RULES, Severity, check
from webapp.domain.lint.cleaning import clean
from webapp.domain.lint.reading import MAX_LENGTH

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "dressed",
    ["LOWEST price", "ｌｏｗｅｓｔ price", "low\u200best price", "l\u00adowest price", "lоwеst price",
     "lowest\u00a0price", "𝐥𝐨𝐰𝐞𝐬𝐭 price", "as  low\n as", "lówèst price", "lo\u0336w\u0336est price", "ʟᴏᴡᴇꜱᴛ price",
     "l o w e s t price", "L.O.W.E.S.T price", "l0we$t price", "ΡRΟΜΟ", "рrоmо", "最便宜", "最 便 宜", "最·便·宜",
     "免費", "할인", unicodedata.normalize("NFD", "할인"), "할\u200b인", "할 인", "할·인", "할.인"],
)  # fmt: skip
def test_words_are_found_however_they_are_dressed(dressed: str) -> None:
    typed = f"Now: {dressed}!"
    (finding,) = check(typed, "SG", brand_names=True)
    assert (finding.rule_id, finding.severity) == ("SG-PRICEPREFIX", Severity.BLOCK)
    assert (finding.start, finding.end) == (5, 5 + len(dressed))
    assert typed[finding.start : finding.end] == finding.matched == dressed


@pytest.mark.parametrize(
    "spaced", ["부작용 없음", "부 작 용 없 음", "부작용없음", "전 후 사 진", "후 기를 보세요"]
)
def test_hangul_with_spaces_between_is_the_same_word(spaced: str) -> None:
    (finding,) = check(f"오늘 {spaced}", "KR", brand_names=True)
    assert finding.severity is Severity.BLOCK


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  a \t\n b ", "a b "),
        ("Ｂｅｓｔ", "best"),
        ("Straße", "strasse"),
        ("Juvéderm", "juvederm"),
        (unicodedata.normalize("NFD", "쥬베룩"), "쥬베룩"),
        ("b e s t of a b", "best of a b"),
        ("U.P. 5", "u.p. 5"),
        ("2 ml, 3 ml", "2 ml, 3 ml"),
        ("第 一", "第一"),
        ("第 1", "第 1"),
        ("㏂ ㎖", "a.m. ml"),
        ("🆓 consult 💯", "free consult 100%"),
        ("ㄱ\u3164ㄴ", "ᄀᄂ"),
        ("\u200b\u0301", ""),
    ],
)
def test_cleaning(typed: str, cleaned: str) -> None:
    assert clean(typed).text == cleaned


def test_digits_stand_for_letters_only_between_letters() -> None:
    assert clean("ch3apest of 3 in 10ml").with_letters == "cheapest of 3 in 10ml"


@given(st.text(max_size=200))
def test_every_cleaned_letter_was_typed_somewhere(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.text) == len(cleaned.places) == len(cleaned.with_letters)
    ends = [0, *chain.from_iterable(cleaned.places)]
    assert all(0 <= start < end <= len(text) for start, end in cleaned.places)
    assert ends[1::2] == sorted(ends[1::2])


@given(st.text(max_size=200), st.sampled_from(["SG", "KR"]))
def test_a_finding_is_a_piece_of_what_was_typed(text: str, market: str) -> None:
    for finding in check(text, market, brand_names=False):
        assert text[finding.start : finding.end] == finding.matched != ""


def test_no_repetition_in_a_rule_is_without_an_upper_bound() -> None:
    for rule in TEXT_RULES:
        for pattern in (*rule.patterns, *rule.allowed):
            plain = re.sub(r"\\.|\[[^\]]*\]", "x", pattern)
            assert not re.search(r"[*+]|\{\d*,\}", plain), (rule.id, pattern)


def _seconds(text: str) -> float:
    """Of this process's own time, the quickest of three: what else the machine does counts little."""

    def once() -> float:
        before = time.process_time()
        for market in ("SG", "KR"):
            check(text, market, brand_names=False)
        return time.process_time() - before

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    "piece",
    ["a", "부", "1", " ", "a ", "1 % ", "$1", "free ", "feel free ", "not discount ", "package ", "lift ",
     "results in ",
     "than other ", "부 작 용 ", "할 ", "무료 주차 ", "fda approved ", "rejuran ", "套餐", "比其他", "没有赠品",
     "e\u0301",
     "\u0301", "\u1161", "\u200b", "ﷺ", "b.e.s.t."],
)  # fmt: skip
def test_a_text_made_to_be_slow_takes_time_by_its_length_only(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (MAX_LENGTH // 8, MAX_LENGTH))
    check(short, "KR", brand_names=False)
    # Eight times the text: were each letter compared with each, it would take sixty-four times as long.
    assert _seconds(long) < 24 * max(_seconds(short), 0.002)


def test_a_longer_text_than_any_field_holds_is_read_to_the_limit() -> None:
    assert check(" " * 10 + "discount".rjust(MAX_LENGTH), "SG", brand_names=True) == ()
    (finding,) = check("discount".rjust(MAX_LENGTH) + "x" * 10**6, "SG", brand_names=True)
    assert finding.end == MAX_LENGTH
