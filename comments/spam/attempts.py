"""The attempts to have comments checked, written down: what the waits and the breaker go by."""

from itertools import takewhile

from comments.models import Comment, SpamCheck
from comments.spam.verdict import Result, Verdict

COLUMNS = (
    *("ms", "result", "code", "http_status", "guid"),
    *("alert_code", "recheck_after", "text_hash"),
)


def note(comment: Comment, verdict: Verdict, reason: str) -> int:
    """Write the attempt down, if one was made; how many have failed since the last answer."""
    if verdict.attempted:
        columns = {name: getattr(verdict, name) for name in COLUMNS}
        SpamCheck.objects.create(comment=comment, reason=reason, **columns)
    results = comment.checks.order_by("-at", "-pk").values_list("result", flat=True)
    return sum(1 for _ in takewhile(lambda result: result == Result.ERROR, results))


def failed_last() -> bool:
    """Whether the newest attempt, about whichever comment, came to nothing."""
    last = SpamCheck.objects.order_by("-at", "-pk").values_list("result", flat=True).first()
    return last == Result.ERROR
