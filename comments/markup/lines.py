"""The lines of a comment, and the parser that hands them to the block processors."""

from collections import deque
from xml.etree.ElementTree import Element, SubElement

from markdown.blockparser import BlockParser

MAX_DEPTH = 5  # of lists within lists, and of quotes within quotes
MAX_NESTS = 300  # quotes and lists of a comment: 10,000 characters could ask for 7,500
MAX_LINES = 1000  # read for what they mean; the lines after them are shown as typed


class Lines(deque[str]):
    """Lines still to be read, and the fences known to find no end among them."""

    def __init__(self, lines):
        super().__init__(lines)
        self.endless: dict[str, int] = {}

    def take(self, count: int) -> list[str]:
        return [self.popleft() for _ in range(count)]


class LineParser(BlockParser):
    """The library's parser, but a block is a line: blank lines within a fence are text."""

    def parseChunk(self, parent, text):
        self.nests = 0
        lines = text.split("\n")
        self.parseBlocks(parent, Lines(lines[:MAX_LINES]))
        if rest := "\n".join(lines[MAX_LINES:]).rstrip("\n"):
            SubElement(SubElement(parent, "pre"), "code").text = rest + "\n"

    def may_nest(self, state: str) -> bool:
        return self.state.count(state) < MAX_DEPTH and self.nests < MAX_NESTS

    def nest(self, parent: Element, tag: str) -> Element:
        self.nests += 1
        return SubElement(parent, tag)

    def parse_inside(self, parent: Element, lines: list[str], state: str) -> None:
        self.state.set(state)
        self.parseBlocks(parent, Lines(lines))
        self.state.reset()

    def add_text(self, parent: Element, line: str) -> None:
        """Add a line to the paragraph before it, or begin one after a blank line or a block."""
        last = parent[-1] if len(parent) else None
        if last is not None and last.tag == "p" and not last.tail:
            last.text += "\n" + line.strip(" \t")
        else:
            SubElement(parent, "p").text = line.strip(" \t")


def without_spaces(line: str, most: int) -> str:
    """Take at most so many spaces from the beginning of a line."""
    return line[min(most, len(line) - len(line.lstrip(" "))) :]
