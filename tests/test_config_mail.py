"""Settings of outgoing mail that would only fail with the first mail stop the start instead."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from config import Settings, SettingsError, from_environment

pytestmark = pytest.mark.once


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, password: bytes = b"") -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def _with_key(tmp_path: Path, text: str, **more: str) -> Settings:
    path = tmp_path / "dkim.pem"
    path.write_text(text)
    environ = {"INSTANCE_DIR": str(tmp_path), "DKIM_KEY_FILE": str(path), "DKIM_SELECTOR": "mail2026"}
    return from_environment(environ | more)


def test_an_rsa_key_of_2048_bits_signs(tmp_path: Path) -> None:
    text = _pem(rsa.generate_private_key(65537, 2048))
    assert _with_key(tmp_path, text).dkim_key == text


@pytest.mark.parametrize("kind", ["short", "ed25519", "password", "certificate", "empty words"])
def test_a_key_that_cannot_sign_stops_the_start(tmp_path: Path, kind: str) -> None:
    texts = {
        "short": _pem(rsa.generate_private_key(65537, 1024)),
        "ed25519": _pem(ed25519.Ed25519PrivateKey.generate()),
        "password": _pem(rsa.generate_private_key(65537, 2048), b"secret"),
        "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "empty words": "no key at all",
    }
    with pytest.raises(SettingsError, match="DKIM_KEY_FILE must hold"):
        _with_key(tmp_path, texts[kind])


def test_a_selector_and_a_sender_that_cannot_sign_stop_the_start(tmp_path: Path) -> None:
    text = _pem(rsa.generate_private_key(65537, 2048))
    with pytest.raises(SettingsError, match="DKIM_SELECTOR"):
        _with_key(tmp_path, text, DKIM_SELECTOR="mail 2026; d=bad.example")
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        _with_key(tmp_path, text, MAIL_FROM="Like for Like")


@pytest.mark.parametrize("name", ["Bcc", "from", "Content-Type", "List-Unsubscribe", "X-Id\r\nBcc", "X Id"])
def test_the_relays_header_is_none_of_a_mails_own(tmp_path: Path, name: str) -> None:
    environ = {"INSTANCE_DIR": str(tmp_path), "MAIL_IDEMPOTENCY_HEADER": name}
    with pytest.raises(SettingsError, match="MAIL_IDEMPOTENCY_HEADER"):
        from_environment(environ)
