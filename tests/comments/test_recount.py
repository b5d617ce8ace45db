from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from comments.models import Comment, Thread

pytestmark = pytest.mark.django_db


def change(comment, **values):
    """Behind the back of moderation."""
    Comment.objects.filter(pk=comment.pk).update(**values)


@pytest.fixture
def recount(capsys):
    """What the command says, and whether all is right afterwards."""

    def recount(*args):
        try:
            call_command("recount", *args)
        except CommandError as error:
            return f"{capsys.readouterr().out}{error}", False
        return capsys.readouterr().out, True

    return recount


def test_threads_that_moderation_wrote_are_right(recount, write, alma):
    root = write()
    write(parent=write(parent=root))
    write(status="spam")
    assert recount("--check") == ("All threads are right.\n", True)


def test_a_wrong_count_is_found_and_mended(recount, write, post):
    write()
    Thread.objects.update(count=5)
    said, right = recount("--check")
    assert f"Post {post.pk} counts 5 comments and has 1." in said
    assert not right
    assert recount() == (f"Post {post.pk} counts 5 comments and has 1. Mended.\n1 mended.\n", True)
    assert recount("--check")[1]


def test_checking_mends_nothing(recount, write):
    write()
    Thread.objects.update(count=5)
    recount("--check")
    assert Thread.objects.get().count == 5


def test_a_mended_count_makes_cached_pages_stale(recount, write):
    write()
    Thread.objects.update(count=5, version=7)
    recount()
    assert Thread.objects.get().version == 8


def test_a_missing_thread_is_made(recount, write):
    write()
    Thread.objects.all().delete()
    assert recount("--check")[1] is False
    recount()
    assert Thread.objects.get().count == 1


def test_stones_that_are_dark_are_lit_up_to_the_root(recount, write, alma, post):
    reply = write()
    for _ in range(4):
        reply = write(parent=reply)
    post.comments.exclude(pk=reply.pk).update(
        status="trash", cleared_by="", cleared_at=None, shown=False
    )
    Thread.objects.update(count=1)
    assert recount()[0].count("not shown, though it should be. Mended.") == 4
    assert post.comments.shown().count() == 5
    assert recount("--check")[1]


def test_stones_without_a_shown_reply_are_put_out(recount, write, post):
    root = write(status="spam")
    reply = write(status="spam", parent=root)
    post.comments.update(shown=True)
    assert recount()[0].count("shown without reason. Mended.") == 2
    assert not post.comments.shown().exists()
    assert reply.parent == root


def test_a_comment_out_of_place_is_reported_and_left(recount, write):
    comment = write()
    change(comment, created_at=F("created_at") - timedelta(seconds=1))
    said, right = recount()
    assert said.startswith(f"Comment {comment.pk} is not where its date and parent put it.\n")
    assert not right


@pytest.mark.parametrize("values", [{"path": b"x"}, {"newest": b"x"}])
def test_each_part_of_a_place_is_verified(recount, write, values):
    change(write(), **values)
    assert recount("--check")[1] is False


def test_a_wrong_depth_is_reported(recount, write):
    change(write(parent=write()), depth=7)
    assert recount("--check")[1] is False


def test_a_parent_of_another_post_is_reported(recount, write, post):
    reply = write(parent=write())
    post.pk, post.slug = None, "another"
    post.save(force_insert=True)
    change(reply, post=post)
    said, right = recount()
    assert f"Comment {reply.pk} answers comment {reply.parent_id} of another post." in said
    assert not right


def test_a_recount_asks_few_questions_whatever_the_size(
    recount, write, post, django_assert_max_num_queries
):
    root = write()
    for _ in range(20):
        write(parent=root)
    with django_assert_max_num_queries(10):
        recount("--check")
