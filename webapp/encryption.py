"""Fields at rest: patients' words and contact are stored encrypted, an address is found by a keyed hash."""

import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_NAME = "field_encryption"


class FieldEncryption:
    """The keys of one application. The first key encrypts, all of them decrypt, so keys can be rotated."""

    def __init__(self, keys: tuple[str, ...], secret_key: str, hash_key: str = "") -> None:
        """`hash_key` is 64 hex digits; without it the key of the hashes follows from `secret_key` (ADR 0012)."""
        self._single = [Fernet(key) for key in keys]
        self._fernet = MultiFernet(self._single)
        # Its own key, so that rotating the field keys does not lose who wrote.
        self._hash_key = (
            bytes.fromhex(hash_key)
            if hash_key
            else hmac.digest(secret_key.encode(), b"like-for-like address look-up", "sha256")
        )
        # What names a key to people without giving it away.
        self.fingerprints = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in keys]

    def init_app(self, app: Flask) -> None:
        app.extensions[_NAME] = self

    @property
    def hash_key(self) -> str:
        """64 hex digits: what HASH_KEY must say for the hashes to stay as they are."""
        return self._hash_key.hex()

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Raises cryptography.fernet.InvalidToken when none of the keys opens it."""
        return self._fernet.decrypt(token.encode("ascii")).decode()

    def key_of(self, token: str) -> int | None:
        """The place in FIELD_KEYS, from 0, of the key that opens a stored field; None when none of them does."""
        for place, fernet in enumerate(self._single):
            try:
                fernet.decrypt(token.encode())
            except InvalidToken:
                continue
            return place
        return None

    def renew(self, token: str) -> str:
        """The same field under the first key. Raises InvalidToken when none of the keys opens it."""
        return self._fernet.rotate(token.encode()).decode("ascii")

    def keyed_hash(self, text: str) -> str:
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()


def current_encryption() -> FieldEncryption:
    """The keys of the current application."""
    encryption: FieldEncryption = current_app.extensions[_NAME]
    return encryption


def address_hash(address: str) -> str:
    """64 hex digits under which an e-mail address is found again without being readable in the database."""
    return current_encryption().keyed_hash(address.strip().casefold())


def keyed_hash(text: str) -> str:
    """64 hex digits that say whether a text is the same as one before, and nothing else about it."""
    return current_encryption().keyed_hash(text)


class EncryptedText(TypeDecorator[str]):
    """Text that the database only ever sees encrypted (MultiFernet). None stays None."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else current_encryption().encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else current_encryption().decrypt(value)
