"""Reads of the treatments room."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import selectinload

from webapp.domain import facts as domain
from webapp.domain.units import Quantity, Unit
from webapp.extensions import db
from webapp.i18n import localised
from webapp.settings import market_policy
from webapp.treatments.models import Fact, FactSource, Source, Treatment, TreatmentName

# As columns, a row per source: rows of the mapper take several times as long, and a comparison shows none of them.
_FIGURES = (
    select(
        Fact.key, Fact.topic, Fact.status, Fact.statement_en, Fact.statement_zh, Fact.statement_ko, Fact.normalised,
        Fact.conflict, Fact.note, Treatment.slug, Source.key.label("source"),
    )
    .join(Fact.treatment)
    .outerjoin(FactSource, FactSource.fact_id == Fact.id)
    .outerjoin(Source, Source.id == FactSource.source_id)
    .order_by(Fact.position, Fact.id, Source.key)
)  # fmt: skip


def family(slug: str) -> str:
    """The maker's name that variants share: rejuran_healer, rejuran_eye."""
    return slug.partition("_")[0]


def usual_quantity(treatment: Treatment) -> Quantity | None:
    """How the catalogue says it is usually quoted; None where no source says."""
    if treatment.usual_quantity is None or not treatment.usual_unit:
        return None
    return Quantity(treatment.usual_quantity, Unit(treatment.usual_unit))


def by_slug(slug: str) -> Treatment | None:
    return db.session.scalar(select(Treatment).where(Treatment.slug == slug))


def by_ids(ids: Sequence[int]) -> dict[int, Treatment]:
    return {row.id: row for row in db.session.scalars(select(Treatment).where(Treatment.id.in_(ids)))}


def everything() -> Sequence[Treatment]:
    """All treatments in the order of the reviewed file."""
    return db.session.scalars(select(Treatment).order_by(Treatment.id)).all()


def choices() -> list[tuple[str, str]]:
    """(slug, name in the reader's language) for a select box, products before classes and devices."""
    return [(row.slug, localised(row, "name")) for row in _in_a_box(everything())]


def public_choices(
    countries: Iterable[str], rows: Sequence[Treatment] | None = None
) -> list[tuple[str, str]]:
    """The same for a page that anybody may open: the generic name where one of these markets wants it.

    Several products of one generic name are told apart by a number, as on the list of treatments.
    `rows` are `everything`, from who has them already.
    """
    rows = everything() if rows is None else rows
    policies = [market_policy(country) for country in countries]
    names = {
        row.slug: localised(row, "name" if all(each.name_is_public(row) for each in policies) else "generic")
        for row in rows
    }
    repeated = {name for name, count in Counter(names.values()).items() if count > 1}
    seen: Counter[str] = Counter()
    for slug, name in names.items():
        if name in repeated:
            seen[name] += 1
            names[slug] = _("%(name)s, product %(number)s", name=name, number=seen[name])
    return [(row.slug, names[row.slug]) for row in _in_a_box(rows)]


def _in_a_box(rows: Iterable[Treatment]) -> list[Treatment]:
    rank = {"product": 0, "class": 1, "device": 2}
    return sorted(rows, key=lambda row: (rank.get(row.kind, 3), row.id))


def names() -> list[tuple[str, str, str]]:
    """Every term people type: (term, kind, slug). An ambiguous term stands once per treatment it may mean."""
    rows = db.session.execute(
        select(TreatmentName.term, TreatmentName.kind, Treatment.slug)
        .join(TreatmentName.treatment)
        .order_by(TreatmentName.id)
    )
    return [(term, kind, slug) for term, kind, slug in rows]


def facts_of(treatment: Treatment) -> Sequence[Fact]:
    """A treatment's facts with their sources, in the order of the reviewed file."""
    return db.session.scalars(
        select(Fact)
        .where(Fact.treatment_id == treatment.id)
        .order_by(Fact.position)
        .options(selectinload(Fact.sources))
    ).all()


def as_domain(row: Fact, treatment_slug: str) -> domain.Fact:
    """A stored fact as the domain knows it; its sources in the order of their keys."""
    return _fact(row, treatment_slug, [source.key for source in row.sources])


def _fact(row: Fact | Row[*tuple[Any, ...]], treatment_slug: str, sources: Sequence[str]) -> domain.Fact:
    return domain.Fact(
        id=row.key,
        treatment=treatment_slug,
        topic=row.topic,
        status=row.status,
        statement=domain.Statement(row.statement_en, row.statement_zh, row.statement_ko),
        sources=tuple(sources),
        normalised=row.normalised,
        conflict=row.conflict,
        note=row.note,
    )


def figures_of(slugs: Sequence[str], topics: Sequence[str]) -> dict[str, list[domain.Fact]]:
    """The facts of some topics per treatment, in reviewed order; one statement, however many treatments."""
    rows = db.session.execute(_FIGURES.where(Treatment.slug.in_(slugs), Fact.topic.in_(topics)))
    found: dict[str, list[domain.Fact]] = {slug: [] for slug in slugs}
    for _key, of_one in groupby(rows, key=lambda row: row.key):
        documents = list(of_one)
        first = documents[0]
        sources = [row.source for row in documents if row.source is not None]
        found[first.slug].append(_fact(first, first.slug, sources))
    return found


def terms_of(treatment: Treatment) -> Sequence[tuple[str, str]]:
    """(BCP 47 tag, term) of the names and nicknames people use for it, without misspellings, in stored order."""
    rows = db.session.execute(
        select(TreatmentName.language, TreatmentName.term)
        .where(TreatmentName.treatment_id == treatment.id, TreatmentName.kind.in_(("name", "nickname")))
        .order_by(TreatmentName.id)
    )
    return [(language, term) for language, term in rows]


def sources() -> Sequence[Source]:
    """Every document that facts are taken from, in the order of the reviewed file."""
    return db.session.scalars(select(Source).order_by(Source.id)).all()


def source_titles() -> dict[str, str]:
    """The title of every such document in the reader's language, by its key."""
    rows = db.session.execute(select(Source.key, Source.title_en, Source.title_zh, Source.title_ko))
    return {row.key: localised(row, "title") for row in rows}
