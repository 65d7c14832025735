"""Facts about a treatment, each with its sources, and how a treatment's page arranges them.

The answer comes first, in eight rows; every other fact follows by topic. Sources that disagree stay side by
side: nothing here picks a winner or takes an average.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "zh", "ko")
STATUSES = frozenset({"stated", "one_view", "refuted", "missing_list", "unsourced"})

# The rows of the answer, in the order of the page.
ANSWER_ROWS = (
    "what_it_is",
    "sessions",
    "interval",
    "discomfort",
    "downtime",
    "what_it_cannot_do",
    "who_should_ask_first",
    "what_no_source_says",
)
# Downtime is three numbers, never one: redness, bumps and bruises go at their own pace.
DOWNTIME_PARTS = ("redness", "bumps", "bruise")

# The topics behind each row; downtime takes its facts from side_effect, part by part.
_ROW_TOPICS: Mapping[str, tuple[str, ...]] = {
    "what_it_is": ("category", "active", "source_material"),
    "sessions": ("sessions",),
    "interval": ("interval_weeks",),
    "discomfort": ("feel",),
    "what_it_cannot_do": ("does_not",),
    "who_should_ask_first": ("bruising_risk", "bruising_avoid"),
    "what_no_source_says": ("no_source",),
}
_DOWNTIME_TOPIC = "side_effect"

# Everything else by topic, in the order of the page. A topic that stands nowhere ends up under "other".
_GROUP_TOPICS: Mapping[str, tuple[str, ...]] = {
    "concerns": ("concern", "area"),
    "combinations": ("combination", "named_combo"),
    "aftercare": ("aftercare",),
    "who_it_suits": ("suits",),
    "onset": ("onset",),
    "maintenance": ("maintenance_months",),
    "steps": ("step", "total_minutes", "injection_minutes", "layer", "technique"),
    "right_after": ("downtime", _DOWNTIME_TOPIC),
    "mechanism": ("mechanism", "evidence_elsewhere"),
    "names": ("name", "popular_name_en", "popular_name_zh"),
    "named_clinics": ("clinic",),
    "about_the_sources": ("date",),
}
_GROUP_OF = {topic: group for group, topics in _GROUP_TOPICS.items() for topic in topics}
GROUPS = (*_GROUP_TOPICS, "other")

COMPARISON_TOPIC = "comparison"
CLAIM_CHECK_TOPIC = "claim_check"

# Only these may name a brand, so a market that keeps brand names off public pages can leave them out.
BRAND_TOPICS = frozenset({"name", "named_combo", COMPARISON_TOPIC})

_UNIT_OF_TOPIC: Mapping[str, str] = {
    "sessions": "session",
    "interval_weeks": "week",
    "maintenance_months": "month",
    "total_minutes": "minute",
    "injection_minutes": "minute",
}
# The minutes of a step are left out: only one of the step's sources gives them, and its statement says so.
_UNIT_OF_KEY: Mapping[str, str] = {"days": "day", "week": "week", "month": "month", "age": "year"}


class FactError(ValueError):
    """An entry of the reviewed file cannot be used; the message names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or two with the same sense in each language of the site."""

    en: str
    zh: str
    ko: str

    def in_language(self, tag: str) -> str:
        """The words for a BCP 47 tag by its first part (`zh-Hans` reads `zh`); English for any other."""
        return {"zh": self.zh, "ko": self.ko}.get(tag.replace("_", "-").partition("-")[0].lower(), self.en)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said of a treatment. `id` is `<treatment>.<topic>.<aspect>`; `sources` are keys of sources.

    `conflict` marks facts that disagree with each other, or a claim and the reason it is refuted.
    """

    id: str
    treatment: str
    topic: str
    status: str
    statement: Statement
    sources: tuple[str, ...]
    normalised: Any = None
    conflict: str | None = None
    note: str = ""

    @property
    def aspect(self) -> str:
        """The last part of the id: which fact of its topic this is."""
        return self.id.removeprefix(f"{self.treatment}.{self.topic}.")


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included. `unit`: session, minute, day, week, month or year (of age)."""

    low: int
    high: int
    unit: str


@dataclass(frozen=True, slots=True)
class SourceRange:
    """The figure of one fact as one source gives it."""

    source: str
    range: Range
    fact: Fact


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """What one row, or one of the three parts of downtime, says. No facts: no source says."""

    key: str
    facts: tuple[Fact, ...]

    @property
    def ranges(self) -> tuple[SourceRange, ...]:
        """Every figure with its source, in the order of the facts; never merged."""
        return ranges_by_source(self.facts)

    @property
    def disagrees(self) -> bool:
        """Whether its own facts contradict each other: by a shared conflict mark, or by their figures."""
        marks = Counter(fact.conflict for fact in self.facts if fact.conflict)
        return any(count > 1 for count in marks.values()) or len({row.range for row in self.ranges}) > 1


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of the answer. Downtime has three parts, every other row one part with the row's own key."""

    key: str
    parts: tuple[AnswerPart, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for part in self.parts for fact in part.facts)


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """The facts of related topics below the answer; `key` is one of GROUPS."""

    key: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim that a source makes and that is not true, beside the reasons, each with its own sources."""

    claim: Fact
    reasons: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """Words in one language; every row is as long as `columns`, and its first cell is its head."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreatmentPage:
    """A treatment's facts as its page shows them: rows, groups, claims, missing lists, comparison.

    Each fact stands in exactly one of them; `against` leads from a fact to those that contradict it.
    """

    rows: tuple[AnswerRow, ...]
    groups: tuple[TopicGroup, ...]
    claims: tuple[CheckedClaim, ...]
    missing_lists: tuple[Fact, ...]
    comparison: tuple[Fact, ...]

    def facts(self) -> tuple[Fact, ...]:
        """Every fact on the page, once each, in the order of the page."""
        claims = [fact for checked in self.claims for fact in (checked.claim, *checked.reasons)]
        rows = [fact for row in self.rows for fact in row.facts]
        groups = [fact for group in self.groups for fact in group.facts]
        return (*rows, *groups, *claims, *self.missing_lists, *self.comparison)

    def against(self, fact: Fact) -> tuple[Fact, ...]:
        """The other facts with the same conflict mark, wherever on the page. Empty without a mark."""
        if fact.conflict is None:
            return ()
        return tuple(
            other for other in self.facts() if other.conflict == fact.conflict and other.id != fact.id
        )


