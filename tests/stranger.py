"""A stranger, who sends what no browser would: to the application as gunicorn calls it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from django import db
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.utils.module_loading import import_string

HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def ask(db_kept_open, caplog):
    """Sends one request, by its target as it stands on the wire. Nothing is ever our failure."""
    caplog.set_level(logging.WARNING)
    application = import_string(settings.WSGI_APPLICATION)

    def ask(target, method="GET", body=b"", **headers) -> Answer:
        caplog.clear()
        environ, told = _environ(target, method, body, headers), []
        response = application(environ, lambda *args: told.append(args))
        answer = Answer(int(told[0][0][:3]), dict(told[0][1]), b"".join(response))
        response.close()
        assert answer.status < 500, caplog.text
        assert not any(r.exc_info or r.levelno >= logging.ERROR for r in caplog.records), (
            caplog.text
        )
        return answer

    return ask


@pytest.fixture
def db_kept_open(db):
    """Requests do not end the connection, which the test's own transaction holds."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(_close_old_connections)
    yield
    for signal in signals:
        signal.connect(_close_old_connections)


_close_old_connections = db.close_old_connections


def _environ(target, method, body, headers) -> dict:
    """As gunicorn makes it; `x_y` is the header X-Y."""
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": HOST,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
    setup_testing_defaults(environ)
    for name, value in headers.items():
        name = name.upper()
        environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = value
    return environ
