"""Requests that mean no good: none is our failure, and none writes a traceback."""

from urllib.parse import urlencode

import pytest

from comments.models import Comment

POST = "/posts/on-answering/"
PUBLIC = ["/", POST, "/privacy/", "/feed/", "/comments/feed/", f"{POST}feed/"]

ODD = [
    *("-1", "0", str(2**31), str(2**63 - 1), str(2**63), "9" * 400, "1" + "0" * 5000),
    *(
        "%00",
        "1%00",
        "%ff",
        "%c0%af",
        "%ed%a0%80",
        "%",
        "%zz",
        "%d9%a1",
        "..%2f..",
        "a'b",
        "%0d%0aX:y",
    ),
]
PLACES = [
    *("/posts/{}/", "/posts/{}/comments/", "/posts/{}/feed/", "/media/{}", "/welcome/{}/"),
    *("/comments/{}/", "/comments/{}/reply/", "/comments/{}/edit/", "/comments/{}/move/"),
    *("/comments/{}/status/{}/", "/comments/1/status/{}/", "/{}", "/static/{}", "/admin/{}"),
    *("/?page={}", "/?{}={}", f"{POST}?from={{}}", f"{POST}?order={{}}", f"{POST}?v={{}}"),
    *("/feed/?{}", "/admin/login/?next={}", "/healthz?{}", "/readyz{}", "/admin/jsi18n/?{}"),
]
DESK = [
    *("/admin/comments/comment/?p={}", "/admin/comments/comment/?tab={}&q={}"),
    *("/admin/comments/comment/?id={}", "/admin/comments/comment/?post__id__exact={}"),
    *("/admin/comments/comment/{}/change/", "/admin/comments/comment/{}/history/"),
    *("/admin/posts/post/?o={}&p={}&q={}", "/admin/posts/post/?status__exact={}"),
    *("/admin/posts/post/{}/change/", "/admin/posts/post/{}/delete/", "/admin/r/7/{}/"),
    *("/admin/posts/post/add/?title={}&published_at={}", "/admin/posts/image/?q={}"),
    *("/admin/auth/user/?id={}", "/admin/auth/user/{}/password/", "/admin/posts/site/{}/change/"),
    *("/admin/autocomplete/?app_label={}&term={}", "/comments/1/edit/?next={}"),
]
KINDS = [
    *("", "\xff", "text/plain", "application/json", "multipart/form-data"),
    *("multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 500),
    *('multipart/form-data; boundary="\xff"', "multipart/form-data; boundary=b\x00"),
    *("multipart/form-data; boundary=x; charset=utf-16", "multipart/mixed; boundary=x"),
    *(f"application/x-www-form-urlencoded; charset={c}" for c in ("utf-16", "utf-7", "idna", '"')),
    "application/x-www-form-urlencoded; charset=utf-8; charset=idna",
    "application/x-www-form-urlencoded; charset*=utf-8''idna",
    "application/x-www-form-urlencoded;" + "a=b;" * 2000,
]
PART = b'--x\r\nContent-Disposition: form-data; name="body"'
MULTIPART = [
    b"--x\r\n" + b"A: b\r\n" * 20_000,
    b"--x\r\n" + b"A" * 100_000 + b": b\r\n\r\n\r\n--x--",
    PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--",
    (PART + b'; filename="f"\r\n\r\n\r\n') * 2000 + b"--x--",
    (PART + b"\r\n\r\n\r\n") * 3000 + b"--x--",
    PART.replace(b"name=", b"name*=utf-16''%ff; n=") + b"\r\n\r\n\r\n--x--",
    PART + b"\r\nContent-Type: text/plain; charset=idna\r\n\r\nx\r\n--x--",
    PART + b'; filename="../../\x00"\r\n\r\nx\r\n--x--',
    b"--x",
    b"\x00" * 1000,
]
FORMS = [
    *(b"body=%c0%af&author_name=%ed%a0%80&token=%ff", b"body=%zz%&author_name=%00", b"&" * 200_000),
    *("body=x&author_name=y".encode("utf-16"), b"=&=&==&&&", b"body=x&" * 10_000, b"\x00\xff" * 99),
]


@pytest.fixture
def desk(client, alma, ask):
    """Asks as the author, who is signed in and follows a link that somebody made."""
    client.force_login(alma)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    return lambda *args, **headers: ask(*args, cookie=cookie, **headers)


@pytest.mark.parametrize("place", PLACES)
def test_odd_values_are_no_error_anywhere(ask, write, place):
    write()
    for odd in ODD:
        for method in ("GET", "POST"):
            ask(place.replace("{}", odd), method)


@pytest.mark.parametrize("place", DESK)
def test_odd_values_are_no_error_for_an_author_either(desk, write, place):
    write()
    for odd in ODD:
        desk(place.replace("{}", odd))
    assert desk("/admin/").status == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO", ""])
def test_other_methods_are_refused_and_nothing_is_echoed(ask, write, method):
    paths = [*PUBLIC, f"{POST}comments/", f"/comments/{write().pk}/"]
    for path in paths:
        answer = ask(path, method, b"echo", x_echo="echo")
        assert (answer.status, b"echo" in answer.body) == (405, False)
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", PUBLIC)
def test_head_tells_what_get_does(ask, write, path):
    write()
    head, get = ask(path, "HEAD"), ask(path)
    assert (head.status, head.headers) == (get.status, get.headers)


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_content_type_is_no_error(ask, post, form, kind):
    body = urlencode(form()).encode()
    assert ask(f"{POST}comments/", "POST", body, content_type=kind).status in (303, 400, 422)
    assert ask("/admin/login/", "POST", body, content_type=kind).status in (200, 400)


@pytest.mark.parametrize("body", MULTIPART)
def test_a_bomb_of_parts_is_no_error(ask, post, body):
    kind = "multipart/form-data; boundary=x"
    assert ask(f"{POST}comments/", "POST", body, content_type=kind).status in (400, 413, 422)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("body", FORMS)
def test_a_form_that_is_none_is_no_error(ask, post, body):
    assert ask(f"{POST}comments/", "POST", body).status in (400, 422)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("length", [0, 300_000, 10**11])
def test_a_huge_body_is_refused_in_a_sentence_and_unread(ask, post, length):
    answer = ask(f"{POST}comments/", "POST", b"body=" + b"x" * 300_000, content_length=str(length))
    if length:
        assert answer.status == 413
        assert "at most 10,000 characters" in answer.text


def test_a_visitor_who_may_not_is_a_line_in_the_log_and_no_traceback(ask, write, caplog):
    assert ask(f"/comments/{write().pk}/edit/").status == 403
    assert len(caplog.text.splitlines()) == 1
