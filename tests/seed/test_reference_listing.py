"""The reviewed treatments, names, cited clinics and questions: names lead somewhere, nothing is invented."""

import re
from collections import defaultdict
from decimal import Decimal

import pytest

from tests.seed.reference_files import REFERENCE, SHARED, document, folded, rows, shared
from webapp.domain.facts import LANGUAGES


def test_treatments_keep_to_their_value_lists(treatments: dict[str, dict[str, str]]) -> None:
    assert len(treatments) == len(rows("treatments.csv"))
    for slug, row in treatments.items():
        assert re.fullmatch(r"[a-z0-9_]{1,64}", slug)
        assert row["kind"] in {"product", "class", "device"}, slug
        assert row["usual_unit"] in {"", "ml", "syringe", "vial", "shot", "session"}, slug
        assert row["injectable"] in {"yes", "no"}, slug
        assert row["name_en"] and row["status_sg"] and row["status_kr"], slug
        assert all(row[f"generic_{tag}"] for tag in LANGUAGES), slug
        assert len({bool(row[f"summary_{tag}"]) for tag in LANGUAGES}) == 1, (
            f"{slug}: a summary in all or none"
        )
        if row["usual_quantity"]:
            assert Decimal(row["usual_quantity"]) > 0 and row["usual_unit"], slug


def test_what_is_topical_only_is_not_listed_as_an_injection(treatments: dict[str, dict[str, str]]) -> None:
    topical = {
        slug for slug, row in treatments.items() if "topical only" in row["status_sg"] + row["status_kr"]
    }
    assert topical == {"exosome"}
    assert treatments["exosome"]["injectable"] == "no"


def test_how_rejuran_is_quoted(treatments: dict[str, dict[str, str]]) -> None:
    quoted = {slug: (row["usual_quantity"], row["usual_unit"]) for slug, row in treatments.items()}
    assert quoted["rejuran_healer"] == ("2", "ml")
    assert quoted["rejuran_eye"] == quoted["rejuran_hb"] == quoted["rejuran_s"] == ("1", "ml")
    # Quoted by ml and by vial, or by no source at all: left open.
    assert quoted["juvelook_skin"] == quoted["plinest"] == ("", "")


def test_every_name_leads_to_one_treatment_or_asks_which(
    names: list[dict[str, str]], treatments: dict[str, dict[str, str]]
) -> None:
    targets, kinds = defaultdict(set), defaultdict(set)
    for row in names:
        assert row["slug"] in treatments, row
        assert row["kind"] in {"name", "nickname", "generic", "typo", "mt_error", "ambiguous"}, row
        assert row["term"] == row["term"].strip() and folded(row["term"]), row
        targets[folded(row["term"])].add(row["slug"])
        kinds[folded(row["term"])].add(row["kind"])
    for term, slugs in targets.items():
        assert (len(slugs) > 1) == ("ambiguous" in kinds[term]), (term, slugs)
        assert "ambiguous" not in kinds[term] or kinds[term] == {"ambiguous"}, term
    keys = [(row["slug"], row["lang"], row["term"]) for row in names]
    assert len(keys) == len(set(keys))


def test_every_treatment_is_found_by_the_names_its_page_shows(
    names: list[dict[str, str]], treatments: dict[str, dict[str, str]]
) -> None:
    found = defaultdict(set)
    for row in names:
        found[folded(row["term"])].add(row["slug"])
    for slug, row in treatments.items():
        for column in ("name_en", "name_zh_hans", "name_zh_hant", "name_ko"):
            if row[column]:
                assert slug in found[folded(row[column])], (slug, row[column])


