"""Writes a mail from its three files: subject.txt, body.txt and body.html in one folder of a room's
templates.
"""

from email.message import EmailMessage

from flask import render_template

from webapp.i18n import LANGUAGES, in_language
from webapp.outbox.wire_format import WIRE_POLICY, header_text
from webapp.settings import current_settings


def compose(
    template: str, language: str, *, unsubscribe: str | None = None, **context: object
) -> EmailMessage:
    """A mail with a plain and an HTML body, in the reader's language, without sender, addressee and date.

    `template` is the folder, `enquiries/email/asks_clinic`; `language` is en, zh or ko. `unsubscribe` is the
    address that stops such mails; the templates have it under the same name, and mail programs show a button
    for it (RFC 8058). The templates also see `replies_heard`: whether somebody hears who
    presses Reply. Raises whatever a template raises: the outbox turns that into a mail that failed.
    """
    context["replies_heard"] = bool(current_settings().inbound_address)
    if unsubscribe:
        context["unsubscribe"] = unsubscribe
    with in_language(language):
        subject, text, html = (
            render_template(f"{template}/{part}", **context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    # RFC 3834: out-of-office machines stay silent.
    message = EmailMessage(policy=WIRE_POLICY)
    message["Subject"] = header_text(subject)
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{header_text(unsubscribe, len(unsubscribe))}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # The plain part first: a reader takes the last one it can show (RFC 2046, 5.1.4).
    message.set_content(text.strip() + "\n")
    message.add_alternative(html, subtype="html")
    # After the bodies: adding the second one moves every Content- header into the first.
    message["Content-Language"] = LANGUAGES[language][0]
    return message
