"""What is asked, and how."""

import socket
import ssl
import time

import akismet as library
import httpx
import pytest
from django.utils import timezone

from comments import spam
from comments.models import Comment, SpamCheck
from comments.spam import checks, client
from posts.models import Post

NOW = timezone.now
Result = SpamCheck.Result


def took(function, *args):
    began = time.monotonic()
    return function(*args), time.monotonic() - began


@pytest.mark.parametrize("key", ["two words", "abc", "key\nkey", "schlüssel", "a" * 101, "a/../b"])
def test_a_malformed_key_is_not_sent(akismet, comment, settings, key):
    settings.AKISMET_API_KEY = key
    verdict = spam.check(comment)
    assert (verdict.code, verdict.attempted) == ("bad-key", False)
    assert verdict.needs_operator
    assert akismet.requests == []


def test_the_newline_at_the_end_of_a_key_file_does_not_matter(akismet, comment, settings):
    settings.AKISMET_API_KEY = "valid-key\n"
    assert spam.check(comment).result == Result.HAM


def test_an_unknown_address_is_not_checked(akismet, comment):
    comment.submission.ip = None
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "no-ip")
    assert not verdict.attempted
    assert akismet.requests == []


def test_a_comment_without_its_submission_is_not_checked(akismet, db):
    comment = Comment(pk=7, post=Post(slug="hello", updated_at=NOW()), body="x", created_at=NOW())
    assert spam.check(comment).code == "no-ip"


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://127.0.0.1", "", "https://", "https://u:p@example.com"]
)
def test_nothing_is_sent_in_clear(akismet, comment, settings, url):
    settings.AKISMET_BASE_URL = url
    verdict = spam.check(comment)
    assert (verdict.code, verdict.attempted) == ("bad-url", False)
    assert checks.akismet_base_url(None)[0].id == "afterword.E011"
    assert spam.verify("valid-key") == "unreachable"


@pytest.mark.parametrize("url", ["https://rest.akismet.com", "http://[::1]:80", "http://localhost"])
def test_https_and_loopback_are_fine(settings, url):
    settings.AKISMET_BASE_URL = url
    assert checks.akismet_base_url(None) == checks.akismet_timeout(None) == []


@pytest.mark.parametrize("seconds", [0, -1, 30, float("nan")])
def test_a_timeout_that_cannot_be_meant_is_an_error(settings, seconds):
    settings.AKISMET_TIMEOUT = seconds
    assert checks.akismet_timeout(None)[0].id == "afterword.E012"


def test_a_check_reaches_akismet_through_the_library_and_our_seam(akismet, comment, settings):
    spam.check(comment)
    request = akismet.requests[0]
    assert request.path == "/1.1/comment-check"
    assert request.form["api_key"] == "valid-key"
    assert request.form["blog"] == settings.SITE_URL
    agent = request.headers["User-Agent"]
    assert agent.startswith(f"Afterword/{settings.VERSION} | akismet-python/25.")


def test_a_check_is_one_request(akismet, comment):
    spam.check(comment)
    assert len(akismet.requests) == 1


def test_the_base_url_may_have_a_path(akismet, comment, settings):
    settings.AKISMET_BASE_URL += "/proxy"
    spam.check(comment)
    assert akismet.requests[0].path == "/proxy/1.1/comment-check"


def test_cookies_of_one_answer_do_not_go_with_the_next_question(akismet, comment):
    akismet.next("ham", headers={"Set-Cookie": "who=bo"})
    spam.check(comment)
    spam.check(comment)
    assert "Cookie" not in akismet.requests[1].headers


def test_the_guaranteed_spam_of_akismet_is_spam(akismet, comment):
    comment.author_name = "akismet-guaranteed-spam"
    assert spam.check(comment).result == Result.SPAM


@pytest.mark.parametrize("error", [RuntimeError("key valid-key"), library.AkismetError("x")])
def test_whatever_the_library_raises_is_an_error(akismet, comment, monkeypatch, error):
    def broken(*args, **kwargs):
        raise error

    monkeypatch.setattr(library.SyncClient, "comment_check", broken)
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "client")
    assert (verdict.attempted, verdict.is_transport_failure) == (True, False)


@pytest.mark.parametrize("answer", [None, False, 0, "false", library.CheckResponse.SPAM])
def test_ham_is_what_library_and_bytes_agree_on(akismet, comment, monkeypatch, answer):
    def strange(self, **parameters):
        self._post_request("1.1", "comment-check", **parameters)
        return answer

    monkeypatch.setattr(library.SyncClient, "comment_check", strange)
    assert spam.check(comment).code == ("" if answer is False or answer == 0 else "garbage")


def test_text_that_cannot_be_sent_is_an_error(akismet, comment):
    comment.body = "\ud800"
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "client")


def test_a_fault_of_our_own_holds_the_comment_too(akismet, comment, monkeypatch):
    monkeypatch.setattr("comments.spam.question.payload", lambda *args: 1 / 0)
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "client")
    assert verdict.attempted  # and so it waits longer each time


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (ConnectionResetError(), "reset"),
        (ConnectionRefusedError(), "refused"),
        (ssl.SSLEOFError(), "tls"),
        (socket.gaierror(), "dns"),
        (OSError(113, "No route to host"), "unreachable"),
        (ValueError(), "client"),
    ],
)
def test_a_fault_is_named_by_its_cause(cause, code):
    outer = library.RequestError() if code == "client" else httpx.ConnectError("")
    outer.__cause__ = cause
    assert client.fault(outer) == code


def test_a_verdict_says_how_long_it_took(akismet, comment):
    akismet.next("latency", seconds=0.1)
    assert 100 <= spam.check(comment).ms < 4000


def test_a_verdict_says_which_text_it_is_about(akismet, comment):
    verdict = spam.check(comment)
    assert verdict.text_hash == spam.text_hash(comment)
    comment.author_url = "https://example.com/"
    assert verdict.text_hash != spam.text_hash(comment)


def test_proxies_of_the_environment_are_not_asked_about_loopback(akismet, comment, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert spam.check(comment).result == Result.HAM


def test_proxies_of_the_environment_are_used_otherwise(comment, settings, monkeypatch):
    settings.AKISMET_API_KEY, settings.AKISMET_BASE_URL = "valid-key", "https://rest.akismet.com"
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert spam.check(comment).code == "refused"


@pytest.mark.parametrize(("length", "code"), [(16384, "garbage"), (16385, "oversized")])
def test_sixteen_kibibytes_of_an_answer_are_read(akismet, comment, length, code):
    akismet.next("ham", body="x" * length)
    assert spam.check(comment).code == code
