"""Fields at rest: patients' words and contact are stored encrypted, an address is found by a keyed hash."""

import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_NAME = "field_encryption"


class FieldEncryption:
    """The keys of one application. The first key encrypts, all of them decrypt, so keys can be rotated."""

    def __init__(self, keys: tuple[str, ...], secret_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Its own key, derived, so that rotating the field keys does not lose who wrote.
        self._hash_key = hmac.digest(secret_key.encode(), b"like-for-like address look-up", "sha256")

    def init_app(self, app: Flask) -> None:
        app.extensions[_NAME] = self

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Raises cryptography.fernet.InvalidToken when none of the keys opens it."""
        return self._fernet.decrypt(token.encode("ascii")).decode()

    def keyed_hash(self, text: str) -> str:
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()


def _current() -> FieldEncryption:
    encryption: FieldEncryption = current_app.extensions[_NAME]
    return encryption


def address_hash(address: str) -> str:
    """64 hex digits under which an e-mail address is found again without being readable in the database."""
    return _current().keyed_hash(address.strip().casefold())


def keyed_hash(text: str) -> str:
    """64 hex digits that say whether a text is the same as one before, and nothing else about it."""
    return _current().keyed_hash(text)


class EncryptedText(TypeDecorator[str]):
    """Text that the database only ever sees encrypted (MultiFernet). None stays None."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _current().encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _current().decrypt(value)