def range_of(fact: Fact) -> Range | None:
    """The figure of a fact, from its `normalised` value; None when it gives none.

    Reads `{"min", "max"}` and bare numbers by the topic's unit, and `days`, `week`, `month`, `age` by their
    own name, as one number or a pair. Raises FactError when low exceeds high or a bound is no whole number.
    """
    value = fact.normalised
    bounds: Any = None
    unit = _UNIT_OF_TOPIC.get(fact.topic)
    if isinstance(value, Mapping):
        if "min" in value and "max" in value:
            bounds = (value["min"], value["max"])
        else:
            key = next((key for key in _UNIT_OF_KEY if key in value), None)
            if key is not None:
                bounds, unit = value[key], _UNIT_OF_KEY[key]
    elif _whole(value):
        bounds = value
    if bounds is None or unit is None:
        return None
    pair = tuple(bounds) if isinstance(bounds, (list, tuple)) else (bounds, bounds)
    if len(pair) != 2 or not all(map(_whole, pair)) or pair[0] > pair[1]:
        raise FactError(f"{fact.id}: {value!r} is not a range of whole numbers")
    return Range(pair[0], pair[1], unit)


def ranges_by_source(facts: Iterable[Fact]) -> tuple[SourceRange, ...]:
    """Every figure of the facts, one entry per source that gives it, in the order of the facts."""
    return tuple(
        SourceRange(source, found, fact)
        for fact in facts
        if (found := range_of(fact)) is not None
        for source in fact.sources
    )


def arrange(facts: Iterable[Fact]) -> TreatmentPage:
    """The page of one treatment from all its facts, in their reviewed order; no fact is dropped.

    All eight rows are always there, so that an unanswered one can say so. Empty groups are left out. A
    refuted claim stands only among `claims`. Raises FactError for facts of several treatments or an id given
    twice.
    """
    everything = tuple(facts)
    if len({fact.treatment for fact in everything}) > 1:
        raise FactError("A page holds the facts of one treatment")
    repeated = sorted(id_ for id_, count in Counter(fact.id for fact in everything).items() if count > 1)
    if repeated:
        raise FactError(f"Ids given more than once: {', '.join(repeated)}")

    rest = list(everything)

    def take(wanted: Callable[[Fact], bool]) -> tuple[Fact, ...]:
        taken = tuple(fact for fact in rest if wanted(fact))
        rest[:] = [fact for fact in rest if not wanted(fact)]
        return taken

    refuted = take(lambda fact: fact.status == "refuted")
    reasons = take(
        lambda fact: (
            fact.topic == CLAIM_CHECK_TOPIC and fact.conflict in {claim.conflict for claim in refuted}
        )
    )
    claims = tuple(
        CheckedClaim(claim, tuple(reason for reason in reasons if reason.conflict == claim.conflict))
        for claim in refuted
    )
    missing_lists = take(lambda fact: fact.status == "missing_list")
    comparison = take(lambda fact: fact.topic == COMPARISON_TOPIC)

    rows = []
    for key in ANSWER_ROWS:
        if key == "downtime":
            parts = tuple(AnswerPart(name, take(_is_downtime_of(name))) for name in DOWNTIME_PARTS)
        else:
            parts = (AnswerPart(key, take(_has_topic(_ROW_TOPICS[key]))),)
        rows.append(AnswerRow(key, parts))

    groups = []
    for key in GROUPS:
        members = [fact for fact in rest if _GROUP_OF.get(fact.topic, "other") == key]
        topics = _GROUP_TOPICS.get(key, ())
        members.sort(
            key=lambda fact: (topics.index(fact.topic) if fact.topic in topics else 0, _step_order(fact))
        )
        if members:
            groups.append(TopicGroup(key, tuple(members)))

    return TreatmentPage(tuple(rows), tuple(groups), claims, missing_lists, comparison)


