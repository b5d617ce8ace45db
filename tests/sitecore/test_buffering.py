"""The real server among clients that are slow, silent, or never done."""

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from sitecore import web
from tests import program

SERVE = """
import runpy, sys
from sitecore import buffering
buffering.ARRIVAL = {arrival}
sys.argv = ["manage.py", "serve"]
runpy.run_path("manage.py", run_name="__main__")
"""
CROWD = 20  # more than all threads together
HEAD = (
    b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)


def serve(arrival):
    port = program.free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", SERVE.format(arrival=arrival)],
        cwd=program.HOME,
        env=program.environment(SITE_URL=url, BIND=f"127.0.0.1:{port}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    program.wait_for(f"{url}/healthz")
    return process, port


@pytest.fixture(scope="module")
def port():
    program.collect_static()
    process, port = serve(arrival=20)
    yield port
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=30)[0]


@pytest.fixture
def connect(port):
    """Opens connections that stay open until the test ends."""
    with ExitStack() as open_ones:

        def connect(sent=b""):
            client = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 15))
            client.sendall(sent)
            return client

        yield connect


def page(port, path="/"):
    """What somebody else gets meanwhile, who waits no longer than a person would."""
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=3) as answer:
        return answer.read().decode()


def everything(client) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.fixture
def path(port):
    return re.search(r'"(/posts/[\w-]+/)"', page(port))[1]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        HEAD % (b"/admin/login/", 1000) + b"username=",
        HEAD % (b"/admin/login/", 10_000_000) + b"username=",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
    ids=["silent", "in the line", "in the head", "in the body", "in a picture", "in a chunk"],
)
def test_clients_that_stop_sending_hold_nobody_up(port, connect, sent):
    for _ in range(CROWD):
        connect(sent)
    for _ in range(5):
        assert "Afterword" in page(port)


def test_a_page_is_sent_at_once_to_a_client_that_does_not_take_it():
    with web.listen("127.0.0.1:0") as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(listener.getsockname())
        server = listener.accept()[0]
        with server:
            server.setblocking(False)
            assert server.send(b"x" * 150_000) == 150_000


def test_clients_that_do_not_close_hold_nobody_up(port, connect):
    clients = [connect(b"nonsense\r\n\r\n") for _ in range(CROWD)]
    assert all(client.recv(100).startswith(b"HTTP/1.1 400") for client in clients)
    for _ in range(5):
        assert "Afterword" in page(port)


def test_a_comment_may_arrive_in_pieces(port, connect, path):
    token = re.search(r'name="token"\s+value="([^"]+)"', page(port, path))[1]
    body = urlencode({"author_name": "Ann", "body": "Slowly", "token": token}).encode()
    request = HEAD % (f"{path}comments/".encode(), len(body)) + body
    client = connect()
    for start in range(0, len(request), 40):
        client.sendall(request[start : start + 40])
        time.sleep(0.02)
    answer = client.recv(100000)
    assert answer.startswith(b"HTTP/1.1 303"), answer


def test_requests_sent_together_are_all_answered(connect):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert everything(connect(b"\r\n" + request * 3 + last)).count(b"HTTP/1.1 200") == 4


def test_too_much_is_refused_in_a_sentence_before_it_arrived(connect):
    answer = everything(connect(HEAD % (b"/admin/login/", 10_000_000) + b"x" * 1000))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"too much at once" in answer


def test_a_body_without_its_length_is_refused_in_a_sentence(connect, path):
    head = f"POST {path}comments/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    answer = everything(connect(head.encode() + b"\r\n4\r\nbody\r\n0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 411")
    assert b"Go back: your browser still has the text" in answer


def test_an_endless_head_is_not_read_to_its_end(connect):
    client = connect(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 60_000)
    with pytest.raises(ConnectionError):
        client.sendall(b"x" * 10_000_000)


def test_what_does_not_arrive_in_time_is_dropped_and_the_end_waits_for_nobody():
    process, port = serve(arrival=1)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(b"GET / HT")
        assert slow.recv(1) == b""
    with socket.create_connection(("127.0.0.1", port)):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=5)
    assert process.returncode == 0
