"""What every template may use: money, dates and distances as text, rules in words, versioned static files."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, current_app, request

from webapp.i18n import (
    LANGUAGES,
    current_language,
    format_day,
    format_distance,
    format_money,
    language_prefix,
    localised,
    today_in,
    utc_now,
)
from webapp.moderation.labels import rule_why
from webapp.settings import current_settings, market_policy


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_filter(format_money, "money")
    app.add_template_filter(format_day, "day")
    app.add_template_filter(lambda moment, country: format_day(today_in(country, moment)), "day_in")
    app.add_template_filter(format_distance, "distance")
    app.jinja_env.globals.update(
        static_url=static_url,
        language_links=language_links,
        localised=localised,
        market_policy=market_policy,
        rule_why=rule_why,
        today_in=today_in,
        utc_now=utc_now,
    )
    app.context_processor(
        lambda: {
            "language": current_language(),
            "language_tag": LANGUAGES[current_language()][0],
            "settings": current_settings(),
        }
    )


@cache
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static_url(filename: str) -> str:
    """The address of a static file, with its content's hash so that a browser may keep it for a year."""
    path = Path(current_app.static_folder or "") / filename
    return f"/static/{filename}?v={_version(path)}"


def language_links() -> list[tuple[str, str, str, bool]]:
    """This page in every language: (BCP 47 tag, the language's own name, path, whether it is the current one)."""
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return [
        (tag, name, f"{language_prefix(code)}{request.path}{query}", code == current_language())
        for code, (tag, name) in LANGUAGES.items()
    ]
