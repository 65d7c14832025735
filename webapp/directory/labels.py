"""The words for the codes of the directory's pages: states of a listing, kinds of places, languages, markets."""

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.search.queries import PriceOrderRefused, Sort

MARKETS = {"SG": _l("Singapore"), "KR": _l("Gangnam, Seoul")}

# One word, one colour; the sentence explains it beside the word.
AUTHORITY = {
    "authorised": (_l("authorised"), _l("The clinic agreed to be listed and stands behind its prices.")),
    "unclaimed": (
        _l("unclaimed"),
        _l("The clinic has not joined. We show only what a named source says, without prices."),
    ),
}

SORTS = {
    Sort.DISTANCE: _l("by distance"),
    Sort.NAME: _l("by name"),
    Sort.PRICE: _l("by price of one session"),
}

PRICE_ORDER_REFUSED = {
    PriceOrderRefused.NO_TREATMENT: _l("Choose a treatment to order by price."),
    PriceOrderRefused.TWO_CURRENCIES: _l(
        "Choose one market to order by price: two currencies have no order."
    ),
}

PLACE_KINDS = {
    "mrt": _l("MRT station"),
    "lrt": _l("LRT station"),
    "station": _l("subway station"),
    "mall": _l("shopping centre"),
    "medical": _l("medical building"),
    "area": _l("planning area"),
    "gu": _l("district (gu)"),
    "dong": _l("neighbourhood (dong)"),
    "place": _l("place"),
    "city": _l("city"),
    "postal": _l("postal code"),
    "sector": _l("postal sector"),
    "district": _l("postal district"),
}

_MISSING_PARTS = {
    1: _l("first part not stated"),
    2: _l("second part not stated"),
    3: _l("third part not stated"),
    4: _l("fourth part not stated"),
}


def missing_part(number: int) -> str:
    """The words of the open chip that stands in the place of part `number`."""
    return str(_MISSING_PARTS.get(number) or _("one more part not stated"))


def language_names(tags: str | None) -> list[str]:
    """The languages of a listing ("en;zh") in the reader's language; a tag nobody knows stays as it is."""
    names = []
    for tag in (tags or "").split(";"):
        if not tag.strip():
            continue
        try:
            name = Locale.parse(tag.strip(), sep="-").get_display_name(get_locale())
        except (ValueError, UnknownLocaleError):
            name = None
        names.append(str(name or tag.strip()))
    return names


def radius_words(metres: int) -> str:
    """500 m, 1 km, 1.5 km: a radius is exact, so it has no decimals that say nothing."""
    if metres < 1_000:
        return _("%(metres)s m", metres=metres)
    return _("%(kilometres)s km", kilometres=format_decimal(metres / 1_000, "#,##0.#", locale=get_locale()))
