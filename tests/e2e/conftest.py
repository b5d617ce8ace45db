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
def sign_in(client, alma, live_server):
    """`sign_in(page)`: the browser is Alma's from now on."""

    def sign_in(page):
        client.force_login(alma)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.context.add_cookies([cookie | {"url": live_server.url}])
        return page

    return sign_in


@pytest.fixture
def walk(gallery, sign_in, open_page, base_url):
    """`walk(**PHONE)`: by every page of the site, in every state, in one tab: (name, page)."""

    def walk(**kind):
        page = sign_in(open_page(**kind))  # for what scripts of admin ask the server for
        for name, answer in gallery.items():
            url = base_url + getattr(answer, "request", {}).get("PATH_INFO", "/")
            page.route(url, _with(answer), times=1)
            page.goto(url)
            yield name, page

    return walk


def _with(answer):
    """With status 200: a browser complains of any page that says no."""
    return lambda route: route.fulfill(body=answer.content, headers=dict(answer.headers))


def broken_rules(page) -> str:
    """What axe finds wrong with a page; nothing, if nothing is."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return found.generate_report() if found.response["violations"] else ""


@pytest.fixture
def assert_accessible():
    def check(page):
        assert not broken_rules(page)

    return check
