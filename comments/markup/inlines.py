"""The inlines of a comment: code, links, bare URLs, line breaks; `emphasis` has a module.

One pass makes nodes of the text: strings, tags, and runs of * and _. A search that could fail at
every character is answered by a table instead, itself made in one pass.
"""

import re
from xml.etree.ElementTree import TreeBuilder

from markdown.treeprocessors import Treeprocessor

from comments.markup.emphasis import Tag, build, run
from posts.markup import is_web_address

REL = "nofollow ugc noopener"
TOKEN = re.compile(
    r"(?P<code>`+)|(?P<newline>\n)|(?P<run>\*+|_+)|(?P<open>\[)|(?P<close>\])"
    r"|(?P<url>(?<![A-Za-z0-9])https?://(?=[^\W_]))",
    re.IGNORECASE,
)
NEWLINE = re.compile(r"(?P<newline>\n)")
MAX_MARKS = 2000  # of a comment: a drawing, or an attack, whose paragraphs are shown as typed
FENCES = re.compile(r"`+|\n")
# White space, controls, quotation marks, angle brackets, and what Chinese and Japanese put there.
ENDS_A_URL = re.compile(
    r"[\s\x7f-\x9f<>\"`\xab\xbb\u201c-\u201e\u2039\u203a"
    r"\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1b\uff1f]"
)
BRACKETS = re.compile(r"[()\[\]{}]|" + ENDS_A_URL.pattern)
PARENS = re.compile(r"[()]|" + ENDS_A_URL.pattern)
OPENED_BY = {")": "(", "]": "[", "}": "{"}
AFTER_A_URL = ".,;:!?'\"*_|\u2019\u2026"


class Inlines(Treeprocessor):
    """Takes the place of the library's inline processor, whose patterns are not linear."""

    def run(self, root):
        marks = 0
        for element in list(root.iter()):
            if element.tag in ("p", "li") and element.text:
                marks += sum(found[0] != "\n" for found in TOKEN.finditer(element.text))
                self.fill(element, TOKEN if marks <= MAX_MARKS else NEWLINE)

    def fill(self, element, token):
        builder = TreeBuilder()
        builder.start(element.tag, {})
        build(builder, Scanner(element.text, token).nodes())
        builder.end(element.tag)
        made = builder.close()
        element.text, element[:0] = made.text, list(made)


class Scanner:
    """Reads one text from left to right into nodes.

    Code stays within its line, and its spaces stay too, but for one that keeps a backtick at
    either end apart from the marks. A URL ends before white space, a quotation mark, an angle or
    an unbalanced bracket, and before the punctuation of the sentence around it. A link is
    [text](http...) with some text and nothing else in the parentheses; inside its text a URL is
    text. An image is not a link: only the URL in it is.
    """

    def __init__(self, text: str, token: re.Pattern = TOKEN):
        self.text = text
        self.token = token
        self.code_ends = code_ends(text)
        self.targets = targets(text)
        self.made: list = []
        self.brackets: list[tuple[int, int]] = []  # "[" that may begin a link: node, position

    def nodes(self) -> list:
        position = 0
        while found := self.token.search(self.text, position):
            self.add(self.text[position : found.start()])
            position = getattr(self, found.lastgroup)(found.start(), found.end())
        self.add(self.text[position:])
        return self.made

    def add(self, *nodes) -> None:
        self.made += filter(None, nodes)

    def code(self, start: int, end: int) -> int:
        closing = self.code_ends.get(start)
        if closing is None:
            self.add(self.text[start:end])
            return end
        code = self.text[end:closing]
        if code.startswith(" `"):
            code = code[1:]
        if code.endswith("` "):
            code = code[:-1]
        self.add(Tag("code", nodes=[code]))
        return closing + end - start

    def newline(self, start: int, end: int) -> int:
        self.add(Tag("br"), "\n")
        return end

    def run(self, start: int, end: int) -> int:
        after_tag = bool(self.made) and isinstance(self.made[-1], Tag)
        short = end - start <= 3
        self.add(run(self.text, start, end, after_tag=after_tag) if short else self.text[start:end])
        return end

    def open(self, start: int, end: int) -> int:
        self.brackets.append((len(self.made), start))
        self.add("[")
        return end

    def close(self, start: int, end: int) -> int:
        target = self.targets.get(end)
        node, opened = self.brackets.pop() if self.brackets else (0, None)
        if target is None or opened is None or self.text[opened - 1 : opened] == "!":
            self.add("]")
            return end
        url = self.text[end + 1 : target]
        if not self.text[opened + 1 : start].strip() or not is_web_address(url):
            self.add("]")
            return end
        words = [unlinked(inside) for inside in self.made[node + 1 :]]
        self.made[node:] = [link(url, words)]
        self.brackets.clear()  # no link holds another
        return target + 1

    def url(self, start: int, end: int) -> int:
        stop = url_end(self.text, end)
        url = self.text[start:stop].rstrip(AFTER_A_URL)
        if self.text[start - 1 : start] != "_" and "_" in url:  # its own, not emphasis around it
            url += "_" * self.text.startswith("_", start + len(url), stop)
        self.add(link(url, [url]) if is_web_address(url) else url)
        return start + len(url)


def link(url: str, nodes: list) -> Tag:
    return Tag("a", {"href": url, "rel": REL}, nodes)


def unlinked(node):
    """Return a bare URL's text: the link around it goes elsewhere."""
    return node.nodes[0] if isinstance(node, Tag) and node.name == "a" else node


def url_end(text: str, position: int) -> int:
    """Return where the URL read up to here ends: at what no URL holds or an unbalanced bracket."""
    opened = dict.fromkeys("([{", 0)
    for found in BRACKETS.finditer(text, position):
        if found[0] in opened:
            opened[found[0]] += 1
        elif opened.get(OPENED_BY.get(found[0]), 0):
            opened[OPENED_BY[found[0]]] -= 1
        else:
            return found.start()
    return len(text)


def code_ends(text: str) -> dict[int, int]:
    """Map each run of backticks to the next run of the same length on the same line."""
    ends, last = {}, {}
    for found in FENCES.finditer(text):
        if found[0] == "\n":
            last.clear()
            continue
        length = len(found[0])
        if length in last:
            ends[last[length]] = found.start()
        last[length] = found.start()
    return ends


def targets(text: str) -> dict[int, int]:
    """Map each parenthesis to its counterpart, when all between the two may be a URL."""
    ends, opened = {}, []
    for found in PARENS.finditer(text):
        if found[0] == "(":
            opened.append(found.start())
        elif found[0] != ")":
            opened.clear()
        elif opened:
            ends[opened.pop()] = found.start()
    return ends
