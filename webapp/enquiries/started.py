"""The mark that a form carries: when it was handed out, and its own key."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from webapp.i18n import utc_now


@dataclass(frozen=True, slots=True)
class Start:
    """When a form was handed out, and its own key: sent twice, it makes one enquiry."""

    at: datetime
    key: str


def mark_start() -> str:
    """A mark for a form that is handed out now."""
    return str(_marks().dumps([utc_now().isoformat(), secrets.token_urlsafe(32)]))


def read_start(mark: str | None) -> Start | None:
    """None for a mark that is not ours."""
    try:
        at, key = _marks().loads(mark or "")
    except BadSignature:
        return None
    return Start(datetime.fromisoformat(at), key)


def _marks() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="enquiry form started")
