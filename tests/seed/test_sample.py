"""The invented sample listings: nothing of them reaches somebody real, and they hold the field's variety."""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.seed.reference_files import ROOT, rows
from webapp.domain.geo import Point, distance_m
from webapp.domain.listing_csv import FILES, Known, KnownTreatment, ReadResult, read
from webapp.domain.market import Hidden, Switches, policy
from webapp.domain.offers import RefundBasis, Want, course_sum

SAMPLE = ROOT / "seed" / "sample"
AS_OF = date.fromisoformat((SAMPLE / "as_of.txt").read_text(encoding="utf-8").strip())
# A price older than this leaves totals (the default of the field's rules).
PRICE_AGE = timedelta(days=45)
PARAGON = Point(1.3039, 103.8358)

Row = dict[str, str]
Key = tuple[str, str]

CLINICS: list[Row] = rows("clinics.csv", SAMPLE)
PRACTITIONERS: list[Row] = rows("practitioners.csv", SAMPLE)
OFFERS: list[Row] = rows("offers.csv", SAMPLE)
PARTS: list[Row] = rows("offer_parts.csv", SAMPLE)
BY_REF: dict[str, Row] = {clinic["ref"]: clinic for clinic in CLINICS}

DATE_COLUMNS = {"enquiry_email_confirmed_on", "authority_on", "verified_on", "checked_on"}
DATE_COLUMNS |= {"valid_from", "valid_until"}
TABLES = {
    "clinics.csv": CLINICS,
    "practitioners.csv": PRACTITIONERS,
    "offers.csv": OFFERS,
    "offer_parts.csv": PARTS,
}


def key(row: Row) -> Key:
    return row["clinic_ref"], row["offer_ref"]


def parts_by_offer() -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for part in PARTS:
        found[key(part)].append(part)
    return found


def market(row: Row) -> str:
    return BY_REF[row["clinic_ref"]]["country"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def askable(clinic: Row) -> bool:
    return (
        clinic["authority"] == "authorised"
        and clinic["accepts_enquiries"] == "yes"
        and bool(clinic["enquiry_email"])
        and bool(clinic["enquiry_email_confirmed_on"])
    )


def test_nothing_reaches_somebody_real() -> None:
    for clinic in CLINICS:
        assert clinic["sample"] == "yes", clinic["ref"]
        assert not clinic["phone"], clinic["ref"]
        assert not clinic["feed_url"], clinic["ref"]
        assert re.fullmatch(r"https://([a-z]+\.)+example", clinic["website"]), clinic["ref"]
        assert re.fullmatch(r"(enquiry@([a-z]+\.)+example)?", clinic["enquiry_email"]), clinic["ref"]
        for column in ("licence_no", "foreign_patient_reg_no"):
            assert not clinic[column] or clinic[column].startswith("SAMPLE-"), clinic["ref"]
    for person in PRACTITIONERS:
        number = person["registration_no"]
        assert not number or re.fullmatch(r"SAMPLE-(M|KM-)\d{5}", number), person
        assert person["register_url"] == (f"https://register.example/{number}" if number else ""), person
    for name, table in TABLES.items():
        for row in table:
            text = " ".join(row.values())
            assert all(host.endswith("example") for host in re.findall(r"(?:https://|@)([\w.-]+)", text)), (
                name
            )
            # Telephone numbers of both countries, however they are grouped.
            assert not re.search(r"\+\d{2}|\b[3689]\d{3}[ -]\d{4}\b|\b0\d{1,2}-\d{3,4}-\d{4}\b", text), (
                name,
                text,
            )


def test_refs_are_unique_and_lead_somewhere() -> None:
    assert len(BY_REF) == len(CLINICS)
    assert all(re.fullmatch(r"sample-(sg|kr)-[a-z]+-[a-z]+", ref) for ref in BY_REF)
    offers = {key(offer) for offer in OFFERS}
    assert len(offers) == len(OFFERS)
    assert {row["clinic_ref"] for row in [*OFFERS, *PRACTITIONERS]} <= set(BY_REF)
    assert set(parts_by_offer()) == offers, "every offer has a part and every part an offer"
    slugs = {row["slug"] for row in rows("treatments.csv")} | {"other"}
    assert {part["treatment"] for part in PARTS} <= slugs


def test_dates_are_iso_and_have_come() -> None:
    assert date(2026, 11, 21) == AS_OF
    for name, table in TABLES.items():
        for row in table:
            for column in DATE_COLUMNS & set(row):
                if not row[column]:
                    continue
                assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row[column]), (name, row)
                if not column.startswith("valid_"):
                    assert day(row[column]) <= AS_OF, (name, row)


