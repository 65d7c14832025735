"""/q/: the page where a clinic answers, behind the link in its mail."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.domain.money import Money
from webapp.domain.offers import Consultation, course_sum, price_of_one
from webapp.enquiries import links
from webapp.enquiries import queries as enquiry_queries
from webapp.enquiries.behind import Behind, behind, remember_opened
from webapp.enquiries.choices import concern_words
from webapp.enquiries.models import Enquiry, Recipient
from webapp.extensions import csrf, limiter
from webapp.i18n import today_in, utc_now
from webapp.offers import queries as offers
from webapp.offers.queries import PublishedOffer
from webapp.quotes import queries
from webapp.quotes.blueprint import blueprint
from webapp.quotes.forms import QuoteForm, quote_form
from webapp.quotes.services import answering
from webapp.settings import current_settings, market_policy
from webapp.treatments import queries as treatments
from webapp.unit_of_work import unit_of_work


@blueprint.route("/q/<token>", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@limiter.limit(lambda: current_settings().quote_limit_per_address, methods=["POST"])
@open_to(Audience.LINK_HOLDER)
def quote_page(token: str) -> Response | str | tuple[str, int]:
    """GET: the enquiry and a quote form prefilled from the clinic's own offers. POST: the answer."""
    found = behind(token, links.QUOTE)
    sheet = _Sheet(found)
    if sheet.clinic.authority != "authorised":
        abort(410)  # it left: what patients wrote is not for it any more
    if request.method != "POST":
        return sheet.page(sheet.form(prefilled=True))
    form = sheet.form(prefilled=False)
    kind = request.form.get("answer", "")
    if kind not in {answering.QUOTE, answering.DECLINE, answering.CONSULTATION_FIRST}:
        form.form_errors.append(_("Choose one of the three answers."))
        return sheet.page(form), 422
    valid = form.validate_answer(sheet.currency) if kind == answering.QUOTE else _only_note(form)
    if not valid:
        return sheet.page(form), 422
    draft = sheet.draft(kind, form)
    with unit_of_work():
        recipient = behind(token, links.QUOTE).recipient
        if recipient is not None:
            answering.answer(recipient, draft, utc_now())
    return redirect(url_for("quotes.quote_page", token=token) + "#sent", 303)


@blueprint.post("/q/<token>/open")
@open_to(Audience.LINK_HOLDER)
def open_quote_page(token: str) -> Response:
    """Show what the patient wrote, in this browser from now on."""
    behind(token, links.QUOTE)
    remember_opened(token)
    return redirect(url_for("quotes.quote_page", token=token) + "#patient", 303)


def _only_note(form: QuoteForm) -> bool:
    """A decline and a consultation first need nothing but a valid token and a note of bearable length."""
    form.validate()
    return not form.note.errors and not form.csrf_token.errors


