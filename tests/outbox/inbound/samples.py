"""Mails as mail programs and mail servers write them; the words and addresses are invented."""

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
INBOUND = "reply+{token}@in.example.org"
TO_US = INBOUND.replace("{token}", TOKEN)
MESSAGE_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0@likeforlike.example"


def mail(text: str, *headers: str, to: str = TO_US) -> bytes:
    """A plain mail in UTF-8 from Dr Lim's desk with these headers ("Name: value") beside its own."""
    own = [
        "Return-Path: <desk@larch.example>",
        "From: Larch Desk <desk@larch.example>",
        f"To: {to}",
        "Subject: Re: A patient asks for a quote",
        "Date: Sat, 21 Nov 2026 12:00:00 +0800",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    names = {header.partition(":")[0].lower() for header in headers}
    kept = [header for header in own if header.partition(":")[0].lower() not in names]
    return ("\r\n".join([*kept, *headers]) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def report(
    *blocks: str, text: str = "Your message could not be delivered.\n", returned: str = "", to: str = TO_US
) -> bytes:
    """A delivery report (RFC 3464): the machine's words, a block for each addressee, and our headers back."""
    statuses = "\n\n".join(("Reporting-MTA: dns; mx.relay.example", *blocks))
    return mail(
        f"--=_b\nContent-Type: text/plain; charset=us-ascii\n\n{text}\n"
        f"--=_b\nContent-Type: message/delivery-status\n\n{statuses}\n\n"
        f"--=_b\nContent-Type: text/rfc822-headers\n\n"
        f"{returned or f'Message-ID: <{MESSAGE_ID}>'}\nSubject: A patient asks for a quote\n\n--=_b--\n",
        "Return-Path: <>",
        "From: MAILER-DAEMON@mx.relay.example (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
        to=to,
    )


def block(
    action: str = "failed", status: str = "5.1.1", diagnosis: str = "", to: str = "desk@larch.example"
) -> str:
    """What a report says of one addressee."""
    lines = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}"]
    return "\n".join([*lines, f"Diagnostic-Code: smtp; {diagnosis}"] if diagnosis else lines)


def daemon(text: str, subject: str = "failure notice") -> bytes:
    """What a mail system writes that knows no reports."""
    return mail(text, "Return-Path: <>", "From: MAILER-DAEMON@mx.relay.example", f"Subject: {subject}")
