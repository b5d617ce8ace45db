import json
import logging
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from sitecore import logs

WRITTEN = "bo@example.net"


def record(message, *args, **kwargs):
    return logging.LogRecord("comments", logging.INFO, __file__, 1, message, args, **kwargs)


def test_a_record_is_one_line_of_json():
    line = logs.JsonFormatter().format(record("%d checked\nin all", 3, exc_info=None))
    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("time").startswith("20")
    assert said == {"level": "INFO", "logger": "comments", "message": "3 checked\nin all"}


def test_an_error_brings_its_traceback():
    try:
        raise KeyError("x")
    except KeyError:
        said = json.loads(logs.JsonFormatter().format(record("failed", exc_info=sys.exc_info())))
    assert said["exception"] == "KeyError"
    assert "test_logs.py" in said["traceback"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(WRITTEN), "ValueError"),
        (OperationalError(f"No such table: x\nDETAIL: {WRITTEN}"), ": No such table: x"),
        (ImproperlyConfigured("Set BIND."), "ImproperlyConfigured: Set BIND."),
        (OSError(28, "No space left", WRITTEN), "OSError: No space left"),
    ],
)
@pytest.mark.parametrize("format", [logs.JsonFormatter(), logs.TextFormatter()])
def test_an_error_is_told_without_what_somebody_wrote(error, told, format):
    try:
        raise RuntimeError(WRITTEN) from error
    except RuntimeError:
        said = format.format(record("failed", exc_info=sys.exc_info()))
    assert told in said
    assert "RuntimeError" in said
    assert WRITTEN not in said


def test_gunicorn_names_no_address():
    malformed = record("Invalid request from ip=192.0.2.7: Invalid header", exc_info=None)
    assert logs.without_readers(malformed)
    assert malformed.getMessage() == "Invalid request"


def test_gunicorn_repeats_no_query():
    failed = record("Error handling request %s %s", "GET", "/search/?q=me", exc_info=None)
    assert logs.without_readers(failed)
    assert failed.getMessage() == "Error handling request GET /search/"
