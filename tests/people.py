"""Who appears in tests: Alma writes posts and moderates; Bo and Ann comment."""

from itertools import count

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from comments import moderation, tokens
from comments.models import Comment, Discussion, Submission
from posts.models import Post, Site

numbers = count(1)


@pytest.fixture
def alma(db):
    """The author of the posts, and moderator of their comments."""
    people = get_user_model().objects
    return people.create_superuser("alma", "alma@example.org", "pw", first_name="Alma")


@pytest.fixture
def post(alma):
    """A published post, on a site whose rows exist."""
    Discussion.objects.of(Site.objects.current())
    return Post.objects.create(
        title="On answering", slug="on-answering", body="A post.", status="published", author=alma
    )


@pytest.fixture
def write(alma, post):
    """Writes a comment and gives it a status, as the app does it."""

    def write(body="Well said.", *, status="approved", parent=None, name="Bo", holds=(), **fields):
        fields = {"author_email": f"{name.lower()}@example.net"} | fields
        on = fields.pop("post", post)
        comment = Comment(post=on, parent=parent, author_name=name, body=body, **fields)
        submission = Submission(key=f"key {next(numbers)}", ip="203.0.113.7", network="203.0.113.7")
        submission.user_agent = "A browser"
        moderation.receive(comment, submission, holds)
        if status != "pending":
            moderation.move(comment, status, alma)
        return comment

    return write


@pytest.fixture
def form():
    """What a browser sends with the form, filled in by Bo a minute ago."""

    def form(body="Well said.", **fields):
        token = tokens.issue(at=timezone.now().timestamp() - 60)
        return {
            "body": body,
            "author_name": "Bo",
            "author_email": "",
            "author_url": "",
            "parent": "",
            "subject": "",
            "token": token,
        } | fields

    return form
