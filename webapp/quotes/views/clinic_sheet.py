"""How the clinic's page is found and rendered, for the views of everything that it can do."""

from typing import Any

from flask import abort, make_response, render_template

from webapp.domain.quotes import QuoteAnswer, QuoteTerms
from webapp.enquiries import links
from webapp.enquiries.behind import Behind, behind, held, remember_opened
from webapp.enquiries.choices import channel_words, concern_words, had_before_words, question_words
from webapp.enquiries.models import Recipient
from webapp.i18n import utc_now
from webapp.quotes import queries
from webapp.quotes.decisions import REASONS, known_to_clinic
from webapp.quotes.forms import QuoteForm
from webapp.quotes.history import line_said, range_words
from webapp.quotes.services.asking import MAX_LENGTH
from webapp.quotes.sheet import Sheet


def at(token: str) -> tuple[Behind, Sheet]:
    """What stands behind a clinic's token. Answers 404 for one that was never ours, 410 for one that has ended."""
    link = links.find(token, links.QUOTE)
    if link is not None and not links.is_open(link, utc_now()):
        abort(make_response(render_template("quotes/quote_link_ended.html", token=token), 410))
    found = behind(token, links.QUOTE)
    assert found.recipient is not None  # a link with the purpose "quote" always names one
    sheet = Sheet(found.recipient, utc_now())
    if sheet.clinic.authority != "authorised":
        abort(410)  # it left: what patients wrote is not for it any more
    return found, sheet


def pressed(token: str) -> tuple[Behind, Sheet]:
    """`at`, for an act whose button stands on the opened page, its token checked: the page is open from now on, also
    where this browser had forgotten it, so that what comes of the act is seen.
    """
    found, sheet = at(token)
    remember_opened(token)
    return found, sheet


def within(token: str) -> Recipient:
    """The recipient behind a token, for an act in the unit of work around the call: it may have ended since."""
    recipient = held(token, links.QUOTE).recipient
    if recipient is None:
        abort(404)
    return recipient


def render(
    found: Behind,
    sheet: Sheet,
    form: QuoteForm,
    *,
    preview: tuple[QuoteTerms, QuoteAnswer] | None = None,
    is_opened: bool = False,
    **more: Any,
) -> str:
    """The clinic's page. Nothing personal and nothing of the clinic's own answer before the button was pressed.

    A sheet that comes back to whoever sent it is always shown: it says what she typed and nothing else.
    """
    opened = is_opened or found.is_opened
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "is_opened": opened,
        "has_sheet": opened or form.is_sent or not (sheet.given or sheet.kept),
        "sheet": sheet,
        "enquiry": sheet.enquiry,
        "recipient": sheet.recipient,
        "clinic": sheet.clinic,
        "wants": [(want, sheet.by_slug[want.treatment]) for want in sheet.wants],
        "currency": sheet.currency,
        "asked_count": len(sheet.enquiry.recipients),
        "preview": preview,
    }
    if opened:
        context |= {
            "concerns": concern_words(sheet.enquiry),
            "questions": question_words(sheet.enquiry),
            "had_before": had_before_words(sheet.enquiry),
            "channel": channel_words(sheet.enquiry),
            "given_bill": sheet.bill_of(sheet.given) if sheet.given else None,
            "given_range": queries.range_of(sheet.given) if sheet.given else None,
            "living": links.living(sheet.recipient.id, sheet.now),
            "longest_label": links.LONGEST_LABEL,
            "decision": known_to_clinic(sheet.recipient, utc_now()),
            **_accepted_before(sheet),
            "decision_reason": REASONS.get(sheet.recipient.decision_reason or ""),
            "talk": _talk(sheet.recipient),
            "line_said": line_said,
            "range_words": range_words,
            "longest_question": MAX_LENGTH,
        }
    return render_template("quotes/quote_page.html", **(context | more))


def _accepted_before(sheet: Sheet) -> dict[str, Any]:
    """The answer that the patient accepted, where the clinic gave another one since."""
    decided_on = queries.decided_on(sheet.answers, sheet.recipient.decided_at)
    if decided_on is None or decided_on is sheet.given:
        return {}
    total = queries.total_when_given(decided_on, sheet.clinic.country, sheet.slugs, sheet.wants)
    return {"accepted_before": decided_on, "accepted_total": total}


def _talk(recipient: Recipient) -> list[dict[str, Any]]:
    """The questions this clinic may read: the patient's and its own, with her answers, and its own to hers.

    Of another clinic's question it reads the patient's answer only, never who asked nor in which words.
    """
    found = []
    for one in queries.clarifications(recipient.enquiry_id):
        hers = next((answer for answer in one.answers if answer.recipient_id is None), None)
        mine = next((answer for answer in one.answers if answer.recipient_id == recipient.id), None)
        is_own, is_hers = one.recipient_id == recipient.id, one.recipient_id is None
        if is_own or is_hers or hers is not None:
            found.append({"question": one, "is_own": is_own, "is_hers": is_hers, "hers": hers, "mine": mine})
    return found
