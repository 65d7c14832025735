"""Links that act: a random token goes into the mail, only its hash stays with us."""

import base64
import hashlib
import hmac
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits as 43 url-safe characters (trust: links that act)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str | None:
    """What is stored of a token, 64 hex digits; None for text that cannot be one of ours.

    A plain hash is enough: the token itself is 256 random bits, there is nothing to guess from.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def derived_token(secret_key: str, purpose: str, key: str) -> str:
    """A token of the same shape that the same key always yields, so that a form sent twice leads to one page.

    As hard to guess as `key`, which must itself be random and is only ever stored hashed.
    """
    digest = hmac.digest(secret_key.encode(), f"{purpose}:{key}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
