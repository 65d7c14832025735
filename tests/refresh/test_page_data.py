"""What is read of a clinic's page: contact data and hours from its JSON-LD, whatever else the page holds."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.listing_diff import Contact
from webapp.refresh.page_data import PageUnreadable, read_page

pytestmark = pytest.mark.once

LISTED = Contact("Larch Clinic", "+6562351234", "290 Orchard Road", "#14-31", "238859", "Mo-Fr 10:00-19:00")


def page(*blocks: Any, before: str = "", kind: str = "application/ld+json") -> bytes:
    """A page with these JSON-LD blocks; a text stands as it is."""
    texts = [block if isinstance(block, str) else json.dumps(block, ensure_ascii=False) for block in blocks]
    scripts = "".join(f'<script type="{kind}">{text}</script>' for text in texts)
    return f"<!doctype html><html><head><title>Larch</title>{before}{scripts}</head><body>x</body></html>".encode()


def read(body: bytes, content_type: str = "text/html; charset=utf-8", country: str = "SG") -> Contact:
    return read_page(body, content_type, country=country, listed=LISTED)


def code_of(body: bytes) -> str:
    with pytest.raises(PageUnreadable) as caught:
        read(body)
    return caught.value.code


def node(**more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "MedicalClinic", "name": "Larch Clinic", **more}


def test_contact_data_and_hours_are_read_and_nothing_else() -> None:
    found = read(
        page(
            node(
                telephone="+65 6235 1234",
                address={
                    "@type": "PostalAddress",
                    "streetAddress": "290 Orchard Road, #14-31 Paragon",
                    "addressLocality": "Singapore",
                    "postalCode": "238859",
                },
                openingHours=["Mo-Fr 10:00-19:00", "Sa 10:00-15:00"],
                aggregateRating={"ratingValue": 5},
                priceRange="$$$",
                email="x@y.example",
            )
        )
    )
    assert found == Contact(
        name="Larch Clinic",
        phone="+6562351234",
        address="290 Orchard Road, Paragon",
        unit="#14-31",
        postal_code="238859",
        hours="Mo-Fr 10:00-19:00; Sa 10:00-15:00",
    )


@pytest.mark.parametrize(
    "kind",
    ["MedicalClinic", "MedicalBusiness", "LocalBusiness", "Physician", "Dermatology", "https://schema.org/Dermatology",
     "http://schema.org/MedicalClinic", "schema:LocalBusiness", ["Organization", "MedicalClinic"]],
)  # fmt: skip
def test_many_types_are_a_clinic(kind: Any) -> None:
    assert read(page(node() | {"@type": kind})).name == "Larch Clinic"


@pytest.mark.parametrize("kind", ["Person", "WebSite", "Product", "Organization", None, 7, {"a": 1}, []])
def test_other_types_are_none(kind: Any) -> None:
    assert code_of(page(node() | {"@type": kind})) == "no_clinic"


@pytest.mark.parametrize(
    "block",
    [
        {"@graph": [{"@type": "WebSite"}, node()]},
        [{"@type": "WebSite"}, node()],
        [[node()]],
        {"@type": "WebPage", "mainEntity": node()},
        {"@type": "WebPage", "about": [{"@type": "Thing"}, node()]},
        "<!--" + json.dumps(node()) + "-->",
        "\n  " + json.dumps(node()) + "\n",
    ],
)
def test_the_clinic_is_found_where_pages_put_it(block: Any) -> None:
    assert read(page(block)).name == "Larch Clinic"


def test_a_broken_block_does_not_hide_a_sound_one() -> None:
    assert read(page('{"@type": "MedicalClinic", ', node())).name == "Larch Clinic"
    assert code_of(page('{"@type": "MedicalClinic", ')) == "broken_json_ld"
    assert code_of(page()) == "no_json_ld"
    assert code_of(b"") == "no_json_ld"
    assert code_of(b"\xff\xfe\x00\x01" * 100) == "no_json_ld"


def test_scripts_of_another_kind_and_in_comments_are_not_read() -> None:
    assert code_of(page(node(), kind="application/json")) == "no_json_ld"
    assert code_of(page(node(), kind="text/javascript; x=application/ld+json")) == "no_json_ld"
    assert code_of(b"<!-- " + page(node()) + b" -->") == "no_json_ld"
    assert read(page(node(), before="<!-- <script> -->")).name == "Larch Clinic"
    assert read(page(node(), kind="Application/LD+JSON; charset=utf-8")).name == "Larch Clinic"


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "text/html"),
        ("euc-kr", "text/html; charset=EUC-KR"),
        ("cp949", 'text/html; charset="ks_c_5601-1987"'),
        ("big5", "text/html; charset=big5"),
    ],
)
def test_the_page_is_read_in_its_own_encoding(charset: str, content_type: str) -> None:
    name = "皮膚科" if charset == "big5" else "리쥬 피부과"
    body = page(node(name=name)).decode().encode(charset)
    assert read(body, content_type).name == name


@pytest.mark.parametrize(
    "charset", ["zip", "hex", "idna", "punycode", "no-such", "rot13", "undefined", "utf-7"]
)
def test_an_encoding_that_is_none_does_no_harm(charset: str) -> None:
    assert read(page(node()), f"text/html; charset={charset}").name == "Larch Clinic"


@pytest.mark.parametrize(
    ("country", "text", "phone"),
    [
        ("SG", "6235 1234", "+6562351234"),
        ("KR", "02-512-3456", "+8225123456"),
        ("KR", "+82 (0)2 512 3456", "+8225123456"),
        ("SG", "call us", None),
        ("SG", "1" * 10_000, None),
        ("SG", ["", "6235 1234"], "+6562351234"),
        ("SG", 62351234, None),
    ],
)
def test_telephones_become_e164(country: str, text: Any, phone: str | None) -> None:
    assert read(page(node(telephone=text)), country=country).phone == phone


def test_a_korean_address_is_put_together() -> None:
    address = {
        "streetAddress": "테헤란로 123, 4층",
        "addressLocality": "강남구",
        "addressRegion": "서울특별시",
        "postalCode": "06133",
    }
    found = read(page(node(address=address)), country="KR")
    assert (found.address, found.postal_code) == ("서울특별시 강남구 테헤란로 123, 4층", "06133")
    whole = read(
        page(node(address=address | {"streetAddress": "서울특별시 강남구 테헤란로 123"})), country="KR"
    )
    assert whole.address == "서울특별시 강남구 테헤란로 123"


@pytest.mark.parametrize(
    "address", [None, 5, [], {}, {"streetAddress": None}, {"streetAddress": "x" * 600}, [7]]
)
def test_an_address_that_is_none_is_left_out(address: Any) -> None:
    assert read(page(node(address=address))).address is None


def hours(**row: Any) -> dict[str, Any]:
    return {"@type": "OpeningHoursSpecification", **row}


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"openingHours": "Mo-Fr 10:00-19:00"}, "Mo-Fr 10:00-19:00"),
        ({"openingHours": ["Mo,We 9:00-18:00", "Sa 09:00-13:00"]}, "Mo,We 09:00-18:00; Sa 09:00-13:00"),
        ({"openingHoursSpecification": hours(dayOfWeek="Monday", opens="10:00", closes="19:00:00")}, "Mo 10:00-19:00"),
        ({"openingHoursSpecification": [
            hours(dayOfWeek=["https://schema.org/Monday", "http://schema.org/Tuesday", "Wednesday"], opens="10:00:00",
                  closes="19:00:00"),
            hours(dayOfWeek="Sunday", opens="00:00", closes="00:00"),
            hours(dayOfWeek="PublicHolidays", opens="10:00", closes="12:00"),
            hours(dayOfWeek="Monday", opens="12:00", closes="13:00", validFrom="2026-12-24", validThrough="2026-12-26"),
        ]}, "Mo-We 10:00-19:00"),
        ({"openingHoursSpecification": hours(dayOfWeek="Friday", opens="20:00", closes="00:00")}, "Fr 20:00-24:00"),
        ({"openingHours": "every day"}, None),
        ({"openingHours": "Mo-Fr"}, None),
        ({"openingHours": "Mo 10:00-12:00" * 100}, None),
        ({"openingHours": ["Mo 10:00-19:00", "Mo 11:00-12:00"]}, None),
        ({"openingHoursSpecification": hours(dayOfWeek="Monday", opens="22:00", closes="02:00")}, None),
        ({"openingHoursSpecification": hours(dayOfWeek="Monday", opens="10", closes="19")}, None),
        ({"openingHoursSpecification": [hours(dayOfWeek="Monday", opens="10:00", closes="19:00"), "Tu"]}, None),
        ({"openingHoursSpecification": hours(opens="10:00", closes="19:00")}, None),
        ({"openingHoursSpecification": 5}, None),
    ],
)  # fmt: skip
def test_hours_are_read_whole_or_not_at_all(stated: dict[str, Any], words: str | None) -> None:
    assert read(page(node(**stated))).hours == words


def test_of_several_branches_the_one_with_our_telephone_or_postal_code_is_ours() -> None:
    ours, theirs = node(telephone="6235 1234"), node(telephone="6999 9999", name="Larch East")
    assert read(page([theirs, ours])).phone == "+6562351234"
    assert code_of(page([theirs, node(telephone="6888 8888")])) == "several_clinics"
    by_place = node(
        address={"streetAddress": "290 Orchard Road", "postalCode": "238859"}, telephone="6777 7777"
    )
    assert read(page([theirs, by_place])).phone == "+6567777777"
    # The same entry twice is one.
    assert read(page(ours, ours)).phone == "+6562351234"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 33 + "]" * 33, "[" * 100_000, '{"a":' * 100_000, '{"@type":"MedicalClinic","name":NaN}',
        '{"@type":"MedicalClinic","geo":Infinity}', '{"@type":"MedicalClinic","geo":-Infinity}', "1" + "0" * 10_000,
        '"' + '\\"' * 500_000, '"' * 500_000, "\\" * 500_000, "nul", "{", "'", "\x00", '{"@type":"MedicalClinic",}',
    ],
    ids=lambda text: f"{text[:24]!r}",
)  # fmt: skip
def test_hostile_json_is_broken_and_quickly_so(text: str) -> None:
    began = time.monotonic()
    assert code_of(page(text)) == "broken_json_ld"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "html",
    ["<div>" * 400_000, "<script>" * 250_000, "<script>x</script>" * 110_000, "<!--" * 500_000, "<a b=c" * 300_000,
     "<script type='" * 140_000, "<script type='application/ld+json'>" * 60_000,
     "<script type='application/ld+json'>{}</script>" * 45_000],
    ids=lambda html: html[:30],
)  # fmt: skip
def test_hostile_pages_are_read_in_no_time(html: str) -> None:
    began = time.monotonic()
    assert code_of(html.encode()) in {"no_json_ld", "no_clinic", "broken_json_ld"}
    assert time.monotonic() - began < 1


def test_thirty_two_levels_are_enough_for_a_page() -> None:
    deep: Any = node()
    for _level in range(31):
        deep = [deep]
    assert read(page(deep)).name == "Larch Clinic"
    assert code_of(page([deep])) == "broken_json_ld"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["@type", "@graph", "name", "telephone", "address", "streetAddress", "postalCode",
                         "openingHours", "openingHoursSpecification", "dayOfWeek", "opens", "closes"]),
        inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_no_json_makes_anything_but_contact_data_or_a_reason(value: Any) -> None:
    for block in (
        value,
        node(address=value, telephone=value, openingHoursSpecification=value),
        node(name=value),
    ):
        try:
            found = read(page(block))
        except PageUnreadable:
            continue
        assert found.phone is None or found.phone.startswith("+")
        assert found.name is None or len(found.name) <= 200
