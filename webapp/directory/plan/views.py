"""The page of a plan and its calendar file: the same query, nothing stored."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.access import Audience, open_to
from webapp.directory.blueprint import blueprint
from webapp.directory.cards import Names, heading_label, treatment_names
from webapp.directory.labels import MARKETS
from webapp.directory.plan.calendar_file import calendar_file
from webapp.directory.plan.page import plan_page
from webapp.directory.plan.query import (
    MAX_YEARS,
    PlanQuery,
    Row,
    compare_arguments,
    read_plan,
    write_plan,
)
from webapp.directory.plan.words import month_words
from webapp.domain.want_syntax import MAX_WANTS, quantity_text
from webapp.i18n import utc_now
from webapp.settings import current_settings

_KINDS = {"product": 0, "class": 1, "device": 2}


@blueprint.get("/plan")
@open_to(Audience.ANYONE)
def plan() -> str:
    """The days of a course, what the sources say of those after each session, and journeys."""
    names = treatment_names()
    query = read_plan(request.args, names, utc_now().date())
    labels = _labels(names)
    # One empty row, so that a treatment can be added without JavaScript.
    rows = query.rows if len(query.rows) >= MAX_WANTS else (*query.rows, Row(""))
    return render_template(
        "directory/plan.html",
        query=query,
        rows=rows,
        page=plan_page(query, labels),
        treatment_options=[
            (slug, labels[slug]) for slug in sorted(names, key=lambda slug: _KINDS.get(names[slug].kind, 3))
        ],
        markets=MARKETS,
        month_words=month_words,
        quantity_text=quantity_text,
        years=range(1, MAX_YEARS + 1),
        address=_address(query),
        comparison=url_for("directory.compare", **compare_arguments(query)),
        file=url_for("directory.plan_file", **write_plan(query)),
    )


@blueprint.get("/plan.ics")
@open_to(Audience.ANYONE)
def plan_file() -> AnyResponse:
    """The calendar file of a plan; one that has no days yet leads to the page, which says what is missing."""
    names = treatment_names()
    now = utc_now()
    query = read_plan(request.args, names, now.date())
    if query.start is None or not query.planned or query.errors:
        return redirect(f"{url_for('directory.plan')}?{request.query_string.decode('ascii', 'replace')}")
    written = calendar_file(query, _labels(names), _address(query), now)
    answer = Response(written, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="like-for-like-plan.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _labels(names: Names) -> dict[str, str]:
    """What a page that speaks to both markets may call each treatment."""
    return {slug: heading_label(row, list(MARKETS)) for slug, row in names.items()}


def _address(query: PlanQuery) -> str:
    """The full address of the plan, to keep or to send: the same one for the same plan."""
    path = url_for("directory.plan", **write_plan(query))
    return f"{current_settings().base_url}{path}"
