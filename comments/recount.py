"""Verifies what no CHECK of the database can say about a thread, and mends what can be mended.

What is shown and what is counted follows from the rest, so it is set right. A place or a parent
that is wrong is only reported: it came with the comment, and no rule says which half is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from comments import thread
from comments.models import Comment, Thread
from posts.models import Post

CHUNK = 2000
COLUMNS = ["pk", "post_id", "created_at", "depth", "path", "newest"]
COLUMNS += ["parent_id", "parent__post_id", "parent__path", "parent__depth"]
APPROVED = Q(status=Comment.Status.APPROVED)


@dataclass(frozen=True)
class Finding:
    text: str
    mended: bool = False


class Parent(NamedTuple):
    path: bytes
    depth: int


class Row(NamedTuple):
    pk: int
    post: int
    created_at: datetime
    depth: int
    path: bytes
    newest: bytes
    parent: int | None
    parent_post: int | None
    parent_path: bytes | None
    parent_depth: int | None


def run(*, mend: bool) -> Iterator[Finding]:
    """What is wrong, post by post, in bounded memory."""
    for post in Post.objects.order_by("pk").values_list("pk", flat=True):
        misplaced = False
        for finding in _places(post):
            misplaced = True
            yield finding
        # Two comments at the same place cannot both be shown: first the places have to be right.
        yield from _shown(post, mend=mend and not misplaced)
        yield from _counted(post, mend=mend)


def _places(post: int) -> Iterator[Finding]:
    rows = Comment.objects.filter(post=post).order_by("pk").values_list(*COLUMNS)
    for row in map(Row._make, rows.iterator(CHUNK)):
        if row.parent and row.parent_post != row.post:
            yield Finding(f"Comment {row.pk} answers comment {row.parent} of another post.")
        elif not _is_in_place(row):
            yield Finding(f"Comment {row.pk} is not where its date and parent put it.")


def _is_in_place(row: Row) -> bool:
    parent = Parent(row.parent_path, row.parent_depth) if row.parent else None
    place = thread.place(parent, row.created_at, row.pk)
    return place == thread.Place(row.depth, bytes(row.path), bytes(row.newest))


def _shown(post: int, *, mend: bool) -> Iterator[Finding]:
    """Approved comments and stones are shown. Right row by row is right from the leaves up."""
    while wrong := list(_wrongly_shown(post).order_by("-depth", "pk")[:CHUNK]):
        for comment in wrong:
            while comment and (not mend or _turn(comment)):
                yield Finding(f"Comment {comment.pk} was {_state(comment)}.", mend)
                comment = comment.parent if mend else None  # which may be wrong only now
        if not mend:
            return


def _wrongly_shown(post: int):
    comments = Comment.objects.filter(post=post).only("shown", "post_id", "parent_id")
    shown_reply = Exists(Comment.objects.filter(parent=OuterRef("pk"), shown=True))
    dark = Q(shown=False) & (APPROVED | Q(shown_reply))
    return comments.filter(dark | Q(~APPROVED, ~shown_reply, shown=True))


def _turn(comment: Comment) -> bool:
    """Looked at once more under a lock: a moderator may just have been here."""
    with transaction.atomic():
        Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
        wrong = _wrongly_shown(comment.post_id).filter(pk=comment.pk, shown=comment.shown)
        turned = wrong.update(shown=not comment.shown)
        Thread.objects.filter(post=comment.post_id).update(version=F("version") + 1)
    return bool(turned)


def _state(comment: Comment) -> str:
    return "shown without reason" if comment.shown else "not shown, though it should be"


def _counted(post: int, *, mend: bool) -> Iterator[Finding]:
    """The row is locked before its comments are counted, so no move can come in between."""
    with transaction.atomic():
        found = Thread.objects.select_for_update().filter(post=post).first()
        count = Comment.objects.filter(APPROVED, post=post).count()
        if found is None and not Comment.objects.filter(post=post).exists():
            return
        if found is None and mend:
            Thread.objects.create(post_id=post, count=count)
        if found and found.count != count and mend:
            version = F("version") + 1
            Thread.objects.filter(post=post).update(count=count, version=version)
    if found is None:
        yield Finding(f"Post {post} has comments and no thread.", mend)
    elif found.count != count:
        yield Finding(f"Post {post} counts {found.count} comments and has {count}.", mend)
