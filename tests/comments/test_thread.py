from datetime import UTC, datetime

import pytest
from django.db import connection

from comments import moderation, thread
from comments.models import Comment

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(thread, "PAGE", 3)


def bodies(page):
    """The texts on a page; a deferred field is read anew, which only tests may do."""
    return [row.comment.body for row in page.rows if not row.is_above]


def walk(post, **options):
    """All pages of a thread, following `next` as a reader does."""
    page = thread.page(post, **options)
    while True:
        yield page
        if page.next is None:
            return
        page = thread.page(post, start=page.next, **options)


def test_a_root_has_a_path_of_one_key():
    place = thread.place(None, NOON, 7)
    assert place.depth == 0
    assert place.path == (int(NOON.timestamp() * 1_000_000) << 12 | 7).to_bytes(8)


def test_keys_of_the_same_moment_are_ordered_by_id():
    assert thread.place(None, NOON, 1).path < thread.place(None, NOON, 2).path


def test_a_reply_stands_under_its_parent():
    parent = Comment(depth=0, path=b"parents!")
    place = thread.place(parent, NOON, 7)
    assert place.depth == 1
    assert place.path[:8] == b"parents!"
    assert len(place.path) == 16


def test_paths_end_at_ten_levels_and_depth_does_not():
    parent = Comment(depth=40, path=b"x" * 80)
    place = thread.place(parent, NOON, 7)
    assert (place.depth, len(place.path)) == (41, 80)
    assert place.path[:72] == b"x" * 72


def test_newest_turns_the_roots_round_and_leaves_replies():
    place = thread.place(Comment(depth=0, path=b"\x00\xffparent"[:8]), NOON, 7)
    assert place.newest[:2] == b"\xff\x00"
    assert place.newest[8:] == place.path[8:]


def test_replies_follow_what_they_answer_and_then_time(write, post):
    one = write("one")
    write("two")
    write("one.one", parent=one)
    write("one.two", parent=one)
    assert bodies(thread.page(post)) == ["one", "one.one", "one.two", "two"]


def test_newest_first_turns_roots_only(write, post):
    one = write("one")
    write("two")
    write("one.one", parent=one)
    write("one.two", parent=one)
    assert bodies(thread.page(post, order="newest")) == ["two", "one", "one.one", "one.two"]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_show_every_comment_once(write, post, order):
    root = write("0")
    for n in range(1, 10):
        write(str(n), parent=root if n % 3 else None)
    pages = list(walk(post, order=order))
    seen = [body for page in pages for body in bodies(page)]
    assert sorted(seen) == [str(n) for n in range(10)]
    assert [len(bodies(page)) for page in pages] == [3, 3, 3, 1]


@pytest.mark.usefixtures("small_pages")
def test_the_way_back_leads_over_the_same_pages(write, post):
    for n in range(10):
        write(str(n))
    first, second, third, fourth = walk(post)
    assert fourth.previous == second.next
    assert third.previous == first.next
    assert (second.previous, second.at_start) == (None, False)
    assert first.at_start


@pytest.mark.usefixtures("small_pages")
def test_last_shows_the_last_page_of_comments(write, post):
    for n in range(10):
        write(str(n))
    page = thread.page(post, start=thread.LAST)
    assert bodies(page) == ["7", "8", "9"]
    assert page.next is None
    assert not page.at_start


@pytest.mark.usefixtures("small_pages")
def test_last_of_a_short_thread_is_its_only_page(write, post):
    write("0")
    page = thread.page(post, start=thread.LAST)
    assert bodies(page) == ["0"]
    assert page.at_start


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_the_permalink_of_any_comment_lands_on_a_page_that_shows_it(write, post, order):
    parent = None
    for n in range(12):
        parent = write(str(n), parent=parent if n % 4 else None)
    for comment in post.comments.all():
        page = thread.page(post, order=order, start=thread.locate(comment, order))
        assert comment in [row.comment for row in page.rows]


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_begins_inside_a_branch_says_whose(write, post):
    one = write("one", name="Ann")
    two = write("two", name="Cy", parent=one)
    for n in range(4):
        write(str(n), parent=two)
    page = thread.page(post, start=thread.page(post).next)
    assert [row.comment.author_name for row in page.rows if row.is_above] == ["Ann", "Cy"]
    assert [row.level for row in page.rows] == [1, 2, 3, 3, 3]


