"""A page taken apart as the rules need it: what it says of which clinic, and the blocks that hold an amount."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

_CLINIC_PAGE = re.compile(r"^(?:/zh|/ko)?/clinics/([a-z0-9-]+)(?:[#?].*)?$")
_BLOCKS = frozenset(
    {"li", "article", "tr", "dd", "p", "figure", "caption", "option", "section", "div", "main"}
)
# What is read apart from what stands before it.
_APART = _BLOCKS | {
    "h1",
    "h2",
    "h3",
    "h4",
    "dt",
    "td",
    "th",
    "label",
    "legend",
    "button",
    "summary",
    "title",
    "ul",
    "ol",
    "dl",
}
# What is read to somebody, though it stands in no text.
_SPOKEN = ("alt", "title", "aria-label", "placeholder", "content")
_SILENT = ("script", "style", "template")
# Where a regular price would be crossed out.
_CROSSED_OUT = "del,s,strike,.was,.old-price"


@dataclass(frozen=True)
class Section:
    """All that a page says of one clinic: its text with what is read aloud, and its elements."""

    slug: str
    text: str
    nodes: tuple[LexborNode, ...]

    def links(self) -> list[str]:
        return [
            link.attributes.get("href") or ""
            for node in self.nodes
            for link in node.css("a[href],form[action]")
        ]

    def crossed_out(self) -> list[str]:
        return [words(found) for node in self.nodes for found in node.css(_CROSSED_OUT)]


@dataclass(frozen=True)
class Reading:
    """An answer of the site. `switches` is "development" or "safe", `path` as asked, with its language."""

    path: str
    language: str
    switches: str
    status: int
    mimetype: str
    source: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.path} ({self.switches})"

    @property
    def is_page(self) -> bool:
        return self.mimetype == "text/html" and self.status == 200

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.source)

    @cached_property
    def main(self) -> LexborNode:
        main = self.tree.css_first("main")
        assert main is not None, self
        return main

    @cached_property
    def text(self) -> str:
        """Everything in the page that is read to somebody, its title and its head's words too."""
        root = self.tree.root
        assert root is not None
        return words(root)

    @cached_property
    def paragraphs(self) -> list[str]:
        """What the page itself says, block by block."""
        return paragraphs(self.main)

    @cached_property
    def documents(self) -> list[Any]:
        """What programs read: the JSON-LD of a page, or the whole answer of the API."""
        if "json" in self.mimetype:
            return [json.loads(self.source)]
        if not self.is_page:
            return []
        return [json.loads(node.text()) for node in self.tree.css('script[type="application/ld+json"]')]

    @cached_property
    def subject(self) -> str | None:
        """The clinic that the whole page is about."""
        found = _CLINIC_PAGE.match(self.path)
        return found[1] if found else None

    @cached_property
    def sections(self) -> list[Section]:
        """What the page says of each clinic that it names by a link to the clinic's page, or by its mark.

        A clinic's page is its section. Elsewhere it is the largest element that leads to no other clinic; in a table
        with a clinic per column it is the column.
        """
        if self.subject:
            return [Section(self.subject, self.text, (self.main,))]
        slugs = list(dict.fromkeys(filter(None, (_slug(node) for node in _marks(self.main)))))
        return [self._section(slug) for slug in slugs]

    def _section(self, slug: str) -> Section:
        found: dict[int, LexborNode] = {}
        for mark in _marks(self.main):
            if _slug(mark) != slug:
                continue
            largest = mark
            while largest.tag != "main" and (up := largest.parent) is not None:
                if any(_slug(each) != slug for each in _marks(up)):
                    break
                largest = up
            found[largest.mem_id] = largest
            found |= {cell.mem_id: cell for cell in _column(mark)}
        nodes = tuple(found.values())
        return Section(slug, " ".join(words(node) for node in nodes), nodes)

    def blocks(self, amount: re.Pattern[str]) -> list[LexborNode]:
        """The smallest blocks of the page that hold an amount."""
        found: dict[int, LexborNode] = {}
        for text in self.main.traverse(include_text=True):
            if text.tag == "-text" and amount.search(text.text(deep=False) or ""):
                block = text.parent
                while block is not None and block.tag not in _BLOCKS:
                    block = block.parent
                if block is not None:
                    found[block.mem_id] = block
        return list(found.values())


def words(node: LexborNode, without: Collection[int] = ()) -> str:
    """What is read to somebody of an element, with single spaces; scripts say nothing. `without` are elements, by
    their `mem_id`, that are left out.
    """
    parts: list[str] = []
    inside = [node]
    while inside:
        each = inside.pop()
        if each.tag == "-text":
            parts.append(each.text(deep=False) or "")
        elif each.tag not in _SILENT and each.mem_id not in without:
            parts += [value for name in _SPOKEN if (value := each.attributes.get(name)) and _read(each, name)]
            inside += reversed(list(each.iter(include_text=True)))
    return re.sub(r"\s+", " ", " ".join(parts)).strip()


def paragraphs(node: LexborNode, without: Collection[int] = ()) -> list[str]:
    """The same, block by block: what is read to somebody in one breath."""
    found: dict[int, list[str]] = {}
    inside = [(node, node.mem_id)]
    while inside:
        each, block = inside.pop()
        if each.tag == "-text":
            found.setdefault(block, []).append(each.text(deep=False) or "")
        elif each.tag not in _SILENT and each.mem_id not in without:
            block = each.mem_id if each.tag in _APART else block
            said = [value for name in _SPOKEN if (value := each.attributes.get(name)) and _read(each, name)]
            found.setdefault(block, []).extend(said)
            inside += [(child, block) for child in reversed(list(each.iter(include_text=True)))]
    texts = (re.sub(r"\s+", " ", " ".join(parts)).strip() for parts in found.values())
    return [text for text in texts if text]


def _read(node: LexborNode, name: str) -> bool:
    return name != "content" or node.attributes.get("name") == "description"


def _marks(node: LexborNode) -> list[LexborNode]:
    return [each for each in node.css("a[href],[data-clinic]") if _slug(each)]


def _slug(node: LexborNode) -> str | None:
    if marked := node.attributes.get("data-clinic"):
        return marked
    found = _CLINIC_PAGE.match(node.attributes.get("href") or "")
    return found[1] if found else None


def _column(mark: LexborNode) -> list[LexborNode]:
    """The cells under a heading that leads to a clinic."""
    cell: LexborNode | None = mark
    while cell is not None and cell.tag not in ("th", "td"):
        cell = cell.parent
    row = cell.parent if cell is not None else None
    if cell is None or row is None or row.parent is None or row.parent.tag != "thead":
        return []
    place = _cells(row).index(cell)
    table = row.parent.parent
    rows = table.css("tbody tr,tfoot tr") if table is not None else []
    return [cells[place] for cells in map(_cells, rows) if place < len(cells)]


def _cells(row: LexborNode) -> list[LexborNode]:
    return [child for child in row.iter() if child.tag in ("th", "td")]
