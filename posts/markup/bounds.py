"""What keeps a post from costing more to render than its length: marks beyond a bound are hidden.

Python-Markdown takes quadratic time, or more, for what only an attack holds. Before it reads a
text, each mark that would begin such work is exchanged for a character that means nothing to it,
and that no text can hold (`printable` drops them). `shown` puts them back: they show as typed.
"""

import re
from collections import Counter
from html import escape

from markdown.extensions.tables import TableProcessor
from markdown.htmlparser import HTMLExtractor
from markdown.preprocessors import Preprocessor

MAX_WEIGHT = 10_000  # lines, and marks that make elements: 100 KB of prose have some 4,000
MAX_LEVELS = 8  # of quotes and lists, in each other
MAX_DEPTH = 100  # of HTML elements whose end is not implied
MAX_RULES = 50  # headings, lines and the like between two blank lines
MAX_PIPES = 100  # in a line
MAX_CELLS = 5000  # of all tables: a row is given as many as the first has, typed or not
MAX_COMMENTS = 100  # within elements

HIDDEN = {ord(mark): chr(0xFDD0 + place) for place, mark in enumerate("<>[]()`~*_#=-+.|\"'\\&!:")}
NO_FENCE = "\ufdef"  # a backtick that begins no fence, until the fences are read
SHOWN = {ord(hidden): escape(chr(mark), quote=mark == '"') for mark, hidden in HIDDEN.items()}

WEIGHED = re.compile(
    r"[*`\[<|]|(?<!\w)_|_(?!\w)|(?:^|(?<=[ >]))>|(?<=[ >])(?:[-+]|[0-9]{1,9}\.)(?= )"
)
OPENING = re.compile(r"(`{3,}|~{3,}) *(?:\{ *\.?[\w#+-]+ *\}|\.?[\w#.+-]* *)")
LEVEL = r"(?: {4}| {0,3}(?:>|[-*+](?= )|[0-9]{1,9}\.(?= )))"
DEEP = re.compile(rf"((?:{LEVEL}){{{MAX_LEVELS}}})((?:{LEVEL})+)")
RULE = re.compile(r"#| {0,3}(?:[-=*_] *+)++$| {0,3}\[[^\[\]]*\]: *$")
DEFINITION = re.compile(r" {0,3}\[[^\[\]]*\]:")
ENDED = frozenset(["br", "hr", "img", "wbr", "p", "li", "dt", "dd", "tr", "td", "th"])
QUOTED = r"\"[^\"<]{0,3000}+\"|'[^'<]{0,3000}+'|\"[^\"]{0,200}+\"|'[^']{0,200}+'"
TAG = re.compile(
    rf"""<(?:
    (?P<name>[a-z][^\s<>"'=/`]*+)
    (?:[\s/]++(?:[^\s<>"'=/`]++(?:\s*+=\s*+(?:{QUOTED}|[^\s<>"'`]++))?+)?+){{0,40}}+>
    |/(?P<end>[a-z][^\s<>]{{0,99}}+)[^<>]{{0,100}}>
    |[a-z][a-z0-9+.-]*:[^\s<>]*>|[^\s<>]+@[^\s<>]+>|(?:(?<=\]\(<)|(?<=\]:\ <))[^<>\n]*>
    |!--.*?-->|!\[CDATA\[[^<>\]]*\]\]>|![^<>\[-][^<>]*>|\?[^<>?]*\?>
    )|(?P<other><)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def hide(text: str) -> str:
    return text.translate(HIDDEN)


def shown(html: str) -> str:
    return html.translate(SHOWN)


def bounded(source: str) -> tuple[str, str]:
    """Return the source with marks hidden, and the lines beyond all bounds, which come after it."""
    lines, kept, weight = Lines(source.expandtabs(4).split("\n")), [], 0
    for number, line in enumerate(lines.all):
        weight += 1 if lines.fence else 1 + len(WEIGHED.findall(line))
        if weight > MAX_WEIGHT:
            break
        kept.append(lines.bounded(line, number))
    return tags("\n".join(kept)), "\n".join(lines.all[len(kept) :])


def tags(source: str) -> str:
    """Hide each `<` that begins no tag, address or comment; no unclosed comment is looked for."""
    end = source.rfind("-->") + 1
    source = source[:end] + source[end:].replace("<!--", hide("<!--"))
    return TAG.sub(Elements().tag, source)


class Elements:
    """Counts the elements that are open, by name: browsers nest them without end."""

    def __init__(self):
        self.open = Counter()

    def tag(self, found: re.Match) -> str:
        name = (found["name"] or "").lower()
        if found["other"] or (name and name not in ENDED and self.open.total() >= MAX_DEPTH):
            return hide("<") + found[0][1:]
        if name and name not in ENDED:
            self.open[name] += 1
        elif found["end"] and self.open[found["end"].lower()]:
            self.open[found["end"].lower()] -= 1
        return found[0]


class Lines:
    """The lines of a source, read once; what they mean depends on fences and blank lines before."""

    def __init__(self, lines: list[str]):
        self.all = lines
        self.last = {line.rstrip(" "): number for number, line in enumerate(lines)}
        self.fence = ""
        self.rules = 0
        self.before = ""

    def bounded(self, line: str, number: int) -> str:
        if self.fence:
            self.fence = "" if line.rstrip(" ") == self.fence else self.fence
            return line
        if not line.strip():
            self.rules, self.before = 0, ""
            return line
        opening = OPENING.fullmatch(line)
        if opening and self.last.get(opening[1], 0) > number:
            self.fence = opening[1]
            return line
        return line.replace("`", NO_FENCE).replace("~", hide("~")) if opening else self.text(line)

    def text(self, line: str) -> str:
        """A line that is neither code nor blank."""
        apart = DEFINITION.match(line) and not DEFINITION.match(self.before)
        rule = RULE.match(line) or apart  # definitions in a row are read at once
        self.rules += bool(rule)
        self.before = line
        if (rule and self.rules > MAX_RULES) or line.count("|") > MAX_PIPES:
            return hide(line)
        return DEEP.sub(lambda found: found[1] + hide(found[2]), line, count=1)


class Extractor(HTMLExtractor):
    """The library's, but it looks for the end of an element around a comment so many times only."""

    searches = 0

    def inline_close_follows(self, text):
        self.searches += bool(self.inline_stack)
        del self.inline_stack[MAX_LEVELS:]
        return self.searches <= MAX_COMMENTS and super().inline_close_follows(text)


class HtmlBlocks(Preprocessor):
    def run(self, lines):
        extractor = Extractor(self.md)
        extractor.feed("\n".join(lines).replace(NO_FENCE, "`"))
        extractor.close()
        return "".join(extractor.cleandoc).split("\n")


class Tables(TableProcessor):
    """The library's, until there are so many cells: what comes then is no table."""

    cells = 0

    def test(self, parent, block):
        if not super().test(parent, block):
            return False
        self.cells += len(self.separator) * (block.count("\n") + 1)
        return self.cells <= MAX_CELLS
