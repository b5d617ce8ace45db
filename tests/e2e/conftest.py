"""Stories in a real browser. Any console error, and any request to another host, fails a test."""

import os
from unittest import mock
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.handlers.wsgi import WSGIHandler
from pytest_django.live_server_helper import LiveServer

from tests import chromium

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage"""
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


def pytest_configure():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop running


def pytest_collection_modifyitems(items):
    if not chromium.path():
        here = os.path.dirname(__file__)
        for item in items:
            if str(item.path).startswith(here):
                item.add_marker(
                    pytest.mark.skip(reason=f"BROWSER TESTS LEFT OUT: {chromium.MISSING}")
                )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {
        "executable_path": chromium.path(),
        "args": QUIET.split(),
    }


@pytest.fixture(scope="session")
def live_server():
    """Our own middleware serves static files and media, as in production."""
    ours = "django.contrib.staticfiles.handlers.StaticFilesHandler"
    with mock.patch(ours, return_value=WSGIHandler()):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def base_url(live_server):
    return live_server.url


@pytest.fixture
def complaints(live_server):
    """What went wrong in the browser so far. A test that provokes an error clears it."""
    found = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_page(new_context, live_server, complaints):
    """`open_page(**PHONE)`: a page of a new visitor, with no cookies, who is watched."""

    def open_page(**kind):
        context = new_context(**kind)
        context.on("console", lambda message: _console(message, complaints))
        context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
        context.on("request", lambda request: _request(request, live_server, complaints))
        return context.new_page()

    return open_page


def _console(message, complaints):
    if message.type == "error":
        complaints.append(f"console: {message.text} {message.location['url']}")


def _request(request, live_server, complaints):
    url = urlsplit(request.url)
    if url.scheme in ("http", "https") and url.netloc != urlsplit(live_server.url).netloc:
        complaints.append(f"request to another host: {request.url}")


@pytest.fixture
def phone(open_page):
    return open_page(**PHONE)


@pytest.fixture
def desktop(open_page):
    return open_page(**DESKTOP)


@pytest.fixture
def phone_without_js(open_page):
    return open_page(java_script_enabled=False, **PHONE)


@pytest.fixture
def desktop_without_js(open_page):
    return open_page(java_script_enabled=False, **DESKTOP)


@pytest.fixture
def assert_accessible():
    def check(page):
        found = Axe().run(page, options={"runOnly": RULES})
        assert not found.response["violations"], found.generate_report()

    return check
