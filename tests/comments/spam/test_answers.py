"""What Akismet can answer, and what it means."""

import socket
import time

import pytest

from comments import spam
from comments.models import SpamCheck

TIMEOUT = 0.4  # seconds, as `impatient` sets it
Result = SpamCheck.Result


def took(function, *args):
    began = time.monotonic()
    return function(*args), time.monotonic() - began


@pytest.mark.parametrize(
    ("answer", "result"),
    [("ham", "ham"), ("spam", "spam"), ("discard", "discard"), ("discard-ham", "ham")],
)
def test_a_plain_answer_is_a_verdict(akismet, comment, answer, result):
    akismet.next(answer)
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code, verdict.failed) == (result, "", False)
    assert (verdict.http_status, verdict.attempted) == (200, True)
    assert not verdict.is_transport_failure
    assert verdict.guid == "0123456789abcdef0123456789abcdef"


def test_ham_to_be_rechecked_is_only_provisional(akismet, comment):
    akismet.next("recheck")
    verdict = spam.check(comment)
    assert (verdict.result, verdict.recheck_after, verdict.failed) == ("provisional", 120, False)


@pytest.mark.parametrize(
    ("header", "seconds"), [("90", 90), ("86400", 3600), ("0", 120), ("soon", 120), ("", 120)]
)
def test_a_recheck_comes_within_the_hour(akismet, comment, header, seconds):
    akismet.next("recheck", headers={"X-akismet-recheck-after": header})
    verdict = spam.check(comment)
    assert (verdict.result, verdict.recheck_after) == (Result.PROVISIONAL, seconds)


def test_spam_to_be_rechecked_is_spam(akismet, comment):
    akismet.next("spam", headers={"X-akismet-recheck-after": "120"})
    verdict = spam.check(comment)
    assert (verdict.result, verdict.recheck_after) == (Result.SPAM, None)


@pytest.mark.parametrize("body", ["false", "true", "invalid", "", "<html>"])
def test_an_akismet_error_is_no_verdict_whatever_the_body_says(akismet, comment, body):
    akismet.next("error", body=body)
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "akismet-error")
    assert verdict.alert_code == "10502"
    assert verdict.needs_operator
    assert not verdict.is_transport_failure


def test_an_akismet_error_counts_with_any_status_and_any_value(akismet, comment):
    akismet.next("503", headers={"X-akismet-error": ""})
    assert spam.check(comment).code == "akismet-error"


@pytest.mark.parametrize("body", ["false", "true"])
def test_an_alert_is_for_the_operator_and_changes_no_verdict(akismet, comment, body):
    akismet.next("alert", body=body)
    verdict = spam.check(comment)
    assert verdict.result == {"false": Result.HAM, "true": Result.SPAM}[body]
    assert (verdict.alert_code, verdict.needs_operator) == ("30001", True)


def test_ham_needs_no_operator(akismet, comment):
    assert not spam.check(comment).needs_operator


def test_headers_that_do_not_fit_their_column_are_left_out(akismet, comment):
    akismet.next("ham", headers={"X-akismet-guid": "a" * 65, "X-akismet-alert-code": "<b>1</b>"})
    verdict = spam.check(comment)
    assert (verdict.guid, verdict.alert_code) == ("", "")


FAULTS = [
    ("upper", "garbage"),
    ("bom", "garbage"),
    ("newline", "garbage"),
    ("true-newline", "garbage"),
    ("garbage", "garbage"),
    ("bytes", "garbage"),
    ("empty", "garbage"),
    ("204", "http-204"),
    ("302", "redirect"),
    ("403", "http-403"),
    ("429", "throttled"),
    ("500", "http-500"),
    ("503", "http-503"),
    ("reset", "reset"),
    ("close", "closed"),
    ("truncate", "closed"),
    ("gibberish", "closed"),
    ("flood", "oversized"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS, ids=[name for name, _ in FAULTS])
def test_whatever_goes_wrong_is_an_error(akismet, comment, fault, code):
    akismet.always(fault)
    verdict = spam.check(comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, code)
    assert (verdict.failed, verdict.is_transport_failure) == (True, True)
    assert (verdict.attempted, verdict.needs_operator) == (True, False)
    assert len(akismet.requests) == 1


@pytest.mark.parametrize("fault", ["timeout", "latency", "drip", "drip-headers"])
def test_a_slow_answer_is_an_error_in_time(akismet, comment, impatient, fault):
    akismet.always(fault)
    verdict, seconds = took(spam.check, comment)
    assert (verdict.result, verdict.code) == (Result.ERROR, "timeout")
    assert (verdict.attempted, verdict.is_transport_failure) == (True, True)
    assert TIMEOUT <= seconds < TIMEOUT + 0.4


@pytest.mark.parametrize("status", [201, 206, 300, 304, 404])
def test_only_a_200_is_an_answer(akismet, comment, status):
    akismet.next("ham", status=status)
    verdict = spam.check(comment)
    assert verdict.failed
    assert verdict.http_status in (status, None)


def test_a_compressed_answer_is_not_unfolded(akismet, comment):
    akismet.next("ham", headers={"Content-Encoding": "gzip"})
    assert spam.check(comment).result == Result.HAM
    assert akismet.requests[0].headers["Accept-Encoding"] == "identity"


def test_a_charset_cannot_make_ham_of_other_bytes(akismet, comment):
    headers = {"Content-Type": "text/plain; charset=utf-8-sig"}
    akismet.next("bom", headers=headers)
    assert spam.check(comment).code == "garbage"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("5", 60),
        ("86400", 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 3600),
        ("soon", None),
        ("", None),
    ],
)
def test_a_throttled_check_knows_how_long_to_wait(akismet, comment, header, seconds):
    akismet.next("429", headers={"Retry-After": header})
    assert spam.check(comment).retry_after == seconds


def test_a_key_akismet_does_not_know_holds_the_comment(akismet, comment, settings):
    settings.AKISMET_API_KEY = "invalid"
    verdict = spam.check(comment)
    assert (verdict.code, verdict.attempted) == ("invalid-key", True)
    assert verdict.needs_operator
    assert not verdict.is_transport_failure


def test_nobody_listening_is_refused(akismet, comment, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.AKISMET_BASE_URL = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert spam.check(comment).code == "refused"


def test_a_server_without_tls_is_not_spoken_to(akismet, comment, settings):
    settings.AKISMET_BASE_URL = akismet.url.replace("http", "https")
    assert spam.check(comment).code == "tls"
    assert akismet.requests == []
