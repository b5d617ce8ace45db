import pytest
from django.core.management import call_command
from django.urls import reverse

from comments import moderation, sample, work
from comments.models import Comment, Submission, Thread
from posts.models import Post, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def example():
    return sample.create()


def one(post, **fields):
    return post.comments.get(**fields)


def test_an_empty_site_begins_with_a_published_post(example):
    assert example.is_public
    assert Site.objects.current().sample == example


def test_the_sample_is_made_once(example):
    assert sample.create() is None
    assert Post.objects.count() == 1


def test_a_site_with_an_author_gets_no_sample(alma):
    assert sample.create() is None
    assert not Post.objects.exists()


def test_the_sample_is_an_interview_of_a_magazine_s_length(example):
    assert 700 <= len(example.body.split()) <= 1010
    for speaker in ("Jonas", "Margit"):
        assert f"<p><strong>{speaker}:</strong> " in example.body_html
    assert "<blockquote>" in example.body_html


def test_the_sample_thread_has_replies_four_deep_a_quote_a_list_and_code(example):
    html = "".join(example.comments.approved().values_list("body_html", flat=True))
    assert max(example.comments.shown().values_list("depth", flat=True)) >= 4
    assert all(tag in html for tag in ("<blockquote>", "<ul>", "<code>", "<em>"))


def test_the_sample_thread_has_a_stone_whose_reply_is_shown(example):
    stone = one(example, status="trash")
    assert stone.shown
    assert stone.replies.get().is_public


def test_the_sample_thread_is_counted_and_in_place(example):
    assert Thread.objects.get(post=example).count == example.comments.approved().count() == 10
    call_command("recount", "--check")


def test_the_sample_comments_are_dated_when_they_are_said_to_be_written(example):
    for comment in example.comments.approved():
        assert comment.published_at == comment.created_at < comment.cleared_at
        assert comment.cleared_by == "import"
        assert comment.created_at > example.published_at


def test_replies_come_after_what_they_answer(example):
    for reply in example.comments.filter(parent__isnull=False).select_related("parent"):
        assert reply.created_at > reply.parent.created_at


def test_the_waiting_comment_of_the_sample_is_never_sent_to_the_check(example, akismet):
    moderation.make_due_again()
    work.run_once()
    assert one(example, status="pending").check_at is None
    assert akismet.requests == []
    assert not Submission.objects.exists()


def test_the_waiting_comment_of_the_sample_says_why_it_waits(example):
    event = one(example, status="pending").events.get()
    assert (event.verb, event.data) == ("held", {"rule": "links", "count": 3})


def test_the_first_author_adopts_post_and_replies(example, alma):
    sample.adopt(alma)
    example.refresh_from_db()
    assert example.author == alma
    assert set(example.comments.filter(author=alma).values_list("author_name")) == {("Alma",)}
    assert not example.comments.filter(author_name=sample.AUTHOR).exists()


def test_a_reader_who_calls_himself_the_author_is_not_adopted(example, alma, write):
    reader = write(post=example, name=sample.AUTHOR)
    sample.adopt(alma)
    reader.refresh_from_db()
    assert (reader.author, reader.author_name) == (None, sample.AUTHOR)


def test_nor_is_one_whose_submission_is_no_longer_kept(example, alma, write):
    comment = write(post=example, name=sample.AUTHOR, status="pending")
    Submission.objects.all().delete()
    sample.adopt(alma)
    comment.refresh_from_db()
    assert comment.author is None


def test_the_sample_goes_with_all_that_was_answered_to_it(example, write):
    write(post=example, parent=one(example, author_name="Tove"), status="spam")
    sample.remove()
    assert not Post.objects.filter(pk=example.pk).exists()
    assert not Comment.objects.exists()
    assert Site.objects.current().sample is None


def test_removing_the_sample_leaves_other_posts_alone(post, write):
    Site.objects.current()
    comment = write()
    sample.remove()
    assert Comment.objects.get() == comment


def test_the_sample_s_feed_link_leads_somewhere(example, client):
    assert f'href="{reverse("comments:feed")}"' in example.body_html
    assert client.get(reverse("comments:feed")).status_code == 200
