"""/api/v1/clinics: clinics near a place, by name, or by the price of one session, and one clinic with everything."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort

from webapp.access import Audience, open_to
from webapp.api.v1.offers import offer
from webapp.api.v1.operation import UnusableParameter, operation
from webapp.api.v1.parameters import ClinicsParameters, Parameters
from webapp.api.v1.places import places
from webapp.api.v1.schemas import (
    Clinic,
    ClinicDetail,
    Clinics,
    Facets,
    FactSource,
    Money,
    Place,
    Practitioner,
    Total,
)
from webapp.clinics import models
from webapp.clinics import queries as clinics
from webapp.directory.cards import Names, clinic_name, treatment_names
from webapp.domain.geo import Point, country_at
from webapp.domain.offers import is_stale
from webapp.geocoding import gazetteer
from webapp.i18n import current_language, localised, today_in, utc_now
from webapp.moderation import queries as moderation
from webapp.offers import queries as offers
from webapp.search import one_box
from webapp.search.queries import (
    ClinicResults,
    FoundClinic,
    InvalidCursor,
    Sort,
    find_clinics,
    treatment_counts,
)
from webapp.settings import current_settings, market_policy

DEFAULT_RADIUS_M = 1_500
# More than contact details (MarketPolicy.shows_details).
_DETAILS = ("hours", "languages", "licence_no", "gst_registered", "foreign_patient_reg_no", "practitioners")

blueprint = Blueprint("clinics", __name__)


@dataclass(frozen=True, slots=True)
class _Understood:
    """What was asked. `why_not` is set where the place, or the treatment, has to be asked first."""

    place: gazetteer.Place | None
    point: Point | None
    treatment: str | None
    choices: tuple[str, ...]
    alike: tuple[str, ...]
    did_you_mean: tuple[gazetteer.Place, ...]
    words: str
    no_place: str
    why_not: bool


@blueprint.get("/clinics")
@operation("Clinics near a place, or by name", ClinicsParameters, Clinics)
@open_to(Audience.ANYONE)
def search(asked: ClinicsParameters) -> Clinics:
    names = treatment_names()
    if asked.treatment and asked.treatment not in names:
        raise UnusableParameter("treatment", "no treatment has this slug; see /api/v1/treatments")
    if (asked.lat is None) != (asked.lng is None):
        raise UnusableParameter("lat" if asked.lat is None else "lng", "lat and lng go together")
    understood = _understand(asked)
    if understood.why_not:
        return _nothing(understood)
    radius = None
    if understood.point:
        default = understood.place.search_radius_m if understood.place else DEFAULT_RADIUS_M
        radius = asked.radius_m or default
    ignored = None
    found = _find(asked, understood, understood.words, radius)
    if understood.words and not found.total:
        ignored, found = understood.words, _find(asked, understood, "", radius)
    shown = places([understood.place] if understood.place else [])
    reasons = {
        "place": understood.no_place,
        "treatment": "not_asked",
        "ignored_words": "none",
        "radius_m": "no_place",
        "widened_to_m": "not_widened",
        "next": "no_more",
        "price_order_refused": "not_refused",
    }
    return Clinics(
        place=shown[0] if shown else None,
        treatment=understood.treatment,
        treatment_choices=list(understood.alike) if ignored else [],
        did_you_mean=places(understood.did_you_mean),
        ignored_words=ignored,
        ordered_by=found.ordered_by,
        price_order_refused=found.price_refused,
        radius_m=radius,
        widened_to_m=found.widened_to_m,
        total=Total(value=found.total, exact=True),
        clinics=[_clinic(row, names, with_place=understood.point is not None) for row in found.rows],
        facets=Facets(treatment=treatment_counts(found), market=dict(found.by_market)),
        next=found.next,
        reasons=reasons,
    )


@blueprint.get("/clinics/<slug>")
@operation("One clinic with everything that may be shown", Parameters, ClinicDetail, not_found="clinic")
@open_to(Audience.ANYONE)
def detail(_asked: Parameters, slug: str) -> ClinicDetail:
    row = clinics.by_slug(slug)
    if row is None:
        abort(404)
    names = treatment_names()
    published = offers.for_clinics([row.id]).get(row.id, ())
    listed = _values(FoundClinic(row, None, published, None), names, with_place=False, beside_others=False)
    shown = market_policy(row.country).shows_details(row.authority)
    reasons: dict[str, str] = listed.pop("reasons")
    if not shown:
        reasons |= dict.fromkeys(_DETAILS, "not_authorised")
    return ClinicDetail(
        **listed,
        names={
            tag: name
            for tag, name in (("und", row.name), ("zh-Hans", row.name_zh), ("ko", row.name_ko))
            if name
        },
        unit=row.unit,
        postal_code=row.postal_code,
        phone=row.phone,
        website=row.website,
        hours=row.hours if shown else None,
        languages=_tags(row.languages) if shown else None,
        licence_no=row.licence_no if shown else None,
        gst_registered=row.gst_registered if shown else None,
        foreign_patient_reg_no=row.foreign_patient_reg_no if shown else None,
        practitioners=[_practitioner(person) for person in row.practitioners] if shown else None,
        source=row.source,
        verified_on=row.verified_on,
        unconfirmed=_unconfirmed(row.verified_on, row.country),
        fact_sources=_fact_sources(row, shown=shown),
        reasons=reasons,
    )


def _understand(asked: ClinicsParameters) -> _Understood:
    """Read the words. A parameter says more than the words of q; what is ambiguous is asked, never picked."""
    point = asked.point
    box = one_box.parse(asked.q, "" if point else asked.near, asked.market, current_language())
    treatment = asked.treatment or box.treatment.slug
    choices = () if treatment else box.treatment.choices
    place, why_not, no_place = None, bool(choices), "not_asked"
    did_you_mean: tuple[gazetteer.Place, ...] = ()
    if point:
        no_place = "point_given"
        if country_at(point) is None:
            why_not, no_place = True, "outside"
    elif box.place is not None:
        place, did_you_mean = box.place.best, box.place.did_you_mean
        if box.place.intent != "place":
            place, why_not, no_place = None, True, "needs_device_location"
        elif box.place.outside:
            place, why_not, no_place = None, True, "outside"
        elif box.place.ambiguous:
            place, why_not, no_place, did_you_mean = None, True, "ambiguous", box.place.matches
        elif place is None:
            why_not, no_place = True, "not_found"
    return _Understood(
        place,
        point or (place.point if place else None),
        treatment,
        choices,
        box.treatment.suggestions,
        did_you_mean,
        box.words,
        no_place,
        why_not,
    )


def _find(asked: ClinicsParameters, understood: _Understood, words: str, radius: int | None) -> ClinicResults:
    try:
        return find_clinics(
            understood.point,
            radius,
            understood.treatment,
            asked.market,
            words,
            asked.sort,
            limit=asked.limit,
            cursor=asked.cursor,
            box=asked.box,
            now=utc_now(),
        )
    except InvalidCursor:
        raise UnusableParameter("cursor", "not a cursor that an answer gave") from None


def _nothing(understood: _Understood) -> Clinics:
    """The answer where something has to be asked first."""
    shown: list[Place] = places([understood.place] if understood.place else [])
    return Clinics(
        place=shown[0] if shown else None,
        treatment=understood.treatment,
        treatment_choices=list(understood.choices),
        did_you_mean=places(understood.did_you_mean),
        ignored_words=None,
        ordered_by=Sort.NAME,
        price_order_refused=None,
        radius_m=None,
        widened_to_m=None,
        total=Total(value=0, exact=True),
        clinics=[],
        facets=Facets(treatment={}, market={}),
        next=None,
        reasons={
            "place": understood.no_place,
            "treatment": "ambiguous" if understood.choices else "not_asked",
            "ignored_words": "none",
            "radius_m": "no_place",
            "widened_to_m": "not_widened",
            "next": "no_more",
            "price_order_refused": "not_refused",
        },
    )


def _clinic(found: FoundClinic, names: Names, *, with_place: bool) -> Clinic:
    return Clinic(**_values(found, names, with_place=with_place, beside_others=True))


def _values(found: FoundClinic, names: Names, *, with_place: bool, beside_others: bool) -> dict[str, Any]:
    row = found.clinic
    policy = market_policy(row.country)
    shows_offers = policy.shows_offers(row.authority)
    reasons = {
        "distance_m": "place_not_exact" if with_place else "no_place",
        "session_total": "not_ordered_by_price",
    }
    if not shows_offers:
        reasons["offers"] = "not_authorised"
    if row.lat is None:
        reasons |= dict.fromkeys(
            ("lat", "lng", "precision", "area"), "no_address" if not row.address else "not_found"
        )
    return {
        "slug": row.slug,
        "name": clinic_name(row),
        "market": row.country,
        "authority": row.authority,
        "accepts_enquiries": policy.may_enquire(row, today_in(row.country, utc_now())),
        "sample": row.sample,
        "area": localised(row, "area") or None,
        "address": row.address,
        "lat": row.lat,
        "lng": row.lng,
        "precision": row.precision,
        "distance_m": round(found.distance_m) if found.distance_m is not None else None,
        "session_total": Money.of(found.price),
        "offers": [offer(each, row, names, beside_others=beside_others) for each in found.offers]
        if shows_offers
        else [],
        "reasons": reasons,
    }


def _unconfirmed(confirmed_on: date | None, country: str) -> bool:
    return is_stale(confirmed_on, today_in(country, utc_now()), current_settings().listing_age_days)


def _fact_sources(row: models.Clinic, *, shown: bool) -> dict[str, FactSource]:
    """Of the facts that may be shown. Who confirmed one is a person's name, and not told."""
    return {
        field: FactSource(
            origin=told.origin,
            source=told.source,
            seen_on=told.seen_on,
            confirmed_on=told.confirmed_on,
            unconfirmed=_unconfirmed(told.confirmed_on, row.country),
        )
        for field, told in moderation.fact_sources(row).items()
        if told.is_own and (shown or field not in _DETAILS)
    }


def _practitioner(row: models.Practitioner) -> Practitioner:
    own = None
    if row.origin and row.source and row.seen_on:
        own = FactSource(
            origin=row.origin,
            source=row.source,
            seen_on=row.seen_on,
            confirmed_on=row.confirmed_on,
            unconfirmed=_unconfirmed(row.confirmed_on, row.clinic.country),
        )
    return Practitioner(
        name=row.name,
        name_local=row.name_local,
        registration_no=row.registration_no,
        register_url=row.register_url,
        checked_on=row.checked_on,
        languages=_tags(row.languages),
        fact_source=own,
        reasons={"fact_source": "as_the_listing"},
    )


def _tags(joined: str | None) -> list[str] | None:
    return [tag.strip() for tag in (joined or "").split(";") if tag.strip()] or None
