"""The status of comments: `receive` (birth), `decide` (the check's answer), `move` (a person's).

All consequences of a status stand here: what is shown, what is counted, what is noted, who is told.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from comments import ancestry, markup, notices, spam, thread
from comments.models import Comment, Event, Purged, SpamCheck, Submission, Thread
from comments.spam import attempts

Status = Comment.Status
Cleared = Comment.ClearedBy

log = logging.getLogger(__name__)

CRASH_GUARD = timedelta(seconds=30)  # a crash before the answer leaves the comment to the worker


class AlreadyReceived(Exception):
    """The same form was sent before; `comment` is what came of it."""

    def __init__(self, comment: Comment):
        self.comment = comment


class ParentIsGone(Exception):
    """The comment that is answered was deleted at this moment."""


def is_moderator(user) -> bool:
    return user.is_active and user.is_staff and user.has_perm("comments.change_comment")


def receive(comment: Comment, submission: Submission, holds: Iterable[dict] = ()) -> Comment:
    """Store a new comment as pending, and due for a check. Nothing is asked or told yet.

    `holds` are the rules that make it wait for a person, as {"rule": ..., ...}. Raises
    AlreadyReceived when a submission with this key exists, ParentIsGone with no parent any more.
    """
    now = timezone.now()
    comment.created_at = comment.status_at = now
    comment.status = Status.PENDING
    comment.check_at = now + CRASH_GUARD
    comment.body_html = markup.render(comment.body)
    comment.path = comment.newest = b""
    comment.depth = comment.parent.depth + 1 if comment.parent else 0
    submission.comment = comment
    try:
        with transaction.atomic():
            _insert(comment, submission, holds)
    except IntegrityError:
        earlier = received_before(submission)
        if earlier is None:
            raise ParentIsGone from None
        raise AlreadyReceived(earlier) from None
    return comment


def received_before(submission: Submission) -> Comment | None:
    """The comment that came of the same form, sent before."""
    return Comment.objects.filter(submission__key=submission.key).select_related("post").first()


def restore(comment: Comment, status: str, holds: Iterable[dict] = ()) -> Comment:
    """Store a comment of earlier, with its date and status. It is never sent to the check."""
    comment.status, comment.status_at = Status.PENDING, timezone.now()
    comment.body_html = markup.render(comment.body)
    comment.path = comment.newest = b""
    comment.depth = comment.parent.depth + 1 if comment.parent else 0
    with transaction.atomic():
        _insert(comment, None, holds)
        if status == Status.APPROVED:
            comment.published_at = comment.published_at or comment.created_at
        if status != Status.PENDING:
            _change(comment, status, Cleared.IMPORT, None)
    return comment


def check_at_once(comment: Comment) -> None:
    """The first attempt, while the writer waits. Without one the worker comes to it in a moment."""
    try:
        if not spam.breaker_is_open(timezone.now()):
            decide(comment, spam.check(comment))
            comment.refresh_from_db(from_queryset=Comment.objects.select_related("post"))
    except (OperationalError, InterfaceError) as error:  # stored it is, so the writer is told so
        kind = type(error.__cause__ or error).__name__
        log.error("Comment %s: left to the worker, the database fails (%s)", comment.pk, kind)


def decide(comment: Comment, verdict: spam.Verdict, reason: str = "") -> None:
    """Act on the check's answer about `comment` as it stands in memory: that text was checked.

    A comment that is no longer pending, or whose text is another by now, stays as it is.
    """
    now = timezone.now()
    with transaction.atomic():
        current = Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk).first()
        if current is None:
            return
        recovered = not verdict.failed and attempts.failed_last()
        failures = attempts.note(current, verdict, reason)
        if current.status != Status.PENDING or _state(current) != _state(comment):
            Event.objects.create(comment=current, verb=Event.Verb.LATE, data={"code": verdict.code})
            return
        _carry_out(current, verdict, failures, now)
    if recovered:
        Comment.objects.held_by_a_failed_check().update(check_at=now)


def move(comment: Comment, to: str, by: AbstractBaseUser) -> bool:
    """A moderator gives the comment another status. False: it had it, or there is nothing left."""
    with transaction.atomic():
        current = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
        if current.status == to or (to == Status.APPROVED and not current.body):
            return False
        _change(current, to, Cleared.MODERATOR, by)
    comment.refresh_from_db()
    return True


def edit(comment: Comment, body: str, by: AbstractBaseUser) -> None:
    """A moderator writes another text: cleared by them if public, checked anew if pending."""
    now = timezone.now()
    with transaction.atomic():
        current = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
        if current.body in (body, ""):  # what was emptied only holds a place
            return
        changes = {"body": body, "body_html": markup.render(body), "edited_at": now}
        if current.is_public:
            changes |= {"cleared_by": Cleared.MODERATOR, "cleared_at": now}
        elif current.check_at:
            changes["check_at"] = now
        Comment.objects.filter(pk=current.pk).update(**changes)
        Event.objects.create(comment=current, verb=Event.Verb.EDITED, actor=by)
        if current.shown:
            _touch(current)
    comment.refresh_from_db()


def purge(comment: Comment) -> None:
    """Delete a comment for good. One that has replies is emptied and stays: none moves up."""
    with transaction.atomic():
        # A whole lock, not no_key: no reply may come in between being looked for and the end.
        current = Comment.objects.select_for_update().get(pk=comment.pk)
        if current.status in (Status.APPROVED, Status.PENDING):
            _change(current, Status.TRASH, "", None)
        if current.replies.exists():
            _empty(current)
            return
        if current.published_at:
            Purged.objects.create(pk=current.pk, post_id=current.post_id)
        current.delete()


def check_again(comment: Comment, by: AbstractBaseUser) -> bool:
    """Let the worker check a pending comment now. False: it is not pending any more."""
    with transaction.atomic():
        due = Comment.objects.pending().filter(pk=comment.pk).update(check_at=timezone.now())
        if due:
            Event.objects.create(comment_id=comment.pk, verb=Event.Verb.AGAIN, actor=by)
    return bool(due)


def make_due_again() -> int:
    """Have everything that a fault holds checked now: a new key, or known addresses."""
    now = timezone.now()
    soon = Q(check_at__lte=now + 2 * CRASH_GUARD)  # under way, or due in a moment by itself
    return Comment.objects.held_by_a_fault().exclude(soon).update(check_at=now)


def _insert(comment, submission, holds) -> None:
    Thread.objects.get_or_create(post_id=comment.post_id)
    comment.save(force_insert=True)
    place = thread.place(comment.parent, comment.created_at, comment.pk)
    comment.path, comment.newest = place.path, place.newest
    comment.save(update_fields=["path", "newest"])
    if submission:
        submission.save(force_insert=True)
    Event.objects.bulk_create(
        Event(comment=comment, verb=Event.Verb.HELD, data=hold) for hold in holds
    )


def _state(comment) -> tuple:
    """What an answer is about: this text, and since when the comment waits."""
    return comment.body, comment.author_name, comment.author_url, comment.status_at


def _carry_out(comment, verdict, failures, now) -> None:
    """The decision table: spam, published, held for a person, or held for another attempt."""
    by_its_author = comment.author if comment.author and is_moderator(comment.author) else None
    if by_its_author and verdict.result != SpamCheck.Result.HAM:
        _change(comment, Status.APPROVED, Cleared.MODERATOR, by_its_author)
    elif verdict.result in (SpamCheck.Result.SPAM, SpamCheck.Result.DISCARD):
        _change(comment, Status.SPAM, "", None, {"blatant": verdict.result == "discard"})
    elif verdict.result == SpamCheck.Result.HAM:
        if comment.events.filter(verb=Event.Verb.HELD).exists() and not by_its_author:
            _wait(comment, None)
        else:
            _change(comment, Status.APPROVED, Cleared.CHECK, None)
    else:
        _wait(comment, spam.next_check(verdict, failures, comment.created_at, now))
    notices.after_decision(comment, verdict)


def _wait(comment, check_at) -> None:
    comment.check_at = check_at
    Comment.objects.filter(pk=comment.pk).update(check_at=check_at)


def _change(comment, to, cleared_by, actor, data=None) -> None:
    """The one place where a status changes. The row is locked by the caller."""
    now = timezone.now()
    was_public, was_shown = comment.is_public, comment.shown
    comment.status, comment.status_at, comment.check_at = to, now, None
    if to == Status.APPROVED:
        comment.cleared_by, comment.cleared_at = cleared_by, now
        comment.published_at = comment.published_at or now
        comment.shown = True
    else:
        comment.cleared_by, comment.cleared_at = "", None
        comment.shown = was_shown and _has_shown_replies(comment)
    comment.save(
        update_fields=[
            "status",
            "status_at",
            "check_at",
            "cleared_by",
            "cleared_at",
            "published_at",
            "shown",
        ]
    )
    Event.objects.create(comment=comment, verb=to, actor=actor, data=data or {})
    if comment.shown and not was_shown:
        _light_ancestors(comment)
    elif was_shown and not comment.shown:
        _put_out_stones(comment)
    if comment.is_public != was_public:
        _count(comment, 1 if comment.is_public else -1)
    elif comment.shown:  # a stone says why it is one
        _touch(comment)


def _has_shown_replies(comment) -> bool:
    return Comment.objects.filter(parent=comment, shown=True).exists()


def _lock(ids) -> list[Comment]:
    """Nearest first, as every move goes: so none waits for one that waits for it."""
    rows = Comment.objects.select_for_update(no_key=True).only("shown", "parent_id")
    return list(rows.filter(pk__in=ids).order_by("-depth"))


def _light_ancestors(comment) -> None:
    """A reply that is public needs its ancestors in the thread, as stones if need be."""
    pk = comment.parent_id
    while pk:
        above = _lock(ancestry.dark(pk))
        dark = [row.pk for row in above if not row.shown]
        Comment.objects.filter(pk__in=dark).update(shown=True)
        pk = None if above[-1].shown else above[-1].parent_id


def _put_out_stones(comment) -> None:
    """Stones that no reply needs any more leave the thread."""
    pk = comment.pk if comment.parent_id else None
    while pk:
        locked = {row.pk for row in _lock(ancestry.needless(pk))}
        above = ancestry.needless(pk)  # once more: others may have moved until they were locked
        gone = [stone for stone, goes in above.items() if goes and stone in locked]
        Comment.objects.filter(pk__in=gone).update(shown=False)
        pk = gone[-1] if gone and len(gone) == len(locked) else None


def _count(comment, by: int) -> None:
    changes = {"count": F("count") + by, "version": F("version") + 1}
    if by > 0:
        changes["last_published_at"] = comment.published_at
    Thread.objects.filter(post_id=comment.post_id).update(**changes)


def _touch(comment) -> None:
    Thread.objects.filter(post_id=comment.post_id).update(version=F("version") + 1)


def _empty(comment) -> None:
    nothing = dict.fromkeys(["author_name", "author_email", "author_url", "body", "body_html"], "")
    Comment.objects.filter(pk=comment.pk).update(author=None, edited_at=None, **nothing)
    Submission.objects.filter(comment=comment).delete()
    comment.checks.all().delete()  # they hold a hash of the text
    if comment.shown:
        _touch(comment)
