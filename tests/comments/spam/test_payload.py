from datetime import datetime, timedelta, timezone

import pytest
from django.contrib.auth.models import User

from comments import spam
from comments.models import Comment, Submission
from comments.spam.payload import CONTENT_MOST, PARAMETERS
from posts.models import Post

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
STAFF = {"is_active": True, "is_staff": True}


@pytest.fixture
def comment():
    """With all that a comment can hold."""
    comment = Comment(
        pk=7,
        parent_id=3,
        post=Post(pk=1, slug="hello", updated_at=MOMENT),
        author_name="Bo",
        author_email="bo@example.com",
        author_url="https://example.com/",
        body="*Nice* post",
        created_at=MOMENT,
    )
    comment.submission = Submission(
        comment=comment, ip="2001:db8::1", user_agent="Firefox", referrer="https://example.org/"
    )
    return comment


@pytest.fixture
def by(comment):
    """The comment as written by an account of this kind."""

    def write(**user):
        comment.author = User(pk=1, **user)
        return comment

    return write


def test_everything_akismet_asks_for_is_sent(comment, settings):
    settings.SITE_URL = "https://blog.example"
    assert spam.payload(comment) == {
        "user_ip": "2001:db8::1",
        "user_agent": "Firefox",
        "referrer": "https://example.org/",
        "permalink": "https://blog.example/posts/hello/",
        "comment_type": "reply",
        "comment_author": "Bo",
        "comment_author_email": "bo@example.com",
        "comment_author_url": "https://example.com/",
        "comment_content": "*Nice* post",
        "comment_date_gmt": "2026-03-01T10:30:00+00:00",
        "comment_post_modified_gmt": "2026-03-01T10:30:00+00:00",
        "blog_lang": "en",
        "blog_charset": "UTF-8",
    }


def test_what_is_sent_arrives(akismet, comment):
    spam.check(comment, "edit")
    sent = spam.payload(comment, "edit")
    assert akismet.checks == [sent | {"api_key": "valid-key", "blog": "http://localhost:8000"}]


def test_a_check_is_sent_without_agent_and_referrer(akismet, comment):
    comment.submission.user_agent = comment.submission.referrer = ""
    assert not spam.check(comment).failed
    assert {"user_agent", "referrer"}.isdisjoint(akismet.checks[0])


def test_nothing_empty_is_sent(comment):
    comment.author_email = comment.author_url = comment.submission.user_agent = ""
    comment.submission.ip = comment.post.updated_at = None
    left_out = {"comment_author_email", "comment_author_url", "user_agent", "user_ip"}
    sent = spam.payload(comment)
    assert (left_out | {"comment_post_modified_gmt", "is_test"}).isdisjoint(sent)
    assert all(sent.values())


def test_a_root_is_a_comment(comment):
    comment.parent_id = None
    assert spam.payload(comment)["comment_type"] == "comment"


def test_a_long_text_is_cut(comment):
    comment.body = "ä" * (CONTENT_MOST + 1)
    assert spam.payload(comment)["comment_content"] == "ä" * 32_000


def test_a_text_of_every_script_arrives(akismet, comment):
    comment.body = "Grüße & 100 % «你好» 🎉 =+\r\n"
    spam.check(comment)
    assert akismet.checks[0]["comment_content"] == comment.body


@pytest.mark.parametrize("staff", [STAFF, {"is_active": True, "is_superuser": True}])
def test_staff_say_so(by, staff):
    assert spam.payload(by(**staff))["user_role"] == "administrator"


@pytest.mark.parametrize("user", [{}, {"is_active": True}, STAFF | {"is_active": False}])
def test_other_accounts_have_no_role(by, user):
    assert "user_role" not in spam.payload(by(**user))


def test_a_visitor_cannot_have_a_role(comment):
    comment.author_name = comment.submission.user_agent = "administrator"
    comment.body = "x&user_role=administrator"
    assert "user_role" not in spam.payload(comment)


def test_a_visitor_cannot_smuggle_a_role_over_the_wire(akismet, comment):
    comment.author_name = "Bo&user_role=administrator"
    comment.body = "spamspam\r\n\r\nuser_role=administrator"
    assert spam.check(comment).result == "spam"


@pytest.mark.parametrize("reason", ["retry", "recheck", "edit", "recheck_queue"])
def test_a_further_check_says_why(akismet, comment, reason):
    spam.check(comment, reason)
    assert akismet.checks[0]["recheck_reason"] == reason


def test_a_test_says_that_it_is_one(akismet, comment, settings):
    settings.AKISMET_TEST_MODE = True
    spam.check(comment)
    assert akismet.checks[0]["is_test"] == "1"


def test_the_hash_is_of_name_address_and_text(comment):
    before = spam.text_hash(comment)
    comment.author_email, comment.created_at = "ann@example.com", None
    assert spam.text_hash(comment) == before
    for field in ("author_name", "author_url", "body"):
        setattr(comment, field, getattr(comment, field) + "!")
        assert spam.text_hash(comment) != before
        before = spam.text_hash(comment)


def test_the_hash_knows_where_a_name_ends(comment):
    comment.author_name, comment.author_url, comment.body = "ab", "", "c"
    before = spam.text_hash(comment)
    comment.author_name, comment.body = "a", "bc"
    assert spam.text_hash(comment) != before


# What readers are told


def test_nothing_is_sent_that_has_no_row_in_the_table(akismet, by, settings):
    settings.AKISMET_TEST_MODE = True
    spam.check(by(**STAFF), "retry")
    assert set(akismet.checks[0]) == {row.name for row in PARAMETERS}


def test_readers_are_told_of_everything_about_them():
    technical = {
        *("api_key", "blog", "blog_lang", "blog_charset", "is_test", "recheck_reason"),
        *("comment_type", "comment_post_modified_gmt", "user_role"),
    }
    assert {row.name for row in PARAMETERS if not row.words} == technical


def test_the_notice_names_what_is_sent():
    sentence = spam.disclosure_sentence()
    assert all(words in sentence for words in spam.disclosure())
    assert sentence == (
        "To find spam, this site sends your comment, its time, your name, your e-mail address if "
        "you give one, your web address if you give one, your IP address, what your browser says "
        "it is, the page you came from and the address of this post to Akismet, a service of "
        "Automattic Inc."
    )
