"""What is sent to Akismet about a comment, and the words in which readers are told of it.

Both come from one table, so that they cannot differ.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from comments.models import Comment, Submission

CONTENT_MOST = 32_000  # characters
PRIVACY_URL = "https://akismet.com/privacy/"


@dataclass(frozen=True)
class Parameter:
    name: str
    """As Akismet calls it."""
    read: Callable[[Comment], str] | None
    """None: not read from the comment."""
    words: str | None
    """What a reader is told it is; None where it says nothing about a person."""


def _submission(comment: Comment) -> Submission | None:
    """None once it is deleted, after 15 days."""
    return getattr(comment, "submission", None)  # a missing row's error is an AttributeError too


def _from_request(column: str) -> Callable[[Comment], str]:
    return lambda comment: getattr(_submission(comment), column, "") or ""


def _user_role(comment: Comment) -> str:
    """Akismet lets every "administrator" pass, so this comes from the account and nothing else."""
    author = comment.author if comment.author_id else None
    staff = author and author.is_active and (author.is_staff or author.is_superuser)
    return "administrator" if staff else ""


def _utc(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


PARAMETERS = (
    Parameter("api_key", None, None),  # this and blog are added by the client library
    Parameter("blog", None, None),
    Parameter("comment_content", lambda c: c.body[:CONTENT_MOST], "your comment"),
    Parameter("comment_date_gmt", lambda c: _utc(c.created_at), "its time"),
    Parameter("comment_author", lambda c: c.author_name, "your name"),
    Parameter(
        "comment_author_email", lambda c: c.author_email, "your e-mail address if you give one"
    ),
    Parameter("comment_author_url", lambda c: c.author_url, "your web address if you give one"),
    Parameter("user_ip", _from_request("ip"), "your IP address"),
    Parameter("user_agent", _from_request("user_agent"), "what your browser says it is"),
    Parameter("referrer", _from_request("referrer"), "the page you came from"),
    Parameter(
        "permalink",
        lambda c: settings.SITE_URL + c.post.get_absolute_url(),
        "the address of this post",
    ),
    Parameter("comment_type", lambda c: "reply" if c.parent_id else "comment", None),
    Parameter("comment_post_modified_gmt", lambda c: _utc(c.post.updated_at), None),
    Parameter("blog_lang", lambda c: settings.LANGUAGE_CODE, None),
    Parameter("blog_charset", lambda c: "UTF-8", None),
    Parameter("user_role", _user_role, None),  # only ever about those who run the site
    Parameter("is_test", lambda c: "1" if settings.AKISMET_TEST_MODE else "", None),
    Parameter("recheck_reason", None, None),
)


def payload(comment: Comment, reason: str = "") -> dict[str, str]:
    """What the client library is to send. Empty values are left out."""
    values = {row.name: row.read(comment) for row in PARAMETERS if row.read}
    return {name: value for name, value in (values | {"recheck_reason": reason}).items() if value}


def text_hash(comment: Comment) -> str:
    """Of what a verdict is about: it counts only while name, web address and text are these."""
    text = "\0".join((comment.author_name, comment.author_url, comment.body))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def disclosure() -> list[str]:
    """What is sent, in plain words."""
    return [row.words for row in PARAMETERS if row.words]


def disclosure_sentence() -> str:
    *most, last = disclosure()
    return (
        "To find spam, this site sends "
        f"{', '.join(most)} and {last} to Akismet, a service of Automattic Inc."
    )
