"""Addresses of Seoul: a number on a road, a lot of a dong, a building by name, or only a zone, a dong or a gu."""

from dataclasses import dataclass
from statistics import median

from webapp.domain.geo import Point, distance_m
from webapp.geocoding.addresses import buildings, korea_texts
from webapp.geocoding.addresses.districts import Districts, districts
from webapp.geocoding.addresses.korea_texts import KoreanText, Lot, RoadNumber
from webapp.geocoding.addresses.located import CONFLICT_M, Choice, Located
from webapp.geocoding.addresses.neighbours import REACH, at_number
from webapp.geocoding.addresses.points import KnownPoint, KnownPoints
from webapp.geocoding.addresses.texts import AddressText, take_apart
from webapp.geocoding.gazetteer.roads import Road
from webapp.geocoding.gazetteer.store import Gazetteer, PlaceRow

# Nine of ten numbers lie within this of where the road's line has them, in metres.
LINE_RADIUS_M = 140
# Roads of one name further apart than this are two roads, in metres.
_TWO_ROADS_M = 1_500.0
# How far beyond a dong's own radius a building of it may lie, in metres.
_AROUND_DONG_M = 600.0
# Main lot numbers that still lie in the same quarter.
_LOT_REACH = 12


@dataclass(frozen=True, slots=True)
class _Candidate:
    road: Road
    written: RoadNumber
    located: Located


def locate(gazetteer: Gazetteer, points: KnownPoints, text: AddressText) -> Located | None:
    """Where an address of Seoul lies; None when nothing of it is known."""
    places = districts(gazetteer)
    said = korea_texts.read(gazetteer, places, text)
    zone = _zone(gazetteer, text)
    found = (
        _on_road(gazetteer, points, places, said, zone)
        or _on_lot(points, places, said)
        or _building(gazetteer, points, places, said)
    )
    if found is None:
        return zone or _area(places, said)
    if zone is None:
        return found
    if distance_m(found.point, zone.point) > CONFLICT_M:
        return found.contradicted(Choice(zone.postal, "postal", zone.lat, zone.lng))
    if found.precision in ("street", "area"):
        return zone if zone.radius_m < found.radius_m else found
    return found


def stated_gu(gazetteer: Gazetteer, text: str) -> str | None:
    """The gu that an address states, in Hangul, None when it states none."""
    gu = korea_texts.read(gazetteer, districts(gazetteer), take_apart(text)).gu
    return gu.name_ko if gu else None


def names_road(gazetteer: Gazetteer, text: AddressText) -> bool:
    """Does the address name a road of Seoul with a number, spelled as it is?"""
    roads = korea_texts.read(gazetteer, districts(gazetteer), text).roads
    return any(road.main is not None and road.sure > 0.8 for road in roads)


def _zone(gazetteer: Gazetteer, text: AddressText) -> Located | None:
    for code in reversed(text.kr_postals):
        place = gazetteer.postal("KR", code, 0.7, code)
        if place is not None:
            return Located("KR", place.lat, place.lng, "postcode", 0.7, 250, "gazetteer", code, code)
    return None


def _on_road(
    gazetteer: Gazetteer, points: KnownPoints, places: Districts, said: KoreanText, zone: Located | None
) -> Located | None:
    found = [
        _Candidate(road, written, _at(points, road, written))
        for written in said.roads
        for road in gazetteer.roads(written.name)
        if road.nodes
    ]
    if not found:
        return None
    in_gu = [one for one in found if said.gu is None or one.road.gu == said.gu.name_ko]
    other_gu = not in_gu
    chosen = in_gu or found
    if len(chosen) > 1:
        chosen = _likeliest(chosen, said, zone)
    best = chosen[0]
    answer = best.located.at_most(0.97 * best.written.sure + 0.01)
    rivals = [one for one in chosen[1:] if distance_m(one.located.point, answer.point) > _TWO_ROADS_M]
    if rivals:
        answer = _with_choices(answer.at_most(0.6), rivals)
    if said.gu is not None and other_gu:
        # The number may stand just across the boundary; a road elsewhere is another address.
        middle = Point(said.gu.lat, said.gu.lng)
        if distance_m(answer.point, middle) > said.gu.radius_m + CONFLICT_M:
            return answer.contradicted(Choice(said.gu.name_ko, "gu", middle.lat, middle.lng))
        answer = answer.at_most(0.72)
    if said.dong and not any(
        distance_m(answer.point, Point(dong.lat, dong.lng)) <= dong.radius_m + CONFLICT_M
        for dong in said.dong
    ):
        dong = said.dong[0]
        return answer.contradicted(Choice(dong.name_ko, "dong", dong.lat, dong.lng))
    return answer


