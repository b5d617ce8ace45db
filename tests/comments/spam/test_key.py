"""The key, and where it must never be seen."""

import logging
import time

import pytest

from comments import spam
from comments.models import Discussion
from posts.models import Site

TIMEOUT = 0.4  # seconds, as `impatient` sets it


def took(function, *args):
    began = time.monotonic()
    return function(*args), time.monotonic() - began


@pytest.mark.parametrize(("key", "state"), [("valid-key", "valid"), ("invalid", "invalid")])
def test_akismet_knows_a_key_or_does_not(akismet, settings, key, state):
    assert spam.verify(key) == state
    assert akismet.requests[0].form == {"key": key, "blog": settings.SITE_URL}


@pytest.mark.parametrize("fault", ["503", "garbage", "reset", "empty", "302"])
def test_a_key_that_cannot_be_verified_is_neither(akismet, fault):
    akismet.next(fault)
    assert spam.verify("valid-key") == spam.KeyState.UNREACHABLE


@pytest.mark.parametrize("fault", ["timeout", "drip"])
def test_a_key_is_verified_in_time_or_not_at_all(akismet, impatient, fault):
    akismet.next(fault)
    state, seconds = took(spam.verify, "valid-key")
    assert state == spam.KeyState.UNREACHABLE
    assert seconds < TIMEOUT + 0.4


@pytest.mark.parametrize("key", ["", "two words", "valid-key\n", "é" * 12])
def test_what_cannot_be_a_key_is_invalid_without_asking(akismet, key):
    assert spam.verify(key) == spam.KeyState.INVALID
    assert akismet.requests == []


def test_without_a_key_nothing_is_sent(akismet, comment, settings, db):
    settings.AKISMET_API_KEY = ""
    verdict = spam.check(comment)
    assert not spam.enabled()
    assert (verdict.code, verdict.attempted) == ("no-key", False)
    assert akismet.requests == []


def test_the_key_of_the_environment_wins_over_the_one_entered(settings, db):
    Discussion.objects.update_or_create(site=Site.objects.current(), defaults={"akismet_key": "b"})
    settings.AKISMET_API_KEY = ""
    assert (spam.key(), spam.enabled()) == ("b", True)
    settings.AKISMET_API_KEY = "a"
    assert spam.key() == "a"


def test_a_fingerprint_tells_keys_apart_and_not_what_they_are(settings, db):
    prints = []
    for settings.AKISMET_API_KEY in ("", "valid-key", "other-key"):
        prints.append(spam.fingerprint())
    assert prints[0] == ""
    assert len(set(prints)) == 3
    assert {len(text) for text in prints[1:]} == {64}
    assert "valid" not in prints[1]


@pytest.mark.parametrize("fault", ["ham", "invalid", "garbage", "503", "reset", "flood", "error"])
def test_no_secret_is_logged_or_shown(akismet, comment, caplog, settings, fault):
    settings.AKISMET_API_KEY = "invalid" if fault == "invalid" else "s3cret-key"
    comment.body = "A p3rsonal text"
    akismet.always(fault, **({"body": "<p>p3rsonal</p>"} if fault == "garbage" else {}))
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "httpx"):
        caplog.set_level(logging.DEBUG, "httpcore")
        shown = f"{spam.check(comment)!r} {spam.verify('s3cret-key')}{caplog.text}"
    assert "s3cret" not in shown
    assert "p3rsonal" not in shown
    assert "HTTP Request" in shown or fault == "reset"  # it did listen


@pytest.mark.parametrize(("fault", "warnings"), [("ham", 0), ("503", 1), ("reset", 1)])
def test_a_failed_check_is_one_warning_with_id_and_code(akismet, comment, caplog, fault, warnings):
    akismet.next(fault)
    verdict = spam.check(comment)
    mine = [record for record in caplog.records if record.name == "comments.spam"]
    assert len(mine) == warnings
    assert all(r.getMessage() == f"Comment 7 was not checked: {verdict.code}" for r in mine)


def test_a_site_without_a_key_is_not_reminded_with_every_comment(comment, caplog, settings, db):
    settings.AKISMET_API_KEY = ""
    spam.check(comment)
    assert caplog.records == []