def test_only_date_columns_know_the_calendar() -> None:
    # A loader may shift the dates; words that name a month or a season would then be wrong.
    calendar = re.compile(
        r"\b20\d\d\b|\b(january|february|march|april|june|july|august|september|october|november|december)\b"
        r"|\b(spring|summer|autumn|winter|christmas|chuseok)\b|\d월|[一二三四五六七八九十\d]月|추석|연말|설날",
        re.IGNORECASE,
    )
    for name, table in TABLES.items():
        for row in table:
            words = " ".join(value for column, value in row.items() if column not in DATE_COLUMNS)
            assert not calendar.search(words), (name, words)


def test_twenty_clinics_are_shown_in_two_cities() -> None:
    shown = [clinic for clinic in CLINICS if clinic["authority"] in {"authorised", "unclaimed"}]
    assert Counter(clinic["country"] for clinic in shown) == {"SG": 12, "KR": 8}
    states = Counter(clinic["authority"] for clinic in CLINICS)
    assert states == {"authorised": 18, "unclaimed": 2, "withdrawn": 1}
    joined = [clinic for clinic in CLINICS if clinic["authority"] == "authorised"]
    assert sum(clinic["accepts_enquiries"] == "no" for clinic in joined) == 2
    assert all(askable(clinic) for clinic in joined if clinic["accepts_enquiries"] == "yes")
    assert all(clinic["authority_by"] and clinic["authority_on"] for clinic in joined)
    assert not any(askable(clinic) for clinic in CLINICS if clinic["authority"] != "authorised")
    foreign = [clinic["foreign_patient_reg_no"] for clinic in joined if clinic["country"] == "KR"]
    assert "" in foreign
    assert sum(bool(number) for number in foreign) >= 5
    assert {clinic["gst_registered"] for clinic in joined if clinic["country"] == "SG"} == {"yes", "no"}
    branches = Counter(clinic["group_ref"] for clinic in CLINICS if clinic["group_ref"])
    assert branches
    assert min(branches.values()) >= 2


def test_addresses_are_complete_and_spread() -> None:
    for clinic in CLINICS:
        digits = {"SG": 6, "KR": 5}[clinic["country"]]
        assert re.fullmatch(rf"\d{{{digits}}}", clinic["postal_code"]), clinic["ref"]
        assert all(clinic[column] for column in ("address", "unit", "hours")), clinic["ref"]
        assert re.search(r"[一-鿿]", clinic["name_zh"]), clinic["ref"]
        assert re.search(r"[가-힣]", clinic["name_ko"]), clinic["ref"]
    assert {"Gangnam-gu", "Seocho-gu"} == {
        gu for clinic in CLINICS for gu in re.findall(r"\w+-gu", clinic["address"])
    }
    for country in ("SG", "KR"):
        points = [
            Point(float(clinic["lat"]), float(clinic["lng"]))
            for clinic in CLINICS
            if clinic["country"] == country
        ]
        assert len(set(points)) == len(points)
        furthest = max(distance_m(a, b) for a in points for b in points)
        assert furthest > {"SG": 15_000, "KR": 4_000}[country]
    shared_codes = Counter(clinic["postal_code"] for clinic in CLINICS)
    assert any(code.startswith("0") for code in shared_codes), "a code that spreadsheets would break"