class _Sheet:
    """What the clinic's page needs of one recipient."""

    def __init__(self, found: Behind) -> None:
        assert found.recipient is not None  # a link with the purpose "quote" always names one
        self.found = found
        self.recipient: Recipient = found.recipient
        self.enquiry: Enquiry = found.enquiry
        self.clinic = clinics.by_ids([self.recipient.clinic_id])[self.recipient.clinic_id]
        self.currency = market_policy(self.clinic.country).currency
        self.treatments = {row.id: row for row in treatments.everything()}
        self.by_slug = {row.slug: row for row in self.treatments.values()}
        self.wants = enquiry_queries.wants_of(
            self.enquiry, {row.id: row.slug for row in self.treatments.values()}
        )
        self.today = today_in(self.clinic.country, utc_now())

    def form(self, *, prefilled: bool) -> QuoteForm:
        return quote_form(treatments.choices(), self._prefilled() if prefilled else None)

    def page(self, form: QuoteForm) -> str:
        return render_template(
            "quotes/quote_page.html",
            form=form,
            found=self.found,
            enquiry=self.enquiry,
            recipient=self.recipient,
            clinic=self.clinic,
            wants=[(want, self.by_slug[want.treatment]) for want in self.wants],
            currency=self.currency,
            concerns=concern_words(self.enquiry),
            matching=self._matching(),
            chosen=self._chosen(),
            given=queries.latest([self.recipient.id]).get(self.recipient.id),
            asked_count=len(self.enquiry.recipients),
        )

    def draft(self, kind: str, form: QuoteForm) -> answering.AnswerDraft:
        note = form.note.data
        if kind != answering.QUOTE:
            return answering.AnswerDraft(kind=kind, currency=self.currency, note=note)
        ids = {row.slug: row.id for row in self.treatments.values()}
        fee = form.other_fee_amount.money
        return answering.AnswerDraft(
            kind=kind,
            currency=self.currency,
            lines=[
                answering.LineDraft(
                    treatment_id=ids.get(row.treatment.data or ""),
                    words=row.words.data,
                    quantity=row.quantity.data,
                    unit=row.unit.data,
                    sessions=row.sessions.data or 1,
                    price=row.price.money or Money(0, self.currency),
                )
                for row in (entry.form for entry in form.lines)
                if not row.is_empty
            ],
            tax=form.tax.data,
            tax_rate=form.tax_rate.data,
            consultation=form.consultation.data or None,
            consultation_fee=form.consultation_fee.money
            if form.consultation.data == Consultation.FEE
            else None,
            # An empty box says nothing, so it is stored only where it says something.
            consultation_waived=True if form.consultation_waived.data else None,
            other_fees=[]
            if form.no_other_fees.data
            else [(form.other_fee_name.data or "", fee)]
            if fee
            else None,
            numbing=form.numbing.data or None,
            injector=form.injector.data or None,
            valid_until=form.valid_until.data,
            note=note,
        )

    def _matching(self) -> list[PublishedOffer]:
        """The clinic's own offers that hold the treatment, the closest to what is asked for first."""
        want = self.wants[0]
        holding = [
            (course_sum(offer.terms, want, self.today), offer)
            for offer in offers.for_clinics([self.clinic.id])[self.clinic.id]
        ]
        fitting = [(bill, offer) for bill, offer in holding if bill.mismatch is None and offer.terms.price]
        fitting.sort(
            key=lambda pair: (len(pair[0].reasons), len(pair[0].left_over), pair[0].times, pair[1].id)
        )
        return [offer for _bill, offer in fitting]

    def _chosen(self) -> PublishedOffer | None:
        """The offer that the rows are prefilled from: the one asked for by ?offer=, else the closest."""
        matching = self._matching()
        wanted = request.args.get("offer", "")
        return next((offer for offer in matching if offer.ref == wanted), matching[0] if matching else None)

    def _prefilled(self) -> dict[str, Any]:
        want = self.wants[0]
        usual = self.by_slug[want.treatment]
        first: dict[str, Any] = {
            "treatment": usual.slug,
            "sessions": want.sessions,
            "quantity": usual.usual_quantity.normalize() if usual.usual_quantity else None,
            "unit": usual.usual_unit or "",
        }
        chosen = self._chosen()
        if chosen is None:
            return {"lines": [first]}
        terms = chosen.terms
        bill = course_sum(terms, want, self.today)
        one = price_of_one(terms)
        rows = [
            {
                "treatment": part.treatment or "",
                "words": part.words or ("" if part.treatment else terms.title),
                "quantity": part.quantity,
                "unit": part.unit or "",
                "sessions": part.sessions * bill.times,
                # A combo has one price: it stands in its first row, the others are in it.
                "price": (one * bill.times).major() if one and number == 0 else "0",
            }
            for number, part in enumerate(terms.parts)
        ]
        fee = terms.other_fees[0] if terms.other_fees else None
        return {
            "lines": rows or [first],
            "tax": terms.tax.value,
            "tax_rate": terms.tax_rate,
            "consultation": terms.consultation or "",
            "consultation_fee": terms.consultation_fee.major() if terms.consultation_fee else "",
            "consultation_waived": bool(terms.consultation_waived),
            "no_other_fees": terms.other_fees == (),
            "other_fee_name": fee.name if fee else "",
            "other_fee_amount": fee.amount.major() if fee else "",
            "numbing": terms.numbing or "",
            "injector": terms.injector or "",
        }
