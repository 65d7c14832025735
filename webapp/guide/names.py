"""What a page of the guide may call a treatment. It speaks to both markets, so the stricter one decides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.domain.market import Country
from webapp.i18n import LANGUAGES, current_language, localised
from webapp.settings import market_policy
from webapp.treatments.models import Treatment


@dataclass(frozen=True, slots=True)
class LocalName:
    """A name in another language; `tag` is its BCP 47 tag."""

    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A treatment on the list."""

    slug: str
    kind: str
    name: str
    local_names: list[LocalName]
    summary: str


def is_public(treatment: Treatment) -> bool:
    """May the product's own name stand on a page that both markets read?"""
    return all(market_policy(country).name_is_public(treatment) for country in Country)


def public_name(treatment: Treatment) -> str:
    """The name in the reader's language, or its generic class where the name may not be public."""
    return localised(treatment, "name" if is_public(treatment) else "generic")


def local_names(treatment: Treatment) -> list[LocalName]:
    """The names in the other languages, each once; none where the name may not be public."""
    if not is_public(treatment):
        return []
    names = {
        "en": treatment.name_en,
        "zh-Hans": treatment.name_zh_hans,
        "zh-Hant": treatment.name_zh_hant,
        "ko": treatment.name_ko,
    }
    own = LANGUAGES[current_language()][0]
    shown = public_name(treatment)
    found: dict[str, str] = {}
    for tag, name in names.items():
        if name and tag != own and name != shown:
            found.setdefault(name, tag)
    return [LocalName(tag, name) for name, tag in found.items()]


def entries(treatments: Sequence[Treatment]) -> list[Entry]:
    """The list of treatments. Several products of one generic class are told apart by a number."""
    names = [public_name(row) for row in treatments]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    seen: Counter[str] = Counter()
    found = []
    for row, name in zip(treatments, names, strict=True):
        if name in repeated:
            seen[name] += 1
            name = _("%(name)s, product %(number)s", name=name, number=seen[name])
        found.append(Entry(row.slug, row.kind, name, local_names(row), localised(row, "summary")))
    return found
