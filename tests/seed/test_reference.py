"""The reviewed files of seed/reference hold together: facts sourced, disagreements kept."""

import json
import re
from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from tests.seed.reference_files import document, shared
from webapp.domain.facts import (
    BRAND_TOPICS,
    LANGUAGES,
    Fact,
    TreatmentPage,
    arrange,
    comparison_table,
    ranges_by_source,
)

THREE_DOCUMENTS = {"S0", "S1", "S2"}

# Words that sell, promise or endorse, after the rules of both markets on what may stand in public text.
SELLING = re.compile(
    r"\b(best|no\.? ?1|number one|leading|top|premier|unrivalled|world[- ]class|award[- ]winning|popular"
    r"|glow\w*|results?|guarantee[ds]?|permanent(ly)?|100 ?%|instant(ly)?|immediate|miracle|cheap\w*|lowest"
    r"|discount|promo(tion)?|free|complimentary|package|bundle|gift|voucher|points|testimonial|review(s|ed)?|rated"
    r"|stars?|recommended|before and after|better than|safer than|compared (to|with)"
    r"|in (just )?\d+ (days?|weeks?|sessions?)|mesotherapy|whitening"
    r"|lift(s|ing)?.{0,30}(sagging|jowl)|tighten.{0,30}(sagging|jowl)"
    r"|(tax|vat) refund)\b"
    r"|最好|最佳|第一品牌|永久|保证|立即见效|奇迹|优惠|折扣|免费|退税|好评"
    r"|최고|최초|유일|세계적|완치|부작용 ?없|보장|영구|후기|체험담|전후 ?사진|할인|특가|무료|택스 ?리펀",
    re.IGNORECASE,
)
BRANDS = re.compile(
    r"rejuran|restylane|juv[eé]derm|volite|belotero|profhilo|teosyal|sculptra|radiesse|skinvive|juvelook"
    r"|丽珠兰|麗珠蘭|乔雅登|리쥬란|쥬비덤|쥬베룩|스컬트라",
    re.IGNORECASE,
)
FDA_APPROVED = re.compile(r"FDA[- ](approved|cleared)|获 ?FDA ?批准|FDA 승인[”\"]?을 받", re.IGNORECASE)


def test_the_three_documents_give_112_facts_and_every_one_is_on_the_page(page: TreatmentPage) -> None:
    of_documents = {entry["id"] for entry in document("facts.json")["facts"]}
    assert len(of_documents) == 112
    on_page = [fact.id for fact in page.facts()]
    assert len(on_page) == len(set(on_page))
    assert of_documents <= set(on_page)


def test_every_fact_of_the_file_is_on_its_treatments_page(
    facts: tuple[Fact, ...], treatments: dict[str, dict[str, str]]
) -> None:
    assert {fact.treatment for fact in facts} == set(treatments)
    for slug in treatments:
        own = [fact for fact in facts if fact.treatment == slug]
        assert {fact.id for fact in arrange(own).facts()} == {fact.id for fact in own}


def test_every_treatment_says_what_no_source_says(
    facts: tuple[Fact, ...], treatments: dict[str, dict[str, str]]
) -> None:
    unsourced = {fact.treatment for fact in facts if fact.status == "unsourced"}
    assert unsourced == set(treatments)
    open_questions = {
        fact.aspect for fact in facts if fact.topic == "no_source" and fact.treatment == "rejuran_healer"
    }
    assert open_questions == {"price", "amount", "pregnancy", "allergy", "injector"}


def test_the_eight_rows_of_the_answer_are_all_answered(page: TreatmentPage) -> None:
    assert {part.key: len(part.facts) > 0 for row in page.rows for part in row.parts} == dict.fromkeys(
        [
            "what_it_is",
            "sessions",
            "interval",
            "discomfort",
            "redness",
            "bumps",
            "bruise",
            "what_it_cannot_do",
            "who_should_ask_first",
            "what_no_source_says",
        ],
        True,
    )
    assert not any(group.key == "other" for group in page.groups)


def test_every_source_that_a_fact_names_exists_and_each_document_is_used(
    facts: tuple[Fact, ...], sources: dict[str, dict[str, Any]]
) -> None:
    used = {key for fact in facts for key in fact.sources}
    assert used <= set(sources)
    assert used >= THREE_DOCUMENTS
    for entry in document("facts.json")["facts"]:
        assert set(entry["sources"]) <= THREE_DOCUMENTS, entry["id"]


def test_a_source_says_whose_view_it_is_in_each_language(sources: dict[str, dict[str, Any]]) -> None:
    for key, source in sources.items():
        for field in (
            "title",
            "title_zh",
            "title_ko",
            "publisher",
            "kind",
            "language",
            "note",
            "note_zh",
            "note_ko",
        ):
            assert source[field].strip(), (key, field)
        if source["published_on"] is not None:
            date.fromisoformat(source["published_on"])
    assert {key: sources[key]["published_on"] for key in sorted(THREE_DOCUMENTS)} == {
        "S0": None,
        "S1": None,
        "S2": "2020-09-10",
    }
    # No address of the three documents is known, so none is given.
    assert all(sources[key]["url"] is None for key in THREE_DOCUMENTS)


