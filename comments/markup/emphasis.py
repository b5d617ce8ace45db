"""Emphasis: which runs of * and _ mark words, and which are just typed.

`*it*` and `_it_` are <em>, `**it**` and `__it__` <strong>, three are both. A run counts at a word's
boundary only, and pairs only with its like: `snake_case`, `2*3`, `a * b`, `__init__.py`, `*.*`,
`f(*args, **kwargs)` and paths stay as they are.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from xml.etree.ElementTree import TreeBuilder

MAX_DEPTH = 5
TAGS = {1: ("em",), 2: ("strong",), 3: ("em", "strong")}
MARKS = {"em": 1, "strong": 2}

# What may stand before an opening run and after a closing one besides white space; of what is not
# ASCII, everything but letters. And what a run that opens or closes never has on its inner side.
BEFORE = frozenset("([{\"'-|~,;:!?*_")
AFTER = frozenset(")]}\"'-|~,;:!?.*_")
NOT_INSIDE_LEFT = frozenset(")]},;:?/\\")
NOT_INSIDE_RIGHT = frozenset("([{/\\")
WORDS = re.compile(r"[^\s!-/:-@\[-`{-~]")


@dataclass(slots=True)
class Tag:
    """An inline element with what it holds."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    nodes: list = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Span:
    """A pair of marks. One nested too deep is shown as typed."""

    tag: str
    shown: bool = False


@dataclass(slots=True)
class Run:
    """A run of one to three * or _, and the spans it turns out to open and close."""

    mark: str
    left: int
    opens: bool
    closes: bool
    words: int = 0
    opening: list[Span] = field(default_factory=list)
    closing: list[Span] = field(default_factory=list)


def run(text: str, start: int, end: int, *, after_tag: bool) -> Run:
    """Judge the run at text[start:end] by its neighbours; a URL's last slash is none."""
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    then = text[end + 1 : end + 2]
    opens = (
        not after.isspace()
        and after not in NOT_INSIDE_LEFT
        and (after != "." or then == ".")
        and (before != "-" or is_wordy(after))
        and is_apart(before, BEFORE)
    )
    closes = (
        not before.isspace()
        and (after_tag or before not in NOT_INSIDE_RIGHT)
        and not (after in ".:" and is_wordy(then))
        and is_apart(after, AFTER)
    )
    return Run(text[start], end - start, opens, closes)


def is_apart(neighbour: str, allowed: frozenset[str]) -> bool:
    if neighbour.isascii():
        return neighbour.isspace() or neighbour in allowed
    return not is_wordy(neighbour)


def is_wordy(character: str) -> bool:
    """Letters and digits with their accents; the emoji selector U+FE0F is no accent."""
    if character.isalnum():
        return True
    return character not in ("", "\ufe0f") and unicodedata.category(character).startswith("M")


def pair(nodes: list) -> None:
    """Note in each run which spans it opens and closes; each run is put aside and met once."""
    runs: list[Run] = []
    waiting: dict[tuple[str, int], list[int]] = {(m, n): [] for m in "*_" for n in (1, 2, 3)}
    words = 0
    for node in nodes:
        if not isinstance(node, Run):
            words += not isinstance(node, str) or bool(WORDS.search(node))
            continue
        node.words = words
        if node.closes:
            close(node, runs, waiting)
        if node.opens and not node.closing:
            waiting[node.mark, node.left].append(len(runs))
        runs.append(node)


def close(closer: Run, runs: list[Run], waiting: dict[tuple[str, int], list[int]]) -> None:
    while closer.left:
        lengths = (1, 2, 3) if closer.left == 3 else (closer.left, 3)
        nearest = max((waiting[closer.mark, n][-1:] for n in lengths), default=[])
        if not nearest or runs[nearest[0]].words == closer.words:
            return
        opener = runs[nearest[0]]
        for indexes in waiting.values():  # what waits between the two has missed its chance
            while indexes and indexes[-1] >= nearest[0]:
                indexes.pop()
        used = min(opener.left, closer.left)
        for tag in TAGS[used]:
            span = Span(tag)
            opener.opening.insert(0, span)
            closer.closing.append(span)
        opener.left -= used
        closer.left -= used
        if opener.left:
            waiting[opener.mark, opener.left].append(nearest[0])


def build(builder: TreeBuilder, nodes: list) -> None:
    """Pair the runs of these nodes and write them all."""
    pair(nodes)
    depth = 0
    for node in nodes:
        if isinstance(node, str):
            builder.data(node)
        elif isinstance(node, Tag):
            builder.start(node.name, node.attributes)
            build(builder, node.nodes)
            builder.end(node.name)
        else:
            depth = build_run(builder, node, depth)


def build_run(builder: TreeBuilder, node: Run, depth: int) -> int:
    """Write the tags a run stands for, or itself; return how many spans are now open."""
    for span in node.closing:
        if span.shown:
            builder.end(span.tag)
            depth -= 1
        else:
            builder.data(node.mark * MARKS[span.tag])
    builder.data(node.mark * node.left)
    for span in node.opening:
        span.shown = depth < MAX_DEPTH
        if span.shown:
            builder.start(span.tag, {})
            depth += 1
        else:
            builder.data(node.mark * MARKS[span.tag])
    return depth
