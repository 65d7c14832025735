"""/api/v1/treatments: the catalogue, and each treatment's facts with their sources, contradictions kept apart."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort

from webapp.access import Audience, open_to
from webapp.api.v1.operation import operation
from webapp.api.v1.parameters import Parameters
from webapp.api.v1.schemas import (
    CheckedClaim,
    Fact,
    FactPart,
    FactRow,
    FactTopic,
    Source,
    Treatment,
    TreatmentDetail,
    Treatments,
)
from webapp.domain import facts as domain
from webapp.domain.facts import BRAND_TOPICS
from webapp.domain.units import number_text
from webapp.guide.names import is_public, local_names, public_name
from webapp.i18n import LANGUAGES, current_language, localised
from webapp.treatments import models
from webapp.treatments import queries as treatments

blueprint = Blueprint("treatments", __name__)


@blueprint.get("/treatments")
@operation("All treatments", Parameters, Treatments)
@open_to(Audience.ANYONE)
def catalogue(_asked: Parameters) -> Treatments:
    return Treatments(treatments=[Treatment(**_values(row)) for row in treatments.everything()])


@blueprint.get("/treatments/<slug>")
@operation("One treatment with its facts", Parameters, TreatmentDetail, not_found="treatment")
@open_to(Audience.ANYONE)
def detail(_asked: Parameters, slug: str) -> TreatmentDetail:
    row = treatments.by_slug(slug)
    if row is None:
        abort(404)
    stored = treatments.facts_of(row)
    brands = is_public(row)
    page = domain.arrange(
        treatments.as_domain(fact, row.slug) for fact in stored if brands or fact.topic not in BRAND_TOPICS
    )
    used = {key for fact in page.facts() for key in fact.sources}
    sources = {source.key: source for fact in stored for source in fact.sources if source.key in used}

    def said(facts: Sequence[domain.Fact]) -> list[Fact]:
        return [_fact(fact, page) for fact in facts]

    return TreatmentDetail(
        **_values(row),
        answer=[
            FactRow(
                key=line.key,
                parts=[
                    FactPart(key=part.key, facts=said(part.facts), disagrees=part.disagrees)
                    for part in line.parts
                ],
            )
            for line in page.rows
        ],
        topics=[FactTopic(key=group.key, facts=said(group.facts)) for group in page.groups],
        claims_checked=[
            CheckedClaim(claim=_fact(checked.claim, page), why=said(checked.reasons))
            for checked in page.claims
        ],
        missing_lists=said(page.missing_lists),
        comparison=said(page.comparison),
        sources=[_source(source) for source in sources.values()],
    )


def _values(row: models.Treatment) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "kind": row.kind,
        "name": public_name(row),
        "generic": localised(row, "generic"),
        "local_names": {local.tag: local.name for local in local_names(row)},
        "summary": localised(row, "summary"),
        "usual_quantity": number_text(row.usual_quantity) if row.usual_quantity is not None else None,
        "usual_unit": row.usual_unit,
        "injectable": row.injectable,
    }


def _fact(fact: domain.Fact, page: domain.TreatmentPage) -> Fact:
    return Fact(
        id=fact.id,
        topic=fact.topic,
        status=fact.status,
        statement=fact.statement.in_language(LANGUAGES[current_language()][0]),
        sources=list(fact.sources),
        value=fact.normalised,
        contradicts=[other.id for other in page.against(fact)],
    )


def _source(row: models.Source) -> Source:
    return Source(
        key=row.key,
        title=localised(row, "title"),
        publisher=row.publisher,
        kind=row.kind,
        language=row.language,
        published_on=row.published_on,
        url=row.url,
        note=localised(row, "note"),
    )
