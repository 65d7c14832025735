"""The boxes that came ticked: whose clinic is not there any more, and beside which other words stand by now."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _

from webapp.clinics.models import Clinic
from webapp.enquiries import consent

# The field, as often as there are texts on the page, that carries their marks (consent.mark).
WORDS = "words"
_IN_GENERAL = frozenset({consent.HEALTH, consent.ABROAD})
# What a box that is not ticked may say, where a program sends it all the same (wtforms.BooleanField).
_EMPTY = frozenset({"", "false"})
_MORE_THAN_ANYBODY_TICKS = 50


def slugs() -> list[str]:
    """Of the clinics whose boxes came ticked, in their order."""
    names = [name for name, value in request.form.items() if value not in _EMPTY]
    return [
        name.removeprefix(consent.BOX)
        for name in names
        if name.startswith(consent.BOX) and name not in _IN_GENERAL
    ][:_MORE_THAN_ANYBODY_TICKS]


def gone(offered: Collection[str], refused: Sequence[tuple[Clinic, str]]) -> list[str]:
    """A sentence for each clinic that was ticked and is not among those that are `offered` (slugs) by now.

    `refused` are those that may be named, each with the reason; of the others it is said that they have left.
    """
    missing = [slug for slug in slugs() if slug not in offered]
    reasons = {clinic.slug: f"{clinic.name}: {reason}" for clinic, reason in refused}
    told = [reasons[slug] for slug in missing if slug in reasons]
    if len(told) < len(missing):
        told.append(_("A clinic that you ticked has left, so it cannot be asked any more."))
    return told


def has_read(text: str) -> bool:
    """Did these words stand on the page that she sent? A page that does not say what stood on it tells of none."""
    return consent.mark(text) in request.form.getlist(WORDS)


def untick_changed(form: Any, words: Mapping[str, str]) -> list[str]:
    """Empty the boxes beside which other words stand now than on the page that she read, and say so once.

    `words` are those of now, as consent.shown gives them.
    """
    changed = [
        form[name] for name, text in words.items() if name in form and form[name].data and not has_read(text)
    ]
    for box in changed:
        box.data = False
    if not changed:
        return []
    return [_("The words beside some boxes changed. Please read them once more, and tick the boxes again.")]
