"""The webhook through which a mail service hands over bounces and replies; a mailbox is read by workers/inbound.py."""

import hmac
import logging

from flask import Blueprint, Response, abort, request

from webapp.access import Audience, open_to
from webapp.extensions import csrf, limiter
from webapp.i18n import utc_now
from webapp.outbox.inbound import hearing
from webapp.settings import current_settings
from webapp.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

inbound = Blueprint("inbound", __name__)

# A mail service sends from one address, and hands over a day's mail at once after a fault.
_LIMIT = "600 per minute"
_BEARER = "Bearer "


@inbound.post("/inbound/mail")
@csrf.exempt  # no browser sends it; the token in the header is what a form's would be
@limiter.limit(_LIMIT)
@open_to(Audience.ANYONE)
def mail() -> Response:
    """Take one mail (message/rfc822). 204: heard, or heard before. 404 where nobody configured a token, 401 for
    another one, 415 for another type, 422 for a mail that cannot be read."""
    expected = current_settings().inbound_hook_token
    if not expected:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not given.startswith(_BEARER) or not hmac.compare_digest(
        given.removeprefix(_BEARER).strip().encode(), expected.encode()
    ):
        return Response(
            "The token is not right.\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain"
        )
    if request.mimetype not in {"message/rfc822", "application/octet-stream"}:
        return Response("Send the mail as message/rfc822.\n", 415, mimetype="text/plain")
    # Of a longer mail the beginning is heard; one above MAX_CONTENT_LENGTH was refused before we came here.
    content = request.get_data(cache=False)
    if not content.strip():
        return Response("There is no mail in it.\n", 422, mimetype="text/plain")
    try:
        understood = hearing.understand(content, current_settings().inbound_address)
    except Exception as error:  # a mail may hold anything; its words may not stand in a log
        log.error("a mail that was posted cannot be read (%s)", type(error).__name__)
        return Response("The mail cannot be read.\n", 422, mimetype="text/plain")
    with unit_of_work():
        hearing.hear(understood, utc_now())
    return Response(status=204)
