"""What a moderator has before them: the tabs of the queue, and its rows with all they tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from comments import address, history
from comments.models import Comment, Event, SpamCheck

Status = Comment.Status


@dataclass(frozen=True)
class Tab:
    slug: str
    name: str
    status: str | None
    acts: tuple[str, ...]
    """What is offered for many at once; names in comments.admin.acts."""
    empty: str


WAITING = Tab(
    "",
    "Waiting for you",
    Status.PENDING,
    ("publish", "spam", "trash", "check_again"),
    "Nothing waits for you.",
)
CHECKING = Tab(
    "checking",
    "Being checked",
    Status.PENDING,
    ("publish", "spam", "trash", "check_again"),
    "Nothing is being checked.",
)
PUBLISHED = Tab("published", "Published", Status.APPROVED, ("spam", "trash"), "Nothing here yet.")
SPAM = Tab("spam", "Spam", Status.SPAM, ("not_spam", "trash", "purge"), "No spam.")
TRASH = Tab("trash", "Trash", Status.TRASH, ("restore", "spam", "purge"), "The trash is empty.")
EVERYWHERE = Tab(
    "all", "Everywhere", None, ("publish", "spam", "trash"), "Nothing here."
)  # for a search
STATUS_NAMES = {
    Status.PENDING: "Waiting",
    Status.APPROVED: PUBLISHED.name,
    Status.SPAM: SPAM.name,
    Status.TRASH: TRASH.name,
}
TABS = (WAITING, CHECKING, PUBLISHED, SPAM, TRASH)


@dataclass
class Row:
    comment: Comment
    record: "Record"
    reasons: list[str]
    decision: str
    status: str
    """In words: "Waiting for you", "Being checked", "Published"..."""


@dataclass(frozen=True)
class Record:
    """What became of what was sent under the same e-mail address."""

    published: int = 0
    spam: int = 0


def tab(slug: str | None) -> Tab:
    known = {tab.slug: tab for tab in (*TABS, EVERYWHERE)}
    return known.get(slug or "", WAITING)


def in_tab(tab: Tab, enabled: bool):
    """The comments of a tab. Without an Akismet key (`enabled`) nothing is being checked."""
    if tab is EVERYWHERE:
        return Comment.objects.all()
    comments = Comment.objects.filter(status=tab.status)
    if tab is CHECKING:
        return comments.filter(check_at__isnull=False) if enabled else comments.none()
    if tab is WAITING and enabled:
        return comments.filter(check_at__isnull=True)
    if tab in (SPAM, TRASH):
        return comments.exclude(body="")  # emptied: only its replies keep it
    return comments


def counts(enabled: bool) -> dict[Tab, int]:
    """Five counts by the index of (status, id)."""
    return {tab: in_tab(tab, enabled).count() for tab in TABS}


def waiting(enabled: bool) -> int:
    return in_tab(WAITING, enabled).count()


def with_story(comments):
    """With all that `rows` needs, in a fixed number of queries."""
    last = SpamCheck.objects.filter(comment=OuterRef("pk")).order_by("-at", "-pk")
    verbs = [Event.Verb.HELD, Event.Verb.EDITED, *history.MOVES]
    told = Event.objects.filter(verb__in=verbs).select_related("actor")
    return (
        comments.select_related("post", "parent", "author", "submission")
        .defer("body_html", "post__body", "post__body_html", "parent__body", "parent__body_html")
        .annotate(last_check=Subquery(last.values("pk")[:1]))
        .prefetch_related(Prefetch("events", told, to_attr="story"))
    )


def rows(comments: Iterable[Comment], enabled: bool) -> list[Row]:
    """Comments from `with_story`, with the author's record, and how each came to where it is."""
    comments = list(comments)
    checks = SpamCheck.objects.in_bulk([c.last_check for c in comments if c.last_check])
    known = records({c.author_email for c in comments})
    return [
        Row(
            comment,
            known.get(comment.author_email, Record()),
            _reasons(comment, checks.get(comment.last_check), enabled),
            history.decision(comment, comment.story),
            _status(comment, enabled),
        )
        for comment in comments
    ]


def records(emails: set[str]) -> dict[str, Record]:
    """By e-mail address; nobody's without one."""
    sent = Comment.objects.filter(author_email__in=emails - {""})
    counted = sent.values("author_email").annotate(
        published=Count("pk", filter=Q(status=Status.APPROVED)),
        spam=Count("pk", filter=Q(status=Status.SPAM)),
    )
    return {row["author_email"]: Record(row["published"], row["spam"]) for row in counted}


def suggest_proxies(peer: str) -> str:
    """The network around a proxy at `peer`, as TRUSTED_PROXIES takes it."""
    ip = address.parse(peer)
    if ip is None:
        return ""
    if not isinstance(ip, IPv4Address):
        return str(ip_network((ip, 64), strict=False)) if not ip.is_loopback else f"{ip}/128"
    if ip.is_loopback:
        return "127.0.0.0/8"
    # Docker gives each network a /16 of 172.16/12; a rented private network is often all of 10/8.
    first = str(ip).partition(".")[0]
    return str(ip_network((ip, {"172": 16, "10": 8}.get(first, 24)), strict=False))


def _reasons(comment, last_check, enabled) -> list[str]:
    if comment.status != Status.PENDING:
        return []
    return history.reasons(comment, comment.story, last_check, enabled)


def _status(comment, enabled) -> str:
    if comment.status != Status.PENDING:
        return STATUS_NAMES[comment.status]
    return CHECKING.name if enabled and comment.check_at else WAITING.name
