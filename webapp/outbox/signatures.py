"""The signature that says a mail is ours and unchanged (DKIM, RFC 6376), made once, when the mail is written."""

from email.utils import parseaddr

import dkim

from config import Settings

# What a reader or a mail program goes by. Named twice, a header cannot be added in front of ours unnoticed.
_SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"auto-submitted",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"content-language",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
_SIGNED_TWICE = (b"from", b"subject", b"reply-to")


def signed(mail: str, settings: Settings) -> str:
    """The mail (ASCII, CRLF) under a DKIM-Signature of MAIL_FROM's domain; as it was where no key is set.

    A repeat of the mail carries the same signature, which holds its own time: sign once, never per attempt.
    """
    if not settings.dkim_key:
        return mail
    message = mail.encode("ascii")
    present = {line.partition(b":")[0].lower() for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    signature: bytes = dkim.sign(
        message,
        settings.dkim_selector.encode("ascii"),
        parseaddr(settings.mail_from)[1].rpartition("@")[2].encode("ascii"),
        settings.dkim_key.encode("ascii"),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name for name in _SIGNED if name in present] + list(_SIGNED_TWICE),
    )
    return signature.decode("ascii") + mail
