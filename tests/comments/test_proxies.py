"""The reader's address behind two proxies, over real HTTP."""

from ipaddress import ip_network
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, build_opener

import pytest

from comments.models import Comment, Submission
from tests.proxy import Proxy

pytestmark = pytest.mark.django_db(transaction=True)

READER, OUTER = "198.51.100.23", "10.0.0.2"


@pytest.fixture
def send(live_server, post, form):
    """Sends a comment from READER through two proxies."""

    def send(**headers):
        with Proxy(live_server.url, sees=OUTER) as inner, Proxy(inner.url, sees=READER) as outer:
            body = urlencode(form()).encode()
            url = f"{outer.url}/posts/on-answering/comments/"
            request = Request(url, body, headers)  # noqa: S310 - http on loopback
            try:
                build_opener().open(request).close()
            except HTTPError as redirect:  # a 303 without a place to go
                redirect.close()

    return send


@pytest.fixture
def trusted(settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8")]


@pytest.mark.usefixtures("trusted")
def test_akismet_is_sent_the_readers_address(akismet, send):
    send()
    assert akismet.checks[0]["user_ip"] == READER


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "spoofed",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-For": "10.0.0.9, 127.0.0.1"},
        {"X-Forwarded-For": "nonsense"},
        {"Forwarded": "for=192.0.2.1"},
        {"X-Real-IP": "192.0.2.1", "True-Client-IP": "192.0.2.1", "CF-Connecting-IP": "192.0.2.1"},
        {"X_Forwarded_For": "192.0.2.1"},
    ],
)
def test_spoofed_headers_change_nothing(akismet, send, spoofed):
    send(**spoofed)
    assert akismet.checks[0]["user_ip"] == READER


def test_behind_an_unknown_proxy_the_comment_is_held_and_nothing_is_asked(akismet, send):
    send()
    assert Comment.objects.get().status == "pending"
    assert akismet.checks == []
    kept = Submission.objects.get()
    assert (kept.ip, kept.network) == (None, "")
    assert (kept.peer, kept.forwarded) == ("127.0.0.1", f"{READER}, {OUTER}")
