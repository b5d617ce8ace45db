"""When a comment is checked again, and when asking is left alone for a minute."""

import random
from datetime import datetime, timedelta

from comments.models import SpamCheck
from comments.spam.verdict import OPERATOR, Result, Verdict

FIRST_WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=20),
)
DAY_WAIT, LATER_WAIT = timedelta(minutes=20), timedelta(hours=1)
OPERATOR_WAIT = timedelta(hours=6)
GIVE_UP = timedelta(days=15)  # then the submission is deleted too, and a person decides
BREAKER_CHECKS, BREAKER_OPEN = 3, timedelta(seconds=60)

dice = random.SystemRandom()


def next_check(
    verdict: Verdict, attempts: int, first_at: datetime, now: datetime
) -> datetime | None:
    """When to ask again; None: never by itself, either it is answered or a person decides.

    `attempts` counts the failed ones so far, this one included; `first_at` is when the first
    one was due, in practice when the comment came in.
    """
    age = now - first_at
    if age >= GIVE_UP or verdict.code == "no-ip":
        return None
    if verdict.result == Result.PROVISIONAL:
        # Should Akismet ask for it again and again, then ever more seldom.
        asked = timedelta(seconds=verdict.recheck_after or 0)
        return now + max(asked, min(age / 10, LATER_WAIT))
    return now + _wait(verdict, attempts, age) if verdict.failed else None


def breaker_is_open(now: datetime) -> bool:
    """Whether to leave a new comment to the worker at once: Akismet has just been out of reach.

    That is: the last three checks failed on the way, the newest less than 60 s ago. An error
    that Akismet itself has answered (a wrong key, a suspended account) costs nobody time and
    does not count; nor do comments about which nothing was sent, for they have no check.
    """
    last = list(SpamCheck.objects.order_by("-at", "-pk")[:BREAKER_CHECKS])
    return (
        len(last) == BREAKER_CHECKS
        and timedelta() <= now - last[0].at < BREAKER_OPEN  # a clock may be set back
        and all(Verdict(check.result, check.code).is_transport_failure for check in last)
    )


def _wait(verdict: Verdict, attempts: int, age: timedelta) -> timedelta:
    if verdict.code in OPERATOR:
        return _jitter(OPERATOR_WAIT)
    if verdict.code == "busy":
        return _jitter(FIRST_WAITS[0])  # nothing was sent, so nothing has failed
    wait = _jitter(_backoff(attempts, age))
    return max(wait, timedelta(seconds=verdict.retry_after or 0))


def _backoff(attempts: int, age: timedelta) -> timedelta:
    if attempts <= len(FIRST_WAITS):
        return FIRST_WAITS[max(attempts, 1) - 1]
    return DAY_WAIT if age < timedelta(days=1) else LATER_WAIT


def _jitter(wait: timedelta) -> timedelta:
    return wait * dice.uniform(0.9, 1.1)
