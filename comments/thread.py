"""A comment in its thread: its place, the pages of a thread, and the page a comment stands on."""

from dataclasses import dataclass

from django.db.models import BinaryField, Q, Subquery, Value
from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment, Discussion
from posts.models import Post

PAGE = 100
KEY = 8  # bytes of one level of a path
LEVELS = 10  # deeper replies follow by time under their 9th ancestor
LAST = "last"

Start = int | bytes | str | None

ROW_FIELDS = [
    "post_id",
    "author_id",
    "author_name",
    "author_url",
    "body_html",
    "depth",
    "path",
    "newest",
    "status",
    "shown",
    "check_at",
    "created_at",
    "published_at",
    "edited_at",
    "parent__author_name",
    "parent__status",
    "parent__depth",
]


@dataclass(frozen=True)
class Place:
    depth: int
    path: bytes
    newest: bytes


def place(parent: Comment | None, created_at, id: int) -> Place:
    """Where a comment stands, fixed at birth: parent's path, then time, then id.

    A key is microseconds << 12 | id % 4096 as 8 bytes, big-endian, so that bytes sort as time
    does. `newest` turns the root's key round: roots newest first, replies still oldest first.
    """
    key = (int(created_at.timestamp() * 1_000_000) << 12 | id % 4096).to_bytes(KEY)
    above = bytes(parent.path)[: KEY * (LEVELS - 1)] if parent else b""
    path = above + key
    return Place(parent.depth + 1 if parent else 0, path, _invert(path[:KEY]) + path[KEY:])


@dataclass
class Row:
    """A comment on a page, with the lists to close and open before it."""

    comment: Comment
    level: int
    opens: str = ""  # tags, safe as they are
    waiting: bool = False  # not public: shown to a moderator only
    is_being_checked: bool = False  # waiting, but for the check and for nobody
    is_own: bool = False  # not public: shown to its writer only
    is_above: bool = False  # on an earlier page, named here because its replies go on
    is_apart: bool = False  # a reply that does not stand right inside what it answers
    by_author: bool = False  # by the author of the post

    @property
    def is_stone(self) -> bool:
        return not self.comment.is_public and not self.waiting and not self.is_own

    @property
    def answers(self) -> Comment | None:
        return self.comment.parent

    @property
    def may_be_answered(self) -> bool:
        return self.comment.is_public

    @property
    def heading(self) -> str:
        """The element of its first line: headings lead from root to root."""
        return "p" if self.comment.depth else "h3"


@dataclass
class Page:
    rows: list[Row]
    order: str
    next: int | None = None
    previous: int | None = None
    at_start: bool = True
    closes: str = ""

    @property
    def is_part(self) -> bool:
        """Whether the thread has more pages than this."""
        return self.next is not None or not self.at_start


def page(
    post: Post,
    *,
    order: str = Discussion.Order.OLDEST,
    start: Start = None,
    depth: int = 5,
    waiting: bool = False,
    own: Comment | None = None,
) -> Page:
    """One page of a thread: at most PAGE shown comments, in reading order, under the ancestors
    of the first that stand on earlier pages (9 at most).

    `start` names the comment the page begins with: its id, its key in this order, LAST, or None.
    An id that was never public, or is gone, gives the start. `waiting` adds the pending comments
    that stand among those rows, for a moderator; `own` adds one, for its writer.
    """
    key = sort_key(order)
    begin = _begin(post, key, start)
    comments = list(_rows(post, key, begin)[: PAGE + 1])
    if begin is not None and not comments:
        return page(post, order=order, depth=depth, waiting=waiting, own=own)
    found = Page([], order)
    if len(comments) > PAGE:
        found.next = comments.pop().pk
    if begin is not None:
        first = comments[0]
        found.at_start = first.pk == first.earliest
        found.previous = None if first.previous == first.earliest else first.previous
    upto = bytes(getattr(comments[-1], key)) if found.next else None
    extra = _waiting(post, key, begin, upto) if waiting else []
    comments = _merge(comments, [*extra, own] if own else extra, key)
    above = _above(post, comments[0]) if comments else []
    found.rows = list(_lists([*above, *comments], depth))
    for number, row in enumerate(found.rows):
        row.is_above = number < len(above)
        row.is_own = row.comment == own
        row.waiting = row.waiting and not row.is_own
        row.by_author = post.author_id is not None and row.comment.author_id == post.author_id
    found.closes = _close(found.rows)
    return found


