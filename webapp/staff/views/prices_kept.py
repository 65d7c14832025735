"""How clinics' quotes and bills stand to what they list: counts by clinic, nothing of any patient."""

from flask import render_template

from webapp.access import Audience, open_to
from webapp.clinics import queries as clinics
from webapp.i18n import today_in, utc_now
from webapp.quotes import queries as quotes
from webapp.quotes.outcomes import OUTCOMES
from webapp.staff.blueprint import blueprint

# A year of counts is told in the first market's calendar; the months themselves are each clinic's own.
_CALENDAR = "SG"


@blueprint.get("/prices-kept")
@open_to(Audience.STAFF)
def prices_kept() -> str:
    """This year's counts of every clinic that has any, in the order of their names."""
    year = today_in(_CALENDAR, utc_now()).replace(month=1, day=1)
    counts = quotes.outcomes(year)
    rows = sorted(
        clinics.by_ids(list(counts)).values(), key=lambda clinic: (clinic.name.casefold(), clinic.id)
    )
    return render_template(
        "staff/prices_kept.html", clinics=rows, counts=counts, OUTCOMES=OUTCOMES, year=year.year
    )
