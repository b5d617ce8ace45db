"""The blocks of a comment: fences, quotes, lists, paragraphs, read line by line.

Each processor looks at the lines still to be read, takes those that are its own, or declines with
`False` and leaves the first to the next; the paragraph takes what nobody wants.
"""

import re
from itertools import islice, takewhile
from xml.etree.ElementTree import SubElement

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

from comments.markup.lines import LineParser, without_spaces
from comments.markup.lists import List

FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})[ \t]*(.*)")
LANGUAGE = re.compile(r"[a-z0-9+#-]{1,20}", re.IGNORECASE)
QUOTE = re.compile(r" {0,3}>[ \t]?")


def build_parser(markdown) -> BlockParser:
    parser = LineParser(markdown)
    processors = (Blank, Fence, Quote, List, Paragraph)
    for priority, processor in enumerate(reversed(processors)):
        parser.blockprocessors.register(processor(parser), processor.__name__, priority)
    return parser


class Blank(BlockProcessor):
    def test(self, parent, block):
        return not block.strip()

    def run(self, parent, blocks):
        blocks.popleft()
        if len(parent):
            parent[-1].tail = "\n"


class Fence(BlockProcessor):
    """Code between two fences, byte for byte. A fence without an end, or around nothing, is text.

    One word after the opening fence names the language; anything else there is not thrown away
    but becomes the first line of the code.
    """

    def test(self, parent, block):
        found = FENCE.fullmatch(block)
        return found and not (found[2][0] == "`" and "`" in found[3])

    def run(self, parent, blocks):
        indent, marks, info = FENCE.fullmatch(blocks[0].rstrip(" \t")).groups()
        code = self.code(blocks, marks)
        if not code:
            return False
        blocks.take(len(code) + 2)
        element = SubElement(SubElement(parent, "pre"), "code")
        if LANGUAGE.fullmatch(info):
            element.set("class", f"language-{info.lower()}")
        elif info:
            code.insert(0, info)
        element.text = "".join(f"{without_spaces(line, len(indent))}\n" for line in code)

    def code(self, blocks, marks):
        """Return the lines up to the closing fence, or None.

        A search that failed is remembered: only a shorter fence of that mark can succeed after it.
        """
        shortest = blocks.endless.get(marks[0])
        if shortest is not None and len(marks) >= shortest:
            return None
        code = []
        for line in islice(blocks, 1, None):
            found = FENCE.fullmatch(line) if marks in line else None
            if found and found[2].startswith(marks) and not found[3]:
                return code
            code.append(line)
        blocks.endless[marks[0]] = len(marks)
        return None


class Quote(BlockProcessor):
    """Consecutive lines that each begin with `>`, five deep; a quote of nothing is text."""

    def test(self, parent, block):
        return QUOTE.match(block) and self.parser.may_nest("quote")

    def run(self, parent, blocks):
        lines = blocks.take(sum(1 for _ in takewhile(QUOTE.match, blocks)))
        if any(line.strip("> \t") for line in lines):
            inside = [line[QUOTE.match(line).end() :] for line in lines]
            self.parser.parse_inside(self.parser.nest(parent, "blockquote"), inside, "quote")
        else:
            for line in lines:
                self.parser.add_text(parent, line)


class Paragraph(BlockProcessor):
    def test(self, parent, block):
        return True

    def run(self, parent, blocks):
        self.parser.add_text(parent, blocks.popleft())
