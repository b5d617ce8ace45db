"""How long things are kept. Clocks of spam and trash count from the last change of status."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from comments import moderation
from comments.models import Comment, Discussion, Notice, Submission

SUBMISSIONS = timedelta(days=15)
SPAM = timedelta(days=30)
BLATANT = timedelta(hours=1)  # with AKISMET_DISCARD; until then its address counts for floods
TRASH = timedelta(days=30)
NOTICES = timedelta(days=30)
BATCH = 200


def run(now: datetime) -> int:
    """Delete a batch of what is past its time; the number of rows deleted."""
    old = Submission.objects.filter(created_at__lt=now - SUBMISSIONS)
    done = Submission.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    done_notices = Notice.objects.filter(sent_at__lt=now - NOTICES).delete()
    comments = (_old_spam(now), _old_trash(now), _blatant_spam(now))
    return done[0] + done_notices[0] + sum(_purge(old) for old in comments)


def _old_spam(now):
    """Spam of a month ago that was there when a moderator last opened Spam."""
    opened = Discussion.objects.values_list("spam_opened_at", flat=True).first()
    if opened is None:
        return Comment.objects.none()
    return Comment.objects.filter(status=Comment.Status.SPAM, status_at__lt=min(now - SPAM, opened))


def _old_trash(now):
    return Comment.objects.filter(status=Comment.Status.TRASH, status_at__lt=now - TRASH)


def _blatant_spam(now):
    """What Akismet is certain of is not kept where the operator wants it so."""
    if not settings.AKISMET_DISCARD:
        return Comment.objects.none()
    return Comment.objects.filter(
        status=Comment.Status.SPAM,
        status_at__lt=now - BLATANT,
        published_at__isnull=True,
        author__isnull=True,
        events__data__blatant=True,
    )


def _purge(comments) -> int:
    """Newest first, so that replies go before what they answer."""
    emptied = Q(body="") & Exists(Comment.objects.filter(parent=OuterRef("pk")))
    batch = list(comments.exclude(emptied).order_by("-pk")[:BATCH])
    for comment in batch:
        with suppress(Comment.DoesNotExist):  # another worker was faster
            moderation.purge(comment)
    return len(batch)


def compact() -> None:
    """Write the database anew, so that its files hold nothing of what was deleted."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM" if connection.vendor == "sqlite" else "VACUUM FULL")