def test_rejuran_healer_can_be_asked_for_near_238859() -> None:
    sold = {part["clinic_ref"] for part in PARTS if part["treatment"] == "rejuran_healer"}
    near = {
        ref
        for ref, clinic in BY_REF.items()
        if clinic["country"] == "SG"
        and ref in sold
        and askable(clinic)
        and distance_m(PARAGON, Point(float(clinic["lat"]), float(clinic["lng"]))) <= 1000
    }
    assert len(near) >= 3, near
    for ref in near:
        single = [
            offer
            for offer in OFFERS
            if offer["clinic_ref"] == ref
            and offer["verified_on"]
            and AS_OF - day(offer["verified_on"]) <= PRICE_AGE
            and offer["tax"] != "unknown"
            and offer["consultation_fee"]
            and [part["treatment"] for part in PARTS if key(part) == key(offer)] == ["rejuran_healer"]
        ]
        assert len(single) >= 2, f"{ref}: singles whose sum can be complete"


def test_every_joined_clinic_says_who_treats() -> None:
    people = Counter(person["clinic_ref"] for person in PRACTITIONERS)
    joined = {ref for ref, clinic in BY_REF.items() if clinic["authority"] == "authorised"}
    assert set(people) == joined
    assert set(people.values()) == {1, 2, 3}
    assert all(person["languages"] for person in PRACTITIONERS)
    assert any(not person["checked_on"] for person in PRACTITIONERS), "somebody is not checked yet"


def test_offers_are_many_and_unlike() -> None:
    assert len(OFFERS) >= 160
    assert Counter(market(offer) for offer in OFFERS).keys() == {"SG", "KR"}
    for country in ("SG", "KR"):
        own = [offer for offer in OFFERS if market(offer) == country]
        assert {offer["currency"] for offer in own} == {"SGD" if country == "SG" else "KRW"}
        pattern = r"\d+\.\d\d" if country == "SG" else r"\d+"
        for offer in own:
            assert bool(offer["price"]) == (offer["price_kind"] != "on_request"), offer
            for column in ("price", "regular_price"):
                assert not offer[column] or re.fullmatch(pattern, offer[column]), offer
        assert {offer["price_kind"] for offer in own} == {"regular", "event", "on_request"}
        assert {offer["price_basis"] for offer in own} == {"total", "per_session", "per_unit"}
        assert {offer["tax"] for offer in own} == {"inclusive", "exclusive", "unknown"}
        assert {offer["eligibility"] for offer in own} == {"any", "first_visit", "returning"}
        assert {offer["numbing"] for offer in own} == {"included", "extra", "none", ""}
        fees = {offer["consultation_fee"] for offer in own}
        assert {"included", ""} < fees, "included, unknown and amounts"
        assert {offer["consultation_waived"] for offer in own} == {"yes", "no", ""}
        assert any(offer["other_fees"] for offer in own)
        assert any(offer["weekday_only"] == "yes" for offer in own)
        assert any(offer["once_per_patient"] == "yes" for offer in own)
        # Which rates: 9 % in Singapore (0 where not registered), 10 % in Korea, and before tax without a rate.
        rates = {(offer["tax"], offer["tax_rate"]) for offer in own}
        usual = "9" if country == "SG" else "10"
        assert {("inclusive", usual), ("exclusive", usual), ("exclusive", "")} <= rates
    assert {offer["injector"] for offer in OFFERS} == {"doctor", "nurse", ""}
    assert {offer["same_price_for_foreigners"] for offer in OFFERS} == {"yes", "no", ""}
    assert any(offer["expires_after_days"] and offer["refund_terms"] for offer in OFFERS)
    assert {offer["refund_basis"] for offer in OFFERS} == {*RefundBasis, ""}


def test_a_refund_basis_says_what_the_clinics_words_say() -> None:
    says = {
        "nothing": ("non-refundable",),
        "pro_rata": ("pro rata", "330,000 won each"),
        "less_singles": ("at the single price less sessions taken",),
    }
    for offer in OFFERS:
        if offer["refund_basis"]:
            assert any(words in offer["refund_terms"].casefold() for words in says[offer["refund_basis"]]), (
                offer
            )


def test_prices_are_mostly_fresh_some_stale_and_a_few_unconfirmed() -> None:
    ages = Counter(
        "never"
        if not offer["verified_on"]
        else "fresh"
        if AS_OF - day(offer["verified_on"]) <= PRICE_AGE
        else "stale"
        for offer in OFFERS
    )
    assert ages["fresh"] >= 120
    assert ages["stale"] >= 15
    assert ages["never"] >= 3


