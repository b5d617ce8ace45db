"""The authors' Markdown, and the sanitising that comments share."""

import re
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import bleach
from bleach.html5lib_shim import Filter, getTreeWalker

from posts.markup import bounds
from posts.markup.dialect import AuthorMarkdown

INLINE = frozenset(
    ["a", "abbr", "b", "br", "cite", "code", "del", "dfn", "em", "i", "img", "ins", "kbd", "mark"]
).union(["q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var"])
TAGS = INLINE.union(
    ["blockquote", "details", "div", "figcaption", "figure", "hr", "p", "pre", "summary"],
    ["h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"],
    ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"],
)
LANGUAGE = re.compile(r"language-[a-z0-9+#-]{1,20}")
ATTRIBUTES = {
    ("a", "title"): re.compile(r".*", re.DOTALL),
    ("abbr", "title"): re.compile(r".*", re.DOTALL),
    ("code", "class"): LANGUAGE,
    ("img", "alt"): re.compile(r".*", re.DOTALL),
    ("img", "height"): re.compile(r"[0-9]{1,5}"),
    ("img", "loading"): re.compile(r"lazy|eager"),
    ("img", "width"): re.compile(r"[0-9]{1,5}"),
    ("ol", "start"): re.compile(r"-?[0-9]{1,9}"),
    ("td", "colspan"): re.compile(r"[0-9]{1,3}"),
    ("td", "rowspan"): re.compile(r"[0-9]{1,3}"),
    ("th", "colspan"): re.compile(r"[0-9]{1,3}"),
    ("th", "rowspan"): re.compile(r"[0-9]{1,3}"),
    ("th", "scope"): re.compile(r"col|row|colgroup|rowgroup"),
    ("time", "datetime"): re.compile(r"[0-9A-Za-z:.+ -]{1,40}"),
}
SCHEMES = frozenset({"http", "https", "mailto"})
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]+")
OF_THIS_SITE = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
NO_CHARACTERS = "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
UNSPEAKABLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef{NO_CHARACTERS}]")
SURROGATE = re.compile(r"[\ud800-\udfff]")


def render(source: str) -> str:
    """Return the author's Markdown as HTML that asks no other host for anything.

    Safe HTML in the source stays, the rest shows as typed. An image of another site becomes a link.
    """
    typed, rest = bounds.bounded(printable(source))
    html = bounds.shown(AuthorMarkdown().convert(typed))
    if rest.strip():
        html += f"\n<pre><code>{escape(rest)}</code></pre>"
    return sanitised(html, TAGS, is_allowed, SCHEMES, filters=[OwnImages, OneTitle])


def summary(html: str, length: int) -> str:
    """Return the text of rendered HTML on one line, at most `length` characters, cut at a word."""
    reader = TextReader()
    reader.feed(html)
    reader.close()
    text = " ".join("".join(reader.text).split())
    if len(text) <= length:
        return text
    head, _, rest = text[:length].rpartition(" ")
    return (head or rest[: length - 1]).rstrip(" ,.;:-\u2013\u2014") + "…"


def sanitised(html: str, tags, attributes, schemes, filters=()) -> str:
    """Return what bleach.clean() would, in linear time and with the filters it does not take.

    A cleaner is not thread-safe: this one serves a single call.
    """
    cleaner = bleach.Cleaner(tags, attributes, schemes, filters=filters)
    cleaner.walker = Walker
    return cleaner.clean(html)


def printable(source: str) -> str:
    """Drop what is no character to HTML, mark lone surrogates, and end every line with one \\n."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    return SURROGATE.sub("\ufffd", UNSPEAKABLE.sub("", text))


def scheme(href: str) -> str:
    """Return the scheme a browser sees in an href as written in HTML, or "" for a relative one."""
    found = SCHEME.match(IGNORED_BY_BROWSERS.sub("", unescape(href)))
    return found[1].lower() if found else ""


def is_web_address(url: str) -> bool:
    """Tell whether a URL as typed is http(s) and names a host; [::1] is not worth its traps."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and "[" not in parts.netloc


def is_allowed(tag: str, name: str, value: str) -> bool:
    """Decide on one attribute, for bleach, which alone would let `javascript:123` through."""
    if (tag, name) == ("a", "href"):
        return scheme(value) in SCHEMES | {""}
    if (tag, name) == ("img", "src"):
        return True  # OwnImages decides: a foreign one is still needed, as a link
    values = ATTRIBUTES.get((tag, name))
    return bool(values and values.fullmatch(value))


class Walker(getTreeWalker("etree")):
    """bleach's own walk, but for one thing: on its way up it counted a node's siblings each time.

    That is quadratic: 2,500 short quotes took 0.3 s. Here each node's place among its siblings is
    noted on the way down. A node is (element, place, ancestors, which of its texts).
    """

    def __init__(self, tree):
        super().__init__(tree)
        self.places = {}

    def getFirstChild(self, node):
        return self.noted(super().getFirstChild(node))

    def getNextSibling(self, node):
        return self.noted(super().getNextSibling(node))

    def noted(self, node):
        if node:
            self.places[node[0]] = node[1]
        return node

    def getParentNode(self, node):
        _, _, ancestors, text = node
        if text == "text":
            return super().getParentNode(node)
        parent = ancestors.pop()
        return (parent, self.places[parent], ancestors, None) if ancestors else parent


class OwnImages(Filter):
    """Turn each image whose source is not a path of this site into a link to it."""

    def __iter__(self):
        links = 0
        for token in super().__iter__():
            if token.get("name") == "a":
                links += {"StartTag": 1, "EndTag": -1}.get(token["type"], 0)
            if token.get("name") == "img":
                yield from self.image(token, linked=links > 0)
            else:
                yield token

    def image(self, token, *, linked):
        src = token["data"].get((None, "src"), "")
        if OF_THIS_SITE.fullmatch(unescape(src).strip()):
            return [token]
        alt = unescape(token["data"].get((None, "alt"), "")).strip() or unescape(src)
        text = [{"type": "Characters", "data": alt}]
        if linked or not src or scheme(src) not in SCHEMES | {""}:
            return text
        link = {"namespace": None, "name": "a"}
        start = {"type": "StartTag", **link, "data": {(None, "href"): src}}
        return [start, *text, {"type": "EndTag", **link}]


class OneTitle(Filter):
    """Make h1 an h2: the page's only h1 is the title of the post."""

    def __iter__(self):
        for token in super().__iter__():
            yield {**token, "name": "h2"} if token.get("name") == "h1" else token


class TextReader(HTMLParser):
    """Collects the text of rendered HTML, blocks apart, and the hrefs of its links."""

    def __init__(self):
        super().__init__()
        self.text: list[str] = []
        self.hrefs: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in INLINE or tag == "br":
            self.text.append(" ")
        self.hrefs += [value for name, value in attrs if tag == "a" and name == "href"]

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.text.append(" ")

    def handle_data(self, data):
        self.text.append(data)
