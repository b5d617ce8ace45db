"""A stranger cannot tell a comment that is not public from one that never was."""

import re
from urllib.parse import urlencode

import pytest

from comments import moderation
from comments.models import Comment
from posts.models import Post

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"
OWN = re.compile(rb'name="token" value="[^"]*"|, from comment \d+ on')  # title: the address says it
PLACES = ["/comments/{}/", "/comments/{}/reply/", "/comments/{}/edit/", "/comments/{}/move/"]
PLACES += ["/comments/{}/status/" + "0" * 32 + "/", "/posts/on-answering/?from={}"]


def comparable(answer):
    """An answer without what depends on its address or its moment alone."""
    own = ("ETag", "Content-Length", "Expires")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status, headers, OWN.sub(b"", answer.body)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_an_id_that_was_never_public_tells_nothing(ask, write, place, status):
    write()
    comment = write("Secret.", status="pending")
    write("Later.")
    Comment.objects.filter(pk=comment.pk).update(status=status)
    for method in ("GET", "HEAD", "POST"):
        told = ask(place.format(comment.pk), method)
        absent = ask(place.format(999_999), method)
        assert comparable(told) == comparable(absent)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_the_length_of_a_thread_tells_nothing(ask, write, status):
    write()
    before = [ask(path).body for path in ("/", "/posts/on-answering/", "/comments/feed/")]
    comment = write("Secret.", status="pending")
    Comment.objects.filter(pk=comment.pk).update(status=status)
    assert [ask(p).body for p in ("/", "/posts/on-answering/", "/comments/feed/")] == before


def test_a_purged_comment_that_was_never_public_is_like_none(ask, write):
    comment = write(status="spam")
    moderation.purge(comment)
    told, absent = ask(f"/comments/{comment.pk}/"), ask("/comments/999999/")
    assert comparable(told) == comparable(absent)


def test_a_comment_on_a_draft_is_like_none(ask, write):
    comment = write()
    Post.objects.update(status="draft")
    paths = (*PLACES[:2], PLACES[4])
    for path in paths:
        told, absent = ask(path.format(comment.pk)), ask(path.format(999_999))
        assert comparable(told) == comparable(absent)


def test_a_draft_takes_no_comment_and_tells_nothing(ask, post, form):
    Post.objects.update(status="draft")
    body = urlencode(form()).encode()
    told = [ask(POST, "POST", body), ask("/posts/absent/comments/", "POST", body)]
    assert (told[0].status, told[0].body) == (told[1].status, told[1].body)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_a_comment_that_is_not_public_can_not_be_answered(ask, write, form, status):
    parents = (write(status=status).pk, 999_999)
    bodies = [urlencode(form("A reply", parent=parent)).encode() for parent in parents]
    told, absent = (ask(POST, "POST", body) for body in bodies)
    assert comparable(told) == comparable(absent)
    assert told.status == 422
