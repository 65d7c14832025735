"""The blueprint of the quotes room, on its own so that each page can stand in a module of its own."""

from typing import Any

from flask import Blueprint

from webapp.enquiries.choices import RECIPIENT_STATES
from webapp.offers.labels import FIELDS, INCOMPLETE, MISMATCH, area_names, quantity_words
from webapp.quotes.labels import DECLINE_REASONS, HOW, INCLUSIONS, STATES, line_words
from webapp.treatments import queries as treatments

blueprint = Blueprint("quotes", __name__, template_folder="templates")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """The words for codes that both pages and their bill use."""
    return {
        "INCOMPLETE": INCOMPLETE,
        "MISMATCH": MISMATCH,
        "FIELDS": FIELDS,
        "RECIPIENT_STATES": RECIPIENT_STATES,
        "DECLINE_REASONS": DECLINE_REASONS,
        "HOW": HOW,
        "INCLUSIONS": INCLUSIONS,
        "QUOTE_STATES": STATES,
        "area_names": area_names,
        "line_words": line_words,
        "quantity_words": quantity_words,
        "treatment_names": dict(treatments.choices()),
    }
