"""Floods and repeats, seen in the rows of submissions and so across processes."""

from datetime import timedelta

from django.utils import timezone

from comments.models import Comment, Submission

SAME_PERSON = timedelta(seconds=15)
PER_NETWORK = ((timedelta(minutes=5), 30), (timedelta(hours=1), 200))
REPEAT = timedelta(minutes=10)


def is_flood(comment: Comment, submission: Submission) -> bool:
    """Whether this person, or this address (IPv6: this /64), sends too much at once."""
    now = timezone.now()
    if _by_same_person(comment, submission).filter(created_at__gt=now - SAME_PERSON).exists():
        return True
    if not submission.network:
        return False  # unknown, and so nobody's in particular
    rows = Submission.objects.filter(network=submission.network)
    return any(rows.filter(created_at__gt=now - span).count() >= most for span, most in PER_NETWORK)


def repeat_of(comment: Comment, submission: Submission) -> Comment | None:
    """The same words by the same person on the same post, a moment ago."""
    same = _by_same_person(comment, submission).filter(
        created_at__gt=timezone.now() - REPEAT,
        comment__post=comment.post_id,
        comment__parent=comment.parent_id,
        comment__body=comment.body,
    )
    found = same.select_related("comment").order_by("-created_at").first()
    return found.comment if found else None


def _by_same_person(comment, submission):
    """Name and e-mail; a name alone is shared by many, so then the address counts too."""
    same = Submission.objects.filter(
        comment__author_name__iexact=comment.author_name,
        comment__author_email__iexact=comment.author_email,
    )
    return same if comment.author_email else same.filter(network=submission.network)
