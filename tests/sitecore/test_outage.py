"""A database that does not do its work for a while: nothing is lost, and a page says so."""

import html
import logging
import re

import pytest
from django.db import InterfaceError, OperationalError, connection

from comments import moderation
from comments.models import Comment

SEND = "/posts/on-answering/comments/"
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
TYPED = re.compile(r'<textarea id="body"[^>]*>\n(.*?)</textarea>', re.DOTALL)

pytestmark = pytest.mark.django_db


def failing(*words, error=OperationalError):
    """What a full or locked database says to every statement that begins with one of these."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith(words):
            raise error("database or disk is full, says Bo")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.fixture
def refused(akismet, client, post, form):
    """The page after a comment that could not be stored."""
    sent = form('Two lines\n<of> "mine"', author_name="Bo & Ann", remember="on")
    with failing("INSERT"):
        return client.post(SEND, sent)


def test_a_comment_that_cannot_be_stored_is_said_to_be_so(refused):
    assert refused.status_code == 503
    assert refused["Retry-After"] == "10"
    assert "Your comment is not stored yet" in refused.content.decode()
    assert not Comment.objects.exists()


def test_what_was_typed_is_there_to_be_sent_again(refused, client):
    page = refused.content.decode()
    fields = {name: html.unescape(value) for name, value in FIELD.findall(page)}
    again = fields | {"body": html.unescape(TYPED.search(page)[1])}
    assert client.post(SEND, again).status_code == 303
    comment = Comment.objects.get()
    assert (comment.author_name, comment.body) == ("Bo & Ann", 'Two lines\n<of> "mine"')


def test_a_comment_is_kept_without_any_database(client, post, form):
    with failing("SELECT", "INSERT", error=InterfaceError):
        page = client.post(SEND, form("Away with it all")).content.decode()
    assert TYPED.search(page)[1] == "Away with it all"


def test_a_stored_comment_is_acknowledged_though_its_check_cannot_be(akismet, client, post, form):
    with failing('INSERT INTO "comments_spamcheck"'):
        response = client.post(SEND, form())
    assert response.status_code == 303
    comment = Comment.objects.get()
    assert comment.status == "pending"
    assert comment.check_at is not None


def test_a_page_says_that_it_cannot_be_had_now(client, post):
    with failing("SELECT"):
        response = client.get("/posts/on-answering/")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "Not now, but soon" in response.content.decode()


def test_a_session_that_cannot_be_kept_is_no_error_of_the_code(client, alma):
    client.raise_request_exception = False
    client.force_login(alma)
    with failing("SELECT"):  # the middleware of admin reads the session before any view does
        response = client.get("/admin/")
    assert response.status_code == 503


def test_the_log_has_a_line_and_not_the_words_of_the_database(client, post, form, caplog):
    with caplog.at_level(logging.ERROR), failing("INSERT"):
        client.post(SEND, form())
    assert "POST was refused: the database fails (OperationalError)" in caplog.text
    assert "Bo" not in caplog.text


def test_nobody_waits_for_a_lock_for_longer_than_ten_seconds():
    if connection.vendor == "sqlite":
        asked = "PRAGMA busy_timeout", 10_000
    else:
        asked = "SHOW lock_timeout", "10s"
    with connection.cursor() as cursor:
        cursor.execute(asked[0])
        assert cursor.fetchone()[0] == asked[1]


def test_an_error_of_the_code_stays_one(client, post, form, monkeypatch):
    monkeypatch.setattr(moderation, "receive", lambda *args: 1 / 0)
    client.raise_request_exception = False
    assert client.post(SEND, form()).status_code == 500
