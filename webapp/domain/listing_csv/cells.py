"""Typed reading of one record's cells; what cannot be read is reported and the record marked as failed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from webapp.domain.listing_csv import shapes
from webapp.domain.listing_csv.columns import FILES, Column, Kind
from webapp.domain.listing_csv.decode import Record
from webapp.domain.listing_csv.hours import InvalidHours, format_hours, parse_hours
from webapp.domain.listing_csv.messages import Report
from webapp.domain.listing_csv.text import clean
from webapp.domain.money import AmountFault, InvalidAmount, Money, UnknownCurrency, exponent, parse_major
from webapp.domain.offers import Consultation, Fee
from webapp.domain.units import InvalidQuantity, Unit, UnknownUnit, parse_number, parse_unit

Word = TypeVar("Word", bound=StrEnum)

# Year first only: 3/4/2026 is March to one reader and April to another. Excel adds a midnight to exported
# dates; Korean sheets write 2026. 3. 31, and both countries write the words for year, month and day.
_DATE = re.compile(
    r"(\d{4})(?:([-/.]) ?(\d{1,2})\2 ?(\d{1,2})\.?(?:[ T]00:00(?::00)?)?"
    r"| ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일])",
    re.ASCII,
)
# A decimal comma as programs with semicolons write it: 380,00 or 1.380,00. Three digits would be thousands.
_DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+),(\d{1,2})", re.ASCII)
_COORDINATE = re.compile(r"-?\d{1,3}(?:\.\d{1,17})?", re.ASCII)
_FEE = re.compile(r"(?:[^;\\]|\\.|\\$)+")
_ESCAPED = re.compile(r"\\([;\\])")
_RATE = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)\s*%?", re.ASCII)

_READ_FIRST = frozenset({"currency", "country"})
_AMOUNT_CODES = {
    AmountFault.NEGATIVE: "amount_negative",
    AmountFault.TOO_MANY_DECIMALS: "amount_decimals",
    AmountFault.TOO_LARGE: "amount_too_large",
}


class Cells:
    """The cells of one record. A method returns None for an empty cell, and for a bad one after
    reporting it.
    """

    def __init__(
        self,
        file: str,
        record: Record,
        report: Report,
        decimal_comma: bool = False,
        today: date | None = None,
    ) -> None:
        self.file = file
        self.line = record.line
        self.failed = False
        self._report = report
        self._decimal_comma = decimal_comma
        self._today = today
        self._values: dict[str, str] = {}
        for column in FILES[file]:
            self._values[column.name] = self._cleaned(column, record.values)

    def _cleaned(self, column: Column, values: Mapping[str, str]) -> str:
        text = clean(values.get(column.name, ""), column.lines)
        if not text and column.required:
            self.error(column.name, "required")
        if len(text) > column.max_length:
            self.error(column.name, "too_long", most=column.max_length)
            return ""
        return text

    def error(self, column: str | None, code: str, rule: str | None = None, /, **params: object) -> None:
        self.failed = True
        self._report.error(self.file, self.line, column, code, rule, **params)

    def note(self, column: str | None, code: str, rule: str | None = None, /, **params: object) -> None:
        self._report.note(self.file, self.line, column, code, rule, **params)

    def read(self) -> dict[str, Any]:
        """Every cell as its column's kind says, by the column's name."""
        columns = FILES[self.file]
        # Sums need the row's currency; phones and postal codes need its country.
        first = {column.name: self.value(column, {}) for column in columns if column.name in _READ_FIRST}
        return {
            column.name: first[column.name] if column.name in first else self.value(column, first)
            for column in columns
        }

    def value(self, column: Column, row: Mapping[str, Any]) -> Any:
        """One cell as the field of its column's name holds it. `row` has the row's currency or country, read
        before; where that is None, nothing is read that depends on it.
        """
        name, country = column.name, row.get("country")
        match column.kind:
            case Kind.CHOICE if column.choices is not None:
                return self.choice(name, column.choices)
            case Kind.YES_NO:
                return self.yes_no(name)
            case Kind.DAY:
                return self.day(name, column.past)
            case Kind.CURRENCY:
                return self.currency(name)
            case Kind.MONEY:
                return self.money(name, row.get("currency"), above_zero=column.least > 0)
            case Kind.CONSULTATION:
                return self.consultation(name, row.get("currency"))
            case Kind.FEES:
                return self.fees(name, row.get("currency"))
            case Kind.RATE:
                return self.rate(name)
            case Kind.WHOLE:
                return self.whole(name, column.least, column.most)
            case Kind.QUANTITY:
                return self.quantity(name)
            case Kind.UNIT:
                return self.unit(name)
            case Kind.WORDS:
                return self.words(name)
            case Kind.CHOICES if column.choices is not None:
                return self.choices(name, column.choices)
            case Kind.LANGUAGES:
                return self.languages(name)
            case Kind.COORDINATE:
                # A swapped pair has a lat above 90; it is read so that it can be explained.
                return self.coordinate(name, 180)
            case Kind.HOURS:
                return self.hours(name)
            case Kind.PHONE:
                return self.phone(name, country) if country is not None else None
            case Kind.POSTAL_CODE:
                return self.postal_code(name, country) if country is not None else None
            case Kind.EMAIL:
                return self.email(name)
            case Kind.WEB_ADDRESS:
                return self.web_address(name)
            case _:
                return self.text(name)

    def raw(self, column: str) -> str:
        """The cleaned text, "" where it is empty. For required columns, whose emptiness is reported
        already.
        """
        return self._values[column]

    def text(self, column: str) -> str | None:
        return self._values[column] or None

    def choice(self, column: str, words: type[Word]) -> Word | None:
        value = self._values[column]
        if not value:
            return None
        for word in words:
            # Countries are upper case, all other lists lower case; both are read in either.
            if value.casefold() == word.value.casefold():
                return word
        self.error(column, "not_a_choice", value=value, choices=", ".join(words))
        return None

    def yes_no(self, column: str) -> bool | None:
        value = self._values[column].casefold()
        # Boxes ticked in a spreadsheet are exported as TRUE and FALSE.
        if value in {"", "yes", "no", "true", "false"}:
            return value in {"yes", "true"} if value else None
        self.error(column, "not_a_choice", value=self._values[column], choices="yes, no")
        return None

    def day(self, column: str, past: bool = False) -> date | None:
        """A date; with `past` one that has come, a day of grace for the zones between here and the clinic."""
        value = self._values[column]
        if not value:
            return None
        match = _DATE.fullmatch(unicodedata.normalize("NFKC", value))
        try:
            day = date(int(match[1]), int(match[3] or match[5]), int(match[4] or match[6])) if match else None
        except ValueError:
            day = None
        if day is None:
            self.error(column, "not_a_date", value=value)
        elif past and self._today is not None and day > self._today + timedelta(days=1):
            self.error(column, "date_in_future", value=value)
            return None
        return day

    def whole(self, column: str, least: int, most: int) -> int | None:
        value = unicodedata.normalize("NFKC", self._values[column])
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
            return int(value)
        self.error(column, "not_whole", value=value, least=least, most=most)
        return None

    def _plain_number(self, text: str) -> str:
        """The number with a decimal point, where the file's own habit is a comma."""
        match = _DECIMAL_COMMA.fullmatch(text.strip()) if self._decimal_comma else None
        return f"{match[1].replace('.', '')}.{match[2]}" if match else text

    def coordinate(self, column: str, most: int) -> float | None:
        value = self._values[column]
        if not value:
            return None
        plain = unicodedata.normalize("NFKC", value)
        if self._decimal_comma and "." not in plain:
            plain = plain.replace(",", ".", 1)
        if not _COORDINATE.fullmatch(plain) or abs(float(plain)) > most:
            self.error(column, "not_a_coordinate", value=value)
            return None
        return float(plain)

    def currency(self, column: str) -> str | None:
        """An ISO 4217 code whose decimals we know."""
        value = self._values[column].upper()
        if not value:
            return None
        try:
            exponent(value)
        except UnknownCurrency:
            self.error(column, "currency_unknown", value=value)
            return None
        return value

    def money(self, column: str, currency: str | None, above_zero: bool = False) -> Money | None:
        """An amount in major units. Without a currency, which is reported elsewhere, there is none to
        read.
        """
        value = self._values[column]
        if not value or currency is None:
            return None
        amount = self._amount(column, value, currency)
        if amount is not None and above_zero and amount.amount == 0:
            self.error(column, "amount_zero")
            return None
        return amount

    def _amount(self, column: str, text: str, currency: str) -> Money | None:
        try:
            return parse_major(self._plain_number(text), currency)
        except InvalidAmount as error:
            code = _AMOUNT_CODES.get(error.fault, "not_an_amount")
            example = Money(138000, currency).major()
            self.error(column, code, value=text, currency=currency, example=example)
            return None

    def consultation(self, column: str, currency: str | None) -> Consultation | Money | None:
        """The word included, or the amount of a fee."""
        if self._values[column].casefold() == Consultation.INCLUDED:
            return Consultation.INCLUDED
        return self.money(column, currency)

    def fees(self, column: str, currency: str | None) -> tuple[Fee, ...] | None:
        """`medicine:20;needle:30`; the word none for no fee at all; None where nothing is stated.

        A semicolon or a backslash in a fee's name stands after a backslash.
        """
        value = self._values[column]
        if not value or currency is None:
            return None
        if value.casefold() == "none":
            return ()
        fees: list[Fee] = []
        for entry in (part.strip() for part in _FEE.findall(value)):
            if not entry:
                continue
            name, colon, amount = entry.rpartition(":")
            if not colon or not name.strip() or not amount.strip():
                self.error(column, "not_fees", value=value)
                return None
            money = self._amount(column, amount.strip(), currency)
            if money is None:
                return None
            fees.append(Fee(_ESCAPED.sub(r"\1", name.strip()), money))
        return tuple(fees) or None

    def rate(self, column: str) -> Decimal | None:
        """Per cent, 9 for 9 %, below 50. 0.09 is refused: it is 9 % to one writer and 0.09 % to another."""
        value = self._values[column]
        if not value:
            return None
        match = _RATE.fullmatch(self._plain_number(unicodedata.normalize("NFKC", value)))
        rate = Decimal(match[1]) if match else None
        if rate is None or 0 < rate < 1 or rate >= 50:
            self.error(column, "not_a_rate", value=value)
            return None
        return rate

    def quantity(self, column: str) -> Decimal | None:
        value = self._values[column]
        if not value:
            return None
        try:
            return parse_number(self._plain_number(value))
        except InvalidQuantity:
            self.error(column, "not_a_quantity", value=value)
            return None

    def unit(self, column: str) -> Unit | None:
        value = self._values[column]
        if not value:
            return None
        try:
            return parse_unit(value)
        except UnknownUnit:
            self.error(column, "not_a_unit", value=value, choices=", ".join(Unit))
            return None

    def words(self, column: str) -> tuple[str, ...]:
        """Words joined by semicolons, each once: `face;neck`."""
        return tuple(dict.fromkeys(word.strip() for word in self._values[column].split(";") if word.strip()))

    def choices(self, column: str, words: type[Word]) -> tuple[Word, ...]:
        """Words of a list, joined by semicolons, in the list's order."""
        known = {word.value.casefold(): word for word in words}
        found = set()
        for value in self.words(column):
            if value.casefold() in known:
                found.add(known[value.casefold()])
            else:
                self.error(column, "not_a_choice", value=value, choices=", ".join(words))
        return tuple(word for word in words if word in found)

    def hours(self, column: str) -> str | None:
        value = self._values[column]
        if not value:
            return None
        try:
            return format_hours(parse_hours(value))
        except InvalidHours:
            self.error(column, "not_hours", value=value)
            return None

    def email(self, column: str) -> str | None:
        value = self._values[column]
        if value and shapes.email(value) is None:
            self.error(column, "not_an_email", value=value)
            return None
        return value or None

    def phone(self, column: str, country: str) -> str | None:
        value = unicodedata.normalize("NFKC", self._values[column])
        number = shapes.phone(value, country) if value else None
        if value and number is None:
            self.error(column, "not_a_phone", value=value)
        return number

    def web_address(self, column: str) -> str | None:
        value = self._values[column]
        if value and shapes.web_host(value) is None:
            self.error(column, "not_a_web_address", value=value)
            return None
        return value or None

    def languages(self, column: str) -> tuple[str, ...]:
        value = self._values[column]
        tags = shapes.languages(value) if value else ()
        if tags is None:
            self.error(column, "not_languages", value=value)
            return ()
        return tags

    def postal_code(self, column: str, country: str) -> str | None:
        value = unicodedata.normalize("NFKC", self._values[column])
        if not value:
            return None
        code = shapes.postal_code(value, country)
        if code is None:
            self.error(
                column,
                "not_a_postal_code",
                value=value,
                country=country,
                digits=shapes.POSTAL_DIGITS[country],
            )
        elif code.startswith("0") and code[1:] == value:
            self.note(column, "postal_code_padded", value=code)
        return code
