"""Every address that is read: each route that is open to anyone, with what the sample data gives for its parameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Flask

from webapp.access import Audience, audience_of
from webapp.i18n import LANGUAGES, language_prefix

# Routes that show nothing of a clinic or a price, with the reason.
NOT_READ = {
    "static": "files of ours, the same for every clinic and market",
    "guide.healthz": "says that the process is alive",
    "guide.readyz": "says whether work is overdue",
    "guide.metrics": "counts for the operator's monitor",
}

_SEVERAL = (
    "clinic=larch-linden-skin-clinic&clinic=whelk-periwinkle-aesthetic-clinic&clinic=quillwort-aesthetics"
    "&clinic=chameoksae-clinic&clinic=hoeyangmok-clinic"
)
_ONE_MARKET = (
    "clinic=larch-linden-skin-clinic&clinic=whelk-periwinkle-aesthetic-clinic&clinic=sorrelgate-clinic"
)
_KOREA = (
    "clinic=chameoksae-clinic&clinic=mulkkachi-clinic&clinic=yunseul-gorae-clinic&clinic=hoeyangmok-clinic"
    "&clinic=galpinamu-clinic"
)
# The oldest form of a comparison's address, and the baskets of the present one.
_BASKETS = (
    "treatment=rejuran_healer&sessions=3",
    "treatment=ha_booster_generic&sessions=1",
    "want=rejuran_healer:3x2ml&want=ha_booster_generic:1",
    "want=profhilo:2&want=juvelook_skin:3",
)

_PLANS = ("want=rejuran_healer:3x2ml&start=2026-12-01", "want=rejuran_healer:3&place=KR&start=2026-12-01")

# By address: what is asked beside the bare page.
QUERIES: dict[str, Sequence[str]] = {
    "/clinics": (
        "q=rejuran&near=Orchard",
        "q=rejuran&near=Gangnam+Station",
        "near=Novena&treatment=ha_booster_generic",
        "near=Apgujeong+Rodeo+Station&radius_m=3000",
        "treatment=rejuran_healer&market=SG&sort=price",
        "treatment=rejuran_healer&market=KR&sort=price",
        "treatment=profhilo&sort=name",
        "market=SG&sort=name",
        "market=KR&sort=name",
        "near=Orchard&also=Gangnam+Station&treatment=rejuran_healer&sort=price",
        "q=婴儿针",
        "q=Nowhere+in+particular",
        "near=Tokyo",
    ),
    "/compare": (
        *(f"{_SEVERAL}&{basket}" for basket in _BASKETS),
        *(f"{clinics}&{basket}" for clinics in (_ONE_MARKET, _KOREA) for basket in _BASKETS[1:3]),
        f"{_SEVERAL}&{_BASKETS[2]}&currency=SGD&eligibility=first_visit&sort=price",
        f"{_SEVERAL}&{_BASKETS[2]}&currency=KRW&home=SG&per_trip=600&per_night=150&nights=1",
        f"near=Orchard&also=Gangnam+Station&{_BASKETS[2]}",
    ),
    "/clinics.geojson": ("market=SG", "near=Gangnam+Station"),
    "/plan": _PLANS,
    "/plan.ics": _PLANS,
    "/enquiries/new": (_SEVERAL + "&treatment=rejuran_healer", _ONE_MARKET + "&treatment=profhilo"),
    "/api/v1/clinics": (
        "market=SG&limit=100",
        "market=KR&limit=100",
        "near=Orchard&treatment=rejuran_healer&sort=price",
        "treatment=rejuran_healer&market=KR&sort=price",
    ),
    "/api/v1/compare": (f"{_BASKETS[2]}&{_SEVERAL}", f"{_BASKETS[2]}&near=Orchard&currency=SGD"),
    "/api/v1/places": ("q=Rejuran+near+Orchard", "q=강남역"),
    "/api/v1/places/suggest": ("q=Orch",),
}
# Without one they answer that something is missing.
_NEEDS_A_QUERY = frozenset({"/api/v1/places", "/api/v1/places/suggest", "/api/v1/compare"})
# The machine-readable answers take the language as a parameter.
_LANGUAGE_BY_PARAMETER = ("api_v1.",)


@dataclass(frozen=True, slots=True)
class Address:
    """`path` with its query, as asked in `language`."""

    path: str
    language: str


def routes(app: Flask) -> dict[str, str]:
    """Endpoint → rule of every GET route that is open to anyone."""
    return {
        rule.endpoint: rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and audience_of(app, rule.endpoint) is Audience.ANYONE
    }


def addresses(app: Flask, clinics: Sequence[str], treatments: Sequence[str]) -> Iterator[Address]:
    """All of them in all languages. Raises KeyError for a route whose parameters nobody filled in here."""
    slugs = {"clinics": clinics, "treatments": treatments}
    for endpoint, rule in sorted(routes(app).items()):
        if endpoint in NOT_READ:
            continue
        if "<slug>" in rule:
            paths = [
                rule.replace("<slug>", slug) for slug in slugs[rule.removeprefix("/api/v1").split("/")[1]]
            ]
        elif "<any" in rule:
            paths = [rule.split("<any")[0] + what for what in ("claim", "never-list")]
        elif "<" in rule:
            raise KeyError(f"{rule}: what stands for its parameters?")
        else:
            paths = [rule] if rule not in _NEEDS_A_QUERY else []
        paths += [f"{rule}?{query}" for query in QUERIES.get(rule, ())]
        for path in paths:
            for code in LANGUAGES:
                if endpoint.startswith(_LANGUAGE_BY_PARAMETER):
                    yield Address(f"{path}{'&' if '?' in path else '?'}lang={code}", code)
                else:
                    yield Address(f"{language_prefix(code)}{path}", code)
