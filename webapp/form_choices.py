"""The options of a select box from codes and their words."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types


def choices(words: Mapping[Any, Any] | Iterable[tuple[str, Any]], first: Any | None = None) -> list[Any]:
    """Options in the order of `words` (code → label, or pairs); `first` is the label of an empty one before them."""
    pairs = words.items() if isinstance(words, Mapping) else words
    empty = [] if first is None else [SelectChoice("", first)]
    return [*empty, *(SelectChoice(code, label) for code, label in pairs)]
