"""Fills a form in as a program would: what the page holds, changed where a test says so."""

from html import unescape
from typing import Any

import html5lib
from flask.testing import FlaskClient

_HTML = "{http://www.w3.org/1999/xhtml}"


def fields_of(page: str, action: str | None = None) -> dict[str, list[str]]:
    """What a browser would send for the page's POST form (the one with `action`, else the only one)."""
    document = html5lib.parse(page, namespaceHTMLElements=True)
    forms = [form for form in document.iter(f"{_HTML}form") if form.get("method") == "post"]
    if action is not None:
        forms = [form for form in forms if form.get("action", "").endswith(action)]
    (form,) = forms
    sent: dict[str, list[str]] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag == f"{_HTML}button":
            continue
        if field.tag == f"{_HTML}select":
            options = list(field.iter(f"{_HTML}option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            sent.setdefault(name, []).extend(option.get("value", "") for option in chosen)
        elif field.tag == f"{_HTML}textarea":
            sent.setdefault(name, []).append("".join(field.itertext()))
        elif field.get("type") not in {"checkbox", "radio"} or field.get("checked") is not None:
            sent.setdefault(name, []).append(unescape(field.get("value", "")))
    return sent


def enquiry_fields(client: FlaskClient, query: str, **changes: Any) -> dict[str, Any]:
    """The enquiry form behind `query`, filled in by Mei; every consent is ticked unless `changes` says otherwise.

    Her concern is sent only where a clinic asks for concerns; one that no clinic asks for is not read.
    """
    page = client.get(f"/enquiries/new?{query}").get_data(as_text=True)
    fields: dict[str, Any] = fields_of(page)
    consents = {f"consent_{slug}": "y" for slug in fields["clinic"]}
    filled: dict[str, Any] = {
        "name": "Mei", "email": "mei@example.org", "message": "Does it hurt?", "concerns": ["fine_lines"],
        "consent_health": "y", "consent_abroad": "y",
    }  # fmt: skip
    return {
        name: value for name, value in (fields | consents | filled | changes).items() if value is not None
    }
