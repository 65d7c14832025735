"""A treatment's page in the reader's language: what the domain arranged, with words, marks and sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from webapp.domain import facts as domain
from webapp.domain.facts import BRAND_TOPICS, AnswerPart, ComparisonTable, TreatmentPage
from webapp.guide.labels import DOWNTIME, GROUPS, ROWS, SOURCE_KINDS
from webapp.i18n import LANGUAGES, current_language, localised
from webapp.treatments.models import Fact, Source
from webapp.treatments.queries import as_domain

_NO_SOURCE_ROW = "what_no_source_says"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A document in the list at the page's end. `number` is what its marks show."""

    number: int
    title: str
    publisher: str
    kind: str
    published_on: date | None
    url: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Said:
    """One statement with the sources that make it. `one_view`: a single clinic's opinion."""

    text: str
    sources: list[SourceEntry]
    one_view: bool


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


def listed(sources: Sequence[Source]) -> list[SourceEntry]:
    """Documents as a numbered list in the reader's language."""
    return [_source_entry(number, source) for number, source in enumerate(sources, start=1)]


class _Builder:
    def __init__(self, rows: Sequence[Fact], treatment_slug: str, *, brands: bool) -> None:
        self._tag = LANGUAGES[current_language()][0]
        facts = [as_domain(row, treatment_slug) for row in rows if brands or row.topic not in BRAND_TOPICS]
        self._arranged: TreatmentPage = domain.arrange(facts)
        stored = {source.key: source for row in rows for source in row.sources}
        used = dict.fromkeys(key for fact in self._arranged.facts() for key in fact.sources)
        self._sources: Mapping[str, SourceEntry] = {
            key: _source_entry(number, stored[key]) for number, key in enumerate(used, start=1)
        }

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
        return Said(
            fact.statement.in_language(self._tag), self._entries(fact.sources), fact.status == "one_view"
        )

    def _entries(self, keys: Iterable[str]) -> list[SourceEntry]:
        return sorted((self._sources[key] for key in set(keys)), key=lambda entry: entry.number)


def _source_entry(number: int, source: Source) -> SourceEntry:
    return SourceEntry(
        number=number,
        title=localised(source, "title"),
        publisher=source.publisher,
        kind=str(SOURCE_KINDS.get(source.kind, source.kind)),
        published_on=source.published_on,
        url=source.url,
        note=localised(source, "note"),
    )
