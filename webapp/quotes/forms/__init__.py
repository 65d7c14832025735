"""The clinic's answer as a form: the sheet (quote), its rows (rows), how it begins (filling) and what it says
(reading).
"""

from webapp.quotes.forms.filling import fields_of
from webapp.quotes.forms.quote import MAX_FEES, MAX_ROWS, QuoteForm, quote_form
from webapp.quotes.forms.reading import draft_of
from webapp.quotes.forms.rows import AmountField

__all__ = ["MAX_FEES", "MAX_ROWS", "AmountField", "QuoteForm", "draft_of", "fields_of", "quote_form"]
