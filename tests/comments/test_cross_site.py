"""Forms that other sites send with a visitor's browser, and addresses that lead elsewhere."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from comments.models import Comment

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"
ELSEWHERE = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none, cross-site"},
    {"sec_fetch_site": ""},
    {"sec_fetch_site": "\x00", "origin": "null"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost@evil.example"},
    {"origin": "https://localhost"},
    {"origin": "http://localhost:81"},
    {"origin": "http://localhost, http://evil.example"},
    {"origin": "http://evil.example", "referer": "http://localhost/"},
    {"origin": "http://evil.example", "x_forwarded_host": "evil.example", "host": "localhost"},
]
HERE = [
    {"sec_fetch_site": "cross-site", "origin": "http://localhost"},  # no browser says so
    {"sec_fetch_site": "same-origin", "origin": "null"},
    {"sec_fetch_site": "none"},
    {"origin": "http://localhost"},
    {"origin": "HTTP://LOCALHOST"},
    {"referer": "http://evil.example/"},
    {},
]


@pytest.fixture
def signed_in(alma):
    """A browser of the author's, which Django's own check protects."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alma)
    return client


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_form_of_another_site_changes_nothing(ask, post, form, headers):
    answer = ask(POST, "POST", urlencode(form("My words")).encode(), **headers)
    assert (answer.status, Comment.objects.exists()) == (403, False)
    assert "My words" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("headers", HERE)
def test_a_form_of_this_site_is_taken(ask, post, form, headers):
    assert ask(POST, "POST", urlencode(form()).encode(), **headers).status == 303


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_nobody_is_signed_in_by_another_site(ask, alma, headers):
    body = urlencode({"username": "alma", "password": "pw"}).encode()
    answer = ask("/admin/login/", "POST", body, **headers)
    assert (answer.status, "sessionid" in str(answer.headers)) == (403, False)


@pytest.mark.parametrize("headers", [*HERE, *ELSEWHERE])
@pytest.mark.parametrize("act", ["move", "edit"])
def test_a_session_alone_moves_nothing(signed_in, write, act, headers):
    comment = write()
    data = {"to": "trash", "body": "Other words"}
    names = {name: value for name, value in headers.items() if name != "host"}
    answer = signed_in.post(f"/comments/{comment.pk}/{act}/", data, headers=names)
    comment.refresh_from_db()
    assert (answer.status_code, comment.status, comment.body) == (403, "approved", "Well said.")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_no_other_method_moves_a_comment(client, alma, write, method):
    client.force_login(alma)
    comment = write()
    client.generic(method.upper(), f"/comments/{comment.pk}/move/?to=trash", b"to=trash")
    comment.refresh_from_db()
    assert comment.status == "approved"


FOREIGN = ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\e"]
FOREIGN += ["javascript:alert(1)", "http:evil.example", " //e", "/\t/evil.example", "\x00//e"]


@pytest.mark.parametrize("to", FOREIGN)
@pytest.mark.parametrize("act", ["move", "edit"])
def test_nobody_is_led_elsewhere(client, alma, write, act, to):
    client.force_login(alma)
    comment = write()
    data = {"to": "trash", "body": "Other words", "next": to}
    answer = client.post(f"/comments/{comment.pk}/{act}/", data)
    assert answer.status_code == 303
    assert answer.url.startswith("/posts/on-answering/") or answer.url == comment.get_absolute_url()
