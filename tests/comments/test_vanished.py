"""Somebody deletes what a request is about, between any two of its queries."""

import pytest
from django.db import connection
from django.test import Client

from comments import moderation, tokens
from comments.models import Comment
from posts.models import Post

pytestmark = pytest.mark.django_db(transaction=True)  # who deletes has a transaction of their own

POST = "/posts/on-answering/"


class Vanishing:
    """Deletes before the query of this number; those inside a transaction are not counted."""

    def __init__(self, number: int, delete):
        self.left, self.delete = number, delete

    def __call__(self, execute, *args):
        if self.left and not connection.in_atomic_block:
            self.left -= 1
            if not self.left:
                self.delete()
        return execute(*args)


def delete_comment(comment):
    moderation.purge(Comment.objects.get(pk=comment.pk))


def delete_post(comment):
    comment.post.comments.all().delete()
    Post.objects.all().delete()


def unpublish(comment):
    Post.objects.update(status="draft")


@pytest.fixture
def always_answered(alma, write, post):
    """Has the request made again and again, with the deletion one query later each time."""

    def always_answered(ask, delete):
        client = Client(raise_request_exception=False)
        client.force_login(alma)
        for number in range(1, 60):
            post.save()  # anew, if it was deleted
            comment = write(f"Number {number}")
            vanishing = Vanishing(number, lambda comment=comment: delete(comment))
            with connection.execute_wrapper(vanishing):
                answer = ask(client, comment)
            assert answer.status_code < 500, number
            if vanishing.left:
                return number
        raise AssertionError("There is no end to its queries.")

    return always_answered


REQUESTS = {
    "page": lambda client, comment: client.get(POST),
    "later page": lambda client, comment: client.get(f"{POST}?from={comment.pk}"),
    "list": lambda client, comment: client.get("/"),
    "permalink": lambda client, comment: client.get(f"/comments/{comment.pk}/"),
    "reply": lambda client, comment: client.get(f"/comments/{comment.pk}/reply/"),
    "own": lambda client, comment: client.get(
        f"/comments/{comment.pk}/status/{tokens.status_signature(comment)}/"
    ),
    "edit": lambda client, comment: client.get(f"/comments/{comment.pk}/edit/"),
    "edited": lambda client, comment: client.post(f"/comments/{comment.pk}/edit/", {"body": "New"}),
    "move": lambda client, comment: client.post(f"/comments/{comment.pk}/move/", {"to": "trash"}),
    "thread's feed": lambda client, comment: client.get(f"{POST}feed/"),
    "feed": lambda client, comment: client.get("/comments/feed/"),
    "queue": lambda client, comment: client.get("/admin/comments/comment/?tab=published"),
    "desk": lambda client, comment: client.get(f"/admin/comments/comment/{comment.pk}/change/"),
    "act": lambda client, comment: client.post(
        "/admin/comments/comment/act/", {"one": f"spam {comment.pk}"}
    ),
    "purge": lambda client, comment: client.post(
        "/admin/comments/comment/act/", {"act": "purge", "comment": comment.pk, "sure": "on"}
    ),
}
DELETIONS = [delete_comment, delete_post, unpublish]
PAGES = ["page", "permalink", "reply", "own", "thread's feed"]
TRIED = [(name, delete_post) for name in REQUESTS]
TRIED += [(name, delete_comment) for name in REQUESTS if name not in ("list", "feed", "queue")]
TRIED += [(name, unpublish) for name in PAGES]


@pytest.mark.parametrize(("name", "delete"), TRIED)
def test_what_vanishes_meanwhile_is_no_error(always_answered, name, delete):
    ask = REQUESTS[name]
    assert always_answered(ask, delete) > 3


@pytest.mark.parametrize("delete", DELETIONS)
@pytest.mark.parametrize("moderates", [True, False])
def test_a_comment_whose_parent_vanishes_is_never_lost(
    akismet, always_answered, form, delete, moderates
):
    def reply(client, comment):
        client = client if moderates else Client(raise_request_exception=False)
        fields = form(f"Answer {comment.pk}", parent=comment.pk, author_name=f"N{comment.pk}")
        answer = client.post(f"{POST}comments/", fields)
        kept = Comment.objects.filter(body=fields["body"]).exists()
        assert kept or fields["body"] in answer.content.decode() or delete is not delete_comment
        return answer

    assert always_answered(reply, delete) > 10
