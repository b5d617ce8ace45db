"""In time, and only a few at once."""

import multiprocessing
import socket
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from comments import spam
from comments.models import SpamCheck
from comments.spam import client, pool

TIMEOUT = 0.4  # seconds, as `impatient` sets it
Result = SpamCheck.Result


def took(function, *args):
    began = time.monotonic()
    return function(*args), time.monotonic() - began


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
