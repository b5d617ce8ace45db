"""What a move does above the comment moved: at any depth, and with another move beside it."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from comments import ancestry, moderation, thread
from comments.models import Comment

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEEP = 500


@pytest.fixture
def chain(post):
    """A chain of replies, each the only one of the last; all public, or all spam."""

    def chain(length, status="approved"):
        fields = {"post": post, "author_name": "Bo", "body": "x", "status_at": NOON}
        fields |= {"created_at": NOON, "status": status}
        if status == "approved":
            fields |= {"shown": True, "cleared_by": "import"}
            fields |= {"cleared_at": NOON, "published_at": NOON}
        above, made = None, []
        for pk in range(1, length + 1):
            place = thread.place(above, NOON, pk)
            above = Comment(pk=pk, parent=above, **fields, **vars(place))
            made.append(above)
        Comment.objects.bulk_create(made, batch_size=500)
        return made

    return chain


def shown():
    return Comment.objects.shown().count()


def in_thread(act):
    """Another connection, as in another process; given back once it is under way."""

    def run():
        try:
            act()
        finally:
            connection.close()

    other = threading.Thread(target=run)
    other.start()
    other.join(0.3)
    return other


@pytest.mark.django_db
@pytest.mark.parametrize("stride", [ancestry.STRIDE, 7])
def test_hiding_a_leaf_puts_out_all_stones_above_it(
    chain, alma, monkeypatch, django_assert_max_num_queries, stride
):
    monkeypatch.setattr(ancestry, "STRIDE", stride)
    leaf = chain(DEEP)[-1]
    Comment.objects.exclude(pk=leaf.pk).update(status="spam")
    with django_assert_max_num_queries(20 + 4 * DEEP // stride):
        moderation.move(leaf, "trash", alma)
    assert shown() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("stride", [ancestry.STRIDE, 7])
def test_publishing_a_leaf_lights_all_above_it(
    chain, alma, monkeypatch, django_assert_max_num_queries, stride
):
    monkeypatch.setattr(ancestry, "STRIDE", stride)
    leaf = chain(DEEP, "spam")[-1]
    with django_assert_max_num_queries(20 + 3 * DEEP // stride):
        moderation.move(leaf, "approved", alma)
    assert shown() == DEEP


@pytest.mark.django_db
def test_a_move_in_a_deep_chain_of_public_comments_looks_one_up(
    chain, alma, django_assert_max_num_queries
):
    leaf = chain(DEEP)[-1]
    with django_assert_max_num_queries(14):
        moderation.move(leaf, "trash", alma)
    assert shown() == DEEP - 1


@pytest.mark.django_db
def test_a_stone_above_a_public_comment_stays_when_a_leaf_goes(chain, alma):
    root, middle, leaf = chain(3)
    moderation.move(root, "spam", alma)
    moderation.move(leaf, "spam", alma)
    assert set(Comment.objects.shown()) == {root, middle}


@pytest.mark.django_db
def test_who_publishes_looks_no_further_than_the_first_that_is_shown(chain):
    above = chain(3)[1]
    assert ancestry.dark(above.pk) == [above.pk]


@pytest.mark.django_db
def test_a_chain_may_be_deeper_than_a_small_integer(write, alma):
    parent = write()
    Comment.objects.filter(pk=parent.pk).update(depth=32_767, parent=write())
    parent.refresh_from_db()
    assert write(parent=parent).depth == 32_768


@pytest.mark.django_db(transaction=True)
def test_a_comment_hidden_while_its_only_reply_is_hidden_is_no_stone(write, alma):
    root = write("root")
    reply = write("reply", parent=root)
    with transaction.atomic():
        moderation.move(root, "spam", alma)
        other = in_thread(lambda: moderation.move(reply, "spam", alma))
    other.join()
    assert shown() == 0


@pytest.mark.django_db(transaction=True)
def test_a_stone_stays_when_a_reply_is_published_while_another_is_hidden(write, alma):
    root = write("root")
    reply, waiting = write("one", parent=root), write("two", parent=root, status="pending")
    moderation.move(root, "spam", alma)
    with transaction.atomic():
        moderation.move(waiting, "approved", alma)
        other = in_thread(lambda: moderation.move(reply, "spam", alma))
    other.join()
    assert set(Comment.objects.shown()) == {root, waiting}


@pytest.mark.django_db(transaction=True)
def test_a_reply_published_while_its_last_neighbour_is_hidden_lights_the_stone_again(write, alma):
    root = write("root")
    reply, waiting = write("one", parent=root), write("two", parent=root, status="pending")
    moderation.move(root, "spam", alma)
    with transaction.atomic():
        moderation.move(reply, "spam", alma)
        other = in_thread(lambda: moderation.move(waiting, "approved", alma))
    other.join()
    assert set(Comment.objects.shown()) == {root, waiting}


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_while_its_parent_is_purged_finds_it_gone(write, monkeypatch):
    root, came, note = write("root"), [], moderation.Purged.objects.create

    def answer():
        with pytest.raises(moderation.ParentIsGone):
            write("reply", parent=root, status="pending")

    def in_between(**fields):
        came.append(in_thread(answer))
        return note(**fields)

    monkeypatch.setattr(moderation.Purged.objects, "create", in_between)
    moderation.purge(root)
    came[0].join()
    assert not Comment.objects.exists()
