import time
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import DatabaseError
from django.utils import timezone

from comments import moderation, spam, work
from comments.models import Comment, SpamCheck, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(write):
    """Writes a comment that the worker is to check now."""

    def due(body="Well said.", **fields):
        comment = write(body, status="pending", **fields)
        Comment.objects.filter(pk=comment.pk).update(check_at=timezone.now())
        return comment

    return due


def status(comment):
    comment.refresh_from_db()
    return comment.status


def test_the_worker_checks_what_a_crash_left_behind(akismet, due):
    comment = due()
    work.run_once()
    assert status(comment) == "approved"
    assert comment.cleared_by == "check"


def test_the_worker_leaves_alone_what_is_not_due(akismet, write):
    write(status="pending")
    work.run_once()
    assert akismet.requests == []


def test_two_workers_do_not_check_the_same_comment(akismet, due):
    comment = due()
    now = timezone.now()
    seen = Comment.objects.get(pk=comment.pk)
    assert work._claim(seen, now)
    assert not work._claim(seen, now)


def test_a_worker_killed_in_a_check_leaves_the_comment_to_the_next(akismet, due):
    comment = due()
    seen = Comment.objects.get(pk=comment.pk)
    work._claim(seen, timezone.now())
    assert list(Comment.objects.due_for_check(timezone.now())) == []
    assert list(Comment.objects.due_for_check(timezone.now() + timedelta(seconds=61))) == [comment]


def test_a_round_ends_at_the_first_sign_that_akismet_is_gone(akismet, due):
    for n in range(3):
        due(str(n))
    akismet.always("503")
    work.check_due(timezone.now())
    assert SpamCheck.objects.count() == 1


def test_the_first_answer_after_a_fault_makes_all_that_is_held_due(akismet, due):
    comments = [due(str(n), name=f"N{n}") for n in range(3)]
    akismet.always("503")
    for comment in comments:
        moderation.decide(comment, spam.check(comment))
    akismet.clear()
    Comment.objects.filter(pk=comments[0].pk).update(check_at=timezone.now())
    work.run_once()
    work.run_once()
    assert [status(comment) for comment in comments] == ["approved"] * 3


def test_the_end_of_a_fault_does_not_hurry_a_provisional_answer(akismet, due):
    provisional, failed, cleared = (due(name, name=name) for name in ("A", "B", "C"))
    asked = [(provisional, "503"), (provisional, "recheck"), (failed, "503"), (cleared, "ham")]
    for comment, answer in asked:
        akismet.next(answer)
        moderation.decide(comment, spam.check(comment))
    provisional, failed, _ = Comment.objects.order_by("pk")
    assert failed.check_at <= timezone.now() < provisional.check_at


def test_a_second_worker_leaves_alone_what_the_first_is_checking(akismet, due, monkeypatch):
    due()
    ask = spam.check

    def while_another_works(comment, reason=""):
        work.check_due(timezone.now())
        return ask(comment, reason)

    monkeypatch.setattr(spam, "check", while_another_works)
    work.check_due(timezone.now())
    assert len(akismet.checks) == 1


def test_what_waited_without_a_key_is_checked_when_there_is_one(akismet, settings, write):
    settings.AKISMET_API_KEY = ""
    work.run_once()
    comment = write(status="pending")
    moderation.decide(comment, spam.check(comment))
    assert status(comment) == "pending"
    settings.AKISMET_API_KEY = "a-new-key"
    work.run_once()
    assert status(comment) == "approved"


def test_hidden_addresses_are_resolved_once_the_proxy_is_trusted(akismet, settings, write):
    comment = write(status="pending")
    hidden = {"ip": None, "network": "", "peer": "172.18.0.3", "forwarded": "203.0.113.9"}
    Submission.objects.filter(comment=comment).update(**hidden)
    comment = Comment.objects.get(pk=comment.pk)
    moderation.decide(comment, spam.check(comment))
    assert akismet.requests == []
    settings.TRUSTED_PROXIES = [ip_network("172.18.0.0/16")]
    work.run_once()
    assert akismet.checks[0]["user_ip"] == "203.0.113.9"
    assert status(comment) == "approved"


@pytest.mark.parametrize(("hours", "expected"), [(1, "approved"), (0, "pending")])
def test_a_clock_that_is_set_back_keeps_nothing_waiting(
    akismet, write, monkeypatch, hours, expected
):
    work.run_once()  # which takes note of the key
    comment = write(status="pending")
    Comment.objects.update(check_at=timezone.now() + timedelta(hours=1))
    before = time.time() - time.monotonic() + hours * 3600
    monkeypatch.setattr(work, "CLOCK", work.Clock(before))
    work.run_once()
    assert status(comment) == expected


def test_a_worker_told_to_stop_ends_after_the_check_under_way(akismet, due):
    for n in range(3):
        due(str(n), name=f"N{n}")
    answers = iter([True, False])
    work.run_once(lambda: next(answers))
    assert len(akismet.checks) == 1


def test_a_comment_that_can_not_be_decided_does_not_hold_up_the_others(akismet, due, monkeypatch):
    due("poison")
    well = due("well", name="Ann")
    decide = moderation.decide

    def failing(comment, *args):
        if comment.body == "poison":
            raise DatabaseError
        decide(comment, *args)

    monkeypatch.setattr(moderation, "decide", failing)
    work.run_once()
    assert status(well) == "approved"