@pytest.mark.usefixtures("small_pages")
def test_a_page_begins_where_it_did_after_its_first_comment_was_hidden(write, post, alma):
    comments = [write(str(n)) for n in range(6)]
    moderation.move(comments[3], "spam", alma)
    assert bodies(thread.page(post, start=comments[3].pk)) == ["4", "5"]


def test_a_start_that_was_never_public_is_like_one_that_never_was(write, post):
    write("one")
    pending = write("two", status="pending")
    write("three")
    for start in (pending.pk, 999_999):
        assert bodies(thread.page(post, start=start)) == ["one", "three"]


@pytest.mark.usefixtures("small_pages")
def test_a_page_may_begin_with_a_stone_that_was_never_public(write, post):
    for n in range(3):
        write(str(n))
    stone = write("imported", status="pending")
    write("reply", parent=stone)
    assert bodies(thread.page(post, start=thread.page(post).next)) == ["imported", "reply"]


def test_lists_nest_as_replies_do_and_all_end(write, post):
    one = write("one")
    two = write("two", parent=one)
    write("three", parent=two)
    write("four")
    page = thread.page(post)
    assert [row.opens for row in page.rows] == [
        "<ol>",
        "<ol>",
        "<ol>",
        "</li></ol></li></ol></li>",
    ]
    assert page.closes == "</li></ol>"


def test_lists_nest_no_deeper_than_shown(write, post):
    parent = None
    for n in range(8):
        parent = write(str(n), parent=parent)
    assert [row.level for row in thread.page(post, depth=3).rows] == [1, 2, 3, 3, 3, 3, 3, 3]


def test_readers_see_no_pending_comment_and_moderators_see_it_in_its_place(write, post):
    one = write("one")
    write("two")
    write("reply", parent=one, status="pending")
    assert bodies(thread.page(post)) == ["one", "two"]
    page = thread.page(post, waiting=True)
    assert bodies(page) == ["one", "reply", "two"]
    assert [row.waiting for row in page.rows] == [False, True, False]


@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize("start", ["first", "middle", "last"])
def test_a_page_of_a_long_thread_costs_three_queries_and_101_rows(
    fill, post, order, start, django_assert_max_num_queries
):
    ids = fill(2_000)
    at = {"first": None, "middle": ids[1000], "last": thread.LAST}[start]
    with django_assert_max_num_queries(3):
        page = thread.page(post, order=order, start=at)
    assert len([row for row in page.rows if not row.is_above]) == 100


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_page_is_read_from_its_index_alone(fill, post, order):
    ids = fill(2_000)
    key = thread.sort_key(order)
    begin = thread._begin(post, key, ids[1000])
    for rows in (thread._rows(post, key, begin)[:101], thread._rows(post, key)[:101]):
        plan = rows.explain()
        assert "comment_shown" in plan
        assert not any(word in plan for word in ("SCAN", "B-TREE", "Seq Scan", "Sort"))


@pytest.fixture
def fill(post, alma):
    """Fills the thread with approved comments, every third a root; returns their ids."""

    def fill(number):
        comments, root = [], None
        for n in range(number):
            comment = Comment(post=post, author_name="Bo", body=str(n), body_html=str(n))
            comment.pk, comment.created_at = n + 1, NOON.replace(microsecond=n)
            comment.parent = root if n % 3 else None
            vars(comment).update(vars(thread.place(comment.parent, comment.created_at, n + 1)))
            comment.status, comment.shown, comment.cleared_by = "approved", True, "import"
            comment.cleared_at = comment.published_at = comment.status_at = NOON
            root = comment if n % 3 == 0 else root
            comments.append(comment)
        Comment.objects.bulk_create(comments, batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return [comment.pk for comment in comments]

    return fill


def test_moderators_pay_no_query_for_each_comment_that_waits(
    write, post, django_assert_num_queries
):
    for n in range(5):
        write(str(n), status="pending", name=f"N{n}")
    with django_assert_num_queries(2):
        assert all(row.waiting for row in thread.page(post, waiting=True).rows)
