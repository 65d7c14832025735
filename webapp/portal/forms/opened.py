"""What a form showed when it was opened, so that two colleagues who edit at once lose nothing of either's.

What only one of the two touched is taken from her; what both changed to different words is asked once more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField


@dataclass(frozen=True, slots=True)
class Merged:
    """`values`: to be written. `kept`: what a colleague changed meanwhile and she did not touch. `conflicts`: what
    both changed."""

    values: dict[str, Any]
    kept: tuple[str, ...]
    conflicts: tuple[str, ...]


class OpenedForm(FlaskForm):
    """A form that knows the values it was opened with."""

    opened = HiddenField()

    def remember(self, shown: Mapping[str, Any]) -> None:
        """Keep in the page what it shows now; after a conflict the next save then writes over it."""
        self.opened.data = json.dumps({name: _plain(value) for name, value in shown.items()})

    def merge(self, typed: Mapping[str, Any], current: Mapping[str, Any]) -> Merged:
        """Compare what was typed with what the form showed and with what is stored now, by column."""
        was = self._was()
        values: dict[str, Any] = {}
        kept: list[str] = []
        conflicts: list[str] = []
        for name, value in typed.items():
            new, stored = _plain(value), _plain(current.get(name))
            if new == stored:
                continue
            # A form without its memory (sent by a program) may have been opened at any time.
            if name not in was:
                conflicts.append(name)
            elif new == was[name]:
                kept.append(name)
            elif stored == was[name]:
                values[name] = value
            else:
                conflicts.append(name)
        return Merged(values, tuple(kept), tuple(conflicts))

    def _was(self) -> dict[str, Any]:
        try:
            was = json.loads(self.opened.data or "")
        except (ValueError, RecursionError):
            return {}
        return was if isinstance(was, dict) else {}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def conflict_words(label: str, stored: str | None) -> str:
    """What is said beside a field that a colleague changed since the form was opened."""
    if stored:
        return _(
            "A colleague saved “%(stored)s” here while you were typing. Save again to replace it.",
            stored=stored,
        )
    return _(
        "A colleague emptied “%(label)s” while you were typing. Save again to replace that.", label=label
    )
