"""Requests that no browser sends."""

from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import import_string

from posts.models import Image

pytestmark = pytest.mark.django_db

PAGES = ["/", "/posts/on-answering/", "/comments/1/", "/feed/", "/privacy/", "/admin/login/"]


def status(path, **environ):
    """As gunicorn asks: the test client does not pass through sitecore.wsgi."""
    application = import_string(settings.WSGI_APPLICATION)
    told = []
    environ |= {"PATH_INFO": path, "QUERY_STRING": "a=%ff", "REMOTE_ADDR": "203.0.113.7"}
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    response = application(environ, lambda status, headers: told.append(status))
    response.close()
    return int(told[0][:3])


def test_a_visitor_sends_no_files(akismet, client, post, form):
    file = SimpleUploadedFile("big.bin", b"x" * 300_000)
    response = client.post("/posts/on-answering/comments/", form(file=file))
    assert response.status_code == 413
    assert "too much" in response.content.decode()


def test_a_visitor_sends_no_files_to_admin_either(client, post):
    file = SimpleUploadedFile("big.bin", b"x" * 300_000)
    assert client.post("/admin/posts/image/add/", {"file": file}).status_code == 413


def test_an_author_may_send_a_large_picture(client, alma):
    client.force_login(alma)
    file = SimpleUploadedFile("big.png", b"x" * 300_000)
    assert client.post("/admin/posts/image/add/", {"file": file}).status_code == 200
    assert not Image.objects.exists()


@pytest.mark.parametrize("length", ["", "x", "-1", "9" * 40])
def test_a_length_that_is_none_is_no_error_of_ours(client, post, length):
    assert client.get("/", headers={"content-length": length}).status_code in (200, 413)


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "\x00", "null", "http://"])
def test_an_origin_that_is_none_is_from_elsewhere(client, post, form, origin):
    response = client.post("/posts/on-answering/comments/", form(), headers={"origin": origin})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "query",
    ["from=-1", "from=" + "9" * 99, "from=%00", "from=%ff", "order=%00", "page=%00", "v[]=1"],
)
def test_an_odd_query_is_no_error(client, post, query):
    assert client.get(f"/posts/on-answering/?{query}").status_code == 200


@pytest.mark.parametrize("name", ["%00", "a%00b.png", "." * 50, "x" * 300, "..%2f..%2fetc"])
def test_an_odd_name_of_a_picture_is_not_found(client, post, name):
    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.django_db(transaction=True)  # each request ends its connection
@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_TYPE": "text/plain; charset=base64"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=idna"},
        {"HTTP_COOKIE": 'sessionid="abcdefgh\\000ij"'},
        {"HTTP_COOKIE": "writer=x; sessionid=;;;"},
    ],
)
def test_an_odd_header_is_no_error(post, environ):
    for page in PAGES:
        assert status(page, **environ) in (200, 404)
