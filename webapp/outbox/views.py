"""The development mailbox: the mails that were sent, to read in a browser. Only registered in development."""

import re
from typing import NamedTuple

from flask import Blueprint, abort, render_template

from webapp.access import Audience, open_to
from webapp.outbox import queries
from webapp.settings import current_settings

mailbox = Blueprint("mailbox", __name__, template_folder="templates")

# As many as a reader looks through; older ones stay in the folder.
_SHOWN = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
# A sentence may end right after an address; the full stop is not part of it.
_AFTER_ADDRESS = ".,;:!?)]}"


class Piece(NamedTuple):
    """A stretch of a mail's text; `href` where it is one of our own addresses."""

    text: str
    href: str | None


@mailbox.get("/mailbox")
@open_to(Audience.DEVELOPER)
def mails() -> str:
    """Every mail of the mailbox, newest first."""
    return render_template("outbox/mailbox.html", mails=queries.mailbox_mails(_SHOWN), limit=_SHOWN)


@mailbox.get("/mailbox/<key>")
@open_to(Audience.DEVELOPER)
def mail(key: str) -> str:
    """One mail: headers, the plain body with our own links to click, the HTML body as source."""
    stored = queries.mailbox_mail(key)
    if stored is None:
        abort(404)
    plain = stored.message.get_body(("plain",))
    html = stored.message.get_body(("html",))
    text = plain.get_content() if plain else ""
    return render_template(
        "outbox/mail.html",
        mail=stored,
        paragraphs=[
            [_linked(line, current_settings().base_url) for line in paragraph.splitlines()]
            for paragraph in re.split(r"\n\s*\n", text.strip())
        ],
        html=html.get_content() if html else None,
    )


def _linked(line: str, base_url: str) -> list[Piece]:
    """The line in pieces. Only our own addresses become links: a mail may quote anybody's."""
    pieces: list[Piece] = []
    end = 0
    for found in _ADDRESS.finditer(line):
        address = found.group().rstrip(_AFTER_ADDRESS)
        if address != base_url and not address.startswith(f"{base_url}/"):
            continue
        pieces += [Piece(line[end : found.start()], None), Piece(address, address)]
        end = found.start() + len(address)
    return [*pieces, Piece(line[end:], None)]
