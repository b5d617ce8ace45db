"""Plain text set for a mail, 72 characters wide. What readers wrote is set off from what we say."""

import textwrap

from django import template
from django.utils.text import Truncator

register = template.Library()

WIDTH = 72


@register.filter
def wrapped(text: str) -> str:
    return _set(text, "")


@register.filter
def indented(text: str, most: int) -> str:
    """The comment itself; a line of it cannot pass for one of ours."""
    return _set(cut(text, most), "    ")


@register.filter
def quoted(text: str, most: int) -> str:
    """What the comment answers."""
    return _set(cut(text, most), "    > ")


@register.filter
def cut(text: str, most: int) -> str:
    return Truncator(text).chars(most)


def _set(text: str, margin: str) -> str:
    """Line by line; an address is never broken."""
    lines = [
        part
        for line in text.strip().splitlines()
        for part in textwrap.wrap(
            line, WIDTH - len(margin), break_long_words=False, break_on_hyphens=False
        )
        or [""]
    ]
    return "\n".join((margin + line).rstrip() for line in lines)