def _likeliest(found: list[_Candidate], said: KoreanText, zone: Located | None) -> list[_Candidate]:
    """Best first: the road that has the number, then the one near the dong or the postcode. Only equals stay."""

    def order(one: _Candidate) -> tuple[int, int]:
        has = 2 if one.written.main is None else 0
        if one.written.main is not None:
            exact = one.road.zone(one.written.main, one.written.sub)
            has = 0 if exact else 1 if one.road.zone_of_number(one.written.main) else 2
        near = 0
        if said.dong:
            near = min(
                distance_m(one.located.point, Point(dong.lat, dong.lng)) > dong.radius_m + CONFLICT_M
                for dong in said.dong
            )
        elif zone is not None:
            near = distance_m(one.located.point, zone.point) > CONFLICT_M
        return int(near), has

    ordered = sorted(found, key=order)
    return [one for one in ordered if order(one) == order(ordered[0])]


def _at(points: KnownPoints, road: Road, written: RoadNumber) -> Located:
    """The number on one road: of the operator's lists, between its points, or on the road's line."""
    label = f"{road.gu} {road.name}"
    if written.main is None:
        return _road_itself(road, label)
    label = f"{label} {written.main}" + (f"-{written.sub}" if written.sub else "")
    low, high = road.numbers
    zone = road.zone(written.main, written.sub) or road.zone_of_number(written.main) or ""
    known = points.on_road("KR", road.name, written.main - REACH, written.main + REACH)
    here = road.point(written.main)
    assert here is not None
    near = [point for point in known if distance_m(point.point, here) <= _TWO_ROADS_M]
    rest = f"-{written.sub}" if written.sub else ""
    found = at_number("KR", label, written.main, rest, near, road.point) if near else None
    if found is not None:
        return found if zone or found.precision == "building" else found.at_most(0.8)
    if road.zone(written.main, written.sub):
        sure = 0.88
    elif zone:
        sure = 0.86
    elif low - 2 <= written.main <= high + 2:
        sure = 0.8
    else:
        return Located("KR", here.lat, here.lng, "street", 0.5, 500, "gazetteer", label)
    return Located("KR", here.lat, here.lng, "interpolated", sure, LINE_RADIUS_M, "gazetteer", label, zone)


def _road_itself(road: Road, label: str) -> Located:
    low, high = road.numbers
    middle = road.point((low + high) / 2)
    assert middle is not None
    reach = max(distance_m(middle, Point(lat, lng)) for _, lat, lng in road.nodes)
    sure = 0.66 if reach <= 200 else 0.55
    return Located("KR", middle.lat, middle.lng, "street", sure, max(100, round(reach)), "gazetteer", label)


def _on_lot(points: KnownPoints, places: Districts, said: KoreanText) -> Located | None:
    lot = said.lot
    if lot is None:
        return None
    dong = _dong_in_gu(places, lot.dong, said.gu)
    known = points.on_lots(lot.dong[0].name_ko, lot.main - _LOT_REACH, lot.main + _LOT_REACH)
    middle = Point(dong.lat, dong.lng)
    near = [p for p in known if distance_m(p.point, middle) <= dong.radius_m + CONFLICT_M]
    if not near:
        # Numbers of lots follow no road: without a list of them only the dong is known.
        return _area(places, said)
    label = f"{dong.name_ko} {lot.main}" + (f"-{lot.sub}" if lot.sub else "")
    exact = [p for p in near if (p.lot_main, p.lot_sub or 0) == (lot.main, lot.sub)]
    if exact:
        return _middle_of(exact, label, "building", 0.93, 60)
    same = sorted((p for p in near if p.lot_main == lot.main), key=lambda p: abs((p.lot_sub or 0) - lot.sub))
    if same:
        return _middle_of(same[:3], label, "street", 0.76, 150)
    return _between_lots(near, lot, label)


