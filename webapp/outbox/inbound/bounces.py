"""Mail that a mail server sent back, or says that it still tries: RFC 3464, and what some write instead.

Where a mail leaves it open, it is read as the milder thing: a soft bounce asks again, a hard one gives an address
up.
"""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from webapp.outbox.inbound.automatic import has_no_sender, is_from_a_machine
from webapp.outbox.inbound.incoming import body, header, leaves

# Enhanced status codes (RFC 3463) that begin with 5 and still say nothing against the address: a mailbox that is
# full, a mail that is too long, a system that takes nothing just now, content and policy.
_MILD = re.compile(r"5\.(?:2\.[23]|3\.\d+|4\.[3567]|5\.\d+|6\.\d+|7\.\d+)")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?:[ \-#:]|$)")
# Words of a diagnosis that outweigh its code: servers answer 550 to almost anything.
_MILD_WORDS = re.compile(
    r"greylist|graylist|quota|mailbox (?:is )?full|over ?limit|rate limit|too many|spam|block(?:ed|list)|blacklist"
    r"|reputation|policy|dmarc|\bspf\b|try again|temporar|용량|초과|스팸|已满|已滿|超过容量|稍后|垃圾",
    re.IGNORECASE,
)
_UNKNOWN_ADDRESS = re.compile(
    r"no mailbox here by that name|(?:user|recipient|mailbox|address) (?:is )?(?:unknown|not found)"
    r"|unknown (?:user|recipient|mailbox|address)|no such (?:user|recipient|mailbox|address)"
    r"|(?:could ?n[o']t|wasn't able to|cannot) be found|does ?n[o']t exist|RecipNotFound"
    r"|존재하지 않|없는 (?:메일|사용자|계정)|(?:收件人|用户|邮箱|地址|帐号|账号)(?:地址)?不存在|找不到(?:收件人|用户)",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"will be retried|still (?:being )?(?:trying|retr)|delivery (?:is |has been )?(?:delayed|incomplete)"
    r"|message (?:is |has been )?delayed|could not send message for past|do not need to resend"
    r"|지연|延迟|延遲",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|not (?:be )?delivered|delivery (?:status notification|has failed|failed|failure)|failure notice"
    r"|returned (?:mail|to sender)|returned message|wasn't able to deliver|could ?n[o']t be delivered"
    r"|address not found|did not reach|mail delivery (?:failed|failure)"
    r"|전송\s?실패|전달되지|반송|발송\s?실패|退信|退回|投递失败|投遞失敗|无法(?:投递|送达)|無法(?:投遞|傳遞|送達)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>")
# Characters of a daemon's text that are searched; what follows is the mail that came back.
_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a server says of a mail: `kind` is "failed" or "delayed". `hard`: the address itself is no good.

    `status` is "5.1.1" or "", `code` the SMTP reply where it is named, `recipient` the address it was about, "" where
    it is not said.
    """

    kind: str
    hard: bool
    status: str = ""
    code: int | None = None
    recipient: str = ""


def read(message: "Message[str, str]") -> Bounce | None:
    """The bounce that this mail is; None for any other, a notice of delivery included."""
    reports = [block for part in leaves(message) for block in _blocks(part)]
    if reports:
        return _worst([_of_block(block) for block in reports])
    if not (is_from_a_machine(message) or has_no_sender(message)):
        return None
    return _in_words(message)


def _blocks(part: "Message[str, str]") -> list["Message[str, str]"]:
    """What a delivery report says for each addressee; the block before them is about the mail as a whole."""
    if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
        return []
    payload = part.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    return [block for block in blocks if header(block, "Action") or header(block, "Status")]


def _of_block(block: "Message[str, str]") -> Bounce | None:
    action = header(block, "Action").strip().lower()
    diagnosis = header(block, "Diagnostic-Code")
    said = _STATUS.search(header(block, "Status")) or _STATUS.search(diagnosis)
    status = said.group(1) if said else ""
    if action not in {"failed", "delayed"}:
        # "delivered", "relayed", "expanded": nothing went wrong. Some name no action, and a code that says it.
        if action or status[:1] not in {"4", "5"}:
            return None
        action = "failed"
    recipient = header(block, "Original-Recipient") or header(block, "Final-Recipient")
    # "rfc822; kim@clinic.example"
    address = parseaddr(recipient.partition(";")[2].strip())[1]
    # After "smtp;", so that a code is not looked for in the name of a protocol.
    return _judged(action, status, diagnosis.partition(";")[2] or diagnosis, address)


def _in_words(message: "Message[str, str]") -> Bounce | None:
    """A bounce without a report. The mail comes from a mail system, and must also read like one."""
    text = body(message).text[:_TEXT]
    subject = header(message, "Subject")
    own = _before_the_returned_mail(text)
    failed = _FAILED.search(subject) or _FAILED.search(own)
    delayed = _DELAYED.search(subject) or _DELAYED.search(own)
    if not failed and not delayed:
        return None
    named = _IN_BRACKETS.search(own)
    said = _STATUS.search(own)
    return _judged(
        "delayed" if delayed else "failed",
        said.group(1) if said else "",
        own,
        header(message, "X-Failed-Recipients").partition(",")[0].strip() or (named.group(1) if named else ""),
    )


def _judged(kind: str, status: str, diagnosis: str, recipient: str) -> Bounce:
    found = _CODE.search(diagnosis)
    code = int(found.group(1)) if found else None
    if kind == "delayed":
        return Bounce("delayed", False, status, code, recipient)
    # 5.0.0 is "something permanent": the words decide, as without any code.
    if status and status != "5.0.0":
        hard = status.startswith("5") and not _MILD.fullmatch(status)
    else:
        hard = (code is not None and code >= 500) or bool(_UNKNOWN_ADDRESS.search(diagnosis))
    # "550 5.1.1 user unknown" is never mild, whatever else stands in a longer text.
    if hard and status not in {"5.1.1", "5.1.2", "5.1.10"} and _MILD_WORDS.search(diagnosis):
        hard = False
    return Bounce("failed", hard, status, code, recipient)


def _worst(bounces: list[Bounce | None]) -> Bounce | None:
    """What counts of a report about several addressees."""
    found = [bounce for bounce in bounces if bounce is not None]
    return max(found, key=lambda bounce: (bounce.kind == "failed", bounce.hard), default=None)


def _before_the_returned_mail(text: str) -> str:
    """The daemon's own words: what we wrote ourselves must not be read as its diagnosis."""
    return re.split(
        r"(?im)^(?:--.*(?:copy of the message|original message|returned message|원본|原始|原邮件).*"
        r"|received:\s|return-path:\s|original message headers:?\s*$)",
        text,
        maxsplit=1,
    )[0]
