"""The gazetteer's file: built once, rebuilt when its sources change, safe when several begin at once."""

import gzip
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from webapp.domain.geo import Point
from webapp.geocoding.gazetteer import Gazetteer, store
from webapp.geocoding.gazetteer.build import SEED_FILES, build, content_hash, read_landmarks
from webapp.geocoding.gazetteer.places import STATION_KINDS
from webapp.geocoding.gazetteer.store import SEED

HEADER = "country,kind,code,name_en,name_zh_hans,name_zh_hant,name_ko,postal,lat,lng,radius_m,aliases,checked_against\n"


@pytest.fixture
def small_seed(tmp_path: Path) -> Path:
    """Seed files of one landmark and a handful of codes, so that building takes no time to speak of."""
    seed = tmp_path / "seed"
    seed.mkdir()
    shutil.copy(SEED / "sg_districts.csv", seed)
    for name in SEED_FILES:
        if name.endswith(".gz"):
            lines = gzip.decompress((SEED / name).read_bytes()).splitlines(keepends=True)
            (seed / name).write_bytes(gzip.compress(b"".join(lines[:1] + lines[1::100]), mtime=0))
    (seed / "landmarks.csv").write_text(
        HEADER + "SG,mrt,NS20,Novena,诺维娜,諾維娜,노베나,,1.3204,103.8438,350,Novina,lta\n", encoding="utf-8"
    )
    return seed


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_building_twice_gives_the_same_contents(small_seed: Path, tmp_path: Path) -> None:
    build(small_seed, tmp_path / "one.sqlite3")
    build(small_seed, tmp_path / "two.sqlite3")
    assert contents(tmp_path / "one.sqlite3") == contents(tmp_path / "two.sqlite3")


def test_a_file_of_other_sources_is_replaced(
    small_seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gazetteer.sqlite3"
    monkeypatch.setattr(store, "_opened", {})
    assert store.open_gazetteer(path, small_seed).named("key", "novina")
    first = path.stat().st_ino
    monkeypatch.setattr(store, "_opened", {})
    store.open_gazetteer(path, small_seed)
    assert path.stat().st_ino == first, "nothing changed, so nothing is built"
    landmarks = small_seed / "landmarks.csv"
    landmarks.write_text(landmarks.read_text(encoding="utf-8").replace("Novina", "Novinna"), encoding="utf-8")
    monkeypatch.setattr(store, "_opened", {})
    renewed = store.open_gazetteer(path, small_seed)
    assert renewed.named("key", "novinna")
    assert not renewed.named("key", "novina")


@pytest.mark.parametrize("garbage", [b"", b"not a database", b"SQLite format 3\x00 cut off"])
def test_a_broken_file_is_built_anew(
    small_seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, garbage: bytes
) -> None:
    path = tmp_path / "gazetteer.sqlite3"
    path.write_bytes(garbage)
    monkeypatch.setattr(store, "_opened", {})
    assert store.open_gazetteer(path, small_seed).named("key", "novena")


def test_a_failed_build_leaves_no_part_behind(small_seed: Path, tmp_path: Path) -> None:
    (small_seed / "landmarks.csv").write_text(
        HEADER + "SG,mrt,NS20,Novena,,,,,north,103.8,350,,\n", encoding="utf-8"
    )
    target = tmp_path / "out" / "gazetteer.sqlite3"
    with pytest.raises(ValueError, match=r"landmarks\.csv, line 2"):
        build(small_seed, target)
    assert list(target.parent.iterdir()) == []


def test_several_processes_may_start_together(small_seed: Path, tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.sqlite3"
    program = (
        "import sys; from pathlib import Path; from webapp.geocoding.gazetteer import open_gazetteer\n"
        "g = open_gazetteer(Path(sys.argv[1]), Path(sys.argv[2])); print(g.named('key', 'novena')[0].weight)"
    )
    root = Path(__file__).resolve().parents[2]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), str(small_seed)],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60)[0].strip() for process in started]
    assert answers == ["100", "100", "100"]
    assert [other.name for other in tmp_path.iterdir() if other.suffix == ".part"] == []


def test_threads_share_one_gazetteer(gazetteer: Gazetteer) -> None:
    found: list[int] = []

    def look() -> None:
        for _ in range(50):
            found.append(len(gazetteer.named("key", "novena")))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert len(set(found)) == 1


def test_the_file_cannot_be_written_through_the_gazetteer(gazetteer: Gazetteer) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        gazetteer._database.execute("DELETE FROM place")


def test_the_hash_follows_the_contents(small_seed: Path) -> None:
    before = content_hash(small_seed)
    assert content_hash(small_seed) == before
    with (small_seed / "sg_districts.csv").open("a", encoding="utf-8") as lines:
        lines.write("29,99,Nowhere,无处\n")
    assert content_hash(small_seed) != before


def test_a_missing_column_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "landmarks.csv"
    path.write_text("country,kind\nSG,mrt\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 2: 'code'"):
        read_landmarks(path)


def test_the_nearest_station(gazetteer: Gazetteer) -> None:
    number = gazetteer.nearest(Point(1.3205, 103.8440), STATION_KINDS, 1_500)
    assert number is not None
    assert gazetteer.place(number, "zh", 1, "").name == "诺维娜"
    assert gazetteer.nearest(Point(1.3205, 103.8440), {"gu"}, 1_500) is None
