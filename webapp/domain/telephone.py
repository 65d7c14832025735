"""Numbers of telephones as people type them, kept in E.164 (`+6591234567`) and shown as one dials from abroad."""

from collections.abc import Sequence

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

# The longest number has 15 digits; nobody puts more than this around them.
_LONGEST = 40


class NoNumber(ValueError):
    """Not a number that can be dialled in any of the regions that were tried."""


def read_number(text: str, regions: Sequence[str]) -> str:
    """A number in E.164. `regions` (ISO 3166, "SG") are tried in turn for one without a country's prefix.

    Raises NoNumber.

    >>> read_number("9123 4567", ["KR", "SG"])
    '+6591234567'
    >>> read_number("+82 10-1234-5678", ["SG"])
    '+821012345678'
    """
    if len(text) > _LONGEST:
        raise NoNumber(text[:_LONGEST])
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException:
            continue
        # An extension is no part of E.164 and would be lost without a word.
        if phonenumbers.is_valid_number(number) and not number.extension:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise NoNumber(text)


def shown_number(stored: str) -> str:
    """A stored number with the spaces of its country; what was stored before numbers were read stays as it was typed.

    >>> shown_number("+821012345678")
    '+82 10-1234-5678'
    >>> shown_number("9123 4567, after six")
    '9123 4567, after six'
    """
    try:
        number = phonenumbers.parse(stored)
    except NumberParseException:
        return stored
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
