"""The text form of a mail, from its HTML: one text is written, and both forms say the same.

Read is what the templates of mails are made of, and nothing else: paragraphs, line ends, lists,
links that show their own address, the code, and buttons with their address below.
"""

import re
from html.parser import HTMLParser

BLANKS = re.compile(r"[ \t\n\r\f]+")  # those of HTML: a no-break space stays
BLOCKS = {"p", "dl", "div"}
ITEMS = {"dt": "", "li": "- "}
SKIPPED = {"head", "h1", "site", "address"}
"""Elements and classes: the subject is the heading, and a button brings its address along."""
CODE, FOOT = "    ", "-- "  # a mark before a signature (RFC 3676, 4.3)


class _Reader(HTMLParser):
    """Collects paragraphs, each a list of lines."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[list[str]] = [[""]]
        self.open: list[tuple[str, str, str]] = []  # element, class and address
        self.skipped_from: int | None = None  # depth in `open`

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("class", "")
        if tag == "br" and self.skipped_from is None:
            self._new_line("")
        if tag in ("br", "meta", "wbr"):
            return
        self.open.append((tag, kind, given.get("href", "")))
        if self.skipped_from is None and {tag, kind} & SKIPPED:
            self.skipped_from = len(self.open)
        if self.skipped_from is not None:
            return
        if tag in BLOCKS:
            first = {"code": [CODE], "foot": [FOOT, ""]}.get(kind, [""])
            self.paragraphs.append(first)
        elif tag == "ul":  # goes with the lines above it
            self.paragraphs = [each for each in self.paragraphs if any(each)] or [[""]]
        elif tag in ITEMS:
            self._new_line(ITEMS[tag])
        elif tag == "dd":
            self.paragraphs[-1][-1] = f"{self.paragraphs[-1][-1].rstrip(' ')} "

    def handle_endtag(self, tag: str) -> None:
        while self.open and (ended := self.open.pop())[0] != tag:
            pass  # of what needs no end, as `<p>` before another block
        if self.skipped_from is not None:
            if len(self.open) < self.skipped_from:
                self.skipped_from = None
            return
        if tag in BLOCKS or tag == "ul":
            self.paragraphs.append([""])
        elif tag == "a" and ended[1] == "button":
            self._new_line(ended[2])

    def handle_data(self, data: str) -> None:
        if self.skipped_from is not None or not data:
            return
        line, words = self.paragraphs[-1][-1], BLANKS.sub(" ", data)
        at_start = not line or line.endswith(" ")
        self.paragraphs[-1][-1] = line + (words.removeprefix(" ") if at_start else words)

    def _new_line(self, start: str) -> None:
        lines = self.paragraphs[-1]
        lines[-1] = lines[-1].rstrip(" ")
        if lines[-1]:
            lines.append(start)
        else:
            lines[-1] = start

    def text(self) -> str:
        """Return the paragraphs, an empty line between two."""
        joined = ("\n".join(_clean(line) for line in lines) for lines in self.paragraphs)
        return "\n\n".join(each.strip("\n") for each in joined if each.strip()) + "\n"


def _clean(line: str) -> str:
    return line if line == FOOT else line.rstrip(" ")


def plain(html: str) -> str:
    """Return the text form of a mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()
