"""What strangers put into the form of a comment: forged marks, odd parents, fields of their own."""

from urllib.parse import urlencode

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from comments import moderation, tokens, writer
from comments.models import Comment, Submission
from posts.models import Post

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"
HUGE = [str(2**31), str(2**63 - 1), str(2**63), "9" * 400]


@pytest.fixture
def send(ask, post, form):
    def send(**fields):
        return ask(POST, "POST", urlencode(form(**fields)).encode())

    return send


def own_address(comment, signature=None) -> str:
    return f"/comments/{comment.pk}/status/{signature or tokens.status_signature(comment)}/"


@pytest.mark.parametrize(
    "forge",
    [
        lambda signature: signature[:-1],
        lambda signature: signature + "0",
        lambda signature: signature.upper() + "x",
        lambda signature: "0" * 32,
        lambda signature: "\u00e9" * 32,
        lambda signature: "%00" + signature[1:],
    ],
)
def test_a_forged_signature_opens_nothing(ask, write, forge):
    comment = write(status="pending")
    assert ask(own_address(comment)).status == 200
    signature = forge(tokens.status_signature(comment))
    assert ask(own_address(comment, signature)).status == 404


def test_a_signature_opens_its_own_comment_only(ask, write):
    mine, other = write(status="pending"), write("Another.", status="pending")
    assert ask(own_address(other, tokens.status_signature(mine))).status == 404


@pytest.mark.parametrize("salt", ["form", "writer", "welcome"])
def test_what_is_signed_for_one_thing_is_no_use_for_another(ask, send, write, salt):
    forged = signing.dumps({"t": 0, "n": "x"}, salt=salt)
    assert (send(token=forged).status == 303) == (salt == "form")
    assert ask(f"/welcome/{forged}/").status == (410 if salt == "welcome" else 404)


@pytest.mark.parametrize("token", ["", ":", "x" * 9000, "a:b:c", "\x00", "\u0661:x:y", "W10:1:x"])
def test_a_forged_token_is_a_stale_form(send, token):
    answer = send(token=token, body="My words")
    assert answer.status == 422
    assert "My words" in answer.text


def test_a_token_of_another_key_is_stale(send, settings):
    theirs = signing.dumps({"t": 0, "n": "x"}, key="another", salt="form")
    assert send(token=theirs).status == 422


@pytest.mark.parametrize("time", [-1, 10**18, 0, 2**63])
def test_a_token_from_any_time_is_no_error(send, time):
    assert send(token=tokens.issue(at=time)).status == 303


def test_a_form_that_was_open_for_a_year_is_taken(send, form):
    fields = form()
    with time_machine.travel(timezone.now() + timezone.timedelta(days=365)):
        assert send(**fields).status == 303


@pytest.mark.parametrize("value", ["", "x", ":", "\x00", "e30:1:x", "W10"])
def test_a_forged_memory_of_a_writer_is_none(ask, post, value):
    answer = ask("/posts/on-answering/", cookie=f"{writer.COOKIE}={value}")
    assert 'value="Bo"' not in answer.text


def test_a_stone_can_not_be_answered(send, write, alma):
    stone = write()
    write(parent=stone)
    moderation.move(stone, "trash", alma)
    assert send(parent=stone.pk).status == 422


def test_a_purged_comment_can_not_be_answered(send, write):
    parent = write()
    moderation.purge(parent)
    assert send(parent=parent.pk).status == 422


def test_a_comment_of_another_post_can_not_be_answered_here(send, write, alma):
    other = Post.objects.create(title="Other", slug="other", body="x", status="published")
    assert send(parent=write(post=other).pk).status == 422


@pytest.mark.parametrize(
    "parent", [*HUGE, "-1", "0", "1.0", "1e3", "0x1", " 1 ", "NaN", "\x00", "[]"]
)
def test_an_odd_parent_is_refused_in_words(send, parent):
    answer = send(parent=parent, body="My words")
    assert answer.status == 422
    assert "My words" in answer.text


def test_a_field_sent_twice_counts_once(ask, post, form):
    body = urlencode([*form("First").items(), ("body", "Last"), ("status", "approved")])
    ask(POST, "POST", body.encode())
    assert Comment.objects.get().body == "Last"


@pytest.mark.parametrize(
    "fields",
    [
        {
            "status": "approved",
            "shown": "1",
            "cleared_by": "moderator",
            "published_at": "2026-01-01",
        },
        {"author": "1", "author_id": "1", "user": "1", "is_staff": "1", "cleared_at": "now"},
        {"id": "1", "pk": "1", "path": "x", "depth": "0", "post": "1", "created_at": "2000-01-01"},
    ],
)
def test_fields_that_nobody_asked_for_mean_nothing(send, fields):
    assert send(**fields).status == 303
    comment = Comment.objects.get()
    assert (comment.status, comment.author, comment.cleared_by) == ("pending", None, "")


@pytest.mark.parametrize("name", ["body", "author_name", "author_email", "author_url", "subject"])
@pytest.mark.parametrize(
    "value", ["\x00", "\x00x\x00", "\ud7ff\ufffe\uffff", "\r\n.\r\n", "\x1b[2J"]
)
def test_no_field_can_hold_what_breaks_the_database_or_a_page(send, name, value):
    assert send(**{name: value}).status in (303, 422)
    assert not Comment.objects.filter(body__contains="\x1b").exists()


@pytest.mark.parametrize("header", ["user_agent", "referer", "x_forwarded_for"])
def test_no_header_can_break_a_submission(ask, post, form, header):
    value = "\xff\xfe " * 4000
    assert ask(POST, "POST", urlencode(form()).encode(), **{header: value}).status == 303
    kept = Submission.objects.get()
    assert max(map(len, (kept.user_agent, kept.referrer, kept.forwarded))) <= 500
