"""What Flask and Jinja cost by themselves: a bare route, and the content of a real page from prepared data.

The prepared page has the very texts of the real one, column by column and row by row; nothing is looked up,
reckoned or translated for it. So a ratio to it says what our own work costs, on whatever machine it runs.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask import Flask, Response, jsonify, render_template

Texts = list[str]


@dataclass(slots=True)
class Content:
    """What a page shows: boxes to choose from, columns of rows, and what stands outside of them."""

    boxes: list[Texts] = field(default_factory=list)
    columns: list[list[Texts]] = field(default_factory=list)
    around: list[Texts] = field(default_factory=list)


class _Reader(HTMLParser):
    """Sorts the texts of a page into boxes (select), columns (article) and the rest; an element that ends a line
    on the screen begins a row."""

    _ROWS = frozenset({"tr", "li", "p", "h1", "h2", "h3", "label", "summary", "caption", "legend", "text"})

    def __init__(self) -> None:
        super().__init__()
        self.content = Content()
        self._in_box = False
        self._rows = self.content.around

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "select":
            self._in_box = True
            self.content.boxes.append([])
        elif tag == "article":
            self._rows = []
            self.content.columns.append(self._rows)
        elif tag in self._ROWS:
            self._rows.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._in_box = False
        elif tag == "article":
            self._rows = self.content.around

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words:
            return
        if self._in_box:
            self.content.boxes[-1].append(words)
        elif self._rows:
            self._rows[-1].append(words)
        else:
            self._rows.append([words])


def content_of(page: str) -> Content:
    """The texts of a page, in its shape."""
    reader = _Reader()
    reader.feed(page)
    return reader.content


def bare_app(content: Content, answer: object) -> Flask:
    """/hello, /page with the prepared content, and /json with an answer that is ready to be written."""
    app = Flask(__name__)

    @app.get("/hello")
    def hello() -> str:
        return "Hello"

    @app.get("/page")
    def page() -> str:
        return render_template("bare.html", content=content)

    @app.get("/json")
    def as_json() -> Response:
        return jsonify(answer)

    return app
