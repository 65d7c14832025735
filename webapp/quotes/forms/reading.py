"""What a checked sheet says, as the draft of an answer."""

from collections.abc import Mapping

from webapp.domain.money import Money
from webapp.domain.offers import Consultation
from webapp.domain.quotes import How, Inclusion, PriceRange, Stated
from webapp.quotes.forms.quote import QuoteForm
from webapp.quotes.forms.rows import LineForm
from webapp.quotes.labels import AnswerKind
from webapp.quotes.services.answering import AnswerDraft, LineDraft


def draft_of(kind: AnswerKind, form: QuoteForm, currency: str, ids: Mapping[str, int]) -> AnswerDraft:
    """The draft of a form that was found valid for this kind of answer. `ids` are the treatments' by slug."""
    note = form.note.data or None
    match kind:
        case AnswerKind.DECLINE:
            return AnswerDraft(kind, currency, note=note, decline_reason=form.decline_reason.data or None)
        case AnswerKind.CONSULTATION_FIRST:
            low, high = form.range_low.money, form.range_high.money
            return AnswerDraft(
                kind,
                currency,
                price_range=PriceRange(low, high) if low is not None and high is not None else None,
                conditions=form.conditions.data or None,
                valid_until=form.valid_until.data,
                note=note,
            )
        case AnswerKind.QUOTE:
            return _quote(form, currency, ids, note)


def _quote(form: QuoteForm, currency: str, ids: Mapping[str, int], note: str | None) -> AnswerDraft:
    has_fee = form.consultation.data == Consultation.FEE
    fees = [(fee.name.data or "", fee.amount.money) for fee in form.fee_rows if fee.amount.money is not None]
    return AnswerDraft(
        AnswerKind.QUOTE,
        currency,
        lines=[_line(row, currency, ids) for row in form.rows],
        tax=form.tax.data,
        tax_rate=form.tax_rate.data,
        consultation=form.consultation.data or None,
        consultation_fee=form.consultation_fee.money if has_fee else None,
        # An empty box says nothing, so it is stored only where it says something.
        consultation_waived=True if form.consultation_waived.data else None,
        inclusions={
            inclusion: _stated(form, inclusion) for inclusion in Inclusion if form.how(inclusion).data
        },
        named_fees=fees if fees or form.no_other_fees.data else None,
        injector=form.injector.data or None,
        injector_name=form.injector_name.data or None,
        aftercare=form.aftercare.data or None,
        aftercare_language=form.aftercare_language.data or None,
        conditions=form.conditions.data or None,
        valid_until=form.valid_until.data,
        note=note,
    )


def _line(row: LineForm, currency: str, ids: Mapping[str, int]) -> LineDraft:
    return LineDraft(
        treatment_id=ids.get(row.treatment.data or ""),
        words=row.words.data or None,
        quantity=row.quantity.data,
        unit=row.unit.data or None,
        sessions=row.sessions.data or 1,
        area=row.area.data or None,
        price=row.price.money or Money(0, currency),
    )


def _stated(form: QuoteForm, inclusion: Inclusion) -> Stated:
    how = How(form.how(inclusion).data)
    return Stated(how, form.per_visit(inclusion).money if how is How.EXTRA else None)
