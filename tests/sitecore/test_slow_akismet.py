"""The real server, and an Akismet that hangs."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from tests import program
from tests.standin import StandIn

POST = "/posts/on-answering/"


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def timed(url, fields=None):
    """Status, page and seconds of one request."""
    began = time.monotonic()
    body = urlencode(fields).encode() if fields else None
    try:
        with build_opener(NoRedirect).open(url, body, timeout=30) as answer:
            status, page = answer.status, answer.read().decode()
    except HTTPError as answer:
        with answer:
            status, page = answer.code, ""
    return status, page, time.monotonic() - began


@pytest.fixture
def site():
    """`manage.py serve` with its sample post, and a stand-in that never answers in time."""
    program.collect_static()
    with StandIn() as akismet:
        akismet.always("latency", seconds=10)
        port = program.free_port()
        url = f"http://127.0.0.1:{port}"
        akismet_settings = {"AKISMET_API_KEY": "k3y-of-the-test", "AKISMET_BASE_URL": akismet.url}
        process = program.start("serve", SITE_URL=url, BIND=f"127.0.0.1:{port}", **akismet_settings)
        try:
            program.wait_for(f"{url}/healthz")
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_eight_slow_checks_at_once_hold_up_neither_writers_nor_readers(site):
    post = site + re.search(r'"(/posts/[\w-]+/)"', timed(site)[1])[1]
    token = re.search(r'name="token"\s+value="([^"]+)"', timed(post)[1])[1]
    with ThreadPoolExecutor(8) as crowd:
        writers = [
            crowd.submit(
                timed,
                f"{post}comments/",
                {"author_name": f"N{n}", "body": f"Hello {n}", "token": token},
            )
            for n in range(8)
        ]
        time.sleep(0.5)
        readers = [timed(post) for _ in range(10)]
    assert [writer.result()[0] for writer in writers] == [303] * 8
    assert max(writer.result()[2] for writer in writers) <= 5
    assert [reader[0] for reader in readers] == [200] * 10
    assert max(reader[2] for reader in readers) <= 1
