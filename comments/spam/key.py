"""The Akismet key: from the environment, or as entered in admin."""

import re
from enum import StrEnum

from django.conf import settings
from django.utils.crypto import salted_hmac

from comments.models import Discussion


class KeyState(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"


def key(rules: Discussion | None = None) -> str:
    """The key in use, or "". A file that holds it often ends in a newline.

    `rules`: the row with the key entered in admin, where it has been read already.
    """
    return (settings.AKISMET_API_KEY or (rules.akismet_key if rules else _entered())).strip()


def enabled(rules: Discussion | None = None) -> bool:
    return bool(key(rules))


def fingerprint() -> str:
    """Tells that the key has changed without telling the key; "" without one."""
    secret = key()
    return (
        salted_hmac("comments.spam.key", secret, algorithm="sha256").hexdigest() if secret else ""
    )


def is_well_formed(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]{4,100}", key) is not None


def _entered() -> str:
    return Discussion.objects.filter(pk=1).values_list("akismet_key", flat=True).first() or ""
