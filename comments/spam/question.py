"""The two questions Akismet is asked: is this comment spam, and is this key a key.

Neither raises for what a network, the library or a setting can do, and both return in time.
Never ask inside a transaction: a lock would be held for as long as Akismet thinks.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings

from comments.models import Comment
from comments.spam import client
from comments.spam.key import KeyState, is_well_formed, key
from comments.spam.payload import payload, text_hash
from comments.spam.pool import POOL, Busy
from comments.spam.verdict import Answer, Result, Verdict, judge

log = logging.getLogger("comments.spam")


def check(comment: Comment, reason: str = "") -> Verdict:
    """Ask once about the comment in memory; within AKISMET_TIMEOUT seconds in total.

    `reason` is Akismet's recheck_reason: "retry", "recheck", "edit", "recheck_queue".
    """
    began = time.monotonic()
    try:
        verdict = _check(comment, reason)
    except Exception as error:
        verdict = judge(Answer(fault="client"))
        log.warning("Comment %s: the check failed with %s", comment.pk, type(error).__name__)
    else:
        _note(comment, verdict)
    ms = round((time.monotonic() - began) * 1000) if verdict.attempted else 0
    return replace(verdict, ms=ms, text_hash=text_hash(comment))


def verify(key: str) -> KeyState:
    """Whether Akismet knows this key."""
    if not is_well_formed(key):
        return KeyState.INVALID
    if not client.is_allowed(settings.AKISMET_BASE_URL):
        return KeyState.UNREACHABLE
    try:
        known = _in_time(lambda call: client.verify(key, call))
    except Exception as error:
        log.warning("The key could not be verified: %s", client.fault(error))
        return KeyState.UNREACHABLE
    return KeyState.VALID if known else KeyState.INVALID


def _check(comment: Comment, reason: str) -> Verdict:
    secret, parameters = key(), payload(comment, reason)
    if code := _obstacle(secret, parameters):
        return _unasked(code)
    try:
        return judge(_in_time(lambda call: client.check(secret, parameters, call)))
    except Busy:
        return _unasked("busy")
    except TimeoutError:
        return judge(Answer(fault="timeout"))


def _obstacle(secret: str, parameters: dict[str, str]) -> str:
    """Our code of why there is nothing to send, or ""."""
    if not secret:
        return "no-key"
    if not is_well_formed(secret):
        return "bad-key"
    if not client.is_allowed(settings.AKISMET_BASE_URL):
        return "bad-url"
    return "" if "user_ip" in parameters else "no-ip"


def _in_time[T](ask: Callable[[client.Call], T]) -> T:
    """The answer, or TimeoutError: whatever comes later is dropped."""
    call = client.Call(time.monotonic() + settings.AKISMET_TIMEOUT)
    try:
        return POOL.run(lambda: ask(call), settings.AKISMET_TIMEOUT)
    except TimeoutError:
        call.abort()
        raise


def _unasked(code: str) -> Verdict:
    return Verdict(Result.ERROR, code, attempted=False)


def _note(comment: Comment, verdict: Verdict) -> None:
    if verdict.failed and verdict.code != "no-key":  # without a key nothing has gone wrong
        log.warning("Comment %s was not checked: %s", comment.pk, verdict.code)
