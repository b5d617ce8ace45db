"""Bytes that are hardly HTTP, over raw sockets, to the server as it runs."""

import re
import socket
from contextlib import suppress

import pytest

from tests import program

CHUNKED = b"Transfer-Encoding: chunked\r\n"
HOST = b"Host: localhost\r\n"
INNER = b"GET /smuggled/ HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Site:
    """`manage.py serve`, and everything it has said so far."""

    def __init__(self):
        self.port = program.free_port()
        url = f"http://127.0.0.1:{self.port}"
        self.process = program.start("serve", SITE_URL=url, BIND=f"127.0.0.1:{self.port}")
        program.wait_for(f"{url}/healthz")

    def send(self, data: bytes) -> bytes:
        """All that comes back until the server closes, or has been silent for a second."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as wire:
            with suppress(ConnectionError):  # a refusal need not wait for all of it
                wire.sendall(data)
            return receive(wire)

    def stop(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=30)[0]


def receive(wire) -> bytes:
    found = b""
    with suppress(TimeoutError, ConnectionError):
        while piece := wire.recv(65_536):
            found += piece
    return found


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


def get(*headers: bytes, target=b"/", method=b"GET", version=b"HTTP/1.1") -> bytes:
    lines = [b" ".join((method, target, version)), HOST.strip(), *headers, b"Connection: close"]
    return b"\r\n".join([*lines, b"", b""])


def post(*headers: bytes, body=b"") -> bytes:
    lines = [b"POST /posts/x/comments/ HTTP/1.1", HOST.strip(), *headers]
    return b"\r\n".join([*lines, b"", body])


@pytest.fixture(scope="module")
def site():
    """Once all is sent, what the server said must be free of errors."""
    program.collect_static()
    site = Site()
    yield site
    said = site.stop()
    assert "Traceback" not in said
    assert " ERROR " not in said, said


AMBIGUOUS = {
    "length and chunks": post(CHUNKED.strip(), b"Content-Length: 5", body=b"0\r\n\r\n" + INNER),
    "two lengths": post(b"Content-Length: 0", b"Content-Length: 60", body=INNER),
    "two lengths in one": post(b"Content-Length: 0, 60", body=INNER),
    "a length with a sign": post(b"Content-Length: +0", body=INNER),
    "a length below none": post(b"Content-Length: -1", body=INNER),
    "a length in hex": post(b"Content-Length: 0x3c", body=INNER),
    "a length with a comma": post(b"Content-Length: 6,0", body=INNER),
    "chunks and what is not": post(
        b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + INNER
    ),
    "chunks with a vertical tab": post(
        b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + INNER
    ),
    "a space before the colon": post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + INNER),
    "a folded line": post(b"X: y", b" Content-Length: 60", b"Content-Length: 0", body=INNER),
    "a folded coding": post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n" + INNER),
    "chunks in 1.0": post(CHUNKED.strip(), body=b"0\r\n\r\n" + INNER).replace(b"1.1", b"1.0", 1),
    "a chunk of no size": post(CHUNKED.strip(), body=b"\r\n" + INNER),
    "a chunk of odd size": post(CHUNKED.strip(), body=b"0x5\r\nhello\r\n0\r\n\r\n" + INNER),
    "a chunk below none": post(CHUNKED.strip(), body=b"-1\r\n" + INNER),
    "a chunk that lies": post(CHUNKED.strip(), body=b"2\r\nhello\r\n0\r\n\r\n" + INNER),
    "a bare carriage return": post(b"X: a\rContent-Length: 60", b"Content-Length: 0", body=INNER),
    "bare line feeds": b"GET / HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n" + INNER,
    "a NUL in a name": post(b"Content\x00-Length: 60", body=INNER),
}
MALFORMED = {
    "no request": b"\r\n\r\n\r\n",
    "bytes": bytes(range(256)),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "version 9": get(version=b"HTTP/9.9"),
    "no target": b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a NUL in the target": get(target=b"/\x00"),
    "a space in the target": get(target=b"/a b"),
    "a method in small letters": get(method=b"get"),
    "an odd method": get(method=b"G\x00T"),
    "a header without a colon": get(b"Nonsense"),
    "a header without a name": get(b": x"),
    "a NUL in a header": get(b"X: a\x00b"),
    "200 headers": get(*(b"X-%d: y" % number for number in range(200))),
    "a long header": get(b"X: " + b"y" * 20_000),
    "a long cookie": get(b"Cookie: sessionid=" + b"y" * 20_000),
    "a long address": get(target=b"/" + b"x" * 20_000),
    "the server's own": get(method=b"OPTIONS", target=b"*"),
    "a tunnel": get(method=b"CONNECT", target=b"evil.example:443"),
    "two hosts": get(b"Host: evil.example"),
    "a host that is none": get().replace(b"localhost", b"evil.example@localhost"),
}
SPOOFED = [
    b"X_Forwarded_For: 192.0.2.1",
    b"Script-Name: /evil",
    b"SCRIPT_NAME: /evil",
    b"Path_Info: /admin/",
]


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_no_request_hides_in_another(site, data):
    codes = statuses(site.send(data))
    assert len(codes) <= 1
    assert all(400 <= code < 500 for code in codes)


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_hardly_a_request_is_refused(site, data):
    codes = statuses(site.send(data))
    assert all(code in range(400, 500) or code == 505 for code in codes)


@pytest.mark.parametrize("header", SPOOFED)
def test_names_that_only_look_like_ours_mean_nothing(site, header):
    plain, odd = (site.send(get(*headers)).partition(b"\r\n\r\n")[2] for headers in ([], [header]))
    assert odd in (plain, b"") or b"400" in odd


def test_two_requests_on_one_connection_are_two(site):
    first = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert statuses(site.send(first + get(target=b"/healthz"))) == [200, 200]


def test_an_answer_to_head_has_no_body(site):
    first = b"HEAD /privacy/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = site.send(first + get(target=b"/healthz"))
    assert statuses(answer) == [200, 200]
    assert b"<html" not in answer


@pytest.mark.parametrize(
    "data",
    [get(target=b"http://evil.example/"), b"GET / HTTP/1.0\r\n\r\n"],
    ids=["an address of another site", "no host"],
)
def test_no_other_name_for_the_site_stands_in_a_page(site, data):
    answer = site.send(data)
    assert statuses(answer) in ([200], [400])
    assert b"evil" not in answer


def test_an_address_in_full_is_an_address(site):
    assert statuses(site.send(get(target=b"http://localhost/healthz"))) == [200]
