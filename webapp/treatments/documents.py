"""The documents behind the facts as a page shows them: numbered, with marks beside every statement they make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from webapp.domain.facts import Fact
from webapp.i18n import LANGUAGES, current_language, localised
from webapp.treatments.models import Source

SOURCE_KINDS = {
    "magazine": _l("magazine"),
    "clinic_article": _l("article by a clinic"),
    "interview": _l("interview"),
    "field_notes": _l("our notes"),
    "press": _l("press report"),
    "supplier": _l("supplier’s page"),
    "regulator": _l("regulator"),
    "tax_rule": _l("tax rule"),
    "law": _l("law"),
}


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


def listed(sources: Sequence[Source]) -> list[SourceEntry]:
    """Documents as a numbered list in the reader's language."""
    return [source_entry(number, source) for number, source in enumerate(sources, start=1)]


def source_entry(number: int, source: Source) -> SourceEntry:
    return SourceEntry(
        number=number,
        title=localised(source, "title"),
        publisher=source.publisher,
        kind=str(SOURCE_KINDS.get(source.kind, source.kind)),
        published_on=source.published_on,
        url=source.url,
        note=localised(source, "note"),
    )


def numbered(facts: Iterable[Fact], sources: Iterable[Source]) -> dict[str, SourceEntry]:
    """The documents that the facts of a page rest on, by key, numbered in the order in which it names them."""
    stored = {source.key: source for source in sources}
    used = dict.fromkeys(key for fact in facts for key in fact.sources)
    return {key: source_entry(number, stored[key]) for number, key in enumerate(used, start=1)}


def entries(keys: Iterable[str], documents: Mapping[str, SourceEntry]) -> list[SourceEntry]:
    """The documents of some keys, each once, in the order of their numbers."""
    return sorted((documents[key] for key in set(keys)), key=lambda entry: entry.number)


def said(fact: Fact, documents: Mapping[str, SourceEntry]) -> Said:
    """A fact's statement in the reader's language, with its marks."""
    words = fact.statement.in_language(LANGUAGES[current_language()][0])
    return Said(words, entries(fact.sources, documents), fact.status == "one_view")
