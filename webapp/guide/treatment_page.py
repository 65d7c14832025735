"""A treatment's page in the reader's language: what the domain arranged, with words, marks and sources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.domain import facts as domain
from webapp.domain.facts import BRAND_TOPICS, AnswerPart, ComparisonTable, TreatmentPage
from webapp.guide.labels import DOWNTIME, GROUPS, ROWS
from webapp.i18n import LANGUAGES, current_language
from webapp.treatments.documents import Said, SourceEntry, entries, numbered, said
from webapp.treatments.models import Fact
from webapp.treatments.queries import as_domain

_NO_SOURCE_ROW = "what_no_source_says"


@dataclass(frozen=True, slots=True)
class Block:
    """One statement, or several that contradict each other and stand side by side."""

    said: list[Said]

    @property
    def contradicts(self) -> bool:
        return len(self.said) > 1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a row; `label` is set where a row has several. No blocks: no source says."""

    label: str | None
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the answer, with the documents behind it in the order of their numbers."""

    key: str
    label: str
    parts: list[Part]
    sources: list[SourceEntry]


@dataclass(frozen=True, slots=True)
class Group:
    """Further facts under one heading."""

    key: str
    label: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that is not true, and why."""

    said: Said
    reasons: list[Said]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything below the title. `rows` is empty where the documents say nothing of the treatment but `unsaid`."""

    rows: list[Row]
    unsaid: list[Block]
    groups: list[Group]
    claims: list[Claim]
    missing_lists: list[Said]
    comparison: ComparisonTable | None
    comparison_sources: list[SourceEntry]
    sources: list[SourceEntry]


def build(rows: Sequence[Fact], treatment_slug: str, *, brands: bool) -> Page:
    """The page of one treatment's facts. `brands` False leaves out the topics that may name a brand."""
    return _Builder(rows, treatment_slug, brands=brands).page()


class _Builder:
    def __init__(self, rows: Sequence[Fact], treatment_slug: str, *, brands: bool) -> None:
        self._tag = LANGUAGES[current_language()][0]
        facts = [as_domain(row, treatment_slug) for row in rows if brands or row.topic not in BRAND_TOPICS]
        self._arranged: TreatmentPage = domain.arrange(facts)
        stored = {source.key: source for row in rows for source in row.sources}
        self._sources = numbered(self._arranged.facts(), stored.values())

    def page(self) -> Page:
        arranged = self._arranged
        answered = any(row.facts for row in arranged.rows if row.key != _NO_SOURCE_ROW)
        unsaid = next(row for row in arranged.rows if row.key == _NO_SOURCE_ROW)
        comparison = domain.comparison_table(arranged.comparison, self._tag) if arranged.comparison else None
        return Page(
            rows=[self._row(row) for row in arranged.rows] if answered else [],
            unsaid=[] if answered else self._blocks(unsaid.facts),
            groups=[
                Group(group.key, str(GROUPS[group.key]), self._blocks(group.facts))
                for group in arranged.groups
            ],
            claims=[
                Claim(self._said(checked.claim), [self._said(reason) for reason in checked.reasons])
                for checked in arranged.claims
            ],
            missing_lists=[self._said(fact) for fact in arranged.missing_lists],
            comparison=comparison,
            comparison_sources=self._entries(comparison.sources) if comparison else [],
            sources=list(self._sources.values()),
        )

    def _row(self, row: domain.AnswerRow) -> Row:
        return Row(
            key=row.key,
            label=str(ROWS[row.key]),
            parts=[self._part(part, several=len(row.parts) > 1) for part in row.parts],
            sources=self._entries(
                key
                for fact in row.facts
                for shown in (fact, *self._arranged.against(fact))
                for key in shown.sources
            ),
        )

    def _part(self, part: AnswerPart, *, several: bool) -> Part:
        return Part(str(DOWNTIME[part.key]) if several else None, self._blocks(part.facts))

    def _blocks(self, facts: Iterable[domain.Fact]) -> list[Block]:
        """The facts in their order; one that others contradict, here or elsewhere on the page, takes them along."""
        blocks: list[Block] = []
        shown: set[str] = set()
        for fact in facts:
            if fact.id in shown:
                continue
            together = (fact, *self._arranged.against(fact))
            shown.update(other.id for other in together)
            blocks.append(Block([self._said(other) for other in together]))
        return blocks

    def _said(self, fact: domain.Fact) -> Said:
        return said(fact, self._sources)

    def _entries(self, keys: Iterable[str]) -> list[SourceEntry]:
        return entries(keys, self._sources)
