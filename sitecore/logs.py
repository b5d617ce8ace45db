import json
import logging
import traceback

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from gunicorn import glogging


class TextFormatter(logging.Formatter):
    """A record as text. Of a request's error only the kind and the place are told."""

    def formatException(self, exc_info):
        return "".join(_told(exc_info[1]))


class JsonFormatter(TextFormatter):
    """One line of JSON per record, for LOG_FORMAT=json."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record):
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Briefly:
    """A filter: what a stranger can cause by an odd request is a line, without the way there."""

    def filter(self, record) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True


def without_readers(record) -> bool:
    """A filter: gunicorn names the address behind a bad request and the query of a failed one."""
    if record.msg.startswith("Invalid request from ip="):
        record.msg = "Invalid request"
    elif record.msg.startswith("Error handling request"):
        record.args = tuple(str(arg).partition("?")[0] for arg in record.args)
    return True


class GunicornLogger(glogging.Logger):
    """gunicorn's messages go where all others go, and in the same format."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.filters = [without_readers]
        self.error_log.propagate = True


def _told(error: BaseException) -> list[str]:
    """A traceback, causes first, without what the errors say: that may be what somebody wrote."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_told(cause), "\nand then:\n"] if cause else []
    return [*before, *traceback.format_tb(error.__traceback__), _kind(error)]


def _kind(error) -> str:
    """PostgreSQL adds the values of the row after the first line."""
    said = ""
    if isinstance(error, OperationalError | ImproperlyConfigured):
        said = str(error).partition("\n")[0]
    elif isinstance(error, OSError):
        said = error.strerror
    return f"{type(error).__qualname__}{said and ': '}{said or ''}"
