"""What every template may use: money, dates and distances as text, rules in words, versioned static files."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.i18n import (
    LANGUAGES,
    between,
    current_language,
    format_day,
    format_distance,
    format_money,
    language_prefix,
    listed,
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
    app.add_template_filter(listed)
    app.jinja_env.globals.update(
        between=between,
        static_url=static_url,
        language_links=language_links,
        localised=localised,
        market_policy=market_policy,
        rule_why=rule_why,
        today_in=today_in,
        utc_now=utc_now,
    )
    app.context_processor(_texts)
    app.context_processor(
        lambda: {
            "language": current_language(),
            "language_tag": LANGUAGES[current_language()][0],
            "settings": current_settings(),
        }
    )


def _texts() -> dict[str, Callable[..., str]]:
    """`_` and `ngettext` as Jinja's extension has them, in the language of this rendering.

    The extension asks for the language at each text, and a page has two hundred: that took longer than writing them.
    """
    translations = get_translations()

    @pass_eval_context
    def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
        found = translations.ugettext(text)
        return (Markup(found) if context.autoescape else found) % values  # noqa: S704  # our own words

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
        found = translations.ungettext(one, many, num)
        values.setdefault("num", num)
        return (Markup(found) if context.autoescape else found) % values  # noqa: S704  # our own words

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


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
