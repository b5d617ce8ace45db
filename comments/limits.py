"""Floods and repeats, seen in the rows of submissions and so across processes."""

from datetime import timedelta

from django.utils import timezone

from comments.models import Comment, Submission

SAME_PERSON = timedelta(seconds=15)
FIVE_MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)
# Who has an IPv6 /48 has 65,536 of the /64 that one household has.
PER_SENDER = (
    ("network", FIVE_MINUTES, 30),
    ("network", HOUR, 200),
    ("wider", FIVE_MINUTES, 300),
    ("wider", HOUR, 2000),
)
REPEAT = timedelta(minutes=10)


def wait(submission: Submission) -> timedelta:
    """How long until this person, and this address, may send another comment; zero: now."""
    now = timezone.now()
    waits = [_wait(submission, now, "person", SAME_PERSON, 1)]
    waits += [_wait(submission, now, *limit) for limit in PER_SENDER]
    return max(waits)


def repeat_of(comment: Comment, submission: Submission) -> Comment | None:
    """The same words by the same person on the same post, a moment ago."""
    same = _lately(submission, timezone.now(), "person", REPEAT).filter(
        comment__post=comment.post_id,
        comment__parent=comment.parent_id,
        comment__body=comment.body,
    )
    found = same.select_related("comment").first()
    return found.comment if found else None


def _wait(submission, now, column, span, most) -> timedelta:
    """Until the oldest of the last `most` is older than the span. What was refused has no row."""
    if not getattr(submission, column):
        return timedelta()  # unknown, and so nobody's in particular
    rows = _lately(submission, now, column, span)
    oldest = next(iter(rows.values_list("created_at", flat=True)[most - 1 : most]), None)
    return oldest + span - now if oldest else timedelta()


def _lately(submission, now, column, span):
    """Not what lies in the future: a clock that was set back must not close the site."""
    rows = Submission.objects.filter(**{column: getattr(submission, column)})
    return rows.filter(created_at__gt=now - span, created_at__lte=now).order_by("-created_at")
