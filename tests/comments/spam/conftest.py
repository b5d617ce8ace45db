import pytest
from django.utils import timezone

from comments.models import Comment, Submission
from comments.spam import pool
from posts.models import Post

TIMEOUT = 0.4  # seconds; tests that wait for the end of the deadline do not wait for four
NOW = timezone.now


@pytest.fixture(autouse=True)
def _no_call_under_way():
    pool.POOL.renew()


@pytest.fixture
def impatient(settings):
    settings.AKISMET_TIMEOUT = TIMEOUT


@pytest.fixture
def comment():
    post = Post(pk=1, slug="hello", updated_at=NOW())
    comment = Comment(pk=7, post=post, author_name="Bo", body="Nice post", created_at=NOW())
    comment.submission = Submission(comment=comment, ip="203.0.113.9", user_agent="Firefox")
    return comment
