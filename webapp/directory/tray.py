"""The clinics a reader picked to compare: in the address, and in a cookie so that they survive other pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Request, Response

from webapp.clinics import queries as clinics
from webapp.clinics.models import Clinic
from webapp.clinics.picked import BETWEEN, COOKIE, remembered
from webapp.directory.cards import clinic_name
from webapp.directory.forms import MAX_COMPARED, clinic_slugs


@dataclass(frozen=True, slots=True)
class Tray:
    """`picked` are (slug, name), at most five, in the order of picking. A page that names a sample clinic here says
    so as if it stood in its middle."""

    picked: list[tuple[str, str]]
    shows_sample: bool = False
    max: int = MAX_COMPARED

    @property
    def slugs(self) -> list[str]:
        return [slug for slug, _name in self.picked]

    def with_one(self, slug: str) -> list[str]:
        """The picked ones and this one; the earliest goes when there is no room."""
        return [*(other for other in self.slugs if other != slug), slug][-self.max :]


def read_tray(request: Request) -> Tray:
    """The picked clinics; those that are not listed are left out."""
    named = picked_slugs(request)
    return of_clinics(clinics.by_slugs(named) if named else [])


def picked_slugs(request: Request) -> list[str]:
    """What the address names, else what the cookie remembers; at most five, listed or not."""
    named = clinic_slugs(request.args.getlist("clinic")) or clinic_slugs(remembered(request))
    return named[:MAX_COMPARED]


def of_clinics(picked: Sequence[Clinic]) -> Tray:
    return Tray(
        [(clinic.slug, clinic_name(clinic)) for clinic in picked], any(clinic.sample for clinic in picked)
    )


def remember(response: Response, slugs: Sequence[str], *, secure: bool) -> Response:
    """Keep the choice until the browser closes. Scripts may change it too, so it is no HttpOnly cookie."""
    response.set_cookie(COOKIE, BETWEEN.join(slugs), path="/", samesite="Lax", secure=secure)
    return response