def test_parts_differ_in_amount_sessions_area_and_words() -> None:
    assert {part["unit"] for part in PARTS} == {"ml", "syringe", "vial", "shot", "session", ""}
    assert sum(not part["quantity"] for part in PARTS) >= 10
    healer = [part for part in PARTS if part["treatment"] == "rejuran_healer"]
    assert {"", "1", "2", "4"} <= {part["quantity"] for part in healer}
    assert {"1", "3", "4", "6"} <= {part["sessions"] for part in healer}
    assert {part["interval_weeks"] for part in healer} >= {"3", "4"}
    areas = {area for part in PARTS for area in part["areas"].split(";")}
    assert areas == {"", "face", "neck", "eyes", "cheeks", "hands", "decolletage", "scar"}
    words = [part["words"] for part in PARTS]
    assert sum(bool(re.search(r"[가-힣]", text)) for text in words) >= 40
    assert sum(bool(re.search(r"[一-鿿]", text)) for text in words) >= 8
    assert len({part["treatment"] for part in PARTS}) >= 30


def test_combos_and_the_two_trios() -> None:
    parts_of = parts_by_offer()
    combos = {offer: parts for offer, parts in parts_of.items() if len(parts) > 1}
    assert len(combos) >= 20
    assert sum(len(parts) >= 3 for parts in combos.values()) >= 3
    by_key = {key(offer): offer for offer in OFFERS}
    assert all(by_key[combo]["price_basis"] == "total" for combo in combos)
    trios = {key(offer): offer["parts_complete"] for offer in OFFERS if "Baby Skin Trio" in offer["title"]}
    assert sorted(trios.values()) == ["", "no"]
    for trio, complete in trios.items():
        held = [part["treatment"] for part in parts_of[trio]]
        assert {"rejuran_healer", "ha_booster_generic"} <= set(held)
        assert len(held) == (2 if complete == "no" else 3)
        assert all(part["quantity"] for part in parts_of[trio])


def test_event_prices_running_over_to_come_and_never_shown() -> None:
    terms = ("valid_from", "valid_until", "event_target", "event_scope", "regular_price")
    found: Counter[str] = Counter()
    for offer in OFFERS:
        if offer["price_kind"] != "event":
            assert not any(offer[column] for column in terms), offer
            continue
        missing = [column for column in terms if not offer[column]]
        assert Decimal(offer["regular_price"]) > Decimal(offer["price"]), offer
        if market(offer) == "SG":
            found["sg"] += 1
        elif missing:
            assert missing == ["event_scope"], offer
            found["without scope"] += 1
        elif day(offer["valid_until"]) < AS_OF:
            found["over"] += 1
        elif day(offer["valid_from"]) > AS_OF:
            found["to come"] += 1
        else:
            found["running"] += 1
    assert found["without scope"] == 1
    assert 1 <= found["sg"] <= 2
    assert min(found["over"], found["to come"]) >= 2
    assert found["running"] >= 6


def test_what_a_market_forbids_is_not_there() -> None:
    for part in PARTS:
        if market(part) == "SG":
            assert part["treatment"] not in {"nctf_135ha", "re2o", "cellredm"}, part
        if part["treatment"] == "exosome":
            # On the skin only: never alone, never called an injection in any language.
            assert len(parts_by_offer()[key(part)]) > 1
            assert not re.search(r"inject|주사|针|注射", part["words"], re.IGNORECASE)


@pytest.mark.parametrize(("country", "least", "most"), [("SG", 380, 950), ("KR", 170_000, 600_000)])
def test_two_ml_of_rejuran_healer_costs_what_the_field_asks(country: str, least: int, most: int) -> None:
    parts_of = parts_by_offer()
    seen = 0
    for offer in OFFERS:
        parts = parts_of[key(offer)]
        if market(offer) != country or not offer["price"] or len(parts) > 1:
            continue
        (part,) = parts
        if (part["treatment"], part["quantity"], part["unit"]) != ("rejuran_healer", "2", "ml"):
            continue
        each = Decimal(offer["price"])
        if offer["price_basis"] == "per_unit":
            each *= Decimal(part["quantity"])
        elif offer["price_basis"] == "total":
            each /= int(part["sessions"])
        assert least <= each <= most, (key(offer), each)
        seen += 1
    assert seen >= 12


