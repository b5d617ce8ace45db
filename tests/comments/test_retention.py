from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from comments import moderation, retention, spam
from comments.models import Comment, Discussion, Event, Notice, Purged, Submission
from posts.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def spam_opened():
    """A moderator has just looked at Spam."""
    rules = Discussion.objects.of(Site.objects.current())
    rules.spam_opened_at = timezone.now()
    rules.save()


def age(days, comment):
    Comment.objects.filter(pk=comment.pk).update(status_at=timezone.now() - timedelta(days=days))
    return comment


def exists(comment):
    return Comment.objects.filter(pk=comment.pk).exists()


def run():
    return retention.run(timezone.now())


@pytest.mark.parametrize(("days", "left"), [(14, 1), (16, 0)])
def test_what_came_with_the_request_is_kept_for_15_days(write, days, left):
    write()
    Submission.objects.update(created_at=timezone.now() - timedelta(days=days))
    run()
    assert Submission.objects.count() == left
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(("days", "left"), [(29, True), (31, False)])
def test_spam_is_kept_for_30_days(write, spam_opened, days, left):
    comment = age(days, write(status="spam"))
    run()
    assert exists(comment) == left


def test_spam_that_nobody_has_looked_at_is_kept(write):
    comment = age(400, write(status="spam"))
    assert run() == 0
    assert exists(comment)


def test_spam_that_came_after_the_last_look_is_kept(write, spam_opened):
    Discussion.objects.update(spam_opened_at=timezone.now() - timedelta(days=40))
    comment = age(35, write(status="spam"))
    run()
    assert exists(comment)


@pytest.mark.parametrize(("days", "left"), [(29, True), (31, False)])
def test_trash_is_kept_for_30_days(write, days, left):
    comment = age(days, write(status="trash"))
    run()
    assert exists(comment) == left


@pytest.mark.parametrize("status", ["pending", "approved"])
def test_waiting_and_published_comments_are_kept_for_ever(write, spam_opened, status):
    comment = age(4000, write(status=status))
    run()
    assert exists(comment)


def test_old_trash_with_a_reply_is_emptied_and_stays(write):
    comment = age(31, write("Rude", status="trash"))
    write(parent=comment)
    run()
    comment.refresh_from_db()
    assert (comment.body, comment.author_name, comment.shown) == ("", "", True)


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_what_was_emptied_is_not_deleted_over_and_over(write, spam_opened, status):
    comment = age(31, write("Rude", status=status))
    write(parent=comment)
    assert run() == 1
    assert run() == 0


def test_an_emptied_comment_goes_when_its_last_reply_has_gone(write):
    comment = age(31, write("Rude", status="trash"))
    age(31, write(parent=comment, status="trash"))
    run()
    run()
    assert not Comment.objects.exists()


def test_a_comment_that_was_public_once_leaves_its_number(write, alma):
    from comments import moderation

    comment = write()
    moderation.move(comment, "trash", alma)
    age(31, comment)
    run()
    assert Purged.objects.get().pk == comment.pk


def test_history_and_notices_go_with_their_comment(write, spam_opened):
    comment = age(31, write(status="spam"))
    Notice.objects.create(recipient="a@b.c", comment=comment, kind="waiting", due=timezone.now())
    run()
    assert not Event.objects.exists()
    assert not Notice.objects.exists()


def test_sent_notices_are_kept_for_30_days(write):
    past = timezone.now() - timedelta(days=31)
    Notice.objects.create(
        recipient="a@b.c", comment=write(), kind="waiting", due=past, sent_at=past
    )
    run()
    assert not Notice.objects.exists()


def test_the_command_goes_on_until_nothing_is_left(write, monkeypatch, capsys):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        age(31, write(status="trash"))
    call_command("retention")
    assert capsys.readouterr().out == "Deleted: 5.\n"
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("discard", "minutes", "left"), [(1, 61, 0), (1, 59, 1), (0, 9999, 1)])
def test_blatant_spam_is_dropped_after_an_hour_where_that_is_wanted(
    settings, akismet, write, discard, minutes, left
):
    settings.AKISMET_DISCARD = bool(discard)
    akismet.next("discard")
    comment = write(status="pending")
    moderation.decide(comment, spam.check(comment))
    age(minutes / 24 / 60, comment)
    run()
    assert Comment.objects.count() == left


def test_plain_spam_is_not_dropped_early(settings, akismet, write):
    settings.AKISMET_DISCARD = True
    comment = write("spamspam", status="pending")
    moderation.decide(comment, spam.check(comment))
    age(1, comment)
    run()
    assert exists(comment)
