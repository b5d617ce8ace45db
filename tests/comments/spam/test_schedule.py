from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from comments.models import Comment, SpamCheck
from comments.spam import Verdict, breaker_is_open, next_check
from comments.spam.schedule import dice
from posts.models import Post

NOW = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("UTC"))
SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days")
)
TIMEOUT = Verdict("error", "timeout")


def wait(verdict=TIMEOUT, attempts=1, age=timedelta(0)):
    at = next_check(verdict, attempts, NOW - age, NOW)
    return at and at - NOW


@pytest.fixture
def exact(monkeypatch):
    monkeypatch.setattr(dice, "uniform", lambda low, high: 1)


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        (1, 30 * SECOND),
        (2, 2 * MINUTE),
        (3, 10 * MINUTE),
        (4, 20 * MINUTE),
        (5, 20 * MINUTE),
        (70, 20 * MINUTE),
    ],
)
def test_each_failure_waits_longer(exact, attempts, expected):
    assert wait(attempts=attempts, age=HOUR) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (DAY - SECOND, 20 * MINUTE),
        (DAY, HOUR),
        (15 * DAY - SECOND, HOUR),
        (15 * DAY, None),
        (99 * DAY, None),
    ],
)
def test_after_a_day_it_is_hourly_and_after_fifteen_a_person_decides(exact, age, expected):
    assert wait(attempts=50, age=age) == expected


def test_waits_are_spread_by_a_tenth():
    waits = [wait(attempts=4) for _ in range(200)]
    assert min(waits) >= 18 * MINUTE
    assert max(waits) <= 22 * MINUTE
    assert max(waits) - min(waits) > MINUTE


@pytest.mark.parametrize("code", ["akismet-error", "invalid-key", "no-key", "bad-key", "bad-url"])
def test_what_an_operator_must_mend_waits_six_hours(exact, code):
    assert wait(Verdict("error", code)) == 6 * HOUR
    assert wait(Verdict("error", code), age=15 * DAY) is None


def test_a_throttled_check_waits_as_long_as_it_is_told(exact):
    assert wait(Verdict("error", "throttled", retry_after=3600)) == HOUR


def test_a_throttled_check_never_waits_less_than_it_is_told():
    waits = [wait(Verdict("error", "throttled", retry_after=60)) for _ in range(50)]
    assert set(waits) == {MINUTE}


def test_a_throttled_check_still_waits_longer_each_time(exact):
    assert wait(Verdict("error", "throttled", retry_after=60), attempts=3) == 10 * MINUTE
    assert wait(Verdict("error", "throttled"), attempts=3) == 10 * MINUTE


def test_a_busy_process_leaves_the_comment_to_the_worker(exact):
    assert wait(Verdict("error", "busy", attempted=False), attempts=9, age=HOUR) == 30 * SECOND


def test_an_unknown_address_waits_for_a_person():
    assert wait(Verdict("error", "no-ip", attempted=False)) is None


@pytest.mark.parametrize("result", ["ham", "spam", "discard"])
def test_an_answer_is_the_end_of_it(result):
    assert wait(Verdict(result)) is None


def test_a_provisional_answer_is_asked_again_when_akismet_says():
    assert wait(Verdict("provisional", recheck_after=120)) == 2 * MINUTE


@pytest.mark.parametrize(
    ("age", "expected"), [(HOUR, 6 * MINUTE), (DAY, HOUR), (14 * DAY, HOUR), (15 * DAY, None)]
)
def test_an_answer_that_stays_provisional_is_asked_ever_more_seldom(age, expected):
    assert wait(Verdict("provisional", recheck_after=120), age=age) == expected


# The breaker


@pytest.fixture
def checked(db):
    post = Post.objects.create(title="Hello", slug="hello", body="Hello")
    comment = Comment.objects.create(
        post=post, author_name="Bo", body="x", depth=0, path=b"", newest=b"", status_at=NOW
    )

    def check(*codes, age=timedelta(0)):
        for code in codes:
            result = "error" if code else "ham"
            SpamCheck.objects.create(comment=comment, at=NOW - age, ms=1, result=result, code=code)

    return check


def test_the_breaker_is_closed_at_first(db):
    assert not breaker_is_open(NOW)


def test_three_failures_open_the_breaker(checked):
    checked("timeout", "reset")
    assert not breaker_is_open(NOW)
    checked("http-503")
    assert breaker_is_open(NOW)


def test_the_breaker_closes_after_a_minute(checked):
    checked("timeout", "timeout", "timeout", age=59 * SECOND)
    assert breaker_is_open(NOW)
    assert not breaker_is_open(NOW + SECOND)


def test_a_clock_that_is_set_back_does_not_keep_the_breaker_open(checked):
    checked("timeout", "timeout", "timeout")
    assert not breaker_is_open(NOW - 60 * 60 * SECOND)


def test_only_the_newest_failure_must_be_fresh(checked):
    checked("timeout", "timeout", age=HOUR)
    checked("timeout")
    assert breaker_is_open(NOW)


def test_one_answer_closes_the_breaker(checked):
    checked("timeout", "timeout", "timeout", "")
    assert not breaker_is_open(NOW)
    checked("timeout", "timeout")
    assert not breaker_is_open(NOW)


@pytest.mark.parametrize("code", ["akismet-error", "invalid-key", "client"])
def test_an_error_that_says_akismet_is_there_keeps_the_breaker_closed(checked, code):
    checked("timeout", "timeout", code)
    assert not breaker_is_open(NOW)


def test_the_breaker_costs_one_query(checked, django_assert_num_queries):
    checked("timeout", "timeout", "timeout")
    with django_assert_num_queries(1):
        breaker_is_open(NOW)
