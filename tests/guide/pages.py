"""A page as its tests read it: parsed strictly, with the handful of questions they ask."""

from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

_XHTML = "{http://www.w3.org/1999/xhtml}"


class HtmlPage:
    """A page of the site. Raises html5lib's ParseError where its HTML is not valid."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), address
        self.root: Element = html5lib.HTMLParser(strict=True).parse(answer.get_data(as_text=True))

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag with these attributes (`class_` for class, one of several)."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            node
            for node in self.root.iter(_XHTML + tag)
            if all(
                value in node.get(name, "").split() if name == "class" else node.get(name) == value
                for name, value in wanted.items()
            )
        ]

    @property
    def ids(self) -> list[str]:
        return [value for node in self.root.iter() if (value := node.get("id"))]

    @property
    def text(self) -> str:
        return text_of(self.root)


def text_of(node: Any) -> str:
    """The words of an element, with single spaces."""
    return " ".join("".join(node.itertext()).split())


def row(page: HtmlPage, label: str) -> Element:
    """The dd beside the dt with this label."""
    for pair in page.all("div"):
        term = pair.find(_XHTML + "dt")
        value = pair.find(_XHTML + "dd")
        if term is not None and value is not None and text_of(term) == label:
            return value
    raise AssertionError(f"no row {label!r}")
