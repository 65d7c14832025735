"""Errors as people read them (a page that says what to do) and as programs do (application/problem+json)."""

import logging
from http import HTTPStatus

from cryptography.fernet import InvalidToken
from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, ServiceUnavailable

from webapp.enquiries.behind import BY_HAND
from webapp.extensions import db

log = logging.getLogger(__name__)

API_ROOT = "/api/"
# The rooms of those who have no account: what is typed there comes back with an error page, to be sent once more. A
# page elsewhere could press such a button for somebody who is signed in; here it would have to know the link.
_HANDED_BACK = frozenset({"enquiries", "quotes"})
# Busy, locked, no memory, read only, input and output, full, cannot open, locking protocol (sqlite.org/rescode.html);
# an extended code holds one of these in its lowest byte.
_SQLITE_AWAY = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
_WORTH_ANOTHER_TRY = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR}
)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(InvalidToken, _unreadable)


def problem(status: int, title: str, detail: str | None = None, **more: object) -> Response:
    """An RFC 9457 answer."""
    body: dict[str, object] = {"type": "about:blank", "status": status, "title": title}
    if detail:
        body["detail"] = detail
    response = jsonify(body | more)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _http_error(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error  # a redirect
    if request.path.startswith(API_ROOT):
        answer = problem(code, HTTPStatus(code).phrase, error.description)
    else:
        typed = _typed(error, code)
        answer = Response(
            render_template(
                "error.html", code=code, typed=typed, by_hand=BY_HAND, **_words(code, typed is not None)
            ),
            code,
            mimetype="text/html",
        )
    told = error.get_response().headers
    for name in ("Allow", "Retry-After"):
        if name in told:
            answer.headers[name] = told[name]
    return answer


def _typed(error: HTTPException, code: int) -> list[tuple[str, str]] | None:
    """The fields of a form that may be sent once more, in their order; None where that is no help."""
    may_pass = code in _WORTH_ANOTHER_TRY or isinstance(error, CSRFError)
    if request.method != "POST" or request.blueprint not in _HANDED_BACK or not may_pass:
        return None
    return [field for field in request.form.items(multi=True) if field[0] not in {"csrf_token", BY_HAND}]


def _database_error(error: DBAPIError) -> Response | tuple[str, int] | HTTPException:
    """A database that is away or locked is a 503 that says so; a text that it cannot hold (a NUL in the address) is
    the request's fault; any other failure of a statement is ours."""
    db.session.rollback()
    if isinstance(error, DataError):
        return _http_error(BadRequest())
    if _is_away(error):
        log.warning("the database did not answer (%s)", type(error.orig).__name__)
        return _http_error(ServiceUnavailable())
    raise InternalServerError(original_exception=error) from error


def _unreadable(error: InvalidToken) -> Response | tuple[str, int] | HTTPException:
    """A field that none of the keys opens, because one was taken out too early: it comes back with its key."""
    db.session.rollback()
    log.error("a field cannot be read: a key that wrote it is missing from FIELD_KEYS")
    return _http_error(ServiceUnavailable())


def _is_away(error: DBAPIError) -> bool:
    """SQLite calls a statement that it does not understand operational, too: that one is our fault."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_AWAY
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def _words(code: int, is_handed_back: bool) -> dict[str, str]:
    match code:
        case HTTPStatus.BAD_REQUEST if is_handed_back:
            return {
                "title": _("Nothing has been sent yet"),
                "advice": _("This page was opened before your browser was closed, or long ago."),
            }
        case HTTPStatus.NOT_FOUND | HTTPStatus.FORBIDDEN:
            return {
                "title": _("There is nothing here"),
                "advice": _("The address may be mistyped, or what stood here has gone."),
            }
        case HTTPStatus.GONE:
            return {
                "title": _("This link has ended"),
                "advice": _("Links are open for a limited time. The newest mail holds the newest link."),
            }
        case HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.BAD_REQUEST:
            return {
                "title": _("That request could not be read"),
                "advice": _("Go back, reload the page and send it once more."),
            }
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return {
                "title": _("That was too much text"),
                "advice": _("Go back, shorten what you wrote and send it once more."),
            }
        case HTTPStatus.TOO_MANY_REQUESTS:
            return {
                "title": _("That was too often"),
                "advice": _("Wait a while and send it once more. Nothing you sent before is lost."),
            }
        case HTTPStatus.SERVICE_UNAVAILABLE if request.method in {"GET", "HEAD"}:
            return {
                "title": _("We cannot show this at the moment"),
                "advice": _("Nothing is lost. Try again in a minute."),
            }
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return {
                "title": _("We cannot save anything at the moment"),
                "advice": _("Go back: what you typed is still there. Try again in a minute."),
            }
        case _ if code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return {
                "title": _("That request could not be read"),
                "advice": _("Go back, reload the page and send it once more."),
            }
        case _:
            return {
                "title": _("Something went wrong on our side"),
                "advice": _("Go back: what you typed is still there. Try again in a minute."),
            }
