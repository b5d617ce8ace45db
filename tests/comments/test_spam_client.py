import logging
import multiprocessing
import socket
import ssl
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import akismet as library
import httpx
import pytest
from django.utils import timezone

from comments import spam
from comments.models import Comment, Discussion, SpamCheck, Submission
from comments.spam import checks, client, pool
from posts.models import Post, Site

NOW = timezone.now
TIMEOUT = 0.4  # seconds; tests that wait for the end of the deadline do not wait for four
Result = SpamCheck.Result


@pytest.fixture(autouse=True)
def _no_call_under_way():
    pool.POOL.renew()


@pytest.fixture
def impatient(settings):
    settings.AKISMET_TIMEOUT = TIMEOUT


@pytest.fixture
def comment():
    post = Post(pk=1, slug="hello", updated_at=NOW())
    comment = Comment(pk=7, post=post, author_name="Bo", body="Nice post", created_at=NOW())
    comment.submission = Submission(comment=comment, ip="203.0.113.9", user_agent="Firefox")
    return comment


def took(function, *args):
    began = time.monotonic()
    return function(*args), time.monotonic() - began


# What Akismet can answer


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


# What is not asked at all


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


# The way it is asked


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


# In time, and only a few at once


def test_the_seam_ends_a_slow_body_by_itself(akismet, comment):
    akismet.next("drip", every=0.05)
    call = client.Call(time.monotonic() + TIMEOUT)
    answer, seconds = took(client.check, "valid-key", spam.payload(comment), call)
    assert answer.fault == "timeout"
    assert seconds < TIMEOUT + 0.4


def test_a_name_server_that_hangs_does_not_hold_the_reader(
    comment, settings, impatient, monkeypatch
):
    settings.AKISMET_API_KEY, settings.AKISMET_BASE_URL = "valid-key", "https://rest.akismet.com"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1.5) or [])
    verdict, seconds = took(spam.check, comment)
    assert verdict.code == "timeout"
    assert seconds < TIMEOUT + 0.4


def test_a_name_that_does_not_exist_has_its_own_code(comment, settings, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    settings.AKISMET_API_KEY, settings.AKISMET_BASE_URL = "valid-key", "https://rest.akismet.com"
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert spam.check(comment).code == "dns"


def test_only_a_few_wait_for_a_slow_akismet_and_the_rest_are_held_at_once(
    akismet, comment, impatient
):
    akismet.always("timeout")
    with ThreadPoolExecutor(pool.SLOTS) as readers:
        waiting = [readers.submit(spam.check, comment) for _ in range(pool.SLOTS)]
        akismet.wait_for(pool.SLOTS)
        verdict, seconds = took(spam.check, comment)
        assert (verdict.code, verdict.attempted, seconds < TIMEOUT / 2) == ("busy", False, True)
        assert not verdict.is_transport_failure
    assert {check.result().code for check in waiting} == {"timeout"}
    assert len(akismet.requests) == pool.SLOTS


def test_a_call_that_goes_on_keeps_its_slot(comment, settings, impatient, monkeypatch):
    settings.AKISMET_API_KEY, settings.AKISMET_BASE_URL = "valid-key", "https://rest.akismet.com"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1.5) or [])
    codes = [spam.check(comment).code for _ in range(pool.SLOTS + 1)]
    assert codes == ["timeout"] * pool.SLOTS + ["busy"]


@pytest.mark.parametrize("fault", ["timeout", "drip", "drip-headers"])
def test_a_slow_server_gives_its_slots_back_at_the_deadline(akismet, comment, impatient, fault):
    akismet.always(fault)
    for _ in range(pool.SLOTS):
        assert spam.check(comment).code == "timeout"
    akismet.clear()
    time.sleep(0.1)
    assert spam.check(comment).code != "busy"


def test_a_late_answer_is_dropped(akismet, comment, impatient):
    akismet.next("latency", seconds=TIMEOUT + 0.1)
    assert spam.check(comment).code == "timeout"
    akismet.next("spam")
    time.sleep(0.2)
    assert spam.check(comment).result == Result.SPAM


def test_many_checks_at_once_each_get_their_own_answer(akismet, comment, monkeypatch):
    monkeypatch.setattr(pool, "SLOTS", 8)
    pool.POOL.renew()
    for number in range(1, 9):
        akismet.next("recheck", headers={"X-akismet-recheck-after": str(number)})
    with ThreadPoolExecutor(8) as readers:
        verdicts = list(readers.map(spam.check, [comment] * 8))
    assert sorted(verdict.recheck_after for verdict in verdicts) == list(range(1, 9))


def _in_child(comment, results):
    results.put(spam.check(comment).result)


def test_a_forked_process_has_threads_of_its_own(akismet, comment):
    spam.check(comment)
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    with warnings.catch_warnings(action="ignore"):  # forking beside threads is what is tested
        child = fork.Process(target=_in_child, args=(comment, results))
        child.start()
    assert results.get(timeout=5) == Result.HAM
    child.join(5)


# The key


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


# Secrets


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


# The rest of a verdict


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
