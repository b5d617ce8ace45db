"""What is signed: the form's token, a submission's key, the link to one's own comment."""

import json
import secrets
import time

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from comments.models import Comment


def issue(at: float | None = None) -> str:
    """A token for a form: when it was rendered, and a nonce. Never expires, never unique."""
    at = int(time.time() if at is None else at)
    return signing.dumps({"t": at, "n": secrets.token_urlsafe(6)}, salt="form")


def issued_at(token: str) -> int | None:
    """Seconds since the epoch; None for a token that is not ours."""
    try:
        return signing.loads(token, salt="form")["t"]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def submission_key(*parts: str) -> str:
    """Equal for two sendings of the same form with the same words, by whomever."""
    return salted_hmac("submission", json.dumps(parts), algorithm="sha256").hexdigest()


def person(name: str, email: str, network: str) -> str:
    """Equal for one person's comments; a name alone is shared by many, so the address counts."""
    parts = [name.casefold(), email.casefold(), "" if email else network]
    return salted_hmac("person", json.dumps(parts), algorithm="sha256").hexdigest()


def status_signature(comment: Comment) -> str:
    return _sign(comment.pk)


def signs_status(pk: int, signature: str) -> bool:
    return constant_time_compare(_sign(pk), signature)


def _sign(pk: int) -> str:
    return salted_hmac("own comment", str(pk), algorithm="sha256").hexdigest()[:32]
