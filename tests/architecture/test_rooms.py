"""Every room stands in the contracts that the import linter holds, and on the README's map."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from config import ROOT

pytestmark = pytest.mark.once

# What a room may be made of, beside files of its own (pyproject.toml: "Inside a room").
PARTS = ("views", "forms", "services", "mail", "queries", "models")
ROOMS = sorted(
    folder.parent.name for folder in (ROOT / "webapp").glob("*/__init__.py") if folder.parent.name != "domain"
)


def parts(room: str) -> Iterator[str]:
    folder = ROOT / "webapp" / room
    return (part for part in PARTS if (folder / part).is_dir() or (folder / f"{part}.py").exists())


def contract(name: str) -> dict[str, Any]:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (found,) = (one for one in linter["contracts"] if one["name"].startswith(name))
    return dict(found)


def test_a_room_of_several_parts_keeps_their_order() -> None:
    made_of_parts = {f"webapp.{room}" for room in ROOMS if len(list(parts(room))) > 1}
    assert set(contract("Inside a room")["containers"]) >= made_of_parts


def test_no_rooms_services_know_the_web() -> None:
    services = {f"webapp.{room}.services" for room in ROOMS if "services" in parts(room)}
    assert set(contract("Services know no web")["source_modules"]) == services


def test_every_room_is_on_the_map() -> None:
    house = (ROOT / "README.md").read_text(encoding="utf-8").split("## The house")[1].split("\n## ")[0]
    order = house.split("The rooms stand in one order")[1].split("`make check`")[0]
    assert sorted(set(re.findall(r"`([a-z]+)`", order))) == ROOMS
