"""How facts become a treatment's page: nothing lost, nothing merged, disagreements side by side."""

from typing import Any

import pytest

from webapp.domain.facts import (
    ANSWER_ROWS,
    DOWNTIME_PARTS,
    AnswerPart,
    Fact,
    FactError,
    Range,
    Statement,
    arrange,
    comparison_table,
    range_of,
    ranges_by_source,
    read_fact,
    read_facts,
)


def fact(topic: str, aspect: str, **fields: Any) -> Fact:
    values: dict[str, Any] = {
        "id": f"pn.{topic}.{aspect}",
        "treatment": "pn",
        "topic": topic,
        "status": "stated",
        "statement": Statement(en="english", zh="中文", ko="한국어"),
        "sources": ("S0",),
    }
    return Fact(**(values | fields))


def entry(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": "pn.sessions.s0",
        "treatment": "pn",
        "topic": "sessions",
        "status": "stated",
        "statement": {"en": "1 to 4", "zh": "1 至 4 次", "ko": "1~4회"},
        "sources": ["S0"],
        "normalised": {"min": 1, "max": 4},
    }
    return values | fields


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "english"),
        ("zh", "中文"),
        ("zh-Hans", "中文"),
        ("zh_Hant", "中文"),
        ("KO-kr", "한국어"),
        ("th", "english"),
    ],
)
def test_a_statement_reads_in_the_readers_language_or_in_english(tag: str, words: str) -> None:
    assert fact("name", "x").statement.in_language(tag) == words


def test_the_aspect_is_what_follows_treatment_and_topic() -> None:
    assert fact("side_effect", "bruise_s2").aspect == "bruise_s2"


@pytest.mark.parametrize(
    ("topic", "normalised", "expected"),
    [
        ("sessions", {"min": 1, "max": 4}, Range(1, 4, "session")),
        ("interval_weeks", {"min": 4, "max": 4}, Range(4, 4, "week")),
        ("maintenance_months", {"min": 6, "max": 12}, Range(6, 12, "month")),
        ("total_minutes", 90, Range(90, 90, "minute")),
        ("side_effect", {"days": [5, 7]}, Range(5, 7, "day")),
        ("aftercare", {"days": 2}, Range(2, 2, "day")),
        ("onset", {"week": [0, 1]}, Range(0, 1, "week")),
        ("onset", {"month": [2, 3]}, Range(2, 3, "month")),
        ("suits", {"age": [30, 59]}, Range(30, 59, "year")),
        ("step", {"order": 2, "minutes": 30}, None),
        ("active", {"active": "PN"}, None),
        ("concern", "fine_lines", None),
        ("area", ["neck"], None),
        ("sessions", None, None),
    ],
)
def test_a_figure_is_read_with_its_unit(topic: str, normalised: Any, expected: Range | None) -> None:
    assert range_of(fact(topic, "x", normalised=normalised)) == expected


@pytest.mark.parametrize(
    "normalised",
    [{"min": 4, "max": 1}, {"days": [1, 2, 3]}, {"days": "1-2"}, {"min": 1.5, "max": 2}, {"days": True}],
)
def test_a_figure_that_is_no_range_is_refused_by_name(normalised: Any) -> None:
    with pytest.raises(FactError, match=r"pn\.sessions\.x"):
        range_of(fact("sessions", "x", normalised=normalised))


def test_ranges_stay_apart_for_each_source() -> None:
    facts = (
        fact("sessions", "s0", normalised={"min": 1, "max": 4}),
        fact("sessions", "both", normalised={"min": 3, "max": 4}, sources=("S1", "S2")),
        fact("sessions", "words", sources=("S2",)),
    )
    assert [(row.source, row.range, row.fact.aspect) for row in ranges_by_source(facts)] == [
        ("S0", Range(1, 4, "session"), "s0"),
        ("S1", Range(3, 4, "session"), "both"),
        ("S2", Range(3, 4, "session"), "both"),
    ]


