"""A comment's page in admin: the thread around it, its history, what can be done."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import moderation
from comments.models import Comment, SpamCheck, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(client, alma):
    client.force_login(alma)

    def show(comment):
        return client.get(f"/admin/comments/comment/{comment.pk}/change/", follow=True)

    return show


def labels(response):
    return [act.label for act in response.context["acts"]]


def test_the_text_is_shown_as_readers_see_it(show, write):
    page = show(write("It is **true**.")).text
    assert "<strong>true</strong>" in page


def test_what_it_answers_stands_above_and_its_replies_below(show, write):
    root = write("Root words", name="Ann")
    middle = write("Middle words", parent=root)
    reply = write("Reply words", parent=middle, status="spam")
    page = show(middle)
    assert [c.pk for c in page.context["above"]] == [root.pk]
    assert [c.pk for c in page.context["replies"]] == [reply.pk]
    assert "Root words" in page.text


def test_of_a_deep_conversation_the_nearest_four_stand_above(show, write):
    comment = None
    for number in range(8):
        comment = write(f"Level {number}", parent=comment)
    page = show(comment)
    assert [c.body for c in page.context["above"]] == [f"Level {n}" for n in range(3, 7)]
    assert "The conversation begins further up." in page.text


def test_of_many_replies_the_first_five_stand_below(show, write):
    root = write()
    for number in range(7):
        write(f"{number}", parent=root)
    page = show(root)
    assert len(page.context["replies"]) == 5
    assert "And more." in page.text


def test_depth_and_replies_cost_no_further_queries(show, write):
    root = write()
    alone = queries(show, root)
    deep = root
    for number in range(6):
        deep = write(f"{number}", parent=deep)
        write(f"{number}", parent=root)
    assert queries(show, root) == queries(show, deep) == alone


def queries(show, comment):
    show(comment)
    with CaptureQueriesContext(connection) as found:
        show(comment)
    return len(found)


def test_what_came_with_it_is_shown_and_for_how_long(show, write):
    page = show(write()).text
    assert "203.0.113.7" in page
    assert "A browser" in page
    assert "Kept until" in page


def test_what_came_with_it_is_gone_after_a_while(show, write):
    comment = write()
    Submission.objects.all().delete()
    assert "Not kept, or no longer." in show(comment).text


def test_its_history_is_told(show, write):
    page = show(write()).text
    assert "Received." in page
    assert "Published by Alma." in page


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("pending", ["Publish", "Spam", "Trash", "Check again"]),
        ("approved", ["Spam", "Trash", "Put back to wait"]),
        ("spam", ["Not spam: publish", "Trash", "Delete for good"]),
        ("trash", ["Restore", "Spam", "Delete for good"]),
    ],
)
def test_what_makes_sense_is_offered(show, akismet, write, status, offered):
    assert labels(show(write(status=status))) == offered


def test_an_emptied_comment_offers_nothing(show, write, alma):
    root = write()
    write("Reply", parent=root)
    moderation.move(root, "trash", alma)
    moderation.purge(root)
    page = show(root)
    assert labels(page) == []
    assert "Emptied." in page.text


def test_status_is_no_field(show, write):
    page = show(write()).text
    assert 'name="status"' not in page


def test_the_page_takes_no_post(client, alma, write):
    comment = write()
    client.force_login(alma)
    url = f"/admin/comments/comment/{comment.pk}/change/"
    assert client.post(url, {"status": "spam"}).status_code == 405


def test_a_hostile_name_is_only_text(show, write):
    page = show(write("x", name="<script>alert(1)</script>", author_email="")).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("pk", ["999", "x", "9" * 30])
def test_a_deleted_comment_leads_to_the_queue(client, alma, post, pk):
    client.force_login(alma)
    page = client.get(f"/admin/comments/comment/{pk}/change/", follow=True)
    assert page.redirect_chain[-1][0] == "/admin/comments/comment/"
    assert "This comment is deleted." in page.text


def test_djangos_own_ways_to_delete_are_closed(client, alma, write):
    comment = write()
    client.force_login(alma)
    url = f"/admin/comments/comment/{comment.pk}"
    assert client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{url}/history/").url == f"{url}/change/"
    assert Comment.objects.filter(pk=comment.pk).exists()


def test_a_check_in_progress_says_when(show, akismet, write):
    comment = write(status="pending")
    SpamCheck.objects.create(comment=comment, ms=4000, result="error", code="timeout", text_hash="")
    page = show(comment).text
    assert "Being checked" in page
    assert "Akismet did not answer within 4 s." in page
    assert "The next check is due" in page
