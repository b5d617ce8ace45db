"""What the spam check says about a comment, and how it is read out of an answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from comments.models import SpamCheck

Result = SpamCheck.Result

RECHECK_DEFAULT, RECHECK_MOST = 120, 3600  # seconds; 120 is what Akismet asks for today
RETRY_LEAST, RETRY_MOST = 60, 3600  # seconds

# Somebody has to mend a key, an account or a setting: waiting alone does not help.
OPERATOR = frozenset({"no-key", "bad-key", "invalid-key", "akismet-error", "bad-url"})
# The way to Akismet may be fine, so the next comment may well be checked.
NOT_TRANSPORT = OPERATOR | {"no-ip", "busy", "client"}


@dataclass(frozen=True)
class Answer:
    """What came over the wire, not yet judged."""

    reading: SpamCheck.Result | None = None
    """What the client library and the bytes of the body agree on: HAM, SPAM, DISCARD or nothing."""
    fault: str = ""
    """A short code of what went wrong below or around HTTP."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


@dataclass(frozen=True)
class Verdict:
    """Holds no key, no text of an answer and no text of an exception: safe to store and to log."""

    result: SpamCheck.Result
    code: str = ""
    ms: int = 0
    http_status: int | None = None
    guid: str = ""
    alert_code: str = ""
    recheck_after: int | None = None
    """Seconds; set with PROVISIONAL."""
    retry_after: int | None = None
    """Seconds; set with "throttled" where Akismet said so."""
    text_hash: str = ""
    attempted: bool = True
    """False: there was nothing to try, so there is no SpamCheck to write."""

    @property
    def failed(self) -> bool:
        return self.result == Result.ERROR

    @property
    def is_transport_failure(self) -> bool:
        """Akismet cannot be reached or does not work: other comments would fare no better."""
        return self.failed and self.code not in NOT_TRANSPORT

    @property
    def needs_operator(self) -> bool:
        return self.code in OPERATOR or bool(self.alert_code)


def judge(answer: Answer) -> Verdict:
    """The table of decisions. Whatever is not plainly ham or spam is an error, never ham."""
    headers = answer.headers
    code = _error_code(answer)
    provisional = answer.reading == Result.HAM and "x-akismet-recheck-after" in headers
    result = Result.PROVISIONAL if provisional else answer.reading
    return Verdict(
        result=Result.ERROR if code else result,
        code=code,
        http_status=answer.status,
        guid=_token(headers.get("x-akismet-guid", ""), 64),
        alert_code=_token(headers.get("x-akismet-alert-code", ""), 10),
        recheck_after=_recheck_after(headers) if provisional and not code else None,
        retry_after=_retry_after(headers) if code == "throttled" else None,
    )


def _error_code(answer: Answer) -> str:
    if "x-akismet-error" in answer.headers:
        return "akismet-error"  # a suspended key answers "false" like this: that is no verdict
    if answer.fault:
        return answer.fault
    if answer.status == 429:
        return "throttled"
    if answer.status is None or answer.status != 200:
        return "redirect" if 300 <= (answer.status or 0) < 400 else f"http-{answer.status or 0}"
    return "" if answer.reading else "garbage"


def _recheck_after(headers: Mapping[str, str]) -> int:
    seconds = _number(headers["x-akismet-recheck-after"])
    return min(seconds, RECHECK_MOST) if seconds else RECHECK_DEFAULT


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds, from a number or an HTTP date; None where the header is missing or senseless."""
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is None:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = int((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return min(max(seconds, RETRY_LEAST), RETRY_MOST)


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def _token(value: str, length: int) -> str:
    """A value from outside that fits its column and is safe to show, or nothing."""
    return value if re.fullmatch(rf"[A-Za-z0-9-]{{1,{length}}}", value) else ""
