"""Two descriptions of one clinic, of two branches, and of neighbours at one postal code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.same_clinic import Marks, marks, name_keys, phone_key, same_clinic

pytestmark = pytest.mark.once

KNOWN: dict[str, Any] = {
    "ref": "moh-1", "postal_code": "238859", "unit": "#14-31", "website": "https://www.larch.com.sg",
    "phone": "+65 6235 1234",
}  # fmt: skip


def known(**changes: Any) -> Marks:
    return marks("SG", ["Larch & Linden Skin Clinic Pte. Ltd.", "落椴皮肤诊所"], **(KNOWN | changes))


def described(name: str, country: str = "SG", **more: Any) -> Marks:
    return marks(country, [name], **({"ref": "other-7"} | more))


@pytest.mark.parametrize(
    "candidate",
    [
        described("Quite another", ref="moh-1"),
        described("LARCH AND", ref="moh-1", country="KR"),
        described("Larch & Linden Skin Clinic", postal_code="238859"),
        described("larch  linden skin-clinic", postal_code="238 859", unit="#02-01"),
        described("落椴皮肤诊所", phone="62351234"),
        described("Larch & Linden Skin Clinic", website="http://larch.com.sg/home"),
        # It moved, and kept its telephone or its web site.
        described("Larch & Linden Skin Clinic", postal_code="049315", phone="6235 1234"),
        described("Larch & Linden Skin Clinic", postal_code="049315", website="https://larch.com.sg"),
        # It has another name now.
        described("Linden Aesthetics", website="https://larch.com.sg", phone="(65) 6235-1234"),
        described("Linden Aesthetics", website="https://larch.com.sg", postal_code="238859"),
        described("Linden Aesthetics", website="https://larch.com.sg"),
        described("Linden Aesthetics", phone="62351234"),
    ],
)
def test_it_is_known_again(candidate: Marks) -> None:
    assert same_clinic(known(), candidate)
    assert same_clinic(candidate, known())


@pytest.mark.parametrize(
    "candidate",
    [
        described("A neighbour", postal_code="238859", unit="#14-31"),
        described("Larch & Linden Skin Clinic"),
        described("Larch & Linden Skin Clinic", postal_code="049315"),
        described("Larch & Linden Skin Clinic", country="KR", phone="62351234"),
        # Another branch of the chain.
        described(
            "Larch & Linden Skin Clinic",
            postal_code="049315",
            website="https://larch.com.sg",
            phone="6777 0000",
        ),
        described("Larch Jurong", postal_code="600001", website="https://larch.com.sg"),
        described("Larch Jurong", postal_code="600001", phone="62351234"),
        # Two clinics on the pages of one hospital.
        described("Dr Neighbour", postal_code="238859", website="https://larch.com.sg/dr", phone="6777 0000"),
        described("Dr Neighbour", postal_code="238859", unit="#02-01", website="https://larch.com.sg/dr"),
    ],
)
def test_a_branch_or_a_neighbour_is_another_clinic(candidate: Marks) -> None:
    assert not same_clinic(known(), candidate)


def test_a_page_on_a_shared_host_is_no_mark() -> None:
    one = known(website="https://www.instagram.com/larch", phone=None)
    other = described("Larch & Linden Skin Clinic", website="https://www.instagram.com/other")
    assert not same_clinic(one, other)


def test_what_is_not_known_is_never_the_same() -> None:
    bare = marks("SG", ["Larch"])
    assert not same_clinic(bare, bare)
    assert not same_clinic(marks("SG", []), marks("SG", []))


@pytest.mark.parametrize(
    ("phone", "country", "key"),
    [
        ("+65 6235 1234", "SG", "62351234"),
        ("6235-1234", "SG", "62351234"),
        ("65123456", "SG", "65123456"),
        ("+82 2-511-1234", "KR", "25111234"),
        ("02 511 1234", "KR", "25111234"),
        ("+82-10-1234-5678", "KR", "1012345678"),
        ("1588-1234", "KR", "15881234"),
        ("ext. 12", "SG", None),
        ("", "SG", None),
        (None, "KR", None),
    ],
)
def test_numbers_are_compared_by_their_digits(phone: str | None, country: str, key: str | None) -> None:
    assert phone_key(phone, country) == key


def test_names_are_compared_without_case_spaces_and_legal_forms() -> None:
    assert name_keys(["Larch-Linden PTE LTD", "LARCH LINDEN"]) == {"larchlinden"}
    assert len(name_keys(["(주)라치의원", "라치 의원", "㈜ 라치의원"])) == 1
    assert name_keys([None, "", "Pte Ltd"]) == frozenset()


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20), st.text(max_size=40))
def test_no_text_breaks_it_and_every_clinic_with_a_ref_is_itself(
    name: str, phone: str, postal: str, website: str
) -> None:
    row = marks("SG", [name], ref="a", phone=phone, postal_code=postal, website=website)
    assert same_clinic(row, row)