def test_more_sessions_cost_less_each() -> None:
    parts_of = parts_by_offer()
    courses: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for offer in OFFERS:
        parts = parts_of[key(offer)]
        plain = offer["price_kind"] == "regular" and offer["eligibility"] == "any"
        if not plain or offer["weekday_only"] == "yes" or offer["price_basis"] == "per_unit":
            continue
        if [(part["treatment"], part["quantity"], part["areas"]) for part in parts] == [
            ("rejuran_healer", "2", "face")
        ]:
            sessions = int(parts[0]["sessions"])
            price = Decimal(offer["price"])
            courses[offer["clinic_ref"]].append(
                (sessions, price / sessions if offer["price_basis"] == "total" else price)
            )
    with_course = [sorted(prices) for prices in courses.values() if len(prices) > 1]
    assert len(with_course) >= 8
    for prices in with_course:
        assert all(more[1] < fewer[1] for fewer, more in pairwise(prices)), prices


@pytest.fixture(scope="module")
def result(treatments: dict[str, Row]) -> ReadResult:
    known = {
        slug: KnownTreatment(row["status_sg"], row["status_kr"], row["injectable"] == "yes")
        for slug, row in treatments.items()
    }
    return read(SAMPLE, Known(treatments=known), on=AS_OF)


def test_the_import_takes_them_without_an_error(result: ReadResult) -> None:
    assert [str(error) for error in result.errors] == []
    assert len(result.listing.clinics) == len(CLINICS)
    assert len(result.listing.practitioners) == len(PRACTITIONERS)
    assert len(result.listing.offers) == len(OFFERS)
    assert sum(len(offer.terms.parts) for offer in result.listing.offers) == len(PARTS)
    # What is worth a look is what was put there: two events that no page shows, and products flagged to staff.
    notes = Counter(note.code for note in result.notes)
    assert set(notes) == {"event_never_shown", "product_flagged"}
    assert notes["event_never_shown"] == 2


@pytest.mark.parametrize("name", sorted(TABLES))
def test_columns_stand_in_the_contracts_order(name: str) -> None:
    header = (SAMPLE / name).read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [column.name for column in FILES[name]]


def test_each_rule_for_a_public_price_has_something_to_do(result: ReadResult) -> None:
    listing = result.listing
    clinics = {clinic.ref: clinic for clinic in listing.clinics}
    hidden: dict[str, set[Hidden | None]] = defaultdict(set)
    unconfirmed = 0
    for offer in listing.offers:
        clinic = clinics[offer.clinic_ref]
        line = policy(clinic.country, Switches.safe()).price_line(offer.terms, clinic, AS_OF)
        hidden[clinic.country].add(line.hidden)
        unconfirmed += line.amount is not None and line.unconfirmed
    everywhere = {None, Hidden.NOT_AUTHORISED, Hidden.ON_REQUEST, Hidden.EVENT_TERMS_MISSING}
    assert hidden["SG"] == everywhere | {Hidden.TAX_NOT_INCLUDED}
    assert hidden["KR"] == everywhere | {Hidden.EVENT_NOT_STARTED, Hidden.EVENT_ENDED}
    assert unconfirmed >= 10


def test_three_sessions_add_up_at_most_clinics_and_stay_open_at_some(result: ReadResult) -> None:
    want = Want("rejuran_healer", 3)
    sums = [(offer.clinic_ref, course_sum(offer.terms, want, AS_OF)) for offer in result.listing.offers]
    complete = {ref for ref, bill in sums if bill.complete}
    assert len(complete) >= 12
    asked = {ref for ref, bill in sums if bill.mismatch is None}
    assert {"sample-sg-rafflesplace-sextant", "sample-kr-nonhyeon-mosinabi"} <= asked - complete
    reasons = {reason for _, bill in sums for reason in bill.reasons}
    assert len(reasons) >= 9, reasons
