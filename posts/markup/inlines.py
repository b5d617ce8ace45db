"""Inline Markdown as the library reads it, in texts where no search fails or begins too often."""

import re

from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

from posts.markup.bounds import HIDDEN, hide

MAX_MARKS = 2000  # of a paragraph, an item, a cell
MAX_EMPHASIS = 200  # runs of * and _ there
MAX_BRACKETS = 5  # in each other

MARKS = re.compile(r"[\\`\[*_<&]|  \n")
SMART = re.compile(r"['\"]|--|\.{3}")
EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")
STARS = {ord(mark): HIDDEN[ord(mark)] for mark in "*_"}
QUOTES = {ord(mark): HIDDEN[ord(mark)] for mark in "'\""}
TOKEN = re.compile(r"\\.|`+|[\[\]]", re.DOTALL)
BACKTICKS = re.compile(r"`+")
INNER = r"\((?:[^()\n]|\([^()\n]{0,200}\)){0,200}\)"
WORDS = rf"(?:[^()\n]|{INNER}){{0,2000}}?"
TITLE = r"\"[^\"]{0,500}\"|'[^']{0,500}'|\"[^()\n]{0,500}\"|'[^()\n]{0,500}'"
TARGET = re.compile(
    rf"\((?:<[^<>\n]*>[^()<>]{{0,500}}|({WORDS})(?:(?:\s+|(?<=\())(?:{TITLE})\s*)?)\)"
)


class Typed(AtomicString):
    """Text without a mark that one pass knows; the next may know others."""


class Inlines(InlineProcessor):
    """The library's, which would try each of its patterns on every text."""

    def __init__(self, md, patterns, marks: re.Pattern, prepare=str):
        super().__init__(md)
        self.inlinePatterns = patterns
        self.marks = marks
        self.prepare = prepare

    def run(self, tree, ancestors=None):
        for element in tree.iter():
            element.text, element.tail = self.bounded(element.text), self.bounded(element.tail)
        return super().run(tree, ancestors)

    def bounded(self, text):
        if not text or (isinstance(text, AtomicString) and not isinstance(text, Typed)):
            return text
        marks = len(self.marks.findall(text))
        if marks > MAX_MARKS:
            return Typed(hide(text))
        return self.prepare(str(text)) if marks else Typed(text)


def paired(text: str) -> str:
    """Hide the marks of a text that would be searched a counterpart for in vain, or too deep."""
    if len(EMPHASIS.findall(text)) > MAX_EMPHASIS:
        text = text.translate(STARS)
    return Pairs(text).hidden() if "[" in text or "`" in text else text


class Pairs:
    """The code and the links of a text, and what only looks like them."""

    def __init__(self, text: str):
        self.text = text
        self.pieces: list[str] = []
        self.opened: list[int] = []  # "[" without counterpart so far: places in `pieces`
        self.code_ends = code_ends(text)

    def hidden(self) -> str:
        position = 0
        while found := TOKEN.search(self.text, position):
            self.pieces.append(self.text[position : found.start()])
            position = self.token(found)
        for place in self.opened:
            self.pieces[place] = hide("[")
        return "".join(self.pieces) + self.text[position:]

    def token(self, found: re.Match) -> int:
        """Add what the token stands for; return where to read on."""
        mark, end = found[0], found.end()
        if mark[0] == "`":
            end = self.code_ends.get(found.start(), end)
            mark = hide(mark) if end == found.end() else self.text[found.start() : end]
        elif mark == "[":
            self.opened.append(len(self.pieces))
        elif mark == "]":
            mark, end = self.close(end)
        self.pieces.append(mark)
        return end

    def close(self, end: int) -> tuple[str, int]:
        """A closing bracket, with the address behind it."""
        if not self.opened:
            return hide("]"), end
        start = self.opened.pop()
        if len(self.opened) >= MAX_BRACKETS:
            self.pieces[start] = hide("[")
            return hide("]"), end
        if not self.text.startswith("(", end):
            return "]", end
        target = TARGET.match(self.text, end)
        if target is None:
            return "]" + hide("("), end + 1
        words, stop = target.span(1)
        url = self.text[end:stop] if words >= 0 else ""
        return f"]{url.translate(QUOTES)}{self.text[max(stop, end) : target.end()]}", target.end()


def code_ends(text: str) -> dict[int, int]:
    """Map where each run of backticks begins to the end of the next run of the same length."""
    ends, last = {}, {}
    for found in BACKTICKS.finditer(text):
        length = found.end() - found.start()
        if length in last:
            ends[last[length]] = found.end()
        last[length] = found.start()
    return ends