def comparison_table(facts: Sequence[Fact], tag: str) -> ComparisonTable:
    """The comparison's rows as a table in the language of a BCP 47 tag; the head column has an empty title.

    A statement reads `head — column: cell; column: cell` (full-width colon and semicolon in Chinese). Raises
    FactError when one does not, or when the rows name different columns.
    """
    columns: tuple[str, ...] | None = None
    rows: list[tuple[str, ...]] = []
    for fact in facts:
        head, dash, body = fact.statement.in_language(tag).partition(" — ")
        pairs = [re.split(r"\s*[:：]\s*", cell, maxsplit=1) for cell in re.split(r"\s*[;；]\s*", body)]
        if not (head and dash) or any(len(pair) != 2 or not all(pair) for pair in pairs):
            raise FactError(f"{fact.id}: not a row of a comparison in {tag!r}")
        titles = ("", *(title for title, _ in pairs))
        if columns is not None and titles != columns:
            raise FactError(f"{fact.id}: other columns than the rows before it in {tag!r}")
        columns = titles
        rows.append((head, *(cell for _, cell in pairs)))
    sources = tuple(dict.fromkeys(source for fact in facts for source in fact.sources))
    return ComparisonTable(columns or (), tuple(rows), sources)


def read_fact(entry: Mapping[str, Any]) -> Fact:
    """One entry of `seed/reference/facts.json`. Raises FactError with the entry's id and the reason."""
    name = entry.get("id") or "an entry without id"
    missing = [
        key for key in ("id", "treatment", "topic", "status", "statement", "sources") if key not in entry
    ]
    if missing:
        raise FactError(f"{name}: missing {', '.join(missing)}")
    if not str(entry["id"]).startswith(f"{entry['treatment']}.{entry['topic']}."):
        raise FactError(f"{name}: an id is <treatment>.<topic>.<aspect>")
    if entry["status"] not in STATUSES:
        raise FactError(f"{name}: unknown status {entry['status']!r}")
    words = entry["statement"]
    if set(words) != set(LANGUAGES) or not all(str(words[language]).strip() for language in LANGUAGES):
        raise FactError(f"{name}: a statement has words in each of {', '.join(LANGUAGES)}")
    if bool(entry["sources"]) == (entry["status"] == "unsourced"):
        raise FactError(f"{name}: a fact has sources, unless it says that no source does")
    fact = Fact(
        id=entry["id"],
        treatment=entry["treatment"],
        topic=entry["topic"],
        status=entry["status"],
        statement=Statement(en=words["en"], zh=words["zh"], ko=words["ko"]),
        sources=tuple(entry["sources"]),
        normalised=entry.get("normalised"),
        conflict=entry.get("conflict"),
        note=entry.get("note") or "",
    )
    range_of(fact)
    return fact


def read_facts(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """All entries of `seed/reference/facts.json`: its three lists in their order, of every treatment.

    Raises FactError for the first entry that cannot be used, for an unknown list, or for an id given twice.
    """
    lists = ("facts", "outside_facts", "no_source_says")
    if set(document) != set(lists):
        raise FactError(f"The file holds {', '.join(lists)} and nothing else")
    facts = tuple(read_fact(entry) for name in lists for entry in document[name])
    repeated = sorted(id_ for id_, count in Counter(fact.id for fact in facts).items() if count > 1)
    if repeated:
        raise FactError(f"Ids given more than once: {', '.join(repeated)}")
    return facts


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _has_topic(topics: tuple[str, ...]) -> Callable[[Fact], bool]:
    return lambda fact: fact.topic in topics


def _is_downtime_of(part: str) -> Callable[[Fact], bool]:
    # `bruise` and `bruise_s2` are both of the bruise: an aspect opens with its part.
    return lambda fact: fact.topic == _DOWNTIME_TOPIC and fact.aspect.partition("_")[0] == part


def _step_order(fact: Fact) -> int:
    """Steps of a visit stand in their own order; any other fact keeps the order of the reviewed file."""
    if fact.topic == "step" and isinstance(fact.normalised, Mapping) and _whole(fact.normalised.get("order")):
        return int(fact.normalised["order"])
    return 0
