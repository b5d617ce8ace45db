"""What the worker does: the rows say what is due, a lease says who does it."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone

from comments import address, moderation, notices, retention, spam
from comments.models import Comment, Discussion, Event, SpamCheck, Submission
from posts.models import Site

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 50


@dataclass
class Clock:
    """Sees that the system's clock was set back: what was put off meanwhile lies far ahead."""

    ahead: float = -math.inf  # seconds, of the clock that only ever runs

    def was_set_back(self) -> bool:
        before, self.ahead = self.ahead, time.time() - time.monotonic()
        return self.ahead < before - LEASE.total_seconds()


CLOCK = Clock()


def run_once(wanted: Callable[[], bool] = lambda: True) -> int:
    """Do what is due now; the number of things done. Safe with any number of workers.

    `wanted` is asked between checks, each of which may take seconds.
    """
    _notice_new_settings()
    if CLOCK.was_set_back():
        freed = moderation.make_due_again() + notices.make_due_again(timezone.now())
        log.warning("The clock was set back: %d checks and mails are due again", freed)
    now = timezone.now()
    return check_due(now, wanted) + notices.send_due(now) + retention.run(now)


def check_due(now, wanted=lambda: True) -> int:
    """Check the comments that are due. Ends at the first sign that Akismet is out of reach."""
    done = 0
    due = Comment.objects.due_for_check(now).select_related("post", "author", "submission")
    for comment in due[:BATCH]:
        if not wanted():
            break
        if not _claim(comment, now):
            continue
        done += 1
        if not _check(comment):
            break
    return done


def _check(comment) -> bool:
    """False where Akismet is out of reach. One comment's trouble never holds up the others."""
    reason = _reason(comment)
    verdict = spam.check(comment, reason)
    try:
        moderation.decide(comment, verdict, reason)
    except (DatabaseError, ProtectedError, RestrictedError) as error:
        log.error("Comment %s: not decided, %s", comment.pk, type(error).__name__)
    return not verdict.is_transport_failure


def _notice_new_settings() -> None:
    """Another key or other proxies may free what was held for want of them."""
    changed = _key_has_changed() | _addresses_are_known()
    if changed and (freed := moderation.make_due_again()):
        log.info("New settings of the spam check: %d held comments are checked again", freed)


def _key_has_changed() -> bool:
    known, now = Discussion.objects.of(Site.objects.current()).key_fingerprint, spam.fingerprint()
    if known == now:
        return False
    changed = Discussion.objects.filter(key_fingerprint=known).update(key_fingerprint=now)
    return bool(changed)


def _addresses_are_known() -> bool:
    """Resolves the addresses that a proxy hid, now that TRUSTED_PROXIES names it."""
    hidden = Submission.objects.filter(
        comment__status=Comment.Status.PENDING, ip__isnull=True
    ).exclude(peer="")
    found = False
    for submission in hidden.order_by("-created_at")[:BATCH] if settings.TRUSTED_PROXIES else ():
        ip = address.resolve(submission.peer, submission.forwarded, settings.TRUSTED_PROXIES)
        if ip:
            submission.ip, submission.network = str(ip), address.network(ip)
            submission.wider = address.wider(ip)
            submission.peer = submission.forwarded = ""
            submission.save()
            found = True
    return found


def _claim(comment, now) -> bool:
    """Whether this worker may check the comment; kill -9 leaves it due again in a minute."""
    seen = Comment.objects.filter(
        pk=comment.pk, status=Comment.Status.PENDING, check_at=comment.check_at
    )
    return bool(seen.update(check_at=now + LEASE))


def _reason(comment) -> str:
    last = comment.checks.order_by("-at", "-pk").first()
    if last is None:
        return ""
    if comment.events.filter(verb=Event.Verb.AGAIN, at__gt=last.at).exists():
        return "recheck_queue"
    return "recheck" if last.result == SpamCheck.Result.PROVISIONAL else "retry"
