"""What the form's select boxes offer, written once: forty treatments in each of five rows are two hundred lines."""

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup


def option_list(options: Sequence[tuple[str, str]], chosen: str | None) -> Markup:
    """The `<option>` lines of (code, words), the chosen one selected."""
    lines = _lines(tuple(options))
    return Markup("").join(selected if code == chosen else plain for code, plain, selected in lines)


@lru_cache(maxsize=32)
def _lines(options: tuple[tuple[str, str], ...]) -> tuple[tuple[str, Markup, Markup], ...]:
    """Each code with its line, plain and selected. The words are a language's, so each language has its own."""
    return tuple(
        (
            code,
            Markup('<option value="{}">{}</option>').format(code, words),
            Markup('<option value="{}" selected>{}</option>').format(code, words),
        )
        for code, words in options
    )
