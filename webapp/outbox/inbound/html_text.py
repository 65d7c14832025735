"""HTML of a mail as text: lines where a reader sees lines, what is quoted marked as in a plain mail."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = frozenset({"head", "script", "style", "title", "template", "noscript", "svg", "object", "iframe"})
_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "blockquote",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "footer",
            "form",
            "h1",
            "h2",
        ),
        *("h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
# Characters and tags of HTML that are read. What somebody writes comes first; and the parser takes a time that
# grows with the square of the depth (3 s for 50,000 elements inside each other).
_LONGEST = 200_000
_TAGS = 15_000


def as_text(html: str) -> str:
    """The words of a page in lines. Never raises for HTML, however broken or deep."""
    read = "<".join(html[:_LONGEST].split("<", _TAGS)[:_TAGS])
    root = LexborHTMLParser(read).body
    return _Lines(root).text() if root is not None else ""


class _Lines:
    """Walks the tree without recursion, as nothing bounds how deep a mail nests."""

    def __init__(self, root: LexborNode) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._quoted = 0
        waiting: list[LexborNode | str] = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                self._leave(node)
                continue
            waiting.extend(self._enter(node))

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def _enter(self, node: LexborNode) -> list[LexborNode | str]:
        """Begin with a node; what is still to be walked, the first last."""
        tag = node.tag or ""
        if tag == "-text":
            self._say(node.text(deep=False))
            return []
        if tag in _UNSEEN or not node.is_element_node:
            return []
        if tag == "br":
            self._end_line(even_empty=True)
            return []
        if tag in _BLOCKS:
            self._end_line()
        if tag == "blockquote":
            self._quoted += 1
        return [tag, *reversed(list(node.iter(include_text=True)))]

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag == "p":
            self._lines.append("")
        if tag in _CELLS:
            self._say(" ")
        if tag == "blockquote":
            self._quoted -= 1

    def _say(self, words: str) -> None:
        said = " ".join(words.replace("\u00a0", " ").split())
        if not said:
            self._line += " " if words and self._line and not self._line.endswith(" ") else ""
            return
        if words[0].isspace() and self._line and not self._line.endswith(" "):
            self._line += " "
        self._line += said + (" " if words[-1].isspace() else "")

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = self._line.strip()
        self._line = ""
        if line or even_empty:
            self._lines.append("> " * self._quoted + line)
