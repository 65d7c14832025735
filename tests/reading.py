"""A page as a reader's browser takes it: parsed strictly, and with what every page must have."""

import re
from collections import Counter
from collections.abc import Mapping
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

_HTML = "{http://www.w3.org/1999/xhtml}"
_INLINE = frozenset({"a", "span", "strong", "label"})


class Page:
    """`status` and the parsed document; `text` is what is read aloud, without scripts."""

    def __init__(self, client: FlaskClient, path: str, data: Mapping[str, str] | None = None) -> None:
        """What a GET answers, or a POST of the form's `data`."""
        response = client.get(path) if data is None else client.post(path, data=data)
        self.status = response.status_code
        self.source = response.get_data(as_text=True)
        self.root: Element = html5lib.HTMLParser(strict=True).parse(self.source)
        self.path = path

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag with these attributes: `class_="facts"`, one of several; `aria_label="…"`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.root.iter(_HTML + tag)
            if all(
                value in (element.get(name) or "").split() if name == "class" else element.get(name) == value
                for name, value in wanted.items()
            )
        ]

    def with_class(self, name: str) -> list[Element]:
        return [element for element in self.root.iter() if name in (element.get("class") or "").split()]

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def heading(self) -> str:
        return words(self.all("h1")[0])

    @property
    def text(self) -> str:
        return words(self.all("main")[0])

    @property
    def cards(self) -> list[str]:
        """The names of the clinics, from cards on their own and in groups."""
        return [
            words(next(node for node in element.iter() if node.tag in (f"{_HTML}h2", f"{_HTML}h3")))
            for element in self.with_class("clinic")
        ]

    def row(self, label: str) -> Element:
        """The dd beside the dt with this label."""
        for pair in self.all("div"):
            term, value = pair.find(f"{_HTML}dt"), pair.find(f"{_HTML}dd")
            if value is not None and words(term) == label:
                return value
        raise AssertionError(f"no row {label!r}")

    def links(self, label: str) -> list[str]:
        return [link.get("href") or "" for link in self.all("a") if words(link) == label]

    def check(self) -> "Page":
        """What every page has: a title, one h1, no id twice, labels that lead to their fields."""
        assert self.status == 200, self.path
        assert len(self.all("h1")) == 1, self.path
        assert self.title.removesuffix("· Like for Like").strip(), self.path
        ids = Counter(element.get("id") for element in self.root.iter() if element.get("id"))
        assert [name for name, count in ids.items() if count > 1] == [], self.path
        for label in self.all("label"):
            assert label.get("for") is None or label.get("for") in ids, self.path
        for element in self.root.iter():
            assert element.get("style") is None, self.path
            for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
                for reference in (element.get(name) or "").split():
                    assert reference in ids, (self.path, reference)
        return self


def words(element: Element | None) -> str:
    """What an element says, with single spaces; nothing for none."""
    if element is None:
        return ""
    parts: list[str] = []

    def walk(node: Element) -> None:
        if node.tag in (f"{_HTML}script", f"{_HTML}style"):
            return
        parts.append(node.text or "")
        for child in node:
            # Inline elements run on; everything else is read apart.
            gap = "" if child.tag.removeprefix(_HTML) in _INLINE else " "
            parts.append(gap)
            walk(child)
            parts.append(gap + (child.tail or ""))

    walk(element)
    return re.sub(r"\s+", " ", "".join(parts)).strip()