@pytest.mark.parametrize(
    ("facts", "disagrees"),
    [
        ((), False),
        ((fact("active", "pn", conflict="C1"),), False),
        ((fact("active", "pn", conflict="C1"), fact("active", "pdrn", conflict="C1")), True),
        ((fact("active", "pn", conflict="C1"), fact("active", "other", conflict="C2")), False),
        (
            (
                fact("sessions", "a", normalised={"min": 1, "max": 4}),
                fact("sessions", "b", normalised={"min": 3, "max": 4}),
            ),
            True,
        ),
        (
            (
                fact("sessions", "a", normalised={"min": 3, "max": 4}),
                fact("sessions", "b", normalised={"min": 3, "max": 4}),
            ),
            False,
        ),
    ],
)
def test_a_row_says_whether_its_sources_disagree(facts: tuple[Fact, ...], disagrees: bool) -> None:
    assert AnswerPart("row", facts).disagrees is disagrees


def test_an_empty_page_keeps_its_eight_rows_so_that_each_can_say_not_stated() -> None:
    page = arrange([])
    assert tuple(row.key for row in page.rows) == ANSWER_ROWS
    assert all(row.facts == () for row in page.rows)
    assert [*page.groups, *page.claims, *page.comparison, *page.missing_lists] == []


def test_downtime_is_three_numbers() -> None:
    page = arrange(
        [
            fact("side_effect", "bruise_s0"),
            fact("side_effect", "bumps", normalised={"days": [1, 2]}),
            fact("side_effect", "bruise_s2", normalised={"days": [5, 7]}, sources=("S2",)),
            fact("side_effect", "redness", normalised={"days": [1, 2]}, sources=("S1",)),
            fact("side_effect", "tightness"),
        ]
    )
    downtime = page.rows[ANSWER_ROWS.index("downtime")]
    assert [part.key for part in downtime.parts] == list(DOWNTIME_PARTS)
    assert {part.key: [f.aspect for f in part.facts] for part in downtime.parts} == {
        "redness": ["redness"],
        "bumps": ["bumps"],
        "bruise": ["bruise_s0", "bruise_s2"],
    }
    assert [(row.source, row.range) for row in downtime.parts[2].ranges] == [("S2", Range(5, 7, "day"))]
    assert [(group.key, [f.aspect for f in group.facts]) for group in page.groups] == [
        ("right_after", ["tightness"])
    ]


def test_a_refuted_claim_stands_only_beside_its_reasons() -> None:
    claim = fact("category", "fda", status="refuted", conflict="C2")
    reason = fact("claim_check", "fda", conflict="C2", sources=("WSJ",))
    page = arrange([claim, fact("category", "booster"), reason])
    assert [(checked.claim, checked.reasons) for checked in page.claims] == [(claim, (reason,))]
    assert [f.aspect for f in page.rows[0].facts] == ["booster"]
    assert page.groups == ()


def test_a_reason_without_its_claim_is_still_shown() -> None:
    page = arrange([fact("claim_check", "lonely", conflict="C9")])
    assert [(group.key, [f.aspect for f in group.facts]) for group in page.groups] == [("other", ["lonely"])]


def test_a_contradiction_is_found_across_the_page() -> None:
    lifts = fact("concern", "lifting", conflict="C-LIFT")
    lifts_not = fact("does_not", "lift", conflict="C-LIFT", sources=("S2",))
    other = fact("concern", "dryness")
    page = arrange([lifts, other, lifts_not])
    assert page.against(lifts) == (lifts_not,)
    assert page.against(lifts_not) == (lifts,)
    assert page.against(other) == ()


def test_groups_stand_in_the_order_of_the_page_and_steps_in_their_own() -> None:
    page = arrange(
        [
            fact("technique", "by_hand"),
            fact("step", "cream", normalised={"order": 5}),
            fact("step", "cleansing", normalised={"order": 1}),
            fact("never_heard_of", "x"),
            fact("onset", "weeks"),
            fact("concern", "dryness"),
        ]
    )
    assert [(group.key, [f.aspect for f in group.facts]) for group in page.groups] == [
        ("concerns", ["dryness"]),
        ("onset", ["weeks"]),
        ("steps", ["cleansing", "cream", "by_hand"]),
        ("other", ["x"]),
    ]