def locate(comment: Comment, order: str = Discussion.Order.OLDEST) -> int | None:
    """The `?from=` of a page that shows the comment; None: the first page does."""
    key = sort_key(order)
    keys = _shown(comment.post_id, key).values_list(key, flat=True)
    after = next(iter(keys[PAGE : PAGE + 1]), None)
    on_first_page = after is None or bytes(getattr(comment, key)) < bytes(after)
    return None if on_first_page else comment.pk


def sort_key(order: str) -> str:
    return "newest" if order == Discussion.Order.NEWEST else "path"


def _shown(post, key):
    return Comment.objects.filter(post=post, shown=True).order_by(key)


def _rows(post, key, begin=None):
    """The shown comments from `begin` on; then each row also says where one page back begins."""
    rows = _shown(post, key).select_related("parent").only(*ROW_FIELDS)
    if begin is None:
        return rows
    before = _shown(post, key).filter(**{f"{key}__lt": begin}).reverse().values("pk")
    return rows.filter(**{f"{key}__gte": begin}).annotate(
        previous=Subquery(before[PAGE - 1 : PAGE]),
        earliest=Subquery(_shown(post, key).values("pk")[:1]),
    )


def _begin(post, key, start: Start):
    if start == LAST:
        keys = _shown(post, key).reverse().values_list(key, flat=True)
        start = next(iter(keys[PAGE - 1 : PAGE]), None)
    if start is None:
        return None
    if isinstance(start, int):
        # Shown now, even if only as an imported stone; or public once, and hidden since.
        known = Q(shown=True) | Q(published_at__isnull=False)
        return Subquery(Comment.objects.filter(known, pk=start, post=post).values(key))
    return Value(bytes(start), output_field=BinaryField())


def _waiting(post, key, begin, upto):
    rows = Comment.objects.filter(post=post, status=Comment.Status.PENDING, shown=False)
    rows = rows.select_related("parent").only(*ROW_FIELDS)
    if begin is not None:
        rows = rows.filter(**{f"{key}__gte": begin})
    if upto is not None:
        rows = rows.filter(**{f"{key}__lte": upto})
    return rows.order_by(key)[:PAGE]


def _merge(comments, extra, key):
    if not extra:
        return comments
    return sorted(
        {c.pk: c for c in [*comments, *extra]}.values(), key=lambda c: bytes(getattr(c, key))
    )


def _above(post, first):
    """The ancestors of a page's first row that stand on earlier pages, outermost first."""
    path = bytes(first.path)
    prefixes = [path[:end] for end in range(KEY, len(path), KEY)]
    if not prefixes:
        return []
    ancestors = Comment.objects.filter(post=post, shown=True, path__in=prefixes)
    found = ancestors.only("author_id", "author_name", "status", "path", "depth", "parent_id")
    return sorted(found, key=lambda comment: bytes(comment.path))


def _lists(comments, depth):
    """Rows with nested lists, none deeper than `depth` levels, whatever the page begins with."""
    levels, inside = [], [None]
    for comment in comments:
        at = min(comment.depth, depth - 1)
        closed = 0
        while levels and levels[-1] >= at:
            levels.pop()
            inside.pop()
            closed += 1
        opens = "</li></ol>" * (closed - 1) + "</li>" if closed else "<ol>"
        row = Row(comment, len(levels) + 1, mark_safe(opens))  # noqa: S308 - tags from here only
        row.is_apart = comment.parent_id != inside[-1]
        levels.append(at)
        inside.append(comment.pk)
        row.waiting = comment.status == Comment.Status.PENDING and not comment.shown
        yield row


def _close(rows) -> SafeString:
    depth = rows[-1].level if rows else 0
    return mark_safe("</li></ol>" * depth)  # noqa: S308 - tags from here only


def _invert(key: bytes) -> bytes:
    return bytes(255 - byte for byte in key)
