"""The page /compare. GET answers the question in the address; POST adds the reader's own quotes, and keeps nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from flask import Response, current_app, make_response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from webapp.access import Audience, open_to
from webapp.directory.blueprint import blueprint
from webapp.directory.cards import Names, treatment_names
from webapp.directory.compare.asking import Told
from webapp.directory.compare.chosen import by_name, by_place, read_place
from webapp.directory.compare.options import option_list
from webapp.directory.compare.page import Comparison, comparison, currency_of
from webapp.directory.compare.query import CompareQuery, Row, read_compare, write_query
from webapp.directory.compare.since import changed_since
from webapp.directory.forms import MAX_COMPARED
from webapp.directory.labels import AUTHORITY, MARKETS
from webapp.directory.questions import questions
from webapp.directory.tray import of_clinics, picked_slugs, remember
from webapp.domain.offers import MAX_SESSIONS, Want
from webapp.domain.want_syntax import MAX_WANTS, write_want
from webapp.extensions import csrf
from webapp.fx import queries as fx
from webapp.i18n import current_language, utc_now
from webapp.offers import queries as offers
from webapp.offers.labels import area_options
from webapp.offers.own_quotes import CURRENCIES, MAX_QUOTES, blank_quote, read_own_quotes, wanted_areas
from webapp.offers.queries import PublishedOffer
from webapp.treatments import queries as treatments

# Beyond these columns a comparison by place is a list: nobody reads ten bills side by side.
SIDE_BY_SIDE = MAX_COMPARED
LISTED = 30
# What a page without a basket begins with where no clinic is chosen yet.
FIRST_TREATMENT = "rejuran_healer"

_BLANK = Row("", "", "", "")


@blueprint.route("/compare", methods=["GET", "POST"])
@csrf.exempt  # a POST computes from what it brings and changes nothing; without a session the page stays anonymous
@open_to(Audience.ANYONE)
def compare() -> Response:
    """A basket at up to five clinics side by side, or at those around a place, beside the reader's own quotes."""
    names = treatment_names()
    query = known_only(read_compare(request.args), names)
    # The form sends its own mark, so that unticking every clinic means none and not "as before".
    explicit = bool(query.clinics) or "chosen" in request.args
    places = [read_place(text) for text in (query.near, query.also)]
    found_places = [near.place for near in places if near.place is not None]
    named = by_name(query.clinics if explicit else picked_slugs(request))
    tray = of_clinics([one.clinic for one in named])
    now = utc_now()
    if found_places and not query.clinics:
        wanted = [want.treatment for want in query.wants] or [FIRST_TREATMENT]
        chosen = by_place(found_places, wanted, LISTED)
    else:
        chosen = named
    published = offers.for_clinics([one.clinic.id for one in chosen])
    if not query.rows:
        query = replace(query, rows=(_first_row(published, names),))
    options = treatments.public_choices(list(MARKETS), list(names.values()))
    areas = wanted_areas(want.area for want in query.wants)
    own = read_own_quotes(request.form if request.method == "POST" else None, options, areas)
    found: Comparison | None = None
    too_large = False
    if query.wants and (chosen or own.terms):
        told = Told(chosen, published, own.terms)
        found = comparison(query, told, names, fx.current(), now, SIDE_BY_SIDE)
        too_large = found is None
    page = render_template(
        "directory/compare.html",
        query=query,
        rows=[*query.rows, *([_BLANK] if len(query.rows) < MAX_WANTS else [])],
        chosen=[one.clinic for one in chosen],
        by_place=not query.clinics and any(near.place for near in places),
        places=places,
        tray=tray,
        comparison=found,
        too_large=too_large,
        own=own.rows,
        own_errors=own.errors,
        blank_quote=_blank_quote(
            current_language(), len(own.rows), tuple(options), currency_of(query, chosen), areas
        ),
        changed=changed_since(query.seen, {one.clinic.id: one.clinic for one in chosen}, names, now),
        keep_link=url_for("directory.compare", **write_query(query, seen=found.versions)) if found else "",
        ask_link=_ask_link(query, found),
        plan_link=_plan_link(query),
        kept=_kept(query),
        questions=[(tag, name, "\n".join(asked)) for tag, name, asked in questions().values()],
        currency=currency_of(query, chosen),
        currencies=CURRENCIES,
        option_list=option_list,
        treatment_options=options,
        area_options=area_options(),
        same=lambda **change: url_for("directory.compare", **write_query(query, **change)),
        max_clinics=MAX_COMPARED,
        max_sessions=MAX_SESSIONS,
        max_wants=MAX_WANTS,
        max_quotes=MAX_QUOTES,
        authority=AUTHORITY,
    )
    response = make_response(page)
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    if explicit:
        remember(response, tray.slugs, secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response


@lru_cache(maxsize=100)
def _blank_quote(
    language: str,
    number: int,
    options: tuple[tuple[str, str], ...],
    currency: str,
    areas: tuple[str, ...],
) -> Markup:
    """The empty row for the next quote, "" where there is no room. It is the same for everyone who reads a language,
    and writing its fields took as long as three bills."""
    if number >= MAX_QUOTES:
        return Markup("")
    row = blank_quote(number, options, currency, areas)
    return Markup(  # noqa: S704  # what a template has escaped
        render_template("partials/own_quote.html", row=row, place=number + 1, last=True)
    )


def known_only(query: CompareQuery, names: Names) -> CompareQuery:
    """Nothing is wanted in rows with treatments that the catalogue does not know; each is named beside its row."""
    errors = dict(query.errors)
    rows = list(query.rows)
    for number, row in enumerate(rows):
        if row.treatment not in names:
            rows[number] = replace(row, want=None)
            errors[f"treatment-{number}"] = _("We know no treatment “%(text)s”.", text=row.treatment[:60])
    return replace(query, rows=tuple(rows), errors=errors)


def _first_row(published: Mapping[int, Sequence[PublishedOffer]], names: Names) -> Row:
    """One session of what most of the chosen clinics offer, in the catalogue's order among equals."""
    held = Counter(
        slug
        for rows in published.values()
        for slug in {part.treatment for offer in rows for part in offer.terms.parts}
        if slug in names
    )
    first = max(names, key=lambda slug: held[slug]) if held else FIRST_TREATMENT
    return Row(first, "1", "", "", want=Want(first, 1))


def _ask_link(query: CompareQuery, found: Comparison | None) -> str:
    """The enquiry form with these clinics, all that is wanted, and questions about what is missing."""
    if found is None or not found.basket.wants:
        return ""
    return url_for(
        "enquiries.new",
        clinic=found.askable,
        want=[write_want(want) for want in found.basket.wants],
        missing=found.missing or None,
    )


def _plan_link(query: CompareQuery) -> str:
    """The same treatments as days of a course."""
    kept = write_query(query)
    passed = {name: kept[name] for name in ("want", "interval_weeks", "maintenance_months") if name in kept}
    return url_for("directory.plan", **passed)


def _kept(query: CompareQuery) -> dict[str, list[str]]:
    """The question without its clinics and places, as the hidden fields of a form."""
    kept = write_query(query, clinic=None, near=None, also=None)
    return {
        name: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for name, value in kept.items()
    }
