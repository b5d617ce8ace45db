"""Alma at her desk: the queue, a comment, a post, the site."""

import pytest

from comments.models import Comment, Discussion
from posts.models import Post

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "/admin/comments/comment/"


@pytest.fixture
def thread(write):
    """A thread with something in every tab of the queue."""
    root = write("A thought.", name="Ann")
    for status in ("spam", "trash", "pending"):
        write(f"This one is {status}.", status=status, parent=root, name="Bo")
    write("Four links.", status="pending", holds=[{"rule": "links", "count": 4}], name="Cy")
    Comment.objects.update(check_at=None)
    return root


def signed_in(page):
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("alma")
    page.get_by_label("Password").fill("pw")
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.fixture(params=["desktop", "phone"])
def desk(request, thread):
    return signed_in(request.getfixturevalue(request.param))


def test_alma_publishes_a_comment_with_one_click(desk):
    desk.goto(QUEUE)
    desk.get_by_role("button", name="Publish: comment by Cy").click()
    desk.get_by_text("1 comment published.").wait_for()
    assert Comment.objects.get(author_name="Cy").status == "approved"
    assert desk.get_by_text("Four links.").count() == 0


def test_alma_ticks_all_and_moves_them_to_the_trash(desk):
    desk.goto(QUEUE)
    desk.get_by_label("All on this page").check()
    desk.get_by_role("button", name="Trash", exact=True).first.click()
    desk.get_by_text("2 comments moved to the trash.").wait_for()
    desk.get_by_text("Nothing waits for you.").wait_for()


def test_the_desk_works_without_javascript(desktop_without_js, thread):
    page = signed_in(desktop_without_js)
    page.goto(QUEUE)
    assert not page.get_by_label("All on this page").is_visible()
    page.get_by_label("Tick the comment by Cy").check()
    page.get_by_role("button", name="Spam", exact=True).first.click()
    page.get_by_text("1 comment moved to spam.").wait_for()


def test_alma_deletes_spam_for_good(desk):
    desk.goto(f"{QUEUE}?tab=spam")
    desk.get_by_role("button", name="Delete for good: comment by Bo").click()
    desk.get_by_text("This cannot be undone.").wait_for()
    desk.get_by_role("button", name="Delete for good").click()
    desk.get_by_text("No spam.").wait_for()


def test_alma_looks_closer_and_comes_back(desk):
    desk.goto(QUEUE)
    desk.get_by_role("link", name="More about the comment by Bo").click()
    desk.get_by_role("heading", name="What it answers").wait_for()
    desk.get_by_role("button", name="Spam").click()
    desk.get_by_text("1 comment moved to spam.").wait_for()
    desk.get_by_text("Moved to spam by Alma.").wait_for()


def test_alma_writes_a_post(desk):
    desk.goto("/admin/posts/post/add/")
    desk.get_by_label("Title:").press_sequentially("On slowness")
    desk.get_by_label("Body:").fill("It **takes** time.")
    desk.get_by_label("Status:").select_option("Published")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_text("was added successfully").wait_for()
    assert Post.objects.get(slug="on-slowness").is_public


def test_alma_sets_the_rules(desk):
    desk.goto("/admin/posts/site/1/change/")
    desk.get_by_label("Order:").select_option("Newest first")
    desk.get_by_label("Time zone:").select_option("Europe/Berlin")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("Saved.").wait_for()
    assert Discussion.objects.get().order == "newest"
