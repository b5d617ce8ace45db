"""A writer cannot tell by any answer whether a comment is spam, held by a rule, or unchecked."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import moderation, tokens, work
from comments.models import Comment

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"
KINDS = ["spam", "discard", "held", "dead", "recheck", "no-key", "hidden"]


@pytest.fixture
def say(akismet, post, form, settings):
    """Sends the same words, and has them taken for one of KINDS."""

    def say(kind, body="The same words.", **fields):
        akismet.clear()
        settings.AKISMET_API_KEY = "" if kind == "no-key" else "valid-key"
        akismet.always({"spam": "spam", "discard": "discard", "dead": "reset"}.get(kind, "ham"))
        if kind == "recheck":
            akismet.always("recheck")
        subject = "Filled" if kind == "held" else ""
        proxied = {"x-forwarded-for": "192.0.2.9"} if kind == "hidden" else {}
        answer = Client().post(POST, form(body, subject=subject, **fields), headers=proxied)
        return answer, Comment.objects.latest("pk")

    return say


@pytest.fixture
def told(say):
    """All that the writer of such a comment is told: the answer, and where it leads."""

    def told(kind, **fields):
        Comment.objects.all().delete()
        answer, comment = say(kind, **fields)
        return plain(answer, comment), plain(Client().get(answer.url), comment)

    return told


def plain(answer, comment) -> tuple:
    """An answer without what is the comment's own: id, signature, token and moment."""
    signature = tokens.status_signature(comment)
    own = rf'{signature}|name="token" value="[^"]*"|\d{{4}}-[-\dT:]+Z|\d\d:\d\d(:\d\d)?'
    own += rf"|/comments/{comment.pk}/|comment-{comment.pk}\b|reply-{comment.pk}-"
    headers = {name: re.sub(own, "_", value) for name, value in answer.headers.items()}
    headers.pop("Content-Length", None)  # ids grow
    return answer.status_code, headers, re.sub(own, "_", answer.content.decode())


def own_page(comment):
    return Client().get(f"/comments/{comment.pk}/status/{tokens.status_signature(comment)}/")


@pytest.fixture
def spam(told):
    return told("spam")


@pytest.mark.parametrize("kind", [kind for kind in KINDS[1:] if kind != "no-key"])
def test_every_comment_that_is_not_public_is_answered_as_spam_is(told, spam, kind):
    assert told(kind) == spam


def test_without_a_key_all_answers_are_those_of_spam_but_for_the_notice(told, spam):
    notice = re.compile(r'(<(div|p) class="notice">.*?</\2>|Not shown[^<]*|\s+)', re.DOTALL)
    for without, (code, headers, body) in zip(told("no-key"), spam, strict=True):
        assert without[:2] == (code, headers)
        assert notice.sub("", without[2]) == notice.sub("", body)


def test_what_is_told_is_worth_comparing(told, spam):
    answer, page = spam
    assert answer[0] == 303
    assert "The same words." in page[2]
    assert "Only you can see this." in page[2]
    assert told("ham")[0] != answer


@pytest.mark.parametrize("kind", ["spam", "held", "dead"])
def test_a_reply_is_answered_alike_too(told, write, say, kind):
    parent = write("Root.")
    _, first = say("spam", parent=parent.pk)
    told_first = plain(own_page(first), first)
    first.delete()
    _, second = say(kind, parent=parent.pk)
    assert plain(own_page(second), second) == told_first


@pytest.mark.parametrize("kind", ["spam", "held", "dead"])
def test_sending_the_same_form_again_is_answered_alike(say, form, kind):
    token = tokens.issue(at=timezone.now().timestamp() - 60)
    first, _ = say(kind, token=token)
    again, _ = say(kind, token=token)
    assert (again.status_code, again.url) == (303, first.url)


@pytest.mark.parametrize("kind", ["spam", "held", "dead"])
def test_sending_more_at_once_is_answered_alike(say, kind):
    say(kind)
    answer, _ = say(kind, "Other words.")
    assert (answer.status_code, Comment.objects.count()) == (429, 1)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_what_a_moderator_decides_later_tells_nothing_until_it_is_public(say, alma, status):
    _, comment = say("held")
    before = plain(own_page(comment), comment)
    moderation.move(comment, status, alma)
    assert plain(own_page(comment), comment) == before


def test_what_the_check_says_later_tells_nothing(say, akismet):
    _, comment = say("dead")
    before = plain(own_page(comment), comment)
    akismet.clear()
    akismet.always("spam")
    Comment.objects.update(check_at=timezone.now())
    work.run_once()
    assert Comment.objects.get().status == "spam"
    assert plain(own_page(comment), comment) == before


@pytest.mark.parametrize("kind", ["spam", "held"])
def test_a_purged_comment_is_gone_alike(say, kind):
    _, comment = say(kind)
    signature = tokens.status_signature(comment)
    pk = comment.pk
    moderation.purge(comment)
    answer = Client().get(f"/comments/{pk}/status/{signature}/")
    assert answer.status_code == 410
    assert "It was deleted, and will not come back." in answer.content.decode()


@pytest.mark.parametrize("kind", ["spam", "held", "dead"])
def test_the_health_of_the_site_tells_nothing(say, kind):
    client = Client(REMOTE_ADDR="203.0.113.7")
    before = [client.get(path).content for path in ("/readyz", "/healthz")]
    say(kind)
    assert [client.get(path).content for path in ("/readyz", "/healthz")] == before


def test_spam_and_held_comments_are_written_as_often(say):
    writes = {}
    for kind in ("ham", "spam", "held"):  # the first one makes the thread's row
        Comment.objects.all().delete()
        with CaptureQueriesContext(connection) as seen:
            say(kind)
        verbs = Counter(query["sql"].split()[0] for query in seen)
        writes[kind] = {verb: verbs[verb] for verb in ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")}
    assert writes["spam"] == writes["held"]