def test_figures_stand_for_each_source_and_are_not_averaged(page: TreatmentPage) -> None:
    def figures(key: str) -> list[tuple[str, int, int]]:
        part = next(part for row in page.rows for part in row.parts if part.key == key)
        return [(row.source, row.range.low, row.range.high) for row in part.ranges]

    assert figures("sessions") == [("S0", 1, 4), ("S1", 3, 4)]
    assert figures("interval") == [("S0", 4, 4), ("S1", 3, 4), ("NOTES", 2, 4)]
    assert figures("redness") == [("S1", 1, 2)]
    assert figures("bumps") == [("S0", 1, 2), ("S1", 1, 2), ("S2", 1, 2)]
    assert figures("bruise") == [("S2", 5, 7)]
    maintenance = next(group for group in page.groups if group.key == "maintenance")
    assert [(row.source, row.range.low, row.range.high) for row in ranges_by_source(maintenance.facts)] == [
        ("S0", 6, 12),
        ("S1", 6, 6),
    ]


def test_what_contradicts_shares_a_mark_and_has_another_side(facts: tuple[Fact, ...]) -> None:
    sides = defaultdict(list)
    for fact in facts:
        if fact.conflict:
            sides[fact.conflict].append(fact.id.removeprefix("rejuran_healer."))
    assert sides["C1"] == ["active.pn", "active.pdrn", "active.notes"]
    assert sides["C2"] == ["approval_claim.fda", "claim_check.fda"]
    assert sides["C11"] == ["layer.s1", "layer.s2"]
    assert sides["C14"] == ["aftercare.no_make_up", "aftercare.cover_bruises"]
    assert sides["C-LIFT"] == ["concern.lifting", "does_not.lift"]
    assert all(len(ids) > 1 for ids in sides.values())


def test_the_fda_claim_stands_only_among_the_claims_we_checked(
    page: TreatmentPage, facts: tuple[Fact, ...]
) -> None:
    (checked,) = page.claims
    assert checked.claim.id == "rejuran_healer.approval_claim.fda"
    assert checked.claim.sources == ("S0",)
    assert [reason.sources for reason in checked.reasons] == [("WSJ", "MEDICADEPOT", "MFDS", "HSA")]
    for fact in facts:
        if fact.status != "refuted":
            assert not any(FDA_APPROVED.search(fact.statement.in_language(tag)) for tag in LANGUAGES), fact.id


def test_the_missing_list_and_the_one_view_are_marked(page: TreatmentPage) -> None:
    assert [fact.aspect for fact in page.missing_lists] == ["five_clinics"]
    assert {fact.status for fact in page.comparison} == {"one_view"}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_comparison_is_one_clinics_table_of_three(page: TreatmentPage, tag: str) -> None:
    table = comparison_table(page.comparison, tag)
    assert (len(table.columns), len(table.rows), table.sources) == (5, 3, ("S1",))


def test_statements_do_not_sell(facts: tuple[Fact, ...], treatments: dict[str, dict[str, str]]) -> None:
    texts = [
        (fact.id, fact.statement.in_language(tag))
        for fact in facts
        if fact.status != "refuted"
        for tag in LANGUAGES
    ]
    texts += [(slug, row[f"summary_{tag}"]) for slug, row in treatments.items() for tag in LANGUAGES]
    texts += [
        (entry["id"], entry[tag]) for entry in document("questions.json")["questions"] for tag in LANGUAGES
    ]
    hits = [(name, found.group()) for name, text in texts if (found := SELLING.search(text))]
    assert hits == []


def test_brands_stand_only_where_they_can_be_left_out(
    facts: tuple[Fact, ...], treatments: dict[str, dict[str, str]]
) -> None:
    texts = [
        (f.id, f.statement.in_language(tag))
        for f in facts
        if f.topic not in BRAND_TOPICS
        for tag in LANGUAGES
    ]
    texts += [
        (s, row[f"{column}_{tag}"])
        for s, row in treatments.items()
        for column in ("generic", "summary")
        for tag in LANGUAGES
    ]
    assert [name for name, text in texts if BRANDS.search(text)] == []


def test_statements_are_in_the_script_of_their_language(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        assert re.search(r"[\u4e00-\u9fff]", fact.statement.zh), fact.id
        assert not re.search(r"[\uac00-\ud7a3]", fact.statement.zh), fact.id
        assert re.search(r"[\uac00-\ud7a3]", fact.statement.ko), fact.id
        assert not re.search(r"[\uac00-\ud7a3]", fact.statement.en), fact.id


def test_the_facts_are_those_of_the_collected_table() -> None:
    collected = json.loads(shared("seed_facts.json").read_text(encoding="utf-8"))
    ours = document("facts.json")["facts"]
    assert len(ours) == len(collected)
    for fact, given in zip(ours, collected, strict=True):
        assert (fact["topic"], fact["sources"], fact["normalised"]) == (
            given["topic"],
            given["seeds"],
            given["normalised"],
        ), fact["id"]
        marked = re.match(r"conflict (C\d+)", given["note"])
        if marked:
            assert fact["conflict"] == marked.group(1), fact["id"]
        if isinstance(given["value"], str):
            assert fact["statement"]["en"] != given["value"], f"{fact['id']}: not our own words"
