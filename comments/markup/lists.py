"""Lists, and which lines that look like items are just lines."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.blockprocessors import BlockProcessor

from comments.markup.lines import Lines, without_spaces

ITEM = re.compile(r"( {0,3})([-*+]|[0-9]{1,9}\.)[ \t]+(?=[^ \t])")
TAB = re.compile(r" {0,3}\t")


class List(BlockProcessor):
    """Two or more items with one marker, or numbered 1, 2, 3 without a gap; five deep.

    A line belongs to an item when it is indented by two spaces or a tab more than its marker.
    """

    def test(self, parent, block):
        return first_marker(block) and self.parser.may_nest("list")

    def run(self, parent, blocks):
        items, loose, taken = read_items(blocks)
        if len(items) < 2:
            return False
        tag = "ol" if blocks[0].lstrip()[0] == "1" else "ul"
        blocks.take(taken)
        element = self.parser.nest(parent, tag)
        for lines in items:
            self.parser.parse_inside(SubElement(element, "li"), lines, "list")
        if not loose and all(sum(child.tag == "p" for child in item) < 2 for item in element):
            for item in element:
                tighten(item)


def first_marker(line: str) -> str:
    """Return the marker of a line that may begin a list, or ""."""
    found = item(line)
    return found[2] if found and found[2] in ("-", "*", "+", "1.") else ""


def item(line: str) -> re.Match | None:
    """Match the marker of an item. Of marks alone (`* * *`, `- --`) none is an item."""
    found = ITEM.match(line)
    return found if found and line[found.end() :].strip(" \t-*+_") else None


def read_items(lines: Lines) -> tuple[list[list[str]], bool, int]:
    """Read the list that begins here: its items' lines, whether blanks part them, lines taken."""
    items, blanks, loose, taken = [], [], False, 0
    indent = width = 0
    wanted = first_marker(lines[0])
    for line in lines:
        found = item(line)
        if not line.strip():
            blanks.append(line)
            continue
        if items and is_inside(line, indent):
            items[-1] += [*(outdent(blank, width) for blank in blanks), outdent(line, width)]
        elif found and found[2] == wanted:
            indent, width = len(found[1]), found.end()
            items.append([line[width:]])
            loose = loose or bool(blanks)
            wanted = f"{len(items) + 1}." if wanted[0].isdigit() else wanted
        else:
            break
        taken += len(blanks) + 1
        blanks = []
    return items, loose, taken


def is_inside(line: str, indent: int) -> bool:
    return line.startswith(" " * (indent + 2)) or bool(TAB.match(line))


def outdent(line: str, width: int) -> str:
    tab = TAB.match(line)
    return line[tab.end() :] if tab else without_spaces(line, width)


def tighten(item: Element) -> None:
    """Let the item hold its words itself: only items parted by blank lines are paragraphs."""
    if item[0].tag == "p":
        item.text = item[0].text
        item.remove(item[0])
