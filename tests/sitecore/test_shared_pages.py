"""Pages that caches may keep are the same whatever else a request says, and repeat none of it."""

import re
from urllib.parse import quote, urlencode

import pytest
from django.core import mail

POST = "/posts/on-answering/"
PUBLIC = ["/", POST, "/privacy/", "/feed/", "/comments/feed/", f"{POST}feed/"]
SHARED = ["/", POST, "/privacy/"]

HEADERS = [
    {"x_http_method_override": "DELETE"},
    {"x_original_url": "/admin/", "x_rewrite_url": "/admin/"},
    {"script_name": "/evil", "x_script_name": "/evil", "x_forwarded_prefix": "/evil"},
    {"x_forwarded_host": "evil.example", "x_host": "evil.example"},
    {"x_forwarded_proto": "https", "x_forwarded_scheme": "https", "x_forwarded_port": "1"},
    {"x_forwarded_for": "192.0.2.1", "x_real_ip": "192.0.2.1", "forwarded": "for=a;host=evil"},
    {"forwarded": "host=evil.example;proto=https", "via": "evil", "x_wap_profile": "//evil"},
    {"host": "LOCALHOST.:80"},
    {"accept_language": "ar", "accept": "x/y", "accept_charset": "utf-7"},
    {"user_agent": "\x00<script>", "referer": "http://[", "origin": "http://["},
    {"cookie": "theme=<script>; a=b; known=1; \xff=\xfe"},
    {"cookie": ";;;==;" + "a=b;" * 2000},
    {"hx_request": "true", "hx_current_url": "%ff", "hx_current_url_uri_autoencoded": "true"},
    {"range": "bytes=9999-0,-1", "if_range": "x"},
    {"if_modified_since": "Thu, 99 Foo 99999 99:99:99 GMT", "if_none_match": 'W/"' * 2000},
    {"if_unmodified_since": "0", "expect": "100-continue", "te": "trailers"},
    {"authorization": "Basic " + "x" * 4000, "x_csrftoken": "\x00", "upgrade": "websocket"},
]
HOSTS = [
    *("evil.example", "localhost.evil.example", "a@localhost", "localhost:80@evil.example", ""),
    *("localhost, evil.example", "localhost/..", "[::1", "\xff", " localhost", "localhost\x00"),
]
TOKEN = re.compile(rb'name="token" value="[^"]*"')  # new with each rendering
QUERIES = ["utm_source=x", "v=7", "page=1", "from=", "order=", "from=1&from=", "%3Cscript%3E=1"]


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("path", SHARED)
def test_no_header_changes_a_page_that_others_get(ask, write, path, headers):
    write()
    plain, odd = ask(path), ask(path, **headers)
    assert odd.body == plain.body
    assert odd.headers == plain.headers
    assert "public" in odd.headers["Cache-Control"]


@pytest.mark.parametrize("headers", HEADERS)
def test_no_header_changes_a_feed(ask, write, headers):
    write()
    for path in ("/feed/", "/comments/feed/", f"{POST}feed/"):
        assert ask(path, **headers) == ask(path)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", SHARED)
def test_a_query_that_means_nothing_changes_nothing(ask, write, path, query):
    write()
    assert TOKEN.sub(b"", ask(f"{path}?{query}").body) == TOKEN.sub(b"", ask(path).body)


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "writer"])
def test_a_page_made_for_a_cookie_is_never_shared(ask, write, cookie):
    write()
    for path in SHARED:
        answer = ask(path, cookie=f"{cookie}=x")
        assert "private" in answer.headers["Cache-Control"]
        assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "path", [*PUBLIC, f"{POST}?from={{}}", f"{POST}?order={{}}", "/{}", "/?page={}"]
)
def test_nothing_sent_stands_in_a_page(ask, post, path):
    mark = "canary'\"<x>"
    path = path.replace("{}", quote(mark)) if "{}" in path else f"{path}?canary={quote(mark)}"
    answer = ask(path, referer=mark, user_agent=mark, x_forwarded_host="canary.example")
    assert b"canary" not in answer.body
    assert "canary" not in str(answer.headers)


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_gets_a_page_that_nobody_keeps(ask, post, host):
    for path in (*PUBLIC, "/admin/login/", "/nothing/"):
        answer = ask(path, host=host)
        assert (answer.status, answer.headers["Cache-Control"]) == (400, "no-store")


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:99", "[::1]:7"])
def test_links_that_leave_the_site_come_from_its_settings(ask, post, form, akismet, host, settings):
    settings.MODERATORS_EMAIL = ["alma@example.org"]
    ask(f"{POST}comments/", "POST", urlencode(form(subject="held")).encode(), host=host)
    feeds = b"".join(ask(path, host=host).body for path in PUBLIC[3:])
    assert host.encode() not in feeds
    assert host not in ask(POST, host=host).text
    assert not mail.outbox or host not in mail.outbox[0].body
