"""Invented clinics for measuring: the same ones every time, around one place, as listing files.

Their offers are like those that clinics sell: singles, courses, and combos at a discount, some of them with a gap
in what is stated. None of these clinics exists.
"""

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from webapp.domain.geo import Point

# Slug, amount and unit of a session, and about what one costs in SGD.
TREATMENTS = (
    ("rejuran_healer", "2", "ml", 800),
    ("rejuran_hb", "1", "ml", 600),
    ("rejuran_eye", "1", "ml", 450),
    ("ha_booster_generic", "2", "ml", 500),
    ("juvelook_skin", "1", "vial", 650),
)
# Degrees: about a kilometre, so that all of them are within a search around the place.
_SPREAD = 0.009
_TREES = ("Acorn", "Birch", "Cedar", "Dogwood", "Elder", "Fern", "Gorse", "Hazel", "Ivy", "Juniper")

Row = dict[str, object]


def write_listing(folder: Path, count: int, around: Point, on: date) -> None:
    """The files of `count` clinics, eight offers each, last confirmed a few days before `on`."""
    chance = random.Random(2026)  # noqa: S311  # clinics, not secrets
    clinics: list[Row] = []
    offers: list[Row] = []
    parts: list[Row] = []
    for number in range(count):
        clinic = _clinic(number, around, on, chance)
        clinics.append(clinic)
        for place, (terms, held) in enumerate(_price_list(chance)):
            key = {"clinic_ref": clinic["ref"], "offer_ref": f"offer-{place}"}
            verified = (on - timedelta(days=chance.randint(1, 20))).isoformat()
            offers.append(key | terms | {"source": "invented", "verified_on": verified})
            parts += [key | part for part in held]
    for name, rows in (("clinics", clinics), ("offers", offers), ("offer_parts", parts)):
        _write(folder / f"{name}.csv", rows)


def _clinic(number: int, around: Point, on: date, chance: random.Random) -> Row:
    name = f"{_TREES[number % len(_TREES)]} Clinic {number + 1}"
    site = f"clinic-{number + 1}.example"
    return {
        "ref": f"bench-{number + 1}",
        "name": name,
        "country": "SG",
        "address": f"{number + 1} Invented Road",
        "lat": f"{around.lat + chance.uniform(-_SPREAD, _SPREAD):.6f}",
        "lng": f"{around.lng + chance.uniform(-_SPREAD, _SPREAD):.6f}",
        "website": f"https://{site}",
        "enquiry_email": f"enquiry@{site}",
        "enquiry_email_confirmed_on": (on - timedelta(days=30)).isoformat(),
        "gst_registered": "yes",
        "authority": "authorised",
        "authority_by": "nobody",
        "authority_on": (on - timedelta(days=30)).isoformat(),
        "accepts_enquiries": "yes",
        "sample": "yes",
        "source": "invented",
        "verified_on": (on - timedelta(days=10)).isoformat(),
    }


def _price_list(chance: random.Random) -> list[tuple[Row, list[Row]]]:
    """Five singles, two courses and a combo."""
    single = [each * chance.randint(80, 130) // 100 for *_rest, each in TREATMENTS]
    priced = [(single[place], [_part(place, 1)]) for place in range(len(TREATMENTS))]
    for place in (0, chance.randint(1, 3)):
        sessions = chance.choice((3, 4, 6))
        priced.append((single[place] * sessions * chance.randint(80, 95) // 100, [_part(place, sessions)]))
    held = chance.sample(range(4), 2)
    priced.append((sum(single[place] for place in held) * 85 // 100, [_part(place, 1) for place in held]))
    consultation = chance.choice(("included", "54.50", "54.50", ""))
    return [
        (
            {
                "title": " + ".join(f"{part['treatment']} × {part['sessions']}" for part in parts),
                "price": f"{price}.00",
                "currency": "SGD",
                "tax": "unknown" if chance.random() < 0.05 else "inclusive",
                "price_kind": "regular",
                "consultation_fee": consultation,
                "consultation_waived": "yes" if consultation == "54.50" else "",
                "other_fees": chance.choice(("", "", "medicine:20")),
                "numbing": chance.choice(("included", "none", "")),
            },
            parts,
        )
        for price, parts in priced
    ]


def _part(place: int, sessions: int) -> Row:
    slug, quantity, unit, _each = TREATMENTS[place]
    return {"treatment": slug, "quantity": quantity, "unit": unit, "sessions": sessions, "areas": "face"}


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in listed for name in row)))
        writer.writeheader()
        writer.writerows(listed)
