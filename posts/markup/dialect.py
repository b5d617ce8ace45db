"""The authors' Markdown: the library's, with tables, fences, and the quotation marks of print."""

from html import unescape

from markdown import Markdown
from markdown.extensions.smarty import substitutions

from posts.markup import bounds, inlines

QUOTES = {name: unescape(entity) for name, entity in substitutions.items()}


class AuthorMarkdown(Markdown):
    """Python-Markdown, with the parts that no hostile text can keep busy in place of its own."""

    def __init__(self):
        extensions = ["fenced_code", "sane_lists", "smarty", "tables"]
        configs = {"smarty": {"substitutions": QUOTES}}
        super().__init__(extensions=extensions, extension_configs=configs)
        tables = bounds.Tables(self.parser, self.parser.blockprocessors["table"].config)
        smart = inlines.Inlines(self, self.treeprocessors["smarty"].inlinePatterns, inlines.SMART)
        own = inlines.Inlines(self, self.inlinePatterns, inlines.MARKS, inlines.paired)
        self.preprocessors.register(bounds.HtmlBlocks(self), "html_block", 20)
        self.parser.blockprocessors.register(tables, "table", 75)
        self.treeprocessors.register(own, "inline", 20)
        self.treeprocessors.register(smart, "smarty", 6)