@pytest.mark.parametrize(
    ("term", "slugs"),
    [
        ("rejuran", {"rejuran_healer"}),
        ("baby skin injection", {"rejuran_healer"}),
        ("리쥬란", {"rejuran_healer"}),
        ("丽珠兰", {"rejuran_healer"}),
        ("丽珠兰白盒", {"rejuran_eye"}),
        ("Rejurun", {"rejuran_healer"}),
        ("리주란아이", {"rejuran_eye"}),
        ("婴儿针", {"rejuran_healer", "pn_pdrn_generic"}),
        ("嬰兒針", {"rejuran_healer", "pn_pdrn_generic"}),
        ("少女针", {"juvelook_skin", "ellanse"}),
        ("水光针", {"skin_booster_category", "ha_booster_generic"}),
        ("逆龄针", {"profhilo", "ha_booster_generic", "skin_booster_category"}),
        ("연어주사", {"pn_pdrn_generic", "rejuran_healer"}),
    ],
)
def test_what_people_type(names: list[dict[str, str]], term: str, slugs: set[str]) -> None:
    assert {row["slug"] for row in names if folded(row["term"]) == folded(term)} == slugs


def test_the_shared_tables_are_all_taken_over(
    names: list[dict[str, str]], treatments: dict[str, dict[str, str]]
) -> None:
    ours = {(row["slug"], row["lang"], row["term"]) for row in names}
    for row in rows(shared("synonyms.csv").name, SHARED):
        assert (row["canonical_slug"], row["lang"], row["term"]) in ours
    for product in rows(shared("products.csv").name, SHARED):
        treatment = treatments[product["slug"]]
        for given, own in (
            ("active_class", "active_class"),
            ("zh_hans", "name_zh_hans"),
            ("zh_hant", "name_zh_hant"),
            ("ko", "name_ko"),
            ("status_sg", "status_sg"),
            ("status_kr", "status_kr"),
        ):
            assert treatment[own] == product[given], (product["slug"], own)


def test_the_two_cited_clinics_hold_only_what_their_document_says(
    treatments: dict[str, dict[str, str]],
) -> None:
    clinics = {row["ref"]: row for row in rows("clinics.csv", REFERENCE / "listing")}
    stated = {"ref", "name", "country", "authority", "accepts_enquiries", "sample", "source", "verified_on"}
    assert {ref: (row["name"], row["country"], row["verified_on"]) for ref, row in clinics.items()} == {
        "ref-halley": ("Halley Medical Aesthetics", "SG", "2020-09-10"),
        "ref-hugo": ("Hugo Plastic Surgery", "KR", ""),
    }
    for row in clinics.values():
        assert (row["authority"], row["accepts_enquiries"], row["sample"]) == ("unclaimed", "no", "no")
        assert {column for column, value in row.items() if value} <= stated
    practitioners = rows("practitioners.csv", REFERENCE / "listing")
    assert {(row["clinic_ref"], row["name"], row["registration_no"]) for row in practitioners} == {
        ("ref-halley", "Dr Mark Lim", ""),
        ("ref-hugo", "Dr Seonghyeok Yang", ""),
    }
    (offer,) = rows("offers.csv", REFERENCE / "listing")
    assert (
        offer["clinic_ref"],
        offer["title"],
        offer["price"],
        offer["price_kind"],
        offer["parts_complete"],
    ) == (
        "ref-halley",
        "Baby Skin Trio",
        "",
        "on_request",
        "no",
    )
    parts = rows("offer_parts.csv", REFERENCE / "listing")
    assert {(part["offer_ref"], part["treatment"], part["quantity"], part["unit"]) for part in parts} == {
        (offer["offer_ref"], "rejuran_healer", "", ""),
        (offer["offer_ref"], "ha_booster_generic", "", ""),
    }
    assert {part["treatment"] for part in parts} <= set(treatments)


def test_the_questions_to_copy_are_there_in_each_language() -> None:
    questions = document("questions.json")["questions"]
    ids = [question["id"] for question in questions]
    assert len(ids) == len(set(ids))
    assert {
        "product",
        "amount",
        "course",
        "price",
        "consultation",
        "numbing",
        "injector",
        "other_fees",
    } <= set(ids)
    assert {"one_session_only", "follow_up", "valid_until"} <= set(ids)
    for question in questions:
        assert question["en"].endswith(("?", "."))
        assert re.search(r"[？。]$", question["zh"]), question["id"]
        # A message to a clinic: polite endings throughout.
        assert re.search(r"(요\?|니다\.|요\.)$", question["ko"]), question["id"]
