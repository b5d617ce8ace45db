"""What happened to a comment, in sentences: how it was decided, why it waits, and all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from comments.models import Comment, Event, SpamCheck

Status, Verb, Result = Comment.Status, Event.Verb, SpamCheck.Result

MOST = 200  # rows of each kind that a history reads
MOVES = (Verb.APPROVED, Verb.SPAM, Verb.TRASH, Verb.PENDING)

RULES = {
    "honeypot": "The hidden field was filled",
    "fast": "Sent within 3 seconds of opening the form",
}
STAFF = {
    "author_name": "Uses the name of a member of staff",
    "author_email": "Uses the e-mail address of a member of staff",
}
FAULTS = {
    "throttled": "Akismet asked to be left alone for a while",
    "invalid-key": "Akismet did not accept the key",
    "akismet-error": "Akismet answered that something is wrong with the account",
    "dns": "The address of Akismet could not be looked up",
    "tls": "No safe connection to Akismet could be made",
    "redirect": "Akismet sent us elsewhere",
    "garbage": "The answer of Akismet made no sense",
    "oversized": "The answer of Akismet made no sense",
}
UNREACHED = frozenset({"refused", "reset", "closed", "unreachable", "proxy"})


@dataclass
class Entry:
    at: datetime
    text: str
    until: datetime | None = None
    """The last time, where the same happened `times` times in a row."""
    times: int = 1


def decision(comment: Comment, moves: Iterable[Event]) -> str:
    """How the status came about: "Akismet found no spam", "by Alma", "from the import"."""
    verbs = {comment.status}
    if comment.cleared_by == Comment.ClearedBy.MODERATOR:
        verbs.add(Verb.EDITED)  # whoever corrects a public text answers for it
    last = max((e for e in moves if e.verb in verbs), key=_age, default=None)
    by = last.actor if last else None
    if comment.status == Status.APPROVED and comment.cleared_by == Comment.ClearedBy.CHECK:
        return "Akismet found no spam"
    if comment.status == Status.APPROVED and comment.cleared_by == Comment.ClearedBy.IMPORT:
        return "from the import"
    if comment.status == Status.SPAM and last and not by and "blatant" in last.data:
        return "Akismet is certain" if last.data["blatant"] else "Akismet found spam"
    return f"by {name(by)}" if comment.status != Status.PENDING else ""


def reasons(
    comment: Comment, events: Iterable[Event], last_check: SpamCheck | None, enabled: bool
) -> list[str]:
    """Why a pending comment waits, as phrases. `enabled`: whether there is an Akismet key."""
    events = sorted(events, key=_age)
    moved = [e for e in events if e.verb in MOVES]
    if moved and moved[-1].verb == Verb.PENDING:
        return [f"Put back by {name(moved[-1].actor)}"]
    found = [rule(e.data) for e in events if e.verb == Verb.HELD]
    if not enabled:
        return found or ["No Akismet key"]
    return found + _for_want_of_an_answer(comment, last_check)


def rule(data: dict) -> str:
    """A rule that fired, from an event's data."""
    if data.get("rule") == "links":
        return _counted(data.get("count", 0), "link")
    if data.get("rule") == "staff":
        return STAFF.get(data.get("field"), STAFF["author_name"])
    return RULES.get(data.get("rule"), "A rule of this site")


def of(comment: Comment) -> list[Entry]:
    """Everything that is known to have happened, oldest first; like failures in a row as one."""
    events = comment.events.select_related("actor").order_by("-at", "-pk")[:MOST]
    checks = comment.checks.order_by("-at", "-pk")[:MOST]
    told = [Entry(comment.created_at, "Received.")]
    told += [Entry(c.at, checked(c)) for c in checks]
    told += [Entry(e.at, happened(e)) for e in events]
    return _folded(sorted(told, key=lambda entry: entry.at))


def checked(check: SpamCheck) -> str:
    took = f"({check.ms / 1000:.1f} s)"
    if check.result == Result.HAM:
        return f"Akismet found no spam {took}."
    if check.result == Result.SPAM:
        return f"Akismet found spam {took}."
    if check.result == Result.DISCARD:
        return f"Akismet is certain that this is spam {took}."
    if check.result == Result.PROVISIONAL:
        return f"Akismet found no spam yet, and wants to be asked again {took}."
    return f"{fault(check)}."


def happened(event: Event) -> str:
    by = f" by {name(event.actor)}" if event.actor else ""
    if event.verb == Verb.HELD:
        return f"{rule(event.data)}: waits for a person."
    if event.verb == Verb.LATE:
        return "An answer of Akismet came too late and was left aside."
    if event.verb == Verb.AGAIN:
        return f"Another check was asked for{by}."
    words = {
        Verb.APPROVED: "Published",
        Verb.SPAM: "Moved to spam",
        Verb.TRASH: "Moved to trash",
        Verb.PENDING: "Put back to wait",
        Verb.EDITED: "Edited",
    }
    return f"{words[event.verb]}{by}."


def fault(check: SpamCheck) -> str:
    """Why a check brought no answer."""
    if check.code == "timeout":
        return f"Akismet did not answer within {settings.AKISMET_TIMEOUT:g} s"
    if check.code in UNREACHED:
        return "Akismet could not be reached"
    if check.code.startswith("http-"):
        return f"Akismet answered with an error ({check.code.removeprefix('http-')})"
    return FAULTS.get(check.code, "Akismet has not answered")


def name(user) -> str:
    return (user.get_full_name() or user.get_username()) if user else "a moderator"


def _for_want_of_an_answer(comment, last_check) -> list[str]:
    if last_check and last_check.result in SpamCheck.CONCLUSIVE:
        return []
    submission = getattr(comment, "submission", None)  # a missing row is an AttributeError too
    if submission and submission.ip is None and submission.peer:
        return [f"Your proxy {submission.peer} hides the address of the reader"]
    if last_check is None:
        return ["Not checked yet"] if comment.check_at else ["Never checked by Akismet"]
    if last_check.result == Result.PROVISIONAL:
        return ["Akismet found no spam yet, and wants to be asked again"]
    return ["Akismet has not answered" if last_check.code != "invalid-key" else fault(last_check)]


def _folded(entries: list[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        if found and found[-1].text == entry.text:
            found[-1].until, found[-1].times = entry.at, found[-1].times + 1
        else:
            found.append(entry)
    return found


def _age(event: Event):
    return event.at, event.pk


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