def _between_lots(near: list[KnownPoint], lot: Lot, label: str) -> Located:
    """Neighbouring main numbers lie beside each other more often than not."""
    away = sorted({abs((p.lot_main or 0) - lot.main) for p in near})
    nearest = [p for p in near if abs((p.lot_main or 0) - lot.main) <= away[0]]
    sure = 0.66 if away[0] <= 3 else 0.58
    return _middle_of(nearest, label, "street", sure, 250 + 40 * away[0])


def _middle_of(points: list[KnownPoint], label: str, precision: str, sure: float, radius_m: int) -> Located:
    lat, lng = median(p.lat for p in points), median(p.lng for p in points)
    return Located("KR", lat, lng, precision, sure, radius_m, "imported", label, points[0].postal)


def _building(
    gazetteer: Gazetteer, points: KnownPoints, places: Districts, said: KoreanText
) -> Located | None:
    near, within_m = None, 0.0
    if said.dong:
        dong = _dong_in_gu(places, said.dong, said.gu)
        near, within_m = Point(dong.lat, dong.lng), dong.radius_m + _AROUND_DONG_M
    elif said.gu is not None:
        near, within_m = Point(said.gu.lat, said.gu.lng), said.gu.radius_m + _AROUND_DONG_M
    words = buildings.words_of(said.rest)
    if not words:
        return None
    listed = buildings.of_the_operator(points, "KR", words, near, within_m)
    own = buildings.landmark(gazetteer, "KR", words)
    best = max(filter(None, (listed, own)), key=lambda one: one.words, default=None)
    if best is None:
        return None
    if near is not None and distance_m(best.located.point, near) > within_m:
        return best.located.at_most(0.55)
    return best.located


def _area(places: Districts, said: KoreanText) -> Located | None:
    """Only a dong or a gu: never more than an area."""
    if said.dong:
        dong = _dong_in_gu(places, said.dong, said.gu)
        others = tuple(
            Choice(
                f"{gu.name_ko if (gu := places.gu_of(row)) else ''} {row.name_ko}", "dong", row.lat, row.lng
            )
            for row in said.dong
        )
        certain = len(said.dong) == 1 or said.gu is not None
        # When a dong is all that is said it is what was meant; when more is said, the rest was not found.
        only = said.lot is None and not said.roads and not buildings.words_of(said.rest)
        sure = (0.66 if only else 0.6) if certain else 0.5
        return Located(
            "KR", dong.lat, dong.lng, "area", sure, dong.radius_m, "gazetteer", dong.name_ko,
            choices=others if len(others) > 1 and said.gu is None else (),
        )  # fmt: skip
    if said.gu is not None:
        gu = said.gu
        return Located("KR", gu.lat, gu.lng, "area", 0.5, gu.radius_m, "gazetteer", gu.name_ko)
    return None


def _dong_in_gu(places: Districts, named: tuple[PlaceRow, ...], gu: PlaceRow | None) -> PlaceRow:
    """The dong that is meant of several of one name: in the gu that is named, else where clinics are."""
    inside = [row for row in named if gu is not None and (own := places.gu_of(row)) and own.id == gu.id]
    return (inside or named)[0]


def _with_choices(answer: Located, rivals: list[_Candidate]) -> Located:
    first = Choice(answer.matched_text, "address", answer.lat, answer.lng)
    rest = [Choice(r.located.matched_text, "address", r.located.lat, r.located.lng) for r in rivals[:7]]
    return Located(
        answer.country, answer.lat, answer.lng, answer.precision, answer.confidence, answer.radius_m,
        answer.source, answer.matched_text, answer.postal, choices=(first, *rest),
    )  # fmt: skip
