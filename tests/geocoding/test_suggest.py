"""Eight rows while somebody types."""

import pytest

from webapp.geocoding.gazetteer import Gazetteer, suggest


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nov", "Novena"), ("orch", "Orchard"), ("강ㄴ", "Gangnam"), ("ㄱㄴㅇ", "Gangnam"),
        ("압구정ㄹ", "Apgujeong Rodeo"), ("烏節", "Orchard"), ("江南", "Gangnam"), ("カンナ", "Gangnam"),
        ("apkuj", "Apgujeong"), ("kangn", "Gangnam"),
        ("eliza", "Mount Elizabeth Medical Centre"), ("novena med", "Novena Medical Center"), ("tg p", "Tanjong Pagar"),
        ("NS2", "Novena"), ("2388", "238801"), ("S2388", "238801"), ("serangon", "Serangoon"), ("city h", "City Hall"),
    ],
)  # fmt: skip
def test_a_beginning_is_completed(gazetteer: Gazetteer, typed: str, name: str) -> None:
    rows = suggest(gazetteer, typed)
    assert name in {row.name for row in rows}
    assert 1 <= len(rows) <= 8


def test_two_digits_are_a_postal_sector(gazetteer: Gazetteer) -> None:
    assert [(row.kind, row.code) for row in suggest(gazetteer, "23")] == [("sector", "23")]


@pytest.mark.parametrize("typed", ["", " ", "#", "xyzzy", "😀", "%", "_", "'"])
def test_nothing_is_suggested_for_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert suggest(gazetteer, typed) == []


def test_a_row_names_the_place_in_the_readers_language_and_the_local_one(gazetteer: Gazetteer) -> None:
    row = suggest(gazetteer, "청담역", "zh")[0]
    assert (row.name, row.name_local, row.within, row.kind) == ("清潭", "청담", "首尔", "station")


def test_no_row_comes_twice(gazetteer: Gazetteer) -> None:
    for typed in ("sinsa", "gang", "novena", "장", "no"):
        keys = [row.key for row in suggest(gazetteer, typed)]
        assert len(set(keys)) == len(keys)


def test_what_was_typed_whole_comes_first(gazetteer: Gazetteer) -> None:
    assert suggest(gazetteer, "sinsa")[0].name == "Sinsa"
    assert suggest(gazetteer, "gang")[0].name == "Gangnam-gu"
