"""The commenters' Markdown: what a person types is never turned into something else.

Paragraphs, line breaks, *emphasis*, links, > quotes, - and 1. lists, `code` and fenced code, bare
http(s) URLs; everything else shows as typed. `blocks` and `inlines` say each rule where it is
kept. Both read their text once, left to right: no text takes more than linear time. What only an
attack or a drawing holds (more than 1,000 lines, 300 quotes and lists, 2,000 marks) shows as typed.
"""

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from comments.markup import blocks, inlines
from posts.markup import LANGUAGE, TextReader, printable, sanitised, scheme, summary

TAGS = frozenset({"p", "br", "em", "strong", "a", "blockquote", "ul", "ol", "li", "code", "pre"})
SCHEMES = frozenset({"http", "https"})


def render(source: str) -> str:
    """Return a comment as sanitised HTML; never raises, whatever the text."""
    html = CommentMarkdown(output_format="html").convert(printable(source))
    return sanitised(html, TAGS, is_allowed, SCHEMES)


def count_links(html: str) -> int:
    """Return how many links rendered HTML holds, typed or made from bare URLs."""
    reader = TextReader()
    reader.feed(html)
    return len(reader.hrefs)


def excerpt(source: str, length: int) -> str:
    """Return the comment's words on one line, at most `length` characters, cut at a word."""
    return summary(render(source), length)


def is_allowed(tag: str, name: str, value: str) -> bool:
    """Decide on one attribute, for bleach."""
    return {
        ("a", "href"): scheme(value) in SCHEMES,
        ("a", "rel"): value == inlines.REL,
        ("code", "class"): bool(LANGUAGE.fullmatch(value)),
    }.get((tag, name), False)


class CommentMarkdown(Markdown):
    """Python-Markdown with none of its own syntax: only the processors of this dialect."""

    def build_parser(self):
        self.preprocessors = Registry()
        self.parser = blocks.build_parser(self)
        self.inlinePatterns = Registry()
        self.treeprocessors = Registry()
        self.treeprocessors.register(inlines.Inlines(self), "inline", 20)
        self.treeprocessors.register(Ampersands(self), "ampersands", 10)
        self.postprocessors = Registry()
        return self


class Ampersands(Treeprocessor):
    """Escape every `&`: the library's serializer leaves a typed `&lt;` alone, as an entity."""

    def run(self, root):
        for element in root.iter():
            element.text = element.text and element.text.replace("&", "&amp;")
            element.tail = element.tail and element.tail.replace("&", "&amp;")
            for name, value in element.items():
                element.set(name, value.replace("&", "&amp;"))
