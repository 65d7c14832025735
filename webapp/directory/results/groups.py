"""The clinics that answer a search: one list, or where two places were named a group around each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.directory.cards import ClinicCard, Names, clinic_card
from webapp.directory.labels import PRICE_ORDER_REFUSED, radius_words
from webapp.directory.results.places import Change, UnderstoodPlace
from webapp.directory.results.understanding import Understood, treatment_choice
from webapp.domain.geo import Point
from webapp.i18n import format_distance, utc_now
from webapp.search import one_box
from webapp.search.queries import ClinicResults, InvalidCursor, Sort, find_clinics
from webapp.search.two_places import Around, find_around_two
from webapp.treatments import queries as treatments

# Of cards, so that a page stays under 60 KB; of each group where there are two.
PAGE, PAGE_OF_TWO = 20, 10


@dataclass(frozen=True, slots=True)
class Group:
    """Clinics around one place, or all of them where none was named.

    `heading` counts them, `notes` say what the reader should know first, `unplaced` is about the clinics at the end
    whose place is not exact; empty where there are none. `next` is what changes in the query for the next page.
    `alone`: the page has no other group.
    """

    place: UnderstoodPlace | None
    heading: str
    unplaced: str
    notes: list[str]
    cards: list[ClinicCard]
    found: ClinicResults
    next: Change | None
    alone: bool

    @property
    def id(self) -> str:
        return f"clinics-{self.place.box}" if self.place else "clinics"


@dataclass(frozen=True, slots=True)
class Results:
    """The page: `heading` is its title, `order` says how each group is ordered, `notes` are about all of them."""

    heading: str
    order: Sort
    notes: list[str]
    groups: list[Group]

    @property
    def cards(self) -> list[ClinicCard]:
        return [card for group in self.groups for card in group.cards]


def find(understood: Understood, names: Names) -> tuple[Understood, Results]:
    """The clinics for what was understood. Words that no clinic's name holds are set aside, and said."""
    found = _search(understood)
    if understood.words and not any(answer.total for answer in found):
        alike = (
            one_box.families_alike(understood.words, treatments.names()) if not understood.treatment else ()
        )
        understood = replace(
            understood,
            words="",
            unknown_words=understood.words,
            choices=[treatment_choice(names[slug]) for slug in alike if slug in names],
        )
        found = _search(understood)
    groups = [_group(understood, number, found, names) for number in range(len(found))]
    # A group without clinics has nothing to order.
    ordered = next((answer for answer in found if answer.total), found[0])
    return understood, Results(
        heading=_heading_of_all(groups),
        order=ordered.ordered_by,
        notes=_notes_of_all(understood, ordered),
        groups=groups,
    )


def _search(understood: Understood) -> Sequence[ClinicResults]:
    """An answer for each place, or the one answer without a place."""
    query = understood.query
    treatment = understood.treatment.slug if understood.treatment else None
    around = [
        Around(place.point, place.radius_m, _cursor(understood, place))
        for place in understood.places
        if place.point and place.radius_m
    ]
    if len(around) == 2:
        first, second = around
        return find_around_two(
            first, second, treatment, understood.words, query.sort, PAGE_OF_TWO, query.box, now=utc_now()
        )
    point: Point | None = around[0].point if around else None
    radius = around[0].radius_m if around else None

    def ask(cursor: str | None) -> ClinicResults:
        return find_clinics(
            point,
            radius,
            treatment,
            query.market,
            understood.words,
            query.sort,
            limit=PAGE,
            cursor=cursor,
            box=query.box,
            now=utc_now(),
        )

    try:
        return [ask(around[0].cursor if around else query.near.cursor)]
    except InvalidCursor:
        return [ask(None)]


def _cursor(understood: Understood, place: UnderstoodPlace) -> str | None:
    query = understood.query
    return next(box.cursor for box in (query.near, query.also) if box.box is place.box)


def _group(understood: Understood, number: int, all_found: Sequence[ClinicResults], names: Names) -> Group:
    found = all_found[number]
    place = understood.places[number] if understood.places else None
    other = understood.places[1 - number].name if len(all_found) > 1 else ""
    return Group(
        place=place,
        heading=_heading(place, found, other),
        unplaced=_unplaced(found),
        notes=_notes(found, other),
        cards=[clinic_card(row, understood.treatment, names) for row in found.rows],
        found=found,
        next=_next(understood, place, found),
        alone=not other,
    )


def _next(understood: Understood, place: UnderstoodPlace | None, found: ClinicResults) -> Change | None:
    """The next page of one group leaves the other group on the page where it is."""
    if found.next is None:
        return None
    cursors = {known.box.field("cursor"): _cursor(understood, known) for known in understood.places}
    return {**cursors, (place.box.field("cursor") if place else "cursor"): found.next}


def _heading_of_all(groups: Sequence[Group]) -> str:
    names = [group.place.name for group in groups if group.place]
    if len(names) < 2:
        return groups[0].heading
    return _("Clinics near %(place)s and near %(other)s", place=names[0], other=names[1])


def _heading(place: UnderstoodPlace | None, found: ClinicResults, other: str) -> str:
    placed = found.total - found.unplaced
    if place is None or place.radius_m is None:
        return ngettext("%(num)s clinic", "%(num)s clinics", found.total)
    radius = radius_words(place.radius_m).replace(" ", "\u00a0")
    if not placed and found.elsewhere and not found.widened_to_m:
        return _(
            "Each clinic within %(radius)s of %(place)s is nearer to %(other)s",
            radius=radius,
            place=place.name,
            other=other,
        )
    if found.widened_to_m or not placed:
        return _("No clinic within %(radius)s of %(place)s", radius=radius, place=place.name)
    return ngettext(
        "%(num)s clinic within %(radius)s of %(place)s",
        "%(num)s clinics within %(radius)s of %(place)s",
        placed,
        radius=radius,
        place=place.name,
    )


def _unplaced(found: ClinicResults) -> str:
    if not found.unplaced:
        return ""
    return ngettext(
        "and %(num)s clinic whose exact place we do not know, at the end",
        "and %(num)s clinics whose exact place we do not know, at the end",
        found.unplaced,
    )


def _notes_of_all(understood: Understood, found: ClinicResults) -> list[str]:
    notes = []
    if understood.same_place:
        notes.append(_("Both boxes name the same place, so it stands here once."))
    if understood.unknown_words:
        notes.append(
            _("We know no treatment and no clinic called “%(words)s”.", words=understood.unknown_words)
        )
    if found.price_refused:
        notes.append(str(PRICE_ORDER_REFUSED[found.price_refused]))
    return notes


def _notes(found: ClinicResults, other: str) -> list[str]:
    notes = []
    if found.widened_to_m and found.total:
        notes.append(
            ngettext(
                "The nearest %(num)s is shown, %(distance)s away.",
                "The nearest %(num)s are shown, up to %(distance)s away.",
                found.total,
                distance=format_distance(found.widened_to_m),
            )
        )
    if found.elsewhere and found.widened_to_m:
        notes.append(
            ngettext(
                "%(num)s clinic that is as near stands under %(place)s.",
                "%(num)s clinics that are as near stand under %(place)s.",
                found.elsewhere,
                place=other,
            )
        )
    elif found.elsewhere:
        notes.append(
            ngettext(
                "%(num)s more clinic within this distance is nearer to %(place)s and stands there.",
                "%(num)s more clinics within this distance are nearer to %(place)s and stand there.",
                found.elsewhere,
                place=other,
            )
        )
    return notes
