"""The portal as a browser without JavaScript uses it."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.enquiries.filled_form import fields_of


def filled(browser: FlaskClient, page: str, action: str | None = None, **changes: Any) -> dict[str, Any]:
    """What a browser would send for the form on `page` (the one with `action`), with the changes."""
    shown = browser.get(page).get_data(as_text=True)
    fields: dict[str, Any] = dict(fields_of(shown, action or page))
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def send(browser: FlaskClient, page: str, action: str | None = None, **changes: Any) -> TestResponse:
    """Fill the form in and send it."""
    return browser.post(action or page, data=filled(browser, page, action, **changes))


def press(browser: FlaskClient, page: str, action: str) -> TestResponse:
    """Press the one button of the form on `page` that posts to `action`."""
    return send(browser, page, action)


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)
