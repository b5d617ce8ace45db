"""Plays hostile texts, judges each surface, and keeps count."""

from collections import Counter, defaultdict
from email import message_from_bytes, policy
from xml.etree import ElementTree as ET

from django.db import transaction

from comments import markup
from posts import markup as author_markup
from tests.hostile import judge
from tests.hostile.plays import CROWD, PLACES, PLAYS

HEADERS = ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID"]
PARTS = ["multipart/alternative", "text/plain", "text/html"]


class Trial:
    """What was tried on each surface, and what survived there."""

    def __init__(self):
        self.tried = Counter()
        self.faults: dict[str, list] = defaultdict(list)

    def note(self, surface: str, tried: int, faults: list) -> None:
        self.tried[surface] += tried
        self.faults[surface] += faults

    def add(self, other: "Trial") -> None:
        for surface, tried in other.tried.items():
            self.note(surface, tried, other.faults[surface])

    @property
    def survivors(self) -> list[str]:
        return [f"{surface}: {fault}" for surface, all in self.faults.items() for fault in all]

    def table(self) -> str:
        width = max(map(len, self.tried), default=0)
        lines = [f"{'surface':<{width}}  tried  surviving"]
        for surface, tried in self.tried.items():
            lines.append(f"{surface:<{width}}  {tried:>5}  {len(self.faults[surface]):>9}")
        return "\n".join(lines)

    def render(self, vectors) -> None:
        """Rendered text by itself: a comment's, a post's."""
        for vector in vectors:
            comment = judge.fragment(markup.render(vector), judge.COMMENT)
            post = judge.fragment(author_markup.render(vector), judge.POST)
            self.note("text of a comment", 1, [(vector, fault) for fault in comment])
            self.note("text of a post", 1, [(vector, fault) for fault in post])

    def play(self, play, scene, vectors) -> None:
        most, places = PLAYS[play]
        harmless = undone(play, scene, ["Word"] * (CROWD if most is None else 1))
        for texts in hundreds(vectors) if most is None else packed(vectors, most):
            for surface, shown in undone(play, scene, texts).items():
                faults = verdict(shown, harmless[surface], places)
                self.note(surface, len(texts), [(texts[:3], fault) for fault in faults])


def undone(play, scene, texts) -> dict:
    with transaction.atomic():
        surfaces = play(scene, texts)
        transaction.set_rollback(True)
    return surfaces


def verdict(shown, harmless, places) -> list[str]:
    if not isinstance(shown, str):
        return of_mail(shown, harmless)
    if shown.startswith("<?xml"):
        return of_feed(shown, harmless, places.get(("div", "text"), judge.COMMENT))
    return judge.page(shown, harmless, places)


def of_feed(xml: str, harmless: str, dialect: dict) -> list[str]:
    """A strict parser's tree, and the HTML within it."""
    root, other = (ET.fromstring(text.encode()) for text in (xml, harmless))  # noqa: S314 (ours)
    same = [e.tag for e in root.iter()] == [e.tag for e in other.iter()]
    faults = [] if same else ["other elements"]
    for element in root.iter():
        if element.get("type") == "html":
            faults += judge.fragment(element.text or "", dialect)
    return faults


def of_mail(message, harmless) -> list[str]:
    """Headers, parts, and the page in one of them, as another program reads the mail."""
    mail = message_from_bytes(message.as_bytes(), policy=policy.default)
    other = message_from_bytes(harmless.as_bytes(), policy=policy.default)
    faults = [] if sorted(mail.keys()) == sorted(HEADERS) else [f"headers {mail.keys()}"]
    if [part.get_content_type() for part in mail.walk()] != PARTS or mail.defects:
        faults.append("other parts")
    pages = (part.get_body(["html"]).get_content() for part in (mail, other))
    return faults + judge.page(*pages, PLACES)


def hundreds(vectors):
    """A hundred at a time; the last hundred is filled up with the first ones."""
    for start in range(0, len(vectors), CROWD):
        texts = vectors[start : start + CROWD]
        yield (texts + vectors * CROWD)[:CROWD]


def packed(vectors, most: int):
    """As many as fit into a field, one at least; of a longer one its beginning and its end."""
    texts, length = [], 0
    for vector in (v if len(v) <= most else v[: most // 2] + v[-most // 2 + 1 :] for v in vectors):
        if texts and length + len(vector) > most:
            yield texts
            texts, length = [], 0
        texts.append(vector)
        length += len(vector) + 1
    if texts:
        yield texts
