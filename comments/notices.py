"""Mails owed to moderators: rows first, sent by the worker, gathered to one in 15 minutes."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from comments import queue, spam
from comments.models import Comment, Notice
from posts.models import Site

log = logging.getLogger(__name__)

APART = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
SHOWN = 10  # comments in one mail; the others are counted


def after_decision(comment: Comment, verdict: spam.Verdict) -> None:
    """Owe a mail where a person is needed: for this comment, or for the check itself."""
    if comment.status == Comment.Status.PENDING and waits_for_a_person(comment):
        _owe(comment, Notice.Kind.WAITING)
    if verdict.needs_operator and spam.enabled() and not _told_lately():
        _owe(comment, Notice.Kind.CHECK_FAILS)


def waits_for_a_person(comment: Comment) -> bool:
    return comment.check_at is None or not spam.enabled()


def send_due(now: datetime) -> int:
    """Send what is due, one mail a recipient; the number of mails sent."""
    due = Notice.objects.filter(sent_at__isnull=True, due__lte=now)
    recipients = sorted(set(due.values_list("recipient", flat=True)[:1000]))
    return sum(_send_to(recipient, now) for recipient in recipients)


def make_due_again(now: datetime) -> int:
    """Let the mails that are put off go out now."""
    return Notice.objects.filter(sent_at__isnull=True, due__gt=now + LEASE).update(due=now)


def _owe(comment, kind) -> None:
    Notice.objects.bulk_create(
        [
            Notice(recipient=address, comment=comment, kind=kind, due=timezone.now())
            for address in settings.MODERATORS_EMAIL
        ],
        ignore_conflicts=True,
    )


def _told_lately() -> bool:
    since = timezone.now() - timedelta(days=1)
    return Notice.objects.filter(kind=Notice.Kind.CHECK_FAILS, due__gt=since).exists()


def _send_to(recipient, now) -> bool:
    lately = (now - APART, now)  # what lies in the future was sent before a clock was set back
    if Notice.objects.filter(recipient=recipient, sent_at__range=lately).exists():
        return False
    lease = now + LEASE
    due = Notice.objects.filter(recipient=recipient, sent_at__isnull=True, due__lte=now)
    if not due.update(due=lease):
        return False
    claimed = Notice.objects.filter(recipient=recipient, sent_at__isnull=True, due=lease)
    waiting = _still_waiting(claimed)
    fails = claimed.filter(kind=Notice.Kind.CHECK_FAILS).exists()
    if not waiting.exists() and not fails:
        claimed.delete()  # somebody was faster than the mail
        return False
    return _send(recipient, claimed, waiting, fails, now)


def _still_waiting(claimed):
    comments = Comment.objects.pending().filter(
        notices__in=claimed.filter(kind=Notice.Kind.WAITING)
    )
    return queue.with_story(comments).order_by("pk")


def _send(recipient, claimed, waiting, fails, now) -> bool:
    try:
        compose(recipient, waiting, fails).send()
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("Mail to moderators not sent: %s", type(error).__name__)
        tries = claimed.order_by("-tries").values_list("tries", flat=True).first()
        wait = min(timedelta(minutes=2**tries), LONGEST_WAIT)
        claimed.update(due=now + wait, tries=F("tries") + 1)
        return False
    claimed.update(sent_at=now)
    return True


def compose(recipient: str, waiting: QuerySet[Comment], fails: bool) -> EmailMultiAlternatives:
    """The mail about comments that wait, from queue.with_story, and about a check that fails."""
    count = waiting.count()
    context = {
        "site": Site.objects.current(),
        "site_url": settings.SITE_URL,
        "rows": queue.rows(waiting[:SHOWN], spam.enabled()),
        "count": count,
        "more": max(count - SHOWN, 0),
        "fails": fails,
        "queue_url": settings.SITE_URL + reverse("admin:comments_comment_changelist"),
    }
    subject = " ".join(render_to_string("mail/waiting_subject.txt", context).split())
    context["subject"] = subject
    text = render_to_string("mail/waiting.txt", context)
    mail = EmailMultiAlternatives(subject, text, to=[recipient])
    mail.attach_alternative(render_to_string("mail/waiting.html", context), "text/html")
    return mail
