"""The spam check. Nothing outside this package imports the client library or its HTTP client."""

from comments.spam.key import KeyState, enabled, fingerprint, is_well_formed, key
from comments.spam.payload import (
    PARAMETERS,
    PRIVACY_URL,
    disclosure,
    disclosure_sentence,
    payload,
    text_hash,
)
from comments.spam.question import check, verify
from comments.spam.schedule import breaker_is_open, next_check
from comments.spam.verdict import Verdict

__all__ = [
    "PARAMETERS",
    "PRIVACY_URL",
    "KeyState",
    "Verdict",
    "breaker_is_open",
    "check",
    "disclosure",
    "disclosure_sentence",
    "enabled",
    "fingerprint",
    "is_well_formed",
    "key",
    "next_check",
    "payload",
    "text_hash",
    "verify",
]
