"""The sentences about rows of a file say what the reader's own English ones say, in every language."""

import pytest
from flask import Flask

from webapp.domain.listing_csv import MESSAGES, RowError
from webapp.i18n import in_language
from webapp.portal import file_words

pytestmark = pytest.mark.once

# Only a folder, a zip or a row of another file than the price list is told these.
_OF_OTHER_FILES = {
    "path_missing", "path_unreadable", "no_listing_files", "descriptor_broken",
    "version_missing", "version_unknown", "zip_broken", "zip_too_many", "zip_twice", "not_hours",
    "not_an_email", "not_a_phone", "not_a_web_address", "not_languages", "not_a_postal_code", "not_a_coordinate",
    "outside_country", "coordinates_swapped", "lat_lng_together", "address_needed", "sample_phone", "sample_address",
    "clinic_unknown", "postal_code_padded", "authority_open",
}  # fmt: skip


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def test_every_sentence_is_the_readers_own(app: Flask) -> None:
    assert set(file_words._SENTENCES) == set(MESSAGES) - _OF_OTHER_FILES
    with app.app_context(), in_language("en"):
        for code, sentence in file_words._SENTENCES.items():
            assert str(sentence) % _Any() == MESSAGES[code].format_map(_Any())


def test_a_rule_is_named_and_a_column_called_by_its_name(app: Flask) -> None:
    error = RowError(
        "price list", 3, "treatment", "product_refused",
        (("slug", "exosome"), ("country", "SG"), ("says", "…")), "PRODUCT-DO-NOT-LIST",
    )  # fmt: skip
    with app.app_context(), in_language("en"):
        words = file_words.row_error_words(error)
        assert "The market does not allow this treatment" in words
        assert words.endswith("[PRODUCT-DO-NOT-LIST]")
        assert file_words.column_words("regular_price") == "Regular price"
        assert file_words.column_words(None) == ""
        assert file_words.column_words("not ours") == "not ours"
        # One that no price list is told still says something.
        assert (
            file_words.row_error_words(RowError("x", None, None, "path_missing")) == MESSAGES["path_missing"]
        )