def test_missing_lists_and_comparison_stand_apart() -> None:
    missing = fact("clinic", "five", status="missing_list")
    row = fact("comparison", "pn", status="one_view")
    page = arrange([row, missing])
    assert page.missing_lists == (missing,)
    assert page.comparison == (row,)
    assert page.groups == ()
    assert set(page.facts()) == {row, missing}


def test_a_page_is_of_one_treatment_and_holds_each_id_once() -> None:
    one = fact("onset", "x")
    with pytest.raises(FactError, match="one treatment"):
        arrange([one, fact("onset", "y", id="ha.onset.y", treatment="ha")])
    with pytest.raises(FactError, match=r"pn\.onset\.x"):
        arrange([one, one])


def test_a_comparison_becomes_a_table_in_each_language() -> None:
    polynucleotide = Statement(
        en="PN — core: a, b; change: high",
        zh="PN — 成分：甲；变化：高",
        ko="PN — 성분: 가; 변화: 높음",
    )
    hyaluronic_acid = Statement(
        en="HA — core: c; change: mild",
        zh="HA — 成分：乙；变化：轻微",
        ko="HA — 성분: 나; 변화: 약함",
    )
    facts = [
        fact("comparison", "pn", sources=("S1",), statement=polynucleotide),
        fact("comparison", "ha", sources=("S1",), statement=hyaluronic_acid),
    ]
    english = comparison_table(facts, "en")
    assert english.columns == ("", "core", "change")
    assert english.rows == (("PN", "a, b", "high"), ("HA", "c", "mild"))
    assert english.sources == ("S1",)
    assert comparison_table(facts, "zh-Hans").rows == (("PN", "甲", "高"), ("HA", "乙", "轻微"))
    assert comparison_table(facts, "ko").columns == ("", "성분", "변화")


@pytest.mark.parametrize(
    "second", ["no table at all", "HA — core", "HA — core: ; change: x", "HA — other: c; change: x"]
)
def test_a_comparison_row_of_another_form_is_refused(second: str) -> None:
    facts = [
        fact("comparison", "pn", statement=Statement("PN — core: a; change: high", "", "")),
        fact("comparison", "ha", statement=Statement(second, "", "")),
    ]
    with pytest.raises(FactError, match=r"pn\.comparison\.ha"):
        comparison_table(facts, "en")


def test_an_entry_becomes_a_fact() -> None:
    read = read_fact(entry(conflict="C-SESSIONS", note="for editors"))
    assert read == Fact(
        id="pn.sessions.s0",
        treatment="pn",
        topic="sessions",
        status="stated",
        statement=Statement("1 to 4", "1 至 4 次", "1~4회"),
        sources=("S0",),
        normalised={"min": 1, "max": 4},
        conflict="C-SESSIONS",
        note="for editors",
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "pn.s0"}, "an id is"),
        ({"status": "maybe"}, "unknown status"),
        ({"statement": {"en": "only"}}, "a statement has words in each"),
        ({"statement": {"en": "a", "zh": " ", "ko": "b"}}, "a statement has words in each"),
        ({"sources": []}, "a fact has sources"),
        ({"status": "unsourced"}, "a fact has sources"),
        ({"normalised": {"min": 9, "max": 1}}, "not a range"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_name(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(FactError, match=reason) as raised:
        read_fact(entry(**fields))
    assert "pn.s" in str(raised.value)


def test_an_entry_without_a_field_says_which() -> None:
    incomplete = entry()
    del incomplete["sources"]
    with pytest.raises(FactError, match=r"pn\.sessions\.s0: missing sources"):
        read_fact(incomplete)


def test_a_document_keeps_the_order_of_its_three_lists_and_each_id_once() -> None:
    document = {
        "facts": [entry()],
        "outside_facts": [entry(id="pn.sessions.notes")],
        "no_source_says": [entry(id="pn.sessions.none", status="unsourced", sources=[], normalised=None)],
    }
    assert [fact.aspect for fact in read_facts(document)] == ["s0", "notes", "none"]
    with pytest.raises(FactError, match="more than once"):
        read_facts(document | {"outside_facts": [entry()]})
    with pytest.raises(FactError, match="holds facts"):
        read_facts({"facts": []})
